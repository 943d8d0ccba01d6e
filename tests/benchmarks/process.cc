#include "tests/benchmarks/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace banso::benchmarks {
namespace {

constexpr absl::Duration kStartLimit = absl::Seconds(20);
constexpr absl::Duration kStopLimit = absl::Seconds(15);
constexpr absl::Duration kServerPoll = absl::Milliseconds(10);

[[noreturn]] void Fail(const std::string& sentence) {
  std::fprintf(stderr, "%s\n", sentence.c_str());
  std::exit(1);
}

pid_t Spawn(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) Fail("no process could be started");
  if (pid > 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file < 0 || dup2(file, STDOUT_FILENO) < 0 || dup2(file, STDERR_FILENO) < 0) _exit(126);
  execv(arguments[0], arguments.data());
  _exit(127);
}

// Of the clock of a process.
double SecondsOf(clockid_t clock) {
  timespec used = {};
  if (clock_gettime(clock, &used) != 0) Fail("a process has ended before its time");
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

}  // namespace

double OwnProcessorSeconds() { return SecondsOf(CLOCK_PROCESS_CPUTIME_ID); }

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string BinDir() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

WorkDir::WorkDir() : path_(absl::StrCat(BinDir(), "/bench-XXXXXX")) {
  if (mkdtemp(path_.data()) == nullptr) Fail(absl::StrCat(path_, " cannot be created"));
}

WorkDir::~WorkDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string WorkDir::File(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

Server::Server(const WorkDir& dir, const std::string& name, std::vector<std::string> command)
    : ports_(dir.File(absl::StrCat(name, ".ports"))) {
  command.push_back(absl::StrCat("--port_file=", ports_));
  const std::string log = dir.File(absl::StrCat(name, ".log"));
  pid_ = Spawn(command, log);
  const absl::Time limit = absl::Now() + kStartLimit;
  while (!std::filesystem::exists(ports_)) {
    if (absl::Now() > limit || waitpid(pid_, nullptr, WNOHANG) != 0) {
      Fail(absl::StrCat(command[0], " does not serve; its log:\n", ReadFile(log)));
    }
    absl::SleepFor(kServerPoll);
  }
}

Server::~Server() {
  kill(pid_, SIGTERM);
  const absl::Time limit = absl::Now() + kStopLimit;
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (absl::Now() > limit) kill(pid_, SIGKILL);
    absl::SleepFor(kServerPoll);
  }
}

std::string Server::address(const std::string& service) const {
  // One JSON object of names and numbers.
  const std::vector<std::string> parts =
      absl::StrSplit(ReadFile(ports_), absl::ByAnyChar("{}\",: \n"), absl::SkipEmpty());
  for (size_t i = 0; i + 1 < parts.size(); i += 2) {
    if (parts[i] == service) return absl::StrCat("127.0.0.1:", parts[i + 1]);
  }
  Fail(absl::StrCat(service, " is not in ", ports_));
}

double Server::StatusMib(absl::string_view name) const {
  std::ifstream status(absl::StrCat("/proc/", pid_, "/status"));
  std::string word;
  double kibibytes = 0;
  while (status >> word) {
    if (word == name && status >> kibibytes) return kibibytes / 1024;
  }
  Fail("a server has ended before its time");
}

double Server::ProcessorSeconds() const {
  clockid_t clock = 0;
  if (clock_getcpuclockid(pid_, &clock) != 0) Fail("a server has ended before its time");
  return SecondsOf(clock);
}

std::vector<std::string> ServiceCommand(const WorkDir& dir, const std::string& service,
                                        const std::string& store) {
  return {absl::StrCat(BinDir(), "/banso-", service), absl::StrCat("--data_dir=", dir.File(store))};
}

}  // namespace banso::benchmarks
