#include "tests/benchmarks/echo_server.h"

#include <signal.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "common/calendar/clock.h"
#include "common/server/client.h"
#include "common/server/flags.h"
#include "common/server/log.h"
#include "common/server/server.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "tests/benchmarks/process.h"

namespace banso::benchmarks {
namespace {

// Reads the one request and answers.
class BareCall final : public grpc::ServerGenericBidiReactor {
 public:
  explicit BareCall(const grpc::ByteBuffer& answer) : answer_(answer) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (ok) {
      StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }
  void OnDone() override { delete this; }

 private:
  const grpc::ByteBuffer answer_;
  grpc::ByteBuffer request_;
};

class BareService final : public grpc::CallbackGenericService {
 public:
  explicit BareService(const std::string& answer) {
    const grpc::Slice slice(answer);
    answer_ = grpc::ByteBuffer(&slice, 1);
  }

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new BareCall(answer_);
  }

  grpc::ByteBuffer answer_;
};

absl::StatusOr<std::unique_ptr<server::ServerProcess>> StartEcho(const std::string& answer,
                                                                 calendar::Clock* clock,
                                                                 server::Peer& nobody) {
  server::Router router("banso.accounts.v1.AccountsService");
  router.RawUnary("GetAccount", [answer](const banso::Call&, const std::string&,
                                         const server::RawReply& reply) { reply(answer); });
  // All methods must be handled; nobody asks for the others.
  router.Forward(nobody);
  auto definition = std::make_unique<server::ServiceDefinition>("echo", clock, nullptr);
  definition->SetRoleSource(server::NoMembers());
  definition->Add(std::move(router));
  return server::ServerProcess::Start(std::move(definition), {});
}

}  // namespace

int ServeEcho(const std::string& answer, const std::string& port_file) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const std::string bytes = ReadFile(answer);
  calendar::SystemClock clock;
  server::Peer nobody({.name = "nobody", .address = "127.0.0.1:1", .suite_key = ""});
  const auto echo = StartEcho(bytes, &clock, nobody);
  if (!echo.ok()) {
    std::fprintf(stderr, "%s\n", echo.status().ToString().c_str());
    return 1;
  }
  BareService service(bytes);
  int bare_port = 0;
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&service);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &bare_port);
  const std::unique_ptr<grpc::Server> bare = builder.BuildAndStart();
  if (bare == nullptr ||
      !server::WritePortFile(port_file, {{"echo", (*echo)->port()}, {"bare", bare_port}}).ok()) {
    return 1;
  }
  int number = 0;
  sigwait(&signals, &number);
  bare->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  return 0;
}

}  // namespace banso::benchmarks
