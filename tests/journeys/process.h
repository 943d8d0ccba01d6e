#ifndef BANSO_TESTS_JOURNEYS_PROCESS_H_
#define BANSO_TESTS_JOURNEYS_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace banso::journeys {

// What a finished program left.
struct Finished {
  int exit_status = -1;
  // Standard output and standard error.
  std::string output;
  std::string errors;
};

// Runs a program to its end; `input` is its standard input.
Finished Run(const std::vector<std::string>& command, const std::string& input = "");

// A program that runs beside the test. Killed when the object goes.
class Process {
 public:
  // Starts `command`; its output is appended to the file `log`.
  Process(const std::vector<std::string>& command, const std::string& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Ends it as a power failure would (SIGKILL) and waits for it.
  void Kill();
  // Asks it to stop (SIGTERM) and waits; returns its exit status.
  int Stop();
  // Sends it any other signal, such as SIGSTOP.
  void Signal(int number);
  // True while it runs.
  bool IsRunning();
  // Its process id; 0 when it has ended.
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  int exit_status_ = 0;
};

// `count` ports of 127.0.0.1 that are free at the moment.
std::vector<int> FreePorts(int count);

}  // namespace banso::journeys

#endif  // BANSO_TESTS_JOURNEYS_PROCESS_H_
