#include "common/contract/proto_services.h"

#include <cstdio>
#include <cstdlib>

#include "banso/proto_files.h"
#include "banso/type/v1/rules.pb.h"

namespace banso::contract {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::ServiceDescriptor;

std::vector<const FileDescriptor*> FindFiles() {
  // Keeps the library of the messages linked, in which the pool finds the files.
  type::v1::FieldRules::default_instance();
  std::vector<const FileDescriptor*> files;
  for (const char* name : kProtoFiles) {
    const FileDescriptor* file = DescriptorPool::generated_pool()->FindFileByName(name);
    if (file == nullptr) {
      std::fprintf(stderr, "This program is linked without the messages of %s.\n", name);
      std::abort();
    }
    files.push_back(file);
  }
  return files;
}

}  // namespace

const std::vector<const FileDescriptor*>& ProtoFiles() {
  static const auto& files = *new std::vector<const FileDescriptor*>(FindFiles());
  return files;
}

std::vector<const ServiceDescriptor*> ServicesOf(absl::string_view package) {
  std::vector<const ServiceDescriptor*> services;
  for (const FileDescriptor* file : ProtoFiles()) {
    if (absl::string_view(file->package()) != package) continue;
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

}  // namespace banso::contract
