#ifndef BANSO_TESTS_BENCHMARKS_PORTFOLIO_REPORTS_H_
#define BANSO_TESTS_BENCHMARKS_PORTFOLIO_REPORTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "banso/health/v1/stages_service.pb.h"
#include "google/protobuf/message.h"

namespace banso::benchmarks {

// A question about all accounts of the portfolio.
struct PortfolioReport {
  std::string name;
  // Such as `banso.health.v1.PortfolioService/GetCoverage`.
  std::string method;
  std::unique_ptr<google::protobuf::Message> request;
  std::unique_ptr<google::protobuf::Message> response;
};

// A pyramid of three levels of use.
health::v1::SaveStageModelRequest PortfolioStages();

// Studies, coverage and the reports about PortfolioStages; some of them as of `past`, too.
std::vector<PortfolioReport> PortfolioReports(absl::Time past);

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_PORTFOLIO_REPORTS_H_
