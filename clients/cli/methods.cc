#include "clients/cli/methods.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/cli/context.h"
#include "clients/cli/spelling.h"
#include "common/contract/proto_services.h"

namespace banso::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr int kMaxSuggestions = 5;

// `AccountsService` and `accounts` both name the service.
bool IsService(const ServiceDescriptor& service, absl::string_view name) {
  return absl::EqualsIgnoreCase(service.name(), name) ||
         absl::EqualsIgnoreCase(service.full_name(), name) ||
         absl::EqualsIgnoreCase(absl::StripSuffix(service.name(), "Service"), name);
}

std::vector<const MethodDescriptor*> Matches(absl::string_view service, absl::string_view method) {
  std::vector<const MethodDescriptor*> found;
  for (const ServiceDescriptor* candidate : Services()) {
    if (!service.empty() && !IsService(*candidate, service)) continue;
    for (int i = 0; i < candidate->method_count(); ++i) {
      if (absl::EqualsIgnoreCase(candidate->method(i)->name(), method)) {
        found.push_back(candidate->method(i));
      }
    }
  }
  return found;
}

std::vector<std::string> NearNames(absl::string_view method) {
  std::vector<std::string> near;
  for (const ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string& name = service->method(i)->name();
      const bool within = ContainsWord(name, method);
      if (near.size() < kMaxSuggestions && (within || IsNearSpelling(method, name))) {
        near.push_back(ShortName(*service->method(i)));
      }
    }
  }
  return near;
}

}  // namespace

std::vector<const ServiceDescriptor*> Services() {
  std::vector<const ServiceDescriptor*> services;
  for (const absl::string_view area :
       {"gateway", "accounts", "kickoff", "health", "handoff", "type", "fact"}) {
    for (const ServiceDescriptor* service :
         contract::ServicesOf(absl::StrCat("banso.", area, ".v1"))) {
      services.push_back(service);
    }
  }
  return services;
}

const MethodDescriptor* FindFullName(absl::string_view name) {
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrReplaceAll(name, {{"/", "."}}));
}

absl::StatusOr<const MethodDescriptor*> FindMethod(absl::string_view name) {
  absl::ConsumePrefix(&name, "/");
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() > 2 || parts.back().empty()) {
    return InputError(absl::StrCat("'", name, "' names no RPC; write SERVICE/METHOD or METHOD."));
  }
  const std::vector<const MethodDescriptor*> found =
      Matches(parts.size() == 2 ? parts[0] : "", parts.back());
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    const std::vector<std::string> near = NearNames(parts.back());
    return InputError(
        absl::StrCat("There is no RPC '", name, "'.",
                     near.empty() ? "" : absl::StrCat(" Near: ", absl::StrJoin(near, ", "), "."),
                     " `banso list` shows them all."));
  }
  std::vector<std::string> names;
  for (const MethodDescriptor* method : found) names.push_back(ShortName(*method));
  return InputError(absl::StrCat("'", name, "' names ", found.size(),
                                 " RPCs; write one of: ", absl::StrJoin(names, ", "), "."));
}

std::string ShortName(const MethodDescriptor& method) {
  return absl::StrCat(method.service()->name(), "/", method.name());
}

bool ContainsWord(absl::string_view text, absl::string_view word) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(word));
}

std::unique_ptr<google::protobuf::Message> NewMessage(const Descriptor& type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

}  // namespace banso::cli
