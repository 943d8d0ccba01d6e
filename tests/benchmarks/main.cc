#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/benchmarks/echo_server.h"
#include "tests/benchmarks/figures.h"

namespace {

constexpr char kUsage[] =
    "usage: banso-bench [--json] [--only=accounts|health]\n"
    "Measures the programs beside it on this machine, for about two minutes; see\n"
    "tests/benchmarks/README.md.\n";

}  // namespace

int main(int argc, char** argv) {
  bool json = false;
  std::string only, answer, port_file;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (argument == "--json") {
      json = true;
    } else if (absl::ConsumePrefix(&argument, "--only=")) {
      only = std::string(argument);
    } else if (absl::ConsumePrefix(&argument, "--serve_echo=")) {
      answer = std::string(argument);
    } else if (absl::ConsumePrefix(&argument, "--port_file=")) {
      port_file = std::string(argument);
    } else {
      std::fputs(kUsage, stderr);
      return 1;
    }
  }
  // The program is its own reference server.
  if (!answer.empty()) return banso::benchmarks::ServeEcho(answer, port_file);

  banso::benchmarks::Figures figures;
  if (only.empty() || only == "accounts") banso::benchmarks::MeasureAccounts(figures);
  if (only.empty() || only == "health") banso::benchmarks::MeasureHealth(figures);
  std::fputs((json ? banso::benchmarks::Json(figures) : banso::benchmarks::Table(figures)).c_str(),
             stdout);
  return 0;
}
