#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/health/v1/outcomes_service.pb.h"
#include "banso/health/v1/scoring_service.pb.h"
#include "banso/health/v1/stages_service.pb.h"
#include "banso/health/v1/tier_matrix.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "tests/benchmarks/duckdb.h"
#include "tests/benchmarks/figures.h"
#include "tests/benchmarks/load_client.h"
#include "tests/benchmarks/portfolio_data.h"
#include "tests/benchmarks/portfolio_reports.h"
#include "tests/benchmarks/process.h"
#include "tests/benchmarks/requests.h"
#include "tests/benchmarks/streams.h"

namespace banso::benchmarks {
namespace {

constexpr int64_t kMessage = 1000;
// How many messages one call of IngestSamples sends.
constexpr int64_t kCallMessages = 100;
// When nothing has been written for so long, the service has no more work.
constexpr absl::Duration kQuiet = absl::Seconds(2);
constexpr absl::Duration kPoll = absl::Milliseconds(10);
constexpr double kTarget = 60;
constexpr double kDraftTarget = 80;
// So many scores are replayed by one backtest.
constexpr int64_t kMostReplayed = 200000;

std::string HealthMethod(absl::string_view name) { return absl::StrCat(kHealthService, name); }
std::string MetricsMethod(absl::string_view name) { return absl::StrCat(kMetricsService, name); }

// What was measured of one size, for the comparison with another.
struct Phase {
  // In the names of its figures.
  std::string size;
  // How many samples each account has.
  int64_t per_account = 0;
  // Whether the aims are about this size.
  bool has_aims = false;
  double dry_run = 0;
  // Its processor time.
  double dry_run_effort = 0;
  double store_all = 0;
  double explained = 0;
  double matrix = 0;
};

// The scoring of a whole portfolio: `options.accounts` accounts with together `options.samples`.
class PortfolioRun {
 public:
  PortfolioRun(const PortfolioOptions& options, Figures& figures)
      : options_(options),
        figures_(figures),
        accounts_(dir_, "accounts", ServiceCommand(dir_, "accounts", "accounts")),
        health_(dir_, "health", HealthCommand()) {}

  void Measure() {
    const absl::Time start = absl::Now();
    SetUp();
    const int64_t per_account = options_.samples / options_.accounts;
    Phase tenth{.size = SizeText(options_.samples / 10), .per_account = per_account / 10};
    Phase all{.size = SizeText(options_.samples), .per_account = per_account, .has_aims = true};
    baseline_ = Save(kTarget);
    draft_ = Save(kDraftTarget);
    Ingest("ingesting the first tenth of the samples", 0, tenth.per_account);
    MeasurePhase(baseline_, tenth);
    Ingest("ingesting the other nine", tenth.per_account, all.per_account);
    MeasurePhase(draft_, all);
    Growth("dry run", all.dry_run, tenth.dry_run, 10);
    Growth("storing all scores", all.store_all, tenth.store_all, 10);
    Growth("tier matrix", all.matrix, tenth.matrix, 10);
    Growth("one explained score", all.explained, tenth.explained, std::nullopt);
    MeasureBacktest();
    MeasureReports(all.dry_run_effort);
    Add("the whole run", absl::ToDoubleSeconds(absl::Now() - start), "s");
  }

 private:
  static std::string SizeText(int64_t samples) {
    return samples % 1000000 == 0 ? absl::StrCat(samples / 1000000, " million samples")
                                  : absl::StrCat(samples, " samples");
  }

  // Measures everything with the samples that are there; `revision` is put in force meanwhile.
  void MeasurePhase(const std::string& revision, Phase& phase) {
    Settle(absl::Now());
    MeasureDryRun(phase);
    MeasureExplained(phase);
    phase.store_all = Activate(revision);
    Add(absl::StrCat("computing and storing all scores, ", phase.size), phase.store_all, "s");
    MeasureFewChanged(phase);
    MeasureMatrix(phase);
    Add(absl::StrCat("memory of health, ", phase.size), health_.MemoryMib(), "MiB",
        absl::StrFormat("at most %.0f MiB so far", health_.MostMemoryMib()));
  }

