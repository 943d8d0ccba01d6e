#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/contract/errors.h"
#include "common/server/echo_server.h"
#include "common/server/main.h"
#include "common/server/silent_call.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

// The bytes of grpc.health.v1's messages; their code is not generated here.
constexpr char kServing[] = "\x08\x01";
constexpr char kNotServing[] = "\x08\x02";

std::string HealthRequest(const std::string& service) {
  if (service.empty()) return "";
  return absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
}

// Calls a method with the library alone and returns the answer's bytes.
absl::StatusOr<std::string> CallBytes(const std::string& address, const std::string& path,
                                      const std::string& bytes) {
  grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  absl::Notification done;
  grpc::Status status;
  stub.UnaryCall(&context, path, {}, &request, &response, [&](grpc::Status result) {
    status = std::move(result);
    done.Notify();
  });
  done.WaitForNotification();
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  grpc::Slice answer;
  if (!response.DumpToSingleSlice(&answer).ok()) return absl::DataLossError("no answer");
  return std::string(reinterpret_cast<const char*>(answer.begin()), answer.size());
}

absl::StatusOr<std::string> Health(const std::string& address, const std::string& service) {
  return CallBytes(address, "/grpc.health.v1.Health/Check", HealthRequest(service));
}

// A bidirectional call with the library alone that only listens.
class Listener : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Listener(const std::string& address, const std::string& path, const std::string& request)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {
    const grpc::Slice slice(request);
    request_ = grpc::ByteBuffer(&slice, 1);
    stub_.PrepareBidiStreamingCall(&context_, path, {}, this);
    StartWriteLast(&request_, grpc::WriteOptions());
    StartRead(&message_);
    StartCall();
  }
  ~Listener() override {
    context_.TryCancel();
    done_.WaitForNotification();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    {
      grpc::Slice slice;
      const bool dumped = message_.DumpToSingleSlice(&slice).ok();
      absl::MutexLock lock(&mutex_);
      received_ +=
          dumped ? std::string(reinterpret_cast<const char*>(slice.begin()), slice.size()) : "?";
    }
    StartRead(&message_);
  }
  void OnDone(const grpc::Status& status) override {
    status_ = status;
    done_.Notify();
  }

  // Waits until the server has ended it, and returns how.
  grpc::Status AwaitEnd() {
    done_.WaitForNotification();
    return status_;
  }

  // Waits for these bytes in all.
  bool AwaitReceived(const std::string& bytes) {
    const auto complete = [&]()
                              ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return received_ == bytes; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&complete), absl::Seconds(5));
  }
  std::string received() {
    absl::MutexLock lock(&mutex_);
    return received_;
  }

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer message_;
  grpc::Status status_;
  absl::Mutex mutex_;
  std::string received_ ABSL_GUARDED_BY(mutex_);
  absl::Notification done_;
};

TEST(LifecycleTest, ReportsHealthUnderBothNames) {
  EchoServer server;
  const std::string address = server.process().address();
  EXPECT_THAT(Health(address, ""), IsOkAndHolds(kServing));
  EXPECT_THAT(Health(address, "echo"), IsOkAndHolds(kServing));
  EXPECT_THAT(Health(address, "other"), StatusIs(absl::StatusCode::kNotFound));
}

TEST(LifecycleTest, ServesOnlyAfterEverythingHasStarted) {
  calendar::SystemClock clock;
  auto definition = std::make_unique<ServiceDefinition>("echo", &clock, nullptr);
  Board board;
  definition->Add(EchoRouter(board, [](const Call& call, const EchoRequest& request) {
    return EchoServer::EchoBack(call, request);
  }));
  std::vector<std::string> events;
  ServiceDefinition* const raw = definition.get();
  raw->OnStart([&] {
    events.push_back("start 1");
    return absl::OkStatus();
  });
  raw->OnStart([&] {
    events.push_back("start 2");
    return absl::OkStatus();
  });
  raw->OnStop([&] { events.push_back("stop 1"); });
  raw->OnStop([&] { events.push_back("stop 2"); });
  auto process = ServerProcess::Start(std::move(definition), EchoServer::FastOptions());
  ASSERT_THAT(process, IsOk());
  (*process)->Stop();
  EXPECT_THAT(events, ::testing::ElementsAre("start 1", "start 2", "stop 2", "stop 1"));
}

TEST(LifecycleTest, DoesNotServeWhenAPartCannotStart) {
  calendar::SystemClock clock;
  auto definition = std::make_unique<ServiceDefinition>("echo", &clock, nullptr);
  definition->OnStart([] { return contract::Internal("no"); });
  EXPECT_THAT(ServerProcess::Start(std::move(definition), EchoServer::FastOptions()).status(),
              StatusIs(absl::StatusCode::kInternal));
}

constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
// ServerReflectionRequest{list_services: "*"}
constexpr absl::string_view kListServices("\x3a\x01*", 3);

TEST(LifecycleTest, ListsItsServicesByReflectionWhenAskedTo) {
  ServerOptions options = EchoServer::FastOptions();
  options.reflection = true;
  EchoServer server(nullptr, options);
  Listener listener(server.process().address(), kReflection, std::string(kListServices));
  ASSERT_TRUE(testing::WaitUntil([&] { return !listener.received().empty(); }));
  EXPECT_THAT(listener.received(), HasSubstr("banso.server.testdata.EchoService"));
  EXPECT_THAT(listener.received(), HasSubstr("banso.type.v1.OperationsService"));
}

TEST(LifecycleTest, TellsNobodyOfItsServicesUnasked) {
  EchoServer server;
  Listener listener(server.process().address(), kReflection, std::string(kListServices));
  EXPECT_EQ(listener.AwaitEnd().error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(listener.received(), ::testing::IsEmpty());
}

TEST(LifecycleTest, SaysThatItsPortIsTaken) {
  EchoServer first;
  calendar::SystemClock clock;
  ServerOptions options = EchoServer::FastOptions();
  options.port = first.process().port();
  const auto second =
      ServerProcess::Start(std::make_unique<ServiceDefinition>("other", &clock, nullptr), options);
  EXPECT_THAT(second.status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("the port is taken")));
  EXPECT_THAT(first.Echo(TestCall(), "still here"), IsOk());
}

TEST(LifecycleTest, RefusesToServeMethodsWithoutHandler) {
  calendar::SystemClock clock;
  auto definition = std::make_unique<ServiceDefinition>("echo", &clock, nullptr);
  definition->Add(Router("banso.server.testdata.EchoService"));
  EXPECT_THAT(ServerProcess::Start(std::move(definition), EchoServer::FastOptions()).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("EchoService/Join")));
}

TEST(DrainTest, TurnsHealthBeforeItStopsTakingCalls) {
  ServerOptions options = EchoServer::FastOptions();
  options.lame_duck = absl::Milliseconds(300);
  EchoServer server(nullptr, options);
  Listener health(server.process().address(), "/grpc.health.v1.Health/Watch",
                  HealthRequest("echo"));
  ASSERT_TRUE(health.AwaitReceived(kServing));
  std::thread stopping([&] { server.process().Stop(); });
  EXPECT_TRUE(health.AwaitReceived(absl::StrCat(kServing, kNotServing)));
  // A caller that has not heard of it yet. Without health checking, or it would not call.
  Peer peer({.name = "echo", .address = server.process().address(), .health_checking = false});
  const auto response = peer.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x"));
  EXPECT_THAT(response, IsOk());
  stopping.join();
}

TEST(DrainTest, LetsCallsUnderWayFinish) {
  absl::Notification entered;
  absl::Notification release;
  EchoServer server([&](const Call& call, const EchoRequest& request) {
    entered.Notify();
    release.WaitForNotification();
    return EchoServer::EchoBack(call, request);
  });
  auto reply = server.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x"));
  entered.WaitForNotification();
  std::thread stopping([&] { server.process().Stop(); });
  release.Notify();
  EXPECT_THAT(reply.Await(), IsOk());
  stopping.join();
}

TEST(DrainTest, CancelsCallsThatTakeTooLong) {
  ServerOptions options = EchoServer::FastOptions();
  options.drain_timeout = absl::Milliseconds(50);
  absl::Notification entered;
  EchoServer server(
      [&](const Call& call, const EchoRequest& request) {
        entered.Notify();
        testing::WaitUntil([&] { return call.is_cancelled(); });
        return EchoServer::EchoBack(call, request);
      },
      options);
  auto reply = server.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x"));
  entered.WaitForNotification();
  server.process().Stop();
  EXPECT_FALSE(reply.Await().ok());
}

TEST(DrainTest, EndsOpenWatchesAndDoesNotWaitForHealthWatches) {
  EchoServer server;  // Would drain for five seconds.
  Listener health(server.process().address(), "/grpc.health.v1.Health/Watch", "");
  ASSERT_TRUE(health.AwaitReceived(kServing));
  const auto idle = server.peer().Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("x"));
  ASSERT_TRUE(testing::WaitUntil([&] { return server.board().listeners() > 0; }));
  // A stream that has had no message yet would be opened again elsewhere without a word.
  server.board().Say("first");
  EchoResponse response;
  ASSERT_THAT(idle->Read(&response), IsOkAndHolds(true));
  const absl::Time start = absl::Now();
  server.process().Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  const absl::Status status = idle->Read(&response, absl::Now() + absl::Seconds(5)).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
}

