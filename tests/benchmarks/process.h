#ifndef BANSO_TESTS_BENCHMARKS_PROCESS_H_
#define BANSO_TESTS_BENCHMARKS_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace banso::benchmarks {

// A fresh folder beside this program (so on a disk, not in memory), removed with all that is in it.
class WorkDir {
 public:
  WorkDir();
  ~WorkDir();
  WorkDir(const WorkDir&) = delete;
  WorkDir& operator=(const WorkDir&) = delete;

  std::string File(absl::string_view name) const;

 private:
  std::string path_;
};

// What a file holds; empty when it is not there.
std::string ReadFile(const std::string& path);

// The folder of this program, where the others are.
std::string BinDir();

// The processor time that this process has taken, user and system, in seconds.
double OwnProcessorSeconds();

// A server that runs beside this program, on a port that it chose; asked to end with the object,
// killed when it does not.
class Server {
 public:
  // Starts `command`, whose output goes to `name`.log in the folder, with `--port_file` added;
  // waits until it serves. Ends the program when it does not within 20 seconds.
  Server(const WorkDir& dir, const std::string& name, std::vector<std::string> command);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The address of the service of that name in the process.
  std::string address(const std::string& service) const;
  // Its memory in use (VmRSS), and the most that it has had in use (VmHWM), in MiB.
  double MemoryMib() const { return StatusMib("VmRSS:"); }
  double MostMemoryMib() const { return StatusMib("VmHWM:"); }
  // The processor time that it has taken, user and system, in seconds.
  double ProcessorSeconds() const;

 private:
  // A line of what the system tells of the process.
  double StatusMib(absl::string_view name) const;

  const std::string ports_;
  pid_t pid_ = 0;
};

// A service of Banso with an empty store of its own and the settings it has by default.
std::vector<std::string> ServiceCommand(const WorkDir& dir, const std::string& service,
                                        const std::string& store);

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_PROCESS_H_
