#include "common/server/adapter.h"

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/server/grpc_status.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"

namespace banso::server::internal {
namespace {

StreamReactor* ServeStream(Host& host, const Method& method, grpc::CallbackServerContext* context) {
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

// A call that comes when the server is stopping. Its caller may send it again: nothing was done.
template <class Reactor>
class RefusedCall final : public Reactor {
 public:
  RefusedCall() { this->Finish(ToGrpcStatus(Stopping())); }
  void OnDone() override { delete this; }
};

// A call of a method that is not there.
class UnknownCall final : public grpc::ServerGenericBidiReactor {
 public:
  UnknownCall(Host& host, const grpc::GenericCallbackServerContext& context) : host_(host) {
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
    const bool unary =
        !method.descriptor->client_streaming() && !method.descriptor->server_streaming();
    // gRPC treats every kind of stream alike when it is declared bidirectional; on the wire there
    // is no difference, and reflection reads the proto.
    const auto type =
        unary ? grpc::internal::RpcMethod::NORMAL_RPC : grpc::internal::RpcMethod::BIDI_STREAMING;
    AddMethod(new grpc::internal::RpcServiceMethod(paths_.back().c_str(), type, nullptr));
    if (unary) {
      MarkMethodRawCallback(
          index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                     [&host, &method](grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) -> UnaryReactor* {
                       if (!host.BeginCall()) return new RefusedCall<UnaryReactor>;
                       return ServeUnary(host, method, context, request, response);
                     }));
    } else {
      MarkMethodRawCallback(
          index, new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                     [&host, &method](grpc::CallbackServerContext* context) -> StreamReactor* {
                       if (!host.BeginCall()) return new RefusedCall<StreamReactor>;
                       return ServeStream(host, method, context);
                     }));
    }
    ++index;
  }
}

}  // namespace banso::server::internal