  std::vector<std::string> HealthCommand() const {
    std::vector<std::string> command = ServiceCommand(dir_, "health", "health");
    command.push_back(absl::StrCat("--accounts_address=", accounts_.address("accounts")));
    return command;
  }
  std::string health() const { return health_.address("health"); }

  void Add(const std::string& name, double measured, const std::string& unit,
           const std::string& remark = "") {
    Figure figure;
    figure.name = name;
    figure.measured = measured;
    figure.unit = unit;
    figure.remark = remark;
    Add(figure);
  }

  // Says it at once, too: the run is long.
  void Add(const Figure& figure) {
    figures_.push_back(figure);
    std::fprintf(
        stderr, "%s: %.4g %s%s %s\n", figure.name.c_str(), figure.measured, figure.unit.c_str(),
        figure.ratio.has_value() ? absl::StrFormat(" (ratio %.3g)", *figure.ratio).c_str() : "",
        figure.remark.c_str());
  }

  void SetUp() {
    const std::string address = accounts_.address("accounts");
    for (int64_t first = 0; first < options_.accounts; first += 10 * kMessage) {
      const int64_t rest = std::min((options_.accounts - first) / kMessage, int64_t{10});
      accounts::v1::ImportAccountsResponse imported;
      SendAll(address, absl::StrCat(kAccountsService, "ImportAccounts"),
              ImportMessages(first, static_cast<int>(rest)), &imported);
    }
    accounts::v1::ListAccountsRequest list;
    list.set_page_size(static_cast<int>(kMessage));
    accounts::v1::ListAccountsResponse page;
    do {
      benchmarks::Call(address, absl::StrCat(kAccountsService, "ListAccounts"), list, &page);
      for (const accounts::v1::Account& account : page.accounts()) names_.push_back(account.name());
      list.set_page_token(page.next_page_token());
    } while (!page.next_page_token().empty());
    AwaitFollower(address);
    for (const health::v1::Metric& metric : PortfolioMetrics()) {
      health::v1::CreateMetricRequest request;
      request.set_metric_id(metric.name().substr(metric.name().find('/') + 1));
      *request.mutable_metric() = metric;
      request.mutable_metric()->clear_name();
      health::v1::Metric created;
      benchmarks::Call(health(), MetricsMethod("CreateMetric"), request, &created);
    }
  }

  void AwaitFollower(const std::string& accounts) const {
    type::v1::GetPositionResponse position;
    benchmarks::Call(accounts, "banso.type.v1.OperationsService/GetPosition",
                     type::v1::GetPositionRequest(), &position);
    type::v1::AwaitPositionRequest await;
    await.set_service("accounts");
    await.set_position(position.position());
    type::v1::AwaitPositionResponse reached;
    while (!TryCall(health(), "banso.type.v1.OperationsService/AwaitPosition", await, &reached)) {
    }
  }

  // Samples `from` to `to` - 1 of every account, account by account.
  void Ingest(const std::string& name, int64_t from, int64_t to) {
    double seconds = 0;
    double most_memory = 0;
    std::vector<std::string> messages;
    health::v1::IngestSamplesRequest message;
    const auto send = [&] {
      health::v1::IngestSamplesResponse response;
      seconds += SendAll(health(), MetricsMethod("IngestSamples"), messages, &response);
      if (response.rejected() > 0) {
        std::fprintf(stderr, "%s\n", response.ShortDebugString().c_str());
        std::exit(1);
      }
      messages.clear();
      most_memory = std::max(most_memory, health_.MemoryMib());
    };
    for (int64_t account = 0; account < options_.accounts; ++account) {
      for (int64_t number = from; number < to; ++number) {
        *message.add_samples() =
            PortfolioSample(names_[static_cast<size_t>(account)], account, number, today_);
        const bool last = account + 1 == options_.accounts && number + 1 == to;
        if (message.samples_size() < kMessage && !last) continue;
        messages.push_back(message.SerializeAsString());
        message.clear_samples();
        if (static_cast<int64_t>(messages.size()) == kCallMessages || last) send();
      }
    }
    Add(name, static_cast<double>(options_.accounts * (to - from)) / seconds, "rows/s",
        absl::StrFormat("1,000 in a message, each durable; at most %.0f MiB", most_memory));
  }

