#include "tests/journeys/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "common/status_macros.h"
#include "common/testing/files.h"
#include "common/testing/temp_dir.h"

namespace banso::journeys {
namespace {

// Starts `command` with its three streams on files and returns its process id.
pid_t Spawn(const std::vector<std::string>& command, const std::string& in, const std::string& out,
            const std::string& err) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  BANSO_CHECK(pid >= 0);
  if (pid > 0) return pid;
  // Nobody outlives a test that ends early.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto open_as = [](const std::string& path, int flags, int as) {
    const int file = open(path.c_str(), flags, 0600);
    if (file < 0 || dup2(file, as) < 0) _exit(126);
  };
  open_as(in, O_RDONLY, STDIN_FILENO);
  open_as(out, O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
  open_as(err, O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO);
  execv(arguments[0], arguments.data());
  _exit(127);
}

int ExitStatus(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

}  // namespace

Finished Run(const std::vector<std::string>& command, const std::string& input) {
  const testing::TempDir dir;
  std::ofstream(dir.File("in")) << input;
  const pid_t pid = Spawn(command, dir.File("in"), dir.File("out"), dir.File("err"));
  int status = 0;
  waitpid(pid, &status, 0);
  return {ExitStatus(status), testing::ReadFile(dir.File("out")),
          testing::ReadFile(dir.File("err"))};
}

Process::Process(const std::vector<std::string>& command, const std::string& log)
    : pid_(Spawn(command, "/dev/null", log, log)) {}

Process::~Process() { Kill(); }

void Process::Kill() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

int Process::Stop() {
  if (pid_ == 0) return exit_status_;
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return exit_status_ = ExitStatus(status);
}

void Process::Signal(int number) { BANSO_CHECK(pid_ != 0 && kill(pid_, number) == 0); }

bool Process::IsRunning() {
  if (pid_ == 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  pid_ = 0;
  exit_status_ = ExitStatus(status);
  return false;
}

std::vector<int> FreePorts(int count) {
  std::vector<int> sockets, ports;
  for (int i = 0; i < count; ++i) {
    const int file = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    BANSO_CHECK(bind(file, reinterpret_cast<sockaddr*>(&address), size) == 0);
    BANSO_CHECK(getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    sockets.push_back(file);
    ports.push_back(ntohs(address.sin_port));
  }
  for (const int file : sockets) close(file);
  return ports;
}

}  // namespace banso::journeys
