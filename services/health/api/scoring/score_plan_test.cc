#include "services/health/api/scoring/score_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "services/health/api/health_fixture.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;

const absl::CivilDay kJanuary1(2026, 1, 1);
constexpr int kDays = 120;

struct NamedKind {
  const char* metric;
  v1::MetricKind kind;
  const char* source;
};
constexpr NamedKind kMetrics[] = {
    {"logins", v1::METRIC_KIND_COUNTER, "product"},
    {"seats", v1::METRIC_KIND_GAUGE, "billing"},
    {"trained", v1::METRIC_KIND_FLAG, "billing"},
    {"people", v1::METRIC_KIND_DISTINCT_USERS, "product"},
};

constexpr type::v1::Aggregation kAggregations[] = {
    type::v1::AGGREGATION_LATEST,
    type::v1::AGGREGATION_SUM,
    type::v1::AGGREGATION_COUNT,
    type::v1::AGGREGATION_DISTINCT_USERS,
    type::v1::AGGREGATION_DAYS_SINCE_LAST,
    type::v1::AGGREGATION_MEAN,
    type::v1::AGGREGATION_MIN,
    type::v1::AGGREGATION_MAX,
    type::v1::AGGREGATION_ACTIVE_WEEKS,
    type::v1::AGGREGATION_TREND_PER_WEEK,
};

// Accounts of several time zones with random samples, some known later than they occurred, and two
// without any.
class ScorePlanTest : public HealthFixture, public ::testing::WithParamInterface<int> {
 protected:
  static constexpr int kAccounts = 8;

  ScorePlanTest() : random_(static_cast<unsigned>(GetParam())) {
    now_ = Noon(kJanuary1 + kDays);
    for (const NamedKind& metric : kMetrics) MakeMetric(metric.metric, metric.kind, metric.source);
    const char* const zones[] = {"Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin", ""};
    for (int i = 0; i < kAccounts; ++i) {
      accounts::v1::Account account;
      account.set_name(AccountName(i));
      account.set_time_zone(zones[i % 4]);
      EXPECT_THAT(database_->Write(Now(),
                                   [&](storage::Writer& writer) {
                                     return store_.FollowAccount(writer, account);
                                   }),
                  IsOk());
    }
    Fill();
  }

  static std::string AccountName(int i) { return absl::StrCat("accounts/a", i); }

  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void Fill() {
    std::vector<v1::Sample> samples;
    for (int i = 0; i < 1200; ++i) {
      // The first and the last account stay silent, and some metrics of the others.
      const int account = 1 + Pick(kAccounts - 2);
      const NamedKind& metric = kMetrics[(account + Pick(3)) % 4];
      const absl::Time occurred =
          Noon(kJanuary1 + Pick(kDays)) + absl::Minutes(Pick(24 * 60)) - absl::Hours(12);
      v1::Sample sample = MakeSample(absl::StrCat("s", i), metric.metric, occurred,
                                     metric.kind == v1::METRIC_KIND_FLAG ? Pick(2) : Pick(4));
      sample.set_account(AccountName(account));
      const bool named = metric.kind == v1::METRIC_KIND_DISTINCT_USERS || Pick(4) != 0;
      if (named) sample.set_user(absl::StrCat("u", Pick(5)));
      if (Pick(3) == 0) sample.set_object(absl::StrCat("o", Pick(3)));
      if (Pick(2) == 0) {
        *sample.mutable_known_time() =
            calendar::ToTimestamp(std::min(now_, occurred + absl::Hours(Pick(24 * 20))));
      }
      samples.push_back(std::move(sample));
    }
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse response, Ingest(Now(), samples));
    ASSERT_EQ(response.stored(), 1200) << response.ShortDebugString();
  }

  v1::ScoreModel RandomModel() {
    v1::ScoreModel model;
    model.set_name("scoreModels/use");
    const int measures = 1 + Pick(5);
    for (int i = 0; i < measures; ++i) {
      v1::Measure* measure = model.add_measures();
      measure->set_key(absl::StrCat("m", i));
      measure->mutable_fact()->set_fact(absl::StrCat("metric.", kMetrics[Pick(4)].metric));
      if (Pick(5) != 0) {
        type::v1::Window* window = measure->mutable_fact()->mutable_window();
        window->set_aggregation(kAggregations[Pick(10)]);
        if (Pick(5) != 0) {
          *window->mutable_trailing() = calendar::MakePeriod(
              1 + Pick(6), Pick(2) == 0 ? type::v1::PERIOD_UNIT_WEEK : type::v1::PERIOD_UNIT_DAY);
        }
      }
      measure->add_curve()->set_value(-1);
      v1::CurvePoint* full = measure->add_curve();
      full->set_value(1 + Pick(20));
      full->set_points(100);
      measure->set_weight(1 + Pick(3));
      measure->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
      if (Pick(3) == 0) {
        measure->set_missing(v1::MISSING_POLICY_ASSUME);
        measure->set_missing_points(30);
      }
    }
    model.set_minimum_coverage(0.3);
    model.add_bands()->set_key("red");
    v1::Band* green = model.add_bands();
    green->set_key("green");
    green->set_lower_edge(50);
    return model;
  }

  AsOf RandomMoment() {
    AsOf as_of{.time = Noon(kJanuary1 + Pick(kDays)) + absl::Minutes(Pick(24 * 60))};
    if (Pick(2) == 0) as_of.known_at = as_of.time + absl::Hours(Pick(100));
    return as_of;
  }

  std::mt19937 random_;
};

