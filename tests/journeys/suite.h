#ifndef BANSO_TESTS_JOURNEYS_SUITE_H_
#define BANSO_TESTS_JOURNEYS_SUITE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/testing/temp_dir.h"
#include "tests/journeys/process.h"

namespace grpc {
class ChannelCredentials;
}  // namespace grpc

namespace banso::journeys {

// The folder of the programs, and that of the sources.
std::string BinFile(absl::string_view name);
std::string SourceFile(absl::string_view path);

// Waits until whoever listens at `address` answers a call, be it with a refusal; false when nobody
// does before `deadline`. In plain text without `credentials`.
bool Answers(const std::string& address, absl::Time deadline,
             std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr);

// How the suite runs.
enum class Shape {
  // accounts, health, kickoff, handoff and gateway, each a process of its own.
  kFiveProcesses,
  // One process, `banso-suite`.
  kOneProcess,
};

// A running suite on 127.0.0.1 with a test clock, an empty store and a suite key. Everything it has
// goes with the object.
class Suite {
 public:
  // Starts it and waits until everything is served. `clock` is where its clock begins, RFC 3339;
  // every process is given `flags` too. `credentials` are what its services ask of callers, if not
  // plain text.
  Suite(Shape shape, const std::string& clock, std::vector<std::string> flags = {},
        std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr);

  // `127.0.0.1:port` of the gateway.
  std::string gateway_address() const;
  // The secret of the operator's token.
  std::string operator_token() const;
  // A file in the suite's folder.
  std::string File(absl::string_view name) const { return dir_.File(name); }

  // The processes, by name: the services, or `suite`.
  std::vector<std::string> processes() const;
  pid_t pid(const std::string& process) const { return processes_.at(process)->pid(); }
  // Kills a process with SIGKILL.
  void Kill(const std::string& process);
  // Halts a process in the midst of what it does (SIGSTOP), and lets it go on (SIGCONT).
  void Pause(const std::string& process);
  void Resume(const std::string& process);
  // Starts a killed process again on the same store and port, at the clock given, and waits until
  // it serves.
  void Restart(const std::string& process, const std::string& clock);
  // Stops everything with SIGTERM; returns the exit statuses.
  std::map<std::string, int> Stop();

  // What a process has logged.
  std::string Log(const std::string& process) const;

 private:
  void Start(const std::string& process, const std::string& clock);
  void AwaitServing(const std::string& process);
  std::vector<std::string> Command(const std::string& process, const std::string& clock) const;

  const Shape shape_;
  const std::vector<std::string> flags_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  const testing::TempDir dir_;
  std::map<std::string, int> ports_;
  std::map<std::string, std::unique_ptr<Process>> processes_;
};

}  // namespace banso::journeys

#endif  // BANSO_TESTS_JOURNEYS_SUITE_H_
