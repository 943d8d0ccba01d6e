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
#include "banso/health/v1/scoring_service.pb.h"
#include "banso/health/v1/tier_matrix.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "common/calendar/period.h"
#include "tests/benchmarks/duckdb.h"
#include "tests/benchmarks/figures.h"
#include "tests/benchmarks/load_client.h"
#include "tests/benchmarks/portfolio_data.h"
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

std::string HealthMethod(absl::string_view name) { return absl::StrCat(kHealthService, name); }

// The scoring of a whole portfolio: `options.accounts` accounts with together `options.samples`.
class PortfolioRun {
 public:
  PortfolioRun(const PortfolioOptions& options, Figures& figures)
      : options_(options),
        figures_(figures),
        accounts_(dir_, "accounts", ServiceCommand(dir_, "accounts", "accounts")),
        health_(dir_, "health", HealthCommand()) {}

  void Measure() {
    SetUp();
    const int64_t per_account = options_.samples / options_.accounts;
    const int64_t first = per_account / 10;
    Ingest("ingesting the first tenth of the samples", 0, first);
    Settle(absl::Now());
    StoreScores();
    const double tenth = MeasureComparison();
    MeasureExplained("one explained score, a tenth of the samples");
    Ingest("ingesting the other nine", first, per_account);
    const double nine_tenths = Settle(absl::Now());
    Add("storing all scores anew after that", nine_tenths, "s");
    const double all = MeasureAgainstDuckDb(per_account);
    Growth("dry run of a model, ten times the samples", all, tenth);
    MeasureExplained("one explained score, all samples");
    MeasureFewChanged(Reactivate());
    MeasureMatrix();
    Add("memory of health", health_.MemoryMib(), "MiB");
  }

 private:
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
    figures_.push_back(figure);
    std::fprintf(stderr, "%s: %.4g %s %s\n", name.c_str(), measured, unit.c_str(), remark.c_str());
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
      benchmarks::Call(health(), HealthMethod("CreateMetric"), request, &created);
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
      seconds += SendAll(health(), HealthMethod("IngestSamples"), messages, &response);
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

  void StoreScores() {
    Add("computing and storing all scores, a tenth of the samples", Activate(Save(kTarget)), "s");
    draft_ = Save(kDraftTarget);
  }

  double Reactivate() {
    const double seconds = Activate(draft_);
    Add("computing and storing all scores", seconds, "s");
    return seconds;
  }

  health::v1::ScoreModelDifference Compare(double* seconds) const {
    health::v1::CompareScoreModelsRequest request;
    request.set_score_model(draft_);
    request.set_max_accounts(1);
    health::v1::CompareScoreModelsResponse response;
    const absl::Time start = absl::Now();
    benchmarks::Call(health(), "banso.health.v1.ScoringService/CompareScoreModels", request,
                     &response);
    *seconds = absl::ToDoubleSeconds(absl::Now() - start);
    return response.differences(0);
  }

  double MeasureComparison() const {
    return Median([&] {
      double seconds = 0;
      Compare(&seconds);
      return seconds;
    });
  }

  double MeasureAgainstDuckDb(int64_t per_account) {
    Figure figure;
    figure.name = "scoring all accounts by two models (dry run)";
    figure.unit = "rows/s";
    double processor = 0;
    const auto ours = [&] {
      double seconds = 0;
      const double before = health_.ProcessorSeconds();
      ours_ = Compare(&seconds);
      processor = health_.ProcessorSeconds() - before;
      return static_cast<double>(options_.samples) / seconds;
    };
    std::optional<DuckDbAnswer> theirs;
    if (options_.duckdb.empty()) {
      figure.measured = Median(ours);
    } else {
      DuckDb duckdb(options_.duckdb, options_.accounts, per_account,
                    today_ - absl::CivilDay(1970, 1, 1));
      figure.aim = 1;
      figure.compared_with = "DuckDB, the raw events in memory, one query";
      benchmarks::Compare(figure, ours, [&] {
        theirs = duckdb.Rescore();
        return static_cast<double>(options_.samples) / theirs->seconds;
      });
      CheckSame(*theirs);
    }
    figures_.push_back(figure);
    Figure effort;
    effort.name = "  processor time of that";
    effort.unit = "s";
    effort.measured = processor;
    if (theirs.has_value()) {
      effort.reference = theirs->processor_seconds;
      effort.ratio = theirs->processor_seconds / processor;
      effort.compared_with = "DuckDB, all its threads";
    }
    figures_.push_back(effort);
    const double seconds = static_cast<double>(options_.samples) / figure.measured;
    Add("  that is", seconds, "s",
        absl::StrFormat("%d accounts, %d of them in another band", ours_.accounts(),
                        ours_.moved()));
    return seconds;
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

  void Growth(const std::string& name, double now, double before) {
    Figure figure;
    figure.name = name;
    figure.measured = now;
    figure.unit = "s";
    figure.reference = before;
    figure.compared_with = "the same with a tenth of the samples";
    figure.ratio = now / before;
    figures_.push_back(figure);
  }

  void MeasureExplained(const std::string& name) {
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
    Add(name, per_second, "calls/s",
        absl::StrFormat("one after the other; p50 %.2f ms, p99 %.2f ms",
                        absl::ToDoubleMilliseconds(last.p50),
                        absl::ToDoubleMilliseconds(last.p99)));
  }

  void MeasureFewChanged(double full) {
    health::v1::IngestSamplesRequest message;
    const int64_t changed = options_.accounts / 100;
    for (int64_t i = 0; i < changed; ++i) {
      const int64_t account = i * 100;
      // In no one's numbers.
      *message.add_samples() =
          PortfolioSample(names_[static_cast<size_t>(account)], account, 1000000, today_);
    }
    health::v1::IngestSamplesResponse response;
    const absl::Time start = absl::Now();
    SendAll(health(), HealthMethod("IngestSamples"), {message.SerializeAsString()}, &response);
    Figure figure;
    figure.name = "rescoring after 1 % of the accounts changed";
    figure.measured = Settle(start);
    figure.unit = "s";
    figure.reference = full;
    figure.compared_with = "computing and storing all scores";
    figure.ratio = figure.measured / full;
    figure.remark = "from the samples to the last score; looked for every 0.2 s; aim below 0.03";
    figures_.push_back(figure);
  }

  void MeasureMatrix() {
    health::v1::GetTierMatrixRequest request;
    request.set_score_model("scoreModels/portfolio");
    health::v1::GetTierMatrixResponse matrix;
    const double seconds = Median([&] {
      const absl::Time start = absl::Now();
      benchmarks::Call(health(), "banso.health.v1.StagesService/GetTierMatrix", request, &matrix);
      return absl::ToDoubleSeconds(absl::Now() - start);
    });
    Add("tier matrix", seconds, "s", absl::StrFormat("%d accounts are due", matrix.due_accounts()));
  }

  const PortfolioOptions options_;
  Figures& figures_;
  const WorkDir dir_;
  const Server accounts_;
  const Server health_;
  const absl::CivilDay today_ = calendar::DayOf(absl::Now(), calendar::ZoneOrUtc("Asia/Tokyo"));
  std::vector<std::string> names_;
  // The revision that is not in force.
  std::string draft_;
  health::v1::ScoreModelDifference ours_;
};

}  // namespace

void MeasurePortfolio(const PortfolioOptions& options, Figures& figures) {
  PortfolioRun(options, figures).Measure();
}

}  // namespace banso::benchmarks
