#include "tests/benchmarks/duckdb.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace banso::benchmarks {
namespace {

[[noreturn]] void GiveUp(const std::string& why) {
  std::fprintf(stderr, "DuckDB: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

DuckDb::DuckDb(const std::string& script, int64_t accounts, int64_t per_account, int64_t today) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) GiveUp("no pipe");
  const std::string counts[] = {absl::StrCat(accounts), absl::StrCat(per_account),
                                absl::StrCat(today)};
  pid_ = fork();
  if (pid_ < 0) GiveUp("cannot be started");
  if (pid_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execlp("node", "node", script.c_str(), counts[0].c_str(), counts[1].c_str(), counts[2].c_str(),
           nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_ = fdopen(in[1], "w");
  from_ = fdopen(out[0], "r");
  if (ReadLine() != "ready\n") GiveUp(absl::StrCat(script, " did not start; see README.md"));
}

DuckDb::~DuckDb() {
  std::fclose(to_);
  std::fclose(from_);
  waitpid(pid_, nullptr, 0);
}

DuckDbAnswer DuckDb::Rescore() {
  std::fputs("\n", to_);
  std::fflush(to_);
  const std::string line = ReadLine();
  google::protobuf::Struct answer;
  if (!google::protobuf::util::JsonStringToMessage(line, &answer).ok()) {
    GiveUp(absl::StrCat("answered ", line));
  }
  const auto number = [&](const char* name) { return answer.fields().at(name).number_value(); };
  return {.seconds = number("seconds"),
          .processor_seconds = number("processor"),
          .accounts = number("accounts"),
          .mean_change = number("meanChange"),
          .moved = number("moved")};
}

std::string DuckDb::ReadLine() {
  std::array<char, 4096> line{};
  if (std::fgets(line.data(), line.size(), from_) == nullptr) return "";
  return line.data();
}

}  // namespace banso::benchmarks
