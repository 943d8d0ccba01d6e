#include "tests/journeys/suite.h"

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "banso/type/v1/operations.grpc.pb.h"
#include "common/status_macros.h"
#include "common/testing/files.h"
#include "grpcpp/grpcpp.h"
#include "tests/journeys/patience.h"

namespace banso::journeys {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  BANSO_CHECK(value != nullptr);
  return value;
}

}  // namespace

bool Answers(const std::string& address, absl::Time deadline,
             std::shared_ptr<grpc::ChannelCredentials> credentials) {
  if (credentials == nullptr) credentials = grpc::InsecureChannelCredentials();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
  const auto channel = grpc::CreateCustomChannel(address, credentials, arguments);
  const auto stub = type::v1::OperationsService::NewStub(channel);
  while (true) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(deadline));
    type::v1::GetTimeResponse time;
    const grpc::Status status = stub->GetTime(&context, type::v1::GetTimeRequest(), &time);
    if (status.ok() || status.error_code() == grpc::StatusCode::UNAUTHENTICATED) return true;
    // A connection that was lost while the process started.
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE || absl::Now() >= deadline) {
      return false;
    }
  }
}

std::string BinFile(absl::string_view name) {
  return absl::StrCat(FromEnvironment("BANSO_BIN_DIR"), "/", name);
}

std::string SourceFile(absl::string_view path) {
  return absl::StrCat(FromEnvironment("BANSO_SOURCE_DIR"), "/", path);
}

Suite::Suite(Shape shape, const std::string& clock, std::vector<std::string> flags,
             std::shared_ptr<grpc::ChannelCredentials> credentials)
    : shape_(shape), flags_(std::move(flags)), credentials_(std::move(credentials)) {
  std::ofstream(File("suite.key")) << "a-key-that-only-the-tests-know\n";
  std::filesystem::create_directory(File("data"));
  const std::vector<int> ports = FreePorts(5);
  const char* names[] = {"accounts", "health", "kickoff", "handoff", "gateway"};
  for (int i = 0; i < 5; ++i) ports_[names[i]] = ports[static_cast<size_t>(i)];
  for (const std::string& process : processes()) Start(process, clock);
  for (const std::string& process : processes()) AwaitServing(process);
}

std::vector<std::string> Suite::processes() const {
  if (shape_ == Shape::kOneProcess) return {"suite"};
  return {"accounts", "health", "kickoff", "handoff", "gateway"};
}

std::vector<std::string> Suite::Command(const std::string& process,
                                        const std::string& clock) const {
  const std::string port_of = shape_ == Shape::kOneProcess ? "gateway" : process;
  std::vector<std::string> command = {
      BinFile(absl::StrCat("banso-", process)),
      absl::StrCat("--data_dir=", File("data")),
      absl::StrCat("--port=", ports_.at(port_of)),
      absl::StrCat("--port_file=", File(process), ".json"),
      absl::StrCat("--suite_key_file=", File("suite.key")),
      absl::StrCat("--test_clock_start=", clock),
      "--test_clock",
  };
  command.insert(command.end(), flags_.begin(), flags_.end());
  if (shape_ == Shape::kFiveProcesses) {
    for (const char* peer : {"accounts", "health", "kickoff", "handoff"}) {
      command.push_back(absl::StrCat("--", peer, "_address=127.0.0.1:", ports_.at(peer)));
    }
  }
  return command;
}

void Suite::Start(const std::string& process, const std::string& clock) {
  processes_[process] =
      std::make_unique<Process>(Command(process, clock), absl::StrCat(File(process), ".log"));
}

void Suite::AwaitServing(const std::string& process) {
  const std::string name = shape_ == Shape::kOneProcess ? "gateway" : process;
  if (Answers(absl::StrCat("127.0.0.1:", ports_.at(name)), absl::Now() + kPatience, credentials_)) {
    return;
  }
  std::fprintf(stderr, "%s does not serve; its log:\n%s\n", process.c_str(), Log(process).c_str());
  BANSO_CHECK(false && "the suite must start");
}

std::string Suite::gateway_address() const {
  return absl::StrCat("127.0.0.1:", ports_.at("gateway"));
}

std::string Suite::operator_token() const {
  std::string token = testing::ReadFile(File("data/operator.token"));
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

void Suite::Kill(const std::string& process) { processes_.at(process)->Kill(); }

void Suite::Pause(const std::string& process) { processes_.at(process)->Signal(SIGSTOP); }

void Suite::Resume(const std::string& process) { processes_.at(process)->Signal(SIGCONT); }

void Suite::Restart(const std::string& process, const std::string& clock) {
  Start(process, clock);
  AwaitServing(process);
}

std::map<std::string, int> Suite::Stop() {
  std::map<std::string, int> statuses;
  for (auto& [name, process] : processes_) statuses[name] = process->Stop();
  return statuses;
}

std::string Suite::Log(const std::string& process) const {
  return testing::ReadFile(absl::StrCat(File(process), ".log"));
}

}  // namespace banso::journeys