TEST(DrainTest, DoesNotWaitForAWatchWhoseRequestNeverComes) {
  EchoServer server;  // Would drain for five seconds.
  SilentCall silent(server.process().address(), kWatch);
  ASSERT_TRUE(testing::WaitUntil([&] { return server.process().state().calls == 1; }));
  const absl::Time start = absl::Now();
  server.process().Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  EXPECT_THAT(silent.Await(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
}

TEST(DrainTest, DoesNotWaitForAUnaryCallWhoseRequestNeverComes) {
  EchoServer server;  // Would drain for five seconds.
  SilentCall silent(server.process().address(), kEcho);
  EXPECT_THAT(server.Echo(TestCall(), "x"), IsOk());
  const absl::Time start = absl::Now();
  server.process().Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  EXPECT_THAT(silent.Await(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(DrainTest, ACallerWithTheUsualRetriesLosesNothingWhenOneOfTwoStops) {
  EchoServer staying;
  auto leaving = std::make_unique<EchoServer>();
  // As the peers of the suite are called: round robin, and again after UNAVAILABLE.
  Peer peer({.name = "echo",
             .address = absl::StrCat("ipv4:", staying.process().address(), ",",
                                     leaving->process().address())});
  std::atomic<bool> stopped{false};
  std::atomic<int> answers{0};
  absl::Mutex mutex;
  std::vector<absl::Status> failures;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!stopped) {
        const absl::Status status =
            peer.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status();
        ++answers;
        absl::MutexLock lock(&mutex);
        if (!status.ok()) failures.push_back(status);
      }
    });
  }
  for (int round = 0; round < 10; ++round) {
    const int before = answers;
    ASSERT_TRUE(testing::WaitUntil([&] { return answers > before + 100; }));
    ServerOptions again = EchoServer::FastOptions();
    again.port = leaving->process().port();
    leaving->process().Stop();
    leaving.reset();
    leaving = std::make_unique<EchoServer>(nullptr, again);
  }
  stopped = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_TRUE(failures.empty()) << failures.size() << " of " << answers << ": " << failures[0];
}

ServiceModule EchoModule(const std::string& name) {
  return {.name = name, .build = [](const Environment& environment) {
            auto definition = std::make_unique<ServiceDefinition>(environment);
            Board* board = definition->Own(std::make_unique<Board>());
            definition->Add(EchoRouter(*board, [](const Call& call, const EchoRequest& request) {
              return EchoServer::EchoBack(call, request);
            }));
            // Another service of the same program is found without an address flag.
            Peers* peers = environment.peers;
            definition->AddSweep({"ask", absl::Milliseconds(10), [peers](const Call& call) {
                                    return peers->health()
                                        .Call<EchoRequest, EchoResponse>(call, kEcho, Text("x"))
                                        .status();
                                  }});
            return absl::StatusOr<std::unique_ptr<ServiceDefinition>>(std::move(definition));
          }};
}

// A whole program, in a process of its own: it is told to stop by a signal.
TEST(MainDeathTest, ServesAllModulesUntilSigtermAndEndsWithZero) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto run = [] {
    const testing::TempDir folder;
    std::vector<std::string> arguments = {
        "program", absl::StrCat("--data_dir=", folder.File("data")),
        absl::StrCat("--port_file=", folder.File("ports.json")), "--test_clock", "--ops_port=0"};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    // Blocked here already, so that the signal finds only the thread that waits for it.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread observer([&] {
      std::string ports;
      testing::WaitUntil([&] {
        std::stringstream text;
        text << std::ifstream(folder.File("ports.json")).rdbuf();
        ports = text.str();
        return !ports.empty();
      });
      fprintf(stderr, "ports %s", ports.c_str());
      kill(getpid(), SIGTERM);
    });
    const int status = Main(static_cast<int>(argv.size()), argv.data(),
                            {EchoModule("accounts"), EchoModule("health")});
    observer.join();
    exit(status);
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(0),
              ::testing::AllOf(HasSubstr("ports {\"accounts\": "), HasSubstr("\"health\": "),
                               HasSubstr("\"ops\": "), HasSubstr("\"message\":\"stopped\"")));
}

TEST(MainDeathTest, EndsWithASentenceWhenItCannotStart) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto run = [] {
    std::vector<std::string> arguments = {"program", "--data_dir=/proc/none"};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    exit(Main(static_cast<int>(argv.size()), argv.data(), {EchoModule("accounts")}));
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(1), HasSubstr("--data_dir"));
}

}  // namespace
}  // namespace banso::server
