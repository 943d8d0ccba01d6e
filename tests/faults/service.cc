#include "tests/faults/service.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "tests/journeys/patience.h"
#include "tests/journeys/suite.h"

namespace banso::faults {

namespace {

int64_t StatusMib(pid_t pid, absl::string_view field) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  std::string word;
  int64_t kibibytes = 0;
  while (status >> word) {
    if (word == field && status >> kibibytes) return kibibytes / 1024;
  }
  BANSO_CHECK(false && "the process must run");
  return 0;
}

}  // namespace

int64_t MemoryMib(pid_t pid) { return StatusMib(pid, "VmRSS:"); }

int64_t MostMemoryMib(pid_t pid) { return StatusMib(pid, "VmHWM:"); }

// Where the system does not let it be forgotten, it is the most since the start.
void ForgetMostMemory(pid_t pid) { std::ofstream(absl::StrCat("/proc/", pid, "/clear_refs")) << 5; }

absl::Duration ProcessorTime(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string stat;
  std::getline(file, stat);
  // The fields 14 and 15, user and system time; the second is a name in brackets, with any text.
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(stat).substr(stat.rfind(')') + 1), ' ');
  int64_t user = 0, system = 0;
  BANSO_CHECK(fields.size() > 13 && absl::SimpleAtoi(fields[12], &user) &&
              absl::SimpleAtoi(fields[13], &system));
  return absl::Seconds(user + system) / sysconf(_SC_CLK_TCK);
}

Service::Service() : ports_(journeys::FreePorts(2)) {
  std::filesystem::create_directory(data_dir());
}

std::vector<std::string> Service::Command(const std::vector<std::string>& prefix) const {
  std::vector<std::string> command = {"/usr/bin/env"};
  command.insert(command.end(), prefix.begin(), prefix.end());
  command.push_back(journeys::BinFile("banso-accounts"));
  command.push_back(absl::StrCat("--data_dir=", data_dir()));
  command.push_back(absl::StrCat("--port=", port()));
  command.push_back(absl::StrCat("--ops_port=", ops_port()));
  return command;
}

absl::Duration Service::Start(const std::vector<std::string>& prefix) {
  const absl::Time start = absl::Now();
  process_ = std::make_unique<journeys::Process>(Command(prefix), dir_.File("log"));
  if (journeys::Answers(address(), start + journeys::kPatience)) return absl::Now() - start;
  std::fprintf(stderr, "accounts does not serve; its log:\n%s\n", Log().c_str());
  BANSO_CHECK(false && "the service must start");
  return absl::InfiniteDuration();
}

journeys::Finished Service::StartInVain(const std::vector<std::string>& prefix) const {
  std::vector<std::string> limited = {"timeout", "120", "setpriv", "--pdeathsig", "KILL"};
  limited.insert(limited.end(), prefix.begin(), prefix.end());
  return journeys::Run(Command(limited));
}

std::string Service::address() const { return absl::StrCat("127.0.0.1:", port()); }

std::string Service::Log() const {
  std::ostringstream text;
  text << std::ifstream(dir_.File("log")).rdbuf();
  return text.str();
}

}  // namespace banso::faults
