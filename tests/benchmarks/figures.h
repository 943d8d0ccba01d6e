#ifndef BANSO_TESTS_BENCHMARKS_FIGURES_H_
#define BANSO_TESTS_BENCHMARKS_FIGURES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace banso::benchmarks {

// One line of the table.
struct Figure {
  std::string name;
  double measured = 0;
  // Such as `calls/s`.
  std::string unit;
  // What it is compared with in the same rounds, in the same unit, and what that is.
  std::optional<double> reference;
  std::string compared_with;
  // The median of the rounds' ratios, and what it should at least be.
  std::optional<double> ratio;
  std::optional<double> aim;
  // What it should be less than, instead.
  std::optional<double> limit;
  // Processor time of the measured program for one unit, in microseconds, and of what it is
  // compared with: what other work on the machine changes least.
  std::optional<double> processor;
  std::optional<double> reference_processor;
  // Anything else worth knowing.
  std::string remark;
};

using Figures = std::vector<Figure>;

// Measures in three rounds, each of both, one right after the other, so that what else the machine
// does meets both alike; fills in the medians and the ratio.
void Compare(Figure& figure, const std::function<double()>& measure,
             const std::function<double()>& reference);

// The median of three rounds.
double Median(const std::function<double()>& measure);

std::string Table(const Figures& figures);
std::string Json(const Figures& figures);

// The parts of the run, in order.
void MeasureAccounts(Figures& figures);
void MeasureHealth(Figures& figures);

// How much there is to score.
struct PortfolioOptions {
  // A multiple of 1,000, at most 100,000.
  int64_t accounts = 10000;
  // A multiple of ten times the accounts, and at most 120 for each.
  int64_t samples = 1000000;
  // The path of rescore.mjs; empty: nothing is compared with DuckDB.
  std::string duckdb;
};
void MeasurePortfolio(const PortfolioOptions& options, Figures& figures);

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_FIGURES_H_