  int64_t Position() const {
    type::v1::GetPositionResponse position;
    benchmarks::Call(health(), "banso.type.v1.OperationsService/GetPosition",
                     type::v1::GetPositionRequest(), &position);
    return position.position();
  }

  // Waits until the service has no more work; returns how many seconds after `start` it wrote last.
  double Settle(absl::Time start) const {
    absl::Time last = absl::Now();
    int64_t position = Position();
    while (absl::Now() - last < kQuiet) {
      absl::SleepFor(kPoll);
      const int64_t now = Position();
      if (now != position) last = absl::Now();
      position = now;
    }
    return absl::ToDoubleSeconds(last - start);
  }

  // Saves a revision; returns its name.
  std::string Save(double target) const {
    health::v1::SaveScoreModelRequest request;
    request.set_reason("benchmark");
    *request.mutable_score_model() = PortfolioModel(target);
    health::v1::ScoreModel saved;
    benchmarks::Call(health(), HealthMethod("SaveScoreModel"), request, &saved);
    return absl::StrCat(saved.name(), "@", saved.revision().number());
  }

  // Puts a revision in force; returns how long it took until every account had its score.
  double Activate(const std::string& revision) const {
    health::v1::ActivateScoreModelRequest request;
    request.set_name(revision);
    health::v1::ScoreModel active;
    const absl::Time start = absl::Now();
    benchmarks::Call(health(), HealthMethod("ActivateScoreModel"), request, &active);
    return Settle(start);
  }

  health::v1::ScoreModelDifference Compare(double* seconds) const {
    health::v1::CompareScoreModelsRequest request;
    request.set_score_model(draft_);
    request.set_baseline(baseline_);
    request.set_max_accounts(1);
    health::v1::CompareScoreModelsResponse response;
    const absl::Time start = absl::Now();
    benchmarks::Call(health(), "banso.health.v1.ScoringService/CompareScoreModels", request,
                     &response);
    *seconds = absl::ToDoubleSeconds(absl::Now() - start);
    return response.differences(0);
  }

  void MeasureDryRun(Phase& phase) {
    const auto samples = static_cast<double>(options_.accounts * phase.per_account);
    Figure figure;
    figure.name = absl::StrCat("dry run: all accounts by two models, ", phase.size);
    figure.unit = "rows/s";
    double processor = 0;
    const auto ours = [&] {
      double seconds = 0;
      const double before = health_.ProcessorSeconds();
      ours_ = Compare(&seconds);
      processor = health_.ProcessorSeconds() - before;
      return samples / seconds;
    };
    std::optional<DuckDbAnswer> theirs;
    if (options_.duckdb.empty()) {
      figure.measured = Median(ours);
    } else {
      DuckDb duckdb(options_.duckdb, options_.accounts, phase.per_account,
                    today_ - absl::CivilDay(1970, 1, 1));
      if (phase.has_aims) figure.aim = 1;
      figure.compared_with = "DuckDB, the raw events in memory, one query";
      benchmarks::Compare(figure, ours, [&] {
        theirs = duckdb.Rescore();
        return samples / theirs->seconds;
      });
      CheckSame(*theirs);
    }
    Add(figure);
    Figure effort;
    effort.name = "  processor time of that";
    effort.unit = "s";
    phase.dry_run_effort = effort.measured = processor;
    if (theirs.has_value()) {
      effort.reference = theirs->processor_seconds;
      effort.ratio = theirs->processor_seconds / processor;
      effort.compared_with = "DuckDB, all its threads";
    }
    Add(effort);
    Figure time;
    time.name = "  that is";
    time.unit = "s";
    phase.dry_run = time.measured = samples / figure.measured;
    if (figure.reference.has_value()) time.reference = samples / *figure.reference;
    time.remark =
        absl::StrFormat("%d accounts, %d of them in another band", ours_.accounts(), ours_.moved());
    Add(time);
  }

