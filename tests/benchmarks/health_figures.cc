#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "tests/benchmarks/figures.h"
#include "tests/benchmarks/load_client.h"
#include "tests/benchmarks/process.h"
#include "tests/benchmarks/requests.h"
#include "tests/benchmarks/streams.h"

namespace banso::benchmarks {
namespace {

constexpr int kAccounts = 1000;
constexpr int64_t kSamples = 10000;
constexpr size_t kBatch = 1000;
constexpr absl::Duration kPatience = absl::Seconds(5);

std::string Accounts(absl::string_view name) { return absl::StrCat(kAccountsService, name); }
std::string Health(absl::string_view name) { return absl::StrCat(kHealthService, name); }
std::string Metrics(absl::string_view name) { return absl::StrCat(kMetricsService, name); }

health::v1::SaveScoreModelRequest Model() {
  health::v1::SaveScoreModelRequest request;
  request.set_reason("benchmark");
  health::v1::ScoreModel& model = *request.mutable_score_model();
  model.set_name("scoreModels/use");
  model.set_display_name("Use");
  model.set_purpose("Tell who uses the product.");
  model.set_decision_served("Whom to call.");
  model.set_owner("members/aoki");
  model.set_qualitative_share(0);
  model.set_minimum_coverage(0.5);
  health::v1::Measure& measure = *model.add_measures();
  measure.set_key("use");
  measure.set_weight(1);
  measure.set_group(health::v1::MEASURE_GROUP_QUANTITATIVE);
  measure.mutable_fact()->set_fact("metric.use");
  type::v1::Window& window = *measure.mutable_fact()->mutable_window();
  window.set_aggregation(type::v1::AGGREGATION_SUM);
  window.mutable_trailing()->set_count(4);
  window.mutable_trailing()->set_unit(type::v1::PERIOD_UNIT_WEEK);
  for (const double step : {0.0, 100.0}) {
    health::v1::CurvePoint& point = *measure.add_curve();
    point.set_value(step * 100);
    point.set_points(step);
  }
  for (const auto& [key, edge] : {std::pair("red", 0.0), std::pair("green", 50.0)}) {
    health::v1::Band& band = *model.add_bands();
    band.set_key(key);
    band.set_lower_edge(edge);
  }
  return request;
}

class HealthRun {
 public:
  explicit HealthRun(Figures& figures)
      : figures_(figures),
        accounts_(dir_, "accounts", ServiceCommand(dir_, "accounts", "accounts")),
        health_(dir_, "health", HealthCommand()) {}

  void Measure() {
    SetUp();
    MeasureIngest("IngestSamples, 1,000 rows of 1,000 accounts", names_, 0.5);
    MeasureIngest("IngestSamples, 1,000 rows of 10 accounts",
                  std::vector<std::string>(names_.begin(), names_.begin() + 10), 0.5);
    MeasureScores();
  }

 private:
  std::vector<std::string> HealthCommand() const {
    std::vector<std::string> command = ServiceCommand(dir_, "health", "health");
    command.push_back(absl::StrCat("--accounts_address=", accounts_.address("accounts")));
    return command;
  }
  std::string health() const { return health_.address("health"); }

  // A thousand accounts that health knows, and a metric.
  void SetUp() {
    const std::string address = accounts_.address("accounts");
    accounts::v1::ImportAccountsResponse imported;
    SendAll(address, Accounts("ImportAccounts"), ImportMessages(0, kAccounts / 1000), &imported);
    accounts::v1::ListAccountsRequest list;
    list.set_page_size(kAccounts);
    accounts::v1::ListAccountsResponse all;
    Call(address, Accounts("ListAccounts"), list, &all);
    for (const accounts::v1::Account& account : all.accounts()) names_.push_back(account.name());

    type::v1::GetPositionResponse position;
    Call(address, "banso.type.v1.OperationsService/GetPosition", type::v1::GetPositionRequest(),
         &position);
    type::v1::AwaitPositionRequest await;
    await.set_service("accounts");
    await.set_position(position.position());
    type::v1::AwaitPositionResponse reached;
    Call(health(), "banso.type.v1.OperationsService/AwaitPosition", await, &reached);

    health::v1::CreateMetricRequest metric;
    metric.set_metric_id("use");
    metric.mutable_metric()->set_display_name("Use");
    metric.mutable_metric()->set_kind(health::v1::METRIC_KIND_COUNTER);
    metric.mutable_metric()->set_source("product");
    health::v1::Metric created;
    Call(health(), Metrics("CreateMetric"), metric, &created);
  }

  double Ingest(const std::vector<std::string>& accounts, int64_t count) {
    health::v1::IngestSamplesResponse response;
    const double seconds = SendAll(health(), Metrics("IngestSamples"),
                                   SampleMessages(accounts, next_, count), &response);
    next_ += count;
    if (response.stored() == count) return static_cast<double>(count) / seconds;
    std::fprintf(stderr, "samples were not stored: %s\n", response.ShortDebugString().c_str());
    std::exit(1);
  }

