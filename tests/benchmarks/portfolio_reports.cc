#include "tests/benchmarks/portfolio_reports.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "banso/health/v1/portfolio_service.pb.h"
#include "banso/health/v1/studies_service.pb.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"

namespace banso::benchmarks {
namespace {

namespace v1 = health::v1;

type::v1::FactRef Fact(absl::string_view metric, type::v1::Aggregation aggregation, int days) {
  type::v1::FactRef fact;
  fact.set_fact(absl::StrCat("metric.", metric));
  fact.mutable_window()->set_aggregation(aggregation);
  *fact.mutable_window()->mutable_trailing() =
      calendar::MakePeriod(days, type::v1::PERIOD_UNIT_DAY);
  return fact;
}

type::v1::Condition AtLeast(double least, type::v1::FactRef fact) {
  type::v1::Condition condition;
  type::v1::Comparison& compare = *condition.mutable_compare();
  *compare.mutable_fact() = std::move(fact);
  compare.set_op(type::v1::OPERATOR_GE);
  compare.add_values()->set_number(least);
  return condition;
}

type::v1::FactRef MonthOf(absl::string_view metric) {
  return Fact(metric, type::v1::AGGREGATION_SUM, 28);
}

void AddLevel(const std::string& key, v1::StageModel& model) {
  v1::StageLevel& level = *model.add_levels();
  level.set_key(key);
  level.set_display_name(key);
  level.set_meaning(key);
}

// Whether reports are made.
v1::Measured Reporting() {
  v1::Measured measured;
  measured.set_key("reporting");
  measured.set_display_name("Reporting");
  *measured.mutable_trait()->mutable_condition() = AtLeast(4, MonthOf("reports"));
  return measured;
}

// Those that use the product much and the others.
v1::CompareCohortsRequest Cohorts() {
  v1::CompareCohortsRequest request;
  *request.mutable_with()->mutable_condition() = AtLeast(40, MonthOf("use"));
  request.set_with_name("Much use");
  request.set_without_name("Little use");
  *request.add_measures() = Reporting();
  v1::Measured& reports = *request.add_measures();
  reports.set_key("reports");
  reports.set_display_name("Reports");
  *reports.mutable_amount() = MonthOf("reports");
  return request;
}

v1::RunStudyRequest Factors() {
  v1::RunStudyRequest request;
  v1::FactorStudy& study = *request.mutable_factors();
  *study.mutable_result()->mutable_condition() =
      AtLeast(8, Fact("use", type::v1::AGGREGATION_ACTIVE_WEEKS, 84));
  study.set_result_name("Use in most weeks");
  *study.add_factors() = Reporting();
  return request;
}

v1::GetCoverageRequest Coverage() {
  v1::GetCoverageRequest request;
  *request.mutable_condition() = AtLeast(1, MonthOf("reports"));
  *request.mutable_people() = Fact("use", type::v1::AGGREGATION_DISTINCT_USERS, 28);
  return request;
}

template <typename Request>
Request AboutStages() {
  Request request;
  request.set_stage_model("stageModels/portfolio");
  return request;
}

template <typename Response, typename Request>
void AddReport(const std::string& name, const std::string& method, Request request,
               std::vector<PortfolioReport>& reports) {
  reports.push_back({.name = name,
                     .method = absl::StrCat("banso.health.v1.", method),
                     .request = std::make_unique<Request>(std::move(request)),
                     .response = std::make_unique<Response>()});
}

}  // namespace

health::v1::SaveStageModelRequest PortfolioStages() {
  v1::SaveStageModelRequest request;
  request.set_reason("benchmark");
  v1::StageModel& model = *request.mutable_stage_model();
  model.set_name("stageModels/portfolio");
  model.set_display_name("Use");
  model.set_purpose("Tell who is called this week.");
  model.set_kind(v1::STAGE_MODEL_KIND_PYRAMID);
  AddLevel("entry", model);
  AddLevel("using", model);
  *model.mutable_levels(1)->mutable_condition() = AtLeast(1, MonthOf("use"));
  AddLevel("reporting", model);
  *model.mutable_levels(2)->mutable_condition() = AtLeast(4, MonthOf("reports"));
  return request;
}

std::vector<PortfolioReport> PortfolioReports(absl::Time past) {
  std::vector<PortfolioReport> reports;
  AddReport<v1::ComparisonReport>("cohorts compared", "StudiesService/CompareCohorts", Cohorts(),
                                  reports);
  v1::CompareCohortsRequest before = Cohorts();
  *before.mutable_scope()->mutable_as_of() = calendar::ToTimestamp(past);
  AddReport<v1::ComparisonReport>("  as of a past day", "StudiesService/CompareCohorts",
                                  std::move(before), reports);
  AddReport<v1::RunStudyResponse>("study of factors", "StudiesService/RunStudy", Factors(),
                                  reports);
  AddReport<v1::GetCoverageResponse>("coverage", "PortfolioService/GetCoverage", Coverage(),
                                     reports);
  v1::GetCoverageRequest covered = Coverage();
  *covered.mutable_as_of() = calendar::ToTimestamp(past);
  AddReport<v1::GetCoverageResponse>("  as of a past day", "PortfolioService/GetCoverage",
                                     std::move(covered), reports);
  AddReport<v1::GetStageBacklogResponse>("backlog of stages", "StagesService/GetStageBacklog",
                                         AboutStages<v1::GetStageBacklogRequest>(), reports);
  auto moves = AboutStages<v1::GetStageMovementRequest>();
  *moves.mutable_from_time() = calendar::ToTimestamp(past);
  AddReport<v1::GetStageMovementResponse>(
      "movement between stages", "StagesService/GetStageMovement", std::move(moves), reports);
  AddReport<v1::AnalyzeLevelsResponse>("levels analyzed", "StagesService/AnalyzeLevels",
                                       AboutStages<v1::AnalyzeLevelsRequest>(), reports);
  AddReport<v1::AnalyzeStageRetentionResponse>(
      "retention by stage", "StagesService/AnalyzeStageRetention",
      AboutStages<v1::AnalyzeStageRetentionRequest>(), reports);
  return reports;
}

}  // namespace banso::benchmarks