  // Both must have said the same.
  void CheckSame(const DuckDbAnswer& theirs) const {
    const bool same = static_cast<double>(ours_.accounts()) == theirs.accounts &&
                      static_cast<double>(ours_.moved()) == theirs.moved &&
                      std::abs(ours_.mean_change() - theirs.mean_change) < 1e-6;
    if (same) return;
    std::fprintf(
        stderr, "DuckDB says otherwise: %g accounts, %g moved by %.9g on average, not %s\n",
        theirs.accounts, theirs.moved, theirs.mean_change, ours_.ShortDebugString().c_str());
    std::exit(1);
  }

  void Growth(const std::string& name, double now, double before, std::optional<double> limit) {
    Figure figure;
    figure.name = absl::StrCat("growth with ten times the samples: ", name);
    figure.measured = now;
    figure.unit = "s";
    figure.reference = before;
    figure.compared_with = "the same with a tenth of the samples";
    figure.ratio = now / before;
    figure.limit = limit;
    Add(figure);
  }

  void MeasureExplained(Phase& phase) {
    LoadOptions options;
    options.method = HealthMethod("GetScore");
    options.concurrency = 1;
    options.request = [this](int64_t i) {
      health::v1::GetScoreRequest request;
      const size_t account = static_cast<size_t>(i * 7919) % names_.size();
      // A revision is computed for the caller, whatever is stored.
      request.set_name(absl::StrCat(names_[account], "/scores/portfolio@1"));
      return request.SerializeAsString();
    };
    LoadResult last;
    const double per_second = Median([&] {
      last = RunLoad(health(), options);
      return last.per_second;
    });
    phase.explained = absl::ToDoubleSeconds(last.p50);
    Add(absl::StrCat("one explained score, ", phase.size), per_second, "calls/s",
        absl::StrFormat("one after the other; p50 %.2f ms, p99 %.2f ms",
                        absl::ToDoubleMilliseconds(last.p50),
                        absl::ToDoubleMilliseconds(last.p99)));
  }

  // One more sample for every hundredth account; returns how long it took until their scores were
  // stored. In a smaller size it is the sample that comes next anyway.
  double ChangeFew(int64_t number) const {
    health::v1::IngestSamplesRequest message;
    for (int64_t account = 0; account < options_.accounts; account += 100) {
      *message.add_samples() =
          PortfolioSample(names_[static_cast<size_t>(account)], account, number, today_);
    }
    health::v1::IngestSamplesResponse response;
    const absl::Time start = absl::Now();
    SendAll(health(), MetricsMethod("IngestSamples"), {message.SerializeAsString()}, &response);
    return Settle(start);
  }

  void MeasureFewChanged(const Phase& phase) {
    int64_t number = phase.per_account;
    Figure figure;
    figure.name = absl::StrCat("rescoring after 1 % of the accounts changed, ", phase.size);
    figure.measured = Median([&] { return ChangeFew(number++); });
    figure.unit = "s";
    figure.reference = phase.store_all;
    figure.compared_with = "computing and storing all scores";
    figure.ratio = figure.measured / phase.store_all;
    if (phase.has_aims) figure.limit = 0.03;
    figure.remark = "from the samples to the last score";
    Add(figure);
  }

  void MeasureMatrix(Phase& phase) {
    health::v1::GetTierMatrixRequest request;
    request.set_score_model("scoreModels/portfolio");
    health::v1::GetTierMatrixResponse matrix;
    phase.matrix = Median([&] {
      const absl::Time start = absl::Now();
      benchmarks::Call(health(), "banso.health.v1.PortfolioService/GetTierMatrix", request,
                       &matrix);
      return absl::ToDoubleSeconds(absl::Now() - start);
    });
    Add(absl::StrCat("tier matrix, ", phase.size), phase.matrix, "s",
        absl::StrFormat("%d accounts are due", matrix.due_accounts()));
  }

