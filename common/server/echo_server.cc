#include "common/server/echo_server.h"

#include <atomic>
#include <utility>

#include "common/status_macros.h"

namespace banso::server {
namespace {

absl::Status Repeat(const Call&, const EchoRequest& request, Sink<EchoResponse>& sink) {
  EchoResponse response;
  response.set_text(request.text());
  for (int i = 0; i < request.count(); ++i) BANSO_RETURN_IF_ERROR(sink.Write(response));
  return absl::OkStatus();
}

// Says on the board at what time each message has come in.
absl::StatusOr<EchoResponse> Join(const Call& call, Source<EchoRequest>& source, Board& board) {
  EchoResponse response;
  EchoRequest request;
  while (true) {
    BANSO_ASSIGN_OR_RETURN(const bool more, source.Read(&request));
    if (!more) return response;
    response.mutable_text()->append(request.text());
    board.Say(absl::FormatTime(call.now, absl::UTCTimeZone()));
  }
}

}  // namespace

Router EchoRouter(Board& board, EchoServer::Handler echo) {
  Router router("banso.server.testdata.EchoService");
  router.Unary<EchoRequest, EchoResponse>("Echo", std::move(echo));
  router.RawUnary("EchoRaw", [](const Call&, std::string request, const RawReply& reply) {
    reply(std::move(request));
  });
  router.ServerStream<EchoRequest, EchoResponse>("Repeat", &Repeat);
  router.ClientStream<EchoRequest, EchoResponse>(
      "Join", [&board](const Call& call, Source<EchoRequest>& source) {
        return Join(call, source, board);
      });
  router.Watch<EchoRequest, EchoResponse>(
      "Watch",
      [&board](const Call&,
               const EchoRequest&) -> absl::StatusOr<std::unique_ptr<Feed<EchoResponse>>> {
        return std::make_unique<BoardFeed>(board);
      });
  return router;
}

EchoServer::EchoServer(Handler echo, const ServerOptions& options) {
  if (!echo) {
    echo = [](const Call& call, const EchoRequest& request) { return EchoBack(call, request); };
  }
  auto definition = std::make_unique<ServiceDefinition>("echo", &clock_, &clock_);
  definition->Add(EchoRouter(board_, std::move(echo)));
  absl::StatusOr<std::unique_ptr<ServerProcess>> process =
      ServerProcess::Start(std::move(definition), options);
  BANSO_CHECK(process.ok());
  process_ = *std::move(process);
  peer_ = std::make_unique<Peer>(PeerOptions{.name = "echo",
                                             .address = process_->address(),
                                             .suite_key = options.suite_key,
                                             .tls = options.tls});
}

EchoResponse EchoServer::EchoBack(const Call& call, const EchoRequest& request) {
  EchoResponse response;
  response.set_text(request.text());
  response.set_actor(call.actor);
  response.set_request_id(call.request_id);
  response.set_trace_parent(call.trace_parent);
  response.set_seconds_left(absl::ToDoubleSeconds(call.deadline - absl::Now()));
  return response;
}

absl::StatusOr<EchoResponse> EchoServer::Echo(const Call& call, const std::string& text) {
  return peer_->Call<EchoRequest, EchoResponse>(call, kEcho, Text(text));
}

Call TestCall() {
  Call call;
  call.actor = "members/aoki";
  call.now = absl::Now();
  call.deadline = absl::Now() + absl::Seconds(5);
  call.cancelled = std::make_shared<std::atomic<bool>>(false);
  return call;
}

EchoRequest Text(const std::string& text) {
  EchoRequest request;
  request.set_text(text);
  return request;
}

}  // namespace banso::server
