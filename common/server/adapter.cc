#include "common/server/adapter.h"

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/server/grpc_status.h"
#include "common/server/limits.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"

namespace banso::server::internal {
namespace {

// What a header counts for beside its name and value (RFC 9113, 10.5.1).
constexpr size_t kBytesForHeader = 32;

// Whether a call is not looked at any further, because its connection is ended: it has been, or the
// call's headers are beyond the limit; the library has announced what it takes.
bool IsCutOff(Host& host, const grpc::CallbackServerContext& context) {
  // What has come of headers without end is given out as well, and takes long to look at.
  if (host.HasEnded(context)) return true;
  size_t bytes = 0;
  for (const auto& [name, value] : context.client_metadata()) {
    bytes += name.size() + value.size() + kBytesForHeader;
  }
  if (bytes <= kMaxCallHeaderBytes) return false;
  host.EndConnection(context.peer(), "a call of it has headers without measure");
  return true;
}

// A call that is answered at once.
class RefusedCall final : public CallReactor {
 public:
  explicit RefusedCall(const absl::Status& status) { Finish(ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

CallReactor* Serve(Host& host, const Method& method, grpc::CallbackServerContext* context) {
  if (IsCutOff(host, *context)) return new RefusedCall(contract::Cancelled());
  if (!method.is_stream()) return ServeUnary(host, method, context);
  if (!host.BeginCall()) return new RefusedCall(Stopping());
  if (std::holds_alternative<SinkFunction>(method.handler)) {
    return ServeSink(host, method, context);
  }
  if (std::holds_alternative<SourceFunction>(method.handler)) {
    return ServeSource(host, method, context);
  }
  if (std::holds_alternative<FeedFunction>(method.handler)) {
    return ServeFeed(host, method, context);
  }
  return ServeForward(host, method, context);
}

// A call of a method that is not there.
class UnknownCall final : public grpc::ServerGenericBidiReactor {
 public:
  UnknownCall(Host& host, const grpc::GenericCallbackServerContext& context) : host_(host) {
    static_cast<void>(IsCutOff(host, context));
    incoming_.method = context.method();
    incoming_.remote = context.peer();
    Finish(ToGrpcStatus(contract::Unimplemented(
        absl::StrCat("there is no method ", contract::Quote(incoming_.method)))));
  }
  // Its caller did not wait for the answer, which came at once.
  void OnCancel() override { host_.NoteCancelled(incoming_); }
  void OnDone() override { delete this; }

 private:
  Host& host_;
  Incoming incoming_;
};

}  // namespace

grpc::ServerGenericBidiReactor* UnknownMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new UnknownCall(host_, *context);
}

ServiceAdapter::ServiceAdapter(Host& host, const Router& router) {
  int index = 0;
  for (const Method& method : router.methods()) {
    paths_.push_back(
        absl::StrCat("/", router.service().full_name(), "/", method.descriptor->name()));
    // Whatever its kind: on the wire there is no difference, and reflection reads the proto.
    AddMethod(new grpc::internal::RpcServiceMethod(
        paths_.back().c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodRawCallback(
        index, new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                   [&host, &method](grpc::CallbackServerContext* context) {
                     return Serve(host, method, context);
                   }));
    ++index;
  }
}

}  // namespace banso::server::internal