  void MeasureIngest(const std::string& name, const std::vector<std::string>& accounts,
                     double aim) {
    RawTable keyed(dir_.File(absl::StrCat("keyed", accounts.size())),
                   absl::StrCat(kSampleColumns, ", PRIMARY KEY (account, metric, id)"),
                   kSampleColumnCount, "WITHOUT ROWID");
    RawTable log(dir_.File(absl::StrCat("log", accounts.size())), kSampleColumns,
                 kSampleColumnCount);
    int64_t next = 0;
    const auto load = [&](RawTable& table) {
      const std::vector<RawRow> rows = SampleRows(accounts, next, kSamples);
      next += kSamples;
      const double before = OwnProcessorSeconds();
      const double speed = table.Load(rows, kBatch);
      raw_seconds_ += OwnProcessorSeconds() - before;
      return speed;
    };
    CompareIngest(name, accounts, "the same rows with their key, 1,000 in a transaction", aim,
                  [&] { return load(keyed); });
    CompareIngest("  against a log that finds nothing again", accounts,
                  "the same rows, appended without a key", std::nullopt, [&] { return load(log); });
  }

  // The processor time is that of all that health does meanwhile.
  void CompareIngest(const std::string& name, const std::vector<std::string>& accounts,
                     const std::string& compared_with, std::optional<double> aim,
                     const std::function<double()>& load) {
    Figure figure;
    figure.name = name;
    figure.unit = "rows/s";
    figure.aim = aim;
    figure.compared_with = compared_with;
    double taken = 0;
    int rounds = 0;
    raw_seconds_ = 0;
    const auto ingest = [&] {
      ++rounds;
      const double before = health_.ProcessorSeconds();
      const double speed = Ingest(accounts, kSamples);
      taken += health_.ProcessorSeconds() - before;
      return speed;
    };
    Compare(figure, ingest, load);
    const double rows = rounds * static_cast<double>(kSamples);
    figure.processor = taken / rows * 1e6;
    figure.reference_processor = raw_seconds_ / rows * 1e6;
    figures_.push_back(figure);
  }

  std::string ScoreName(const std::string& account) const {
    return absl::StrCat(account, "/scores/use");
  }

  // The etag of the stored score; empty while there is none.
  std::string ScoreEtag(const std::string& account) const {
    health::v1::GetScoreRequest request;
    request.set_name(ScoreName(account));
    health::v1::Score score;
    return TryCall(health(), Health("GetScore"), request, &score) ? score.etag() : "";
  }

  // Waits until the score of every account has another etag than before; seconds since `start`, or
  // a negative number when they have not after a while.
  double AwaitScores(const std::vector<std::string>& accounts,
                     const std::vector<std::string>& before, absl::Time start) const {
    for (size_t i = 0; i < accounts.size(); ++i) {
      std::string etag;
      while ((etag = ScoreEtag(accounts[i])).empty() || etag == before[i]) {
        if (absl::Now() - start > kPatience) return -1;
        absl::SleepFor(absl::Milliseconds(2));
      }
    }
    return absl::ToDoubleSeconds(absl::Now() - start);
  }

  void MeasureScores() {
    health::v1::ScoreModel saved;
    Call(health(), Health("SaveScoreModel"), Model(), &saved);
    health::v1::ActivateScoreModelRequest activate;
    activate.set_name(absl::StrCat(saved.name(), "@", saved.revision().number()));
    const absl::Time start = absl::Now();
    Call(health(), Health("ActivateScoreModel"), activate, &saved);
    Figure all;
    all.name = "scoring 1,000 accounts by a new model";
    all.unit = "s";
    all.measured = AwaitScores(names_, std::vector<std::string>(names_.size()), start);
    if (all.measured < 0) {
      std::fputs("health makes no scores here; its figures about them are left out\n", stderr);
      return;
    }
    figures_.push_back(all);

    // Not those that hold a day of ten thousand samples each: their score cannot rise any more.
    const std::vector<std::string> changed(names_.end() - kAccounts / 100, names_.end());
    Figure few;
    few.name = "rescoring after 1 % of them changed";
    few.unit = "s";
    few.remark = "from the samples to the last new score; looked for every 0.2 s";
    few.measured = Median([&] {
      std::vector<std::string> before;
      for (const std::string& account : changed) before.push_back(ScoreEtag(account));
      const absl::Time begin = absl::Now();
      Ingest(changed, 70);
      return AwaitScores(changed, before, begin);
    });
    figures_.push_back(few);
    MeasureGetScore();
  }

  void MeasureGetScore() {
    std::vector<std::string> requests;
    for (const std::string& name : names_) {
      health::v1::GetScoreRequest request;
      request.set_name(ScoreName(name));
      requests.push_back(request.SerializeAsString());
    }
    LoadOptions options;
    options.method = Health("GetScore");
    options.request = [&requests](int64_t i) {
      return requests[static_cast<size_t>(i) % requests.size()];
    };
    LoadResult last;
    Figure figure;
    figure.name = "GetScore, 16 in flight, 1,000 accounts";
    figure.unit = "calls/s";
    figure.measured = Median([&] {
      last = RunLoad(health(), options);
      return last.per_second;
    });
    figure.remark =
        absl::StrFormat("p50 %.1f ms, p99 %.1f ms", absl::ToDoubleMilliseconds(last.p50),
                        absl::ToDoubleMilliseconds(last.p99));
    figures_.push_back(figure);
  }

  Figures& figures_;
  const WorkDir dir_;
  const Server accounts_;
  const Server health_;
  std::vector<std::string> names_;
  // The number of the next sample.
  int64_t next_ = 0;
  // The processor time that loading into raw tables has taken.
  double raw_seconds_ = 0;
};

}  // namespace

void MeasureHealth(Figures& figures) { HealthRun(figures).Measure(); }

}  // namespace banso::benchmarks
