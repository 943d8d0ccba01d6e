#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/benchmarks/echo_server.h"
#include "tests/benchmarks/figures.h"

namespace {

constexpr char kUsage[] =
    "usage: banso-bench [--json] [--only=accounts|health|portfolio]\n"
    "Measures the programs beside it on this machine, for about two minutes; see\n"
    "tests/benchmarks/README.md. The portfolio is measured only when it is named:\n"
    "  --accounts=N      how many, a multiple of 1,000 up to 100,000 (10,000)\n"
    "  --samples=N       how many together, a multiple of ten times the accounts (1,000,000)\n"
    "  --duckdb=SCRIPT   compares with DuckDB; SCRIPT is the path of rescore.mjs\n";

// Whether the numbers can be shared out.
bool IsUsable(const banso::benchmarks::PortfolioOptions& options) {
  return options.accounts >= 1000 && options.accounts <= 100000 && options.accounts % 1000 == 0 &&
         options.samples > 0 && options.samples % (10 * options.accounts) == 0 &&
         options.samples <= 120 * options.accounts;
}

}  // namespace

int main(int argc, char** argv) {
  bool json = false;
  std::string only, answer, port_file;
  banso::benchmarks::PortfolioOptions portfolio;
  bool usable = true;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (argument == "--json") {
      json = true;
    } else if (absl::ConsumePrefix(&argument, "--only=")) {
      only = std::string(argument);
    } else if (absl::ConsumePrefix(&argument, "--accounts=")) {
      usable &= absl::SimpleAtoi(argument, &portfolio.accounts);
    } else if (absl::ConsumePrefix(&argument, "--samples=")) {
      usable &= absl::SimpleAtoi(argument, &portfolio.samples);
    } else if (absl::ConsumePrefix(&argument, "--duckdb=")) {
      portfolio.duckdb = std::string(argument);
    } else if (absl::ConsumePrefix(&argument, "--serve_echo=")) {
      answer = std::string(argument);
    } else if (absl::ConsumePrefix(&argument, "--port_file=")) {
      port_file = std::string(argument);
    } else {
      std::fputs(kUsage, stderr);
      return 1;
    }
  }
  if (!usable || !IsUsable(portfolio)) {
    std::fputs(kUsage, stderr);
    return 1;
  }
  // The program is its own reference server.
  if (!answer.empty()) return banso::benchmarks::ServeEcho(answer, port_file);

  banso::benchmarks::Figures figures;
  if (only.empty() || only == "accounts") banso::benchmarks::MeasureAccounts(figures);
  if (only.empty() || only == "health") banso::benchmarks::MeasureHealth(figures);
  if (only == "portfolio") banso::benchmarks::MeasurePortfolio(portfolio, figures);
  std::fputs((json ? banso::benchmarks::Json(figures) : banso::benchmarks::Table(figures)).c_str(),
             stdout);
  return 0;
}