  // Every twentieth account churned on one of the last 60 days.
  void ImportChurns() const {
    std::vector<std::string> messages;
    health::v1::ImportOutcomesRequest message;
    for (size_t account = 7; account < names_.size(); account += 20) {
      health::v1::Outcome& outcome = *message.add_outcomes();
      outcome.set_name(absl::StrCat(names_[account], "/outcomes/churn"));
      outcome.set_kind(health::v1::OUTCOME_KIND_CHURN);
      const absl::CivilDay day = today_ - 1 - static_cast<int64_t>(account / 20 % 60);
      *outcome.mutable_occurred_time() =
          calendar::ToTimestamp(calendar::StartOfDay(day, calendar::ZoneOrUtc("Asia/Tokyo")));
      if (message.outcomes_size() < kMessage && account + 20 < names_.size()) continue;
      messages.push_back(message.SerializeAsString());
      message.clear_outcomes();
    }
    health::v1::ImportOutcomesResponse response;
    SendAll(health(), "banso.health.v1.OutcomesService/ImportOutcomes", messages, &response);
    if (response.rejected() == 0) return;
    std::fprintf(stderr, "%s\n", response.ShortDebugString().c_str());
    std::exit(1);
  }

  void MeasureBacktest() {
    ImportChurns();
    Settle(absl::Now());
    // As many weeks as the service takes for so many accounts.
    const int64_t weeks = std::clamp<int64_t>(kMostReplayed / options_.accounts, 2, 8);
    health::v1::BacktestModelRequest request;
    request.set_score_model(draft_);
    health::v1::Replay& replay = *request.mutable_replay();
    replay.set_outcome(health::v1::OUTCOME_KIND_CHURN);
    *replay.mutable_horizon() = calendar::MakePeriod(28, type::v1::PERIOD_UNIT_DAY);
    *replay.mutable_step() = calendar::MakePeriod(7, type::v1::PERIOD_UNIT_DAY);
    const absl::CivilDay last = today_ - 30;
    *replay.mutable_from() = calendar::ToDate(last - 7 * (weeks - 1));
    *replay.mutable_to() = calendar::ToDate(last);
    health::v1::BacktestReport report;
    const absl::Time start = absl::Now();
    benchmarks::Call(health(), "banso.health.v1.ScoringService/BacktestModel", request, &report);
    Add("backtest of a model", absl::ToDoubleSeconds(absl::Now() - start), "s",
        absl::StrFormat("%d accounts as of %d days", options_.accounts, report.days_size()));
  }

  // Each asked once: they take as long as many calls. They are compared by processor time, since
  // some work with one thread and some with several.
  void MeasureReports(double dry_run_effort) {
    health::v1::StageModel model;
    benchmarks::Call(health(), "banso.health.v1.StagesService/SaveStageModel", PortfolioStages(),
                     &model);
    health::v1::ActivateStageModelRequest activate;
    activate.set_name(absl::StrCat(model.name(), "@", model.revision().number()));
    const absl::Time start = absl::Now();
    benchmarks::Call(health(), "banso.health.v1.StagesService/ActivateStageModel", activate,
                     &model);
    Add("placing all accounts by a stage model", Settle(start), "s", "with their scores");
    const absl::CivilDay past = today_ - 30;
    for (const PortfolioReport& report :
         PortfolioReports(calendar::StartOfDay(past, calendar::ZoneOrUtc("Asia/Tokyo")))) {
      MeasureReport(report, dry_run_effort);
    }
  }

  void MeasureReport(const PortfolioReport& report, double dry_run_effort) {
    const double before = health_.ProcessorSeconds();
    const absl::Time start = absl::Now();
    benchmarks::Call(health(), report.method, *report.request, report.response.get());
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    Figure figure;
    figure.name = report.name;
    figure.measured = health_.ProcessorSeconds() - before;
    figure.unit = "s";
    figure.reference = dry_run_effort;
    figure.ratio = figure.measured / dry_run_effort;
    figure.compared_with = "the dry run; both in processor time";
    figure.remark = absl::StrFormat("answered after %.2f s", seconds);
    Add(figure);
  }

  const PortfolioOptions options_;
  Figures& figures_;
  const WorkDir dir_;
  const Server accounts_;
  const Server health_;
  const absl::CivilDay today_ = calendar::DayOf(absl::Now(), calendar::ZoneOrUtc("Asia/Tokyo"));
  std::vector<std::string> names_;
  // Two revisions of the model.
  std::string baseline_;
  std::string draft_;
  health::v1::ScoreModelDifference ours_;
};

}  // namespace

void MeasurePortfolio(const PortfolioOptions& options, Figures& figures) {
  PortfolioRun(options, figures).Measure();
}

}  // namespace banso::benchmarks
