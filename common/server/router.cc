#include "common/server/router.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace banso::server {
namespace {

// A wrong registration is a mistake in the program: no caller can cause it and no one can go on.
[[noreturn]] void Die(const std::string& sentence) {
  std::fprintf(stderr, "%s\n", sentence.c_str());
  std::abort();
}

const google::protobuf::ServiceDescriptor* FindService(absl::string_view name) {
  const google::protobuf::ServiceDescriptor* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(name));
  if (service == nullptr) Die(absl::StrCat("There is no service ", name, " in the protos."));
  return service;
}

const google::protobuf::Message* Prototype(const google::protobuf::Descriptor* descriptor) {
  return google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
}

// What kind of RPC a handler serves, as two flags: the client streams, the server streams.
bool Fits(const decltype(internal::Method::handler)& handler,
          const google::protobuf::MethodDescriptor& method) {
  const bool client_streams = method.client_streaming();
  const bool server_streams = method.server_streaming();
  if (std::holds_alternative<internal::UnaryFunction>(handler) ||
      std::holds_alternative<internal::RawFunction>(handler)) {
    return !client_streams && !server_streams;
  }
  if (std::holds_alternative<internal::SinkFunction>(handler) ||
      std::holds_alternative<internal::FeedFunction>(handler)) {
    return !client_streams && server_streams;
  }
  if (std::holds_alternative<internal::SourceFunction>(handler)) {
    return client_streams && !server_streams;
  }
  return true;
}

}  // namespace

Router::Router(const google::protobuf::ServiceDescriptor* service) : service_(service) {
  for (int i = 0; i < service->method_count(); ++i) {
    const google::protobuf::MethodDescriptor* descriptor = service->method(i);
    internal::Method method;
    method.descriptor = descriptor;
    method.request = Prototype(descriptor->input_type());
    method.response = Prototype(descriptor->output_type());
    methods_.push_back(std::move(method));
  }
}

Router::Router(absl::string_view service) : Router(FindService(service)) {}

Router& Router::Add(absl::string_view name, const google::protobuf::Descriptor* request,
                    const google::protobuf::Descriptor* response, MethodOptions options,
                    Handler handler) {
  const google::protobuf::MethodDescriptor* descriptor = &Find(name);
  internal::Method& method = methods_[descriptor->index()];
  if (!std::holds_alternative<std::monostate>(method.handler)) {
    Die(absl::StrCat(descriptor->full_name(), " has two handlers."));
  }
  if (request != descriptor->input_type() || response != descriptor->output_type()) {
    Die(absl::StrCat("The handler of ", descriptor->full_name(), " takes ", request->full_name(),
                     " and returns ", response->full_name(), "; the proto says ",
                     descriptor->input_type()->full_name(), " and ",
                     descriptor->output_type()->full_name(), "."));
  }
  if (!Fits(handler, *descriptor)) {
    Die(absl::StrCat("The handler of ", descriptor->full_name(),
                     " is not of the proto's kind (unary, server-streaming, client-streaming)."));
  }
  method.options = options;
  method.handler = std::move(handler);
  return *this;
}

const google::protobuf::MethodDescriptor& Router::Find(absl::string_view name) const {
  const google::protobuf::MethodDescriptor* descriptor =
      service_->FindMethodByName(std::string(name));
  if (descriptor == nullptr) {
    Die(absl::StrCat(service_->full_name(), " has no method ", name, "."));
  }
  return *descriptor;
}

Router& Router::UntypedUnary(absl::string_view name, internal::UnaryFunction fn,
                             MethodOptions options) {
  const google::protobuf::MethodDescriptor& method = Find(name);
  return Add(name, method.input_type(), method.output_type(), options, std::move(fn));
}

Router& Router::RawUnary(absl::string_view name, internal::RawFunction fn) {
  const google::protobuf::MethodDescriptor& method = Find(name);
  return Add(name, method.input_type(), method.output_type(), {}, std::move(fn));
}

Router& Router::Forward(Peer& peer, const Admission& admission) {
  for (internal::Method& method : methods_) {
    if (std::holds_alternative<std::monostate>(method.handler)) {
      method.handler = internal::Forward{&peer, admission};
    }
  }
  return *this;
}

std::vector<std::string> Router::Unhandled() const {
  std::vector<std::string> names;
  for (const internal::Method& method : methods_) {
    if (std::holds_alternative<std::monostate>(method.handler)) {
      names.push_back(method.descriptor->name());
    }
  }
  return names;
}

}  // namespace banso::server
