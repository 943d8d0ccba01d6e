#ifndef BANSO_COMMON_SERVER_ADAPTER_H_
#define BANSO_COMMON_SERVER_ADAPTER_H_

#include <deque>
#include <string>

#include "common/server/host.h"
#include "common/server/router.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/impl/rpc_service_method.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

namespace banso::server::internal {

// A router as a service of gRPC: one raw callback method per method of the proto, all served by the
// same reactors. Generated code would repeat this for each RPC.
class ServiceAdapter : public grpc::Service {
 public:
  // Host and router must outlive the gRPC server.
  ServiceAdapter(Host& host, const Router& router);

 private:
  // gRPC keeps pointers to them.
  std::deque<std::string> paths_;
};

// Answers calls of methods that nobody serves with UNIMPLEMENTED. Without it the library would, on
// threads of its own, and not give such calls to the FloodGuard.
class UnknownMethods : public grpc::CallbackGenericService {
 public:
  explicit UnknownMethods(Host& host) : host_(host) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  Host& host_;
};

// Of calls of every kind. gRPC gives a call out when its headers have ended only where the method
// may be one of streams, and otherwise with its request: who sends none could have it hold calls
// that nobody knows of.
using CallReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// Each begins to serve a call and returns its reactor, which deletes itself. The host must have
// begun the call, but for a unary one: that begins when its request has come.
CallReactor* ServeUnary(Host& host, const Method& method, grpc::CallbackServerContext* context);
CallReactor* ServeSink(Host& host, const Method& method, grpc::CallbackServerContext* context);
CallReactor* ServeSource(Host& host, const Method& method, grpc::CallbackServerContext* context);
CallReactor* ServeFeed(Host& host, const Method& method, grpc::CallbackServerContext* context);
CallReactor* ServeForward(Host& host, const Method& method, grpc::CallbackServerContext* context);

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_ADAPTER_H_
