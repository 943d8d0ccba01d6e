#ifndef BANSO_TESTS_BENCHMARKS_PORTFOLIO_DATA_H_
#define BANSO_TESTS_BENCHMARKS_PORTFOLIO_DATA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "banso/health/v1/metric.pb.h"
#include "banso/health/v1/score.pb.h"

// Made-up use of a product by many accounts over 120 days, and a model that scores it. rescore.mjs
// makes the same samples and scores for DuckDB; change both together.
namespace banso::benchmarks {

// The metrics `use` and `reports`, both of the source `product`.
std::vector<health::v1::Metric> PortfolioMetrics();

// Sample `number` of account `account`, called `name`. Its day is one of the 120 up to `today`, and
// no two of the first 120 share one; every fourth is a report.
health::v1::Sample PortfolioSample(const std::string& name, int64_t account, int64_t number,
                                   absl::CivilDay today);

// Six windows: use in four weeks, which is worth 100 points from `target` on, its users, days since
// the last, the trend of eight weeks, active weeks of twelve, and reports in four weeks.
health::v1::ScoreModel PortfolioModel(double target);

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_PORTFOLIO_DATA_H_
