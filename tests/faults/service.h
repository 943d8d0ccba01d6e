#ifndef BANSO_TESTS_FAULTS_SERVICE_H_
#define BANSO_TESTS_FAULTS_SERVICE_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/testing/temp_dir.h"
#include "tests/journeys/process.h"

namespace banso::faults {

// How much memory a process that runs has in use, in MiB.
int64_t MemoryMib(pid_t pid);
// The most that it has had in use since it began, or since ForgetMostMemory, in MiB.
int64_t MostMemoryMib(pid_t pid);
void ForgetMostMemory(pid_t pid);
// For how long it has kept a processor busy since it began.
absl::Duration ProcessorTime(pid_t pid);

// The accounts service as one process with a store and ports of its own, which it keeps when it is
// started again. It takes calls from anybody.
class Service {
 public:
  Service();

  // Starts it by `prefix` (such as `prlimit ...`) and waits for its first answer; returns how long
  // that took from the start of the program. To be called from the thread that ends last: the
  // process ends with the thread that started it.
  absl::Duration Start(const std::vector<std::string>& prefix = {});
  // Starts it where it should refuse to serve. One that serves nevertheless is ended after two
  // minutes, with exit status 124, and with the test.
  journeys::Finished StartInVain(const std::vector<std::string>& prefix = {}) const;
  // Ends it with SIGKILL.
  void Kill() { process_->Kill(); }
  // Asks it to end (SIGTERM), waits, and returns its exit status.
  int Stop() { return process_->Stop(); }
  bool IsRunning() { return process_->IsRunning(); }

  pid_t pid() const { return process_->pid(); }
  int port() const { return ports_[0]; }
  // For /healthz, /readyz and /metrics.
  int ops_port() const { return ports_[1]; }
  std::string address() const;
  // The folder of the store, and the store.
  std::string data_dir() const { return dir_.File("data"); }
  std::string store() const { return data_dir() + "/accounts.db"; }
  // What it has logged.
  std::string Log() const;

 private:
  std::vector<std::string> Command(const std::vector<std::string>& prefix) const;

  const testing::TempDir dir_;
  const std::vector<int> ports_;
  std::unique_ptr<journeys::Process> process_;
};

}  // namespace banso::faults

#endif  // BANSO_TESTS_FAULTS_SERVICE_H_