void ExpectSameFigures(const v1::ScoreModel& model, const ScoreFigures& planned,
                       const v1::Score& ordinary) {
  EXPECT_EQ(planned.state, ordinary.state());
  ASSERT_EQ(planned.value.has_value(), ordinary.has_value());
  EXPECT_EQ(planned.value.value_or(0), ordinary.value());
  EXPECT_EQ(planned.coverage, ordinary.coverage());
  EXPECT_EQ(planned.band, ordinary.computed_band());
  EXPECT_EQ(WhyNoValue(model, planned), ordinary.no_value_because());
  std::map<std::string, double> amounts;
  for (const v1::Contribution& part : ordinary.contributions()) {
    amounts[part.measure()] = part.amount();
  }
  ASSERT_EQ(planned.amounts.size(), static_cast<size_t>(model.measures_size()));
  for (int i = 0; i < model.measures_size(); ++i) {
    EXPECT_EQ(planned.amounts[i], amounts[model.measures(i).key()]);
  }
}

void ExpectSamePoints(const std::vector<MeasurePoints>& planned,
                      const AccountEvaluation::Points& ordinary) {
  EXPECT_TRUE(ordinary.applies);
  ASSERT_EQ(planned.size(), ordinary.of_measure.size());
  for (size_t i = 0; i < planned.size(); ++i) {
    EXPECT_EQ(planned[i].points, ordinary.of_measure[i].points);
    EXPECT_EQ(planned[i].known, ordinary.of_measure[i].known);
  }
}

TEST_P(ScorePlanTest, SaysTheSameAsScoringOneAccountAfterTheOther) {
  BANSO_ASSERT_OK_AND_ASSIGN(const std::vector<NumberedAccount> accounts,
                             NumberAccounts(*database_, store_, Portfolio::kPresent));
  // With the fixture's own.
  ASSERT_EQ(accounts.size(), kAccounts + 1);
  int scored = 0;
  for (int round = 0; round < 25; ++round) {
    const std::vector<v1::ScoreModel> models = {RandomModel(), RandomModel()};
    const AsOf as_of = RandomMoment();
    const auto compare = [&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, ReadCatalog(store_, reader, now_));
      BANSO_ASSIGN_OR_RETURN(std::optional<ScorePlan> plan,
                             ScorePlan::Compile(store_, reader, models, catalog));
      EXPECT_TRUE(plan.has_value());
      BANSO_ASSIGN_OR_RETURN(const LoadedPages::MetricsBySource metrics,
                             ReadMetricsBySource(reader));
      StoreFactReader facts(store_, reader);
      size_t visited = 0;
      BANSO_RETURN_IF_ERROR(ScanSamples(
          reader, accounts, metrics,
          [&](const NumberedAccount& numbered, SamplePages& pages) -> absl::Status {
            ++visited;
            BANSO_RETURN_IF_ERROR(plan->Read(pages, numbered, as_of));
            BANSO_ASSIGN_OR_RETURN(AccountEvaluation account,
                                   AccountEvaluation::Load(store_, reader, facts, numbered.name));
            for (size_t i = 0; i < models.size(); ++i) {
              SCOPED_TRACE(absl::StrCat("seed ", GetParam(), ", round ", round, ", ", numbered.name,
                                        ", ", models[i].ShortDebugString()));
              BANSO_ASSIGN_OR_RETURN(const v1::Score ordinary,
                                     account.ScoreBy(models[i], catalog, as_of));
              ExpectSameFigures(models[i], plan->Figures(i), ordinary);
              if (ordinary.has_value()) ++scored;
              BANSO_ASSIGN_OR_RETURN(const AccountEvaluation::Points points,
                                     account.PointsBy(models[i], catalog, as_of));
              ExpectSamePoints(plan->Points(i), points);
            }
            return absl::OkStatus();
          }));
      EXPECT_EQ(visited, accounts.size());
      return absl::OkStatus();
    };
    ASSERT_THAT(database_->Read(compare), IsOk());
  }
  EXPECT_GT(scored, 50);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ScorePlanTest, ::testing::Values(1, 2, 3));

TEST_P(ScorePlanTest, IsNotMadeForModelsThatReadMoreThanWindows) {
  v1::ScoreModel aged = RandomModel();
  *aged.mutable_measures(0)->mutable_fact()->mutable_max_age() =
      calendar::MakePeriod(3, type::v1::PERIOD_UNIT_DAY);
  v1::ScoreModel judged = RandomModel();
  judged.mutable_measures(0)->mutable_fact()->set_fact("assessment.needs");
  v1::ScoreModel selective = RandomModel();
  selective.mutable_applies_if()->mutable_known()->set_fact("metric.logins");
  v1::ScoreModel clocked = RandomModel();
  clocked.mutable_measures(0)->mutable_fact()->mutable_window()->mutable_from_clock();
  v1::ScoreModel unknown = RandomModel();
  unknown.mutable_measures(0)->mutable_fact()->set_fact("metric.nothing");
  const auto check = [&](storage::Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, ReadCatalog(store_, reader, now_));
    for (const v1::ScoreModel& model : {aged, judged, selective, clocked, unknown}) {
      BANSO_ASSIGN_OR_RETURN(const std::optional<ScorePlan> plan,
                             ScorePlan::Compile(store_, reader, {model}, catalog));
      EXPECT_FALSE(plan.has_value()) << model.ShortDebugString();
    }
    return absl::OkStatus();
  };
  EXPECT_THAT(database_->Read(check), IsOk());
}

}  // namespace
}  // namespace banso::health
