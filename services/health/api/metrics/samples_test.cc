#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/rule/window.h"
#include "services/health/api/health_fixture.h"
#include "services/health/store/fact_reader.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::StatusIs;
using fact::v1::FactReading;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SamplesTest : public HealthFixture {
 protected:
  SamplesTest() {
    MakeMetric("interviews");
    MakeMetric("logins");
    MakeMetric("invoices", v1::METRIC_KIND_COUNTER, "billing");
  }

  FactReading Read(absl::string_view fact, type::v1::Aggregation aggregation, absl::Time as_of,
                   std::optional<absl::Time> known_at = std::nullopt,
                   std::optional<absl::CivilDay> from = std::nullopt,
                   std::optional<absl::CivilDay> to = std::nullopt, bool per_object = false) {
    fact::v1::FactQuery query;
    query.set_fact(std::string(fact));
    query.set_aggregation(aggregation);
    if (from.has_value()) *query.mutable_from() = calendar::ToDate(*from);
    if (to.has_value()) *query.mutable_to() = calendar::ToDate(*to);
    query.set_per_object(per_object);
    const SampleMoment moment{.account = "accounts/acme",
                              .zone = calendar::ZoneOrUtc("Asia/Tokyo"),
                              .as_of = as_of,
                              .known_at = known_at};
    FactReading reading;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader);
      BANSO_ASSIGN_OR_RETURN(reading, facts.ReadWindow(moment, query));
      return absl::OkStatus();
    }),
                IsOk());
    return reading;
  }

  double Sum(absl::string_view fact, absl::Time as_of,
             std::optional<absl::Time> known_at = std::nullopt) {
    const FactReading reading = Read(fact, type::v1::AGGREGATION_SUM, as_of, known_at);
    return reading.has_value() ? reading.value().number() : -1;
  }
};

TEST_F(SamplesTest, UpdatesAMetricAgainAndAgain) {
  v1::UpdateMetricRequest request;
  request.mutable_metric()->set_name("metrics/pool");
  request.mutable_metric()->set_display_name("Pooled");
  request.mutable_metric()->set_kind(v1::METRIC_KIND_COUNTER);
  request.mutable_metric()->set_source("product");
  EXPECT_THAT(metrics_->UpdateMetric(Now(), request), StatusIs(absl::StatusCode::kNotFound));
  request.set_allow_missing(true);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Metric created, metrics_->UpdateMetric(Now(), request));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Metric again, metrics_->UpdateMetric(Now(), request));
  EXPECT_EQ(again.etag(), created.etag());
  request.mutable_metric()->set_kind(v1::METRIC_KIND_GAUGE);
  EXPECT_THAT(metrics_->UpdateMetric(Now(), request), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(SamplesTest, CountsEachSampleIdOnce) {
  const std::vector<v1::Sample> samples = {MakeSample("a", "interviews", Noon(kApril1)),
                                           MakeSample("b", "interviews", Noon(kApril1), 2),
                                           MakeSample("a", "interviews", Noon(kApril1))};
  now_ = Noon(kApril1 + 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse first, Ingest(Now(), samples));
  EXPECT_EQ(first.received(), 3);
  EXPECT_EQ(first.stored(), 2);
  EXPECT_EQ(first.duplicates(), 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse again, Ingest(Now(), samples));
  EXPECT_EQ(again.stored(), 0);
  EXPECT_EQ(again.duplicates(), 3);
  EXPECT_EQ(Sum("metric.interviews", now_), 3);
}

TEST_F(SamplesTest, KeepsAnIdThatAnotherMetricUsesToo) {
  now_ = Noon(kApril1 + 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse response,
                             Ingest(Now(), {MakeSample("a", "interviews", Noon(kApril1)),
                                            MakeSample("a", "logins", Noon(kApril1))}));
  EXPECT_EQ(response.stored(), 2);
}

TEST_F(SamplesTest, RefusesRowsAndStoresTheOthers) {
  now_ = Noon(kApril1 + 1);
  v1::Sample misspelt_metric = MakeSample("1", "interview", Noon(kApril1));
  v1::Sample misspelt_account = MakeSample("2", "interviews", Noon(kApril1));
  misspelt_account.set_account("accounts/acmee");
  v1::Sample by_external_id = MakeSample("3", "interviews", Noon(kApril1));
  by_external_id.clear_account();
  by_external_id.mutable_external_id()->set_system("crm");
  by_external_id.mutable_external_id()->set_id("C-acme");
  v1::Sample unknown_id = by_external_id;
  unknown_id.mutable_external_id()->set_id("C-4711");
  v1::Sample without_id = MakeSample("", "interviews", Noon(kApril1));
  v1::Sample negative = MakeSample("5", "interviews", Noon(kApril1), -1);
  v1::Sample reused = MakeSample("3", "interviews", Noon(kApril1), 9);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse response,
                             Ingest(Now(), {misspelt_metric, misspelt_account, by_external_id,
                                            unknown_id, without_id, negative, reused}));
  EXPECT_EQ(response.received(), 7);
  EXPECT_EQ(response.stored(), 1);
  EXPECT_EQ(response.rejected(), 6);
  ASSERT_EQ(response.errors_size(), 6);
  std::vector<std::string> reasons;
  for (const v1::SampleError& error : response.errors()) reasons.push_back(error.reason());
  EXPECT_THAT(reasons, ElementsAre("UNKNOWN_METRIC", "UNKNOWN_ACCOUNT", "UNKNOWN_ACCOUNT",
                                   "REQUIRED", "OUT_OF_RANGE", "ID_TAKEN"));
  EXPECT_EQ(response.errors(0).index(), 0);
  EXPECT_EQ(response.errors(0).field(), "metric");
  EXPECT_THAT(response.errors(0).message(), HasSubstr("did you mean metrics/interviews?"));
  EXPECT_EQ(response.errors(1).index(), 1);
  EXPECT_THAT(response.errors(1).message(), HasSubstr("did you mean accounts/acme?"));
  EXPECT_EQ(response.errors(2).index(), 3);
  EXPECT_EQ(response.errors(2).field(), "external_id");
  EXPECT_EQ(response.errors(3).field(), "id");
  EXPECT_EQ(response.errors(4).field(), "value");
  EXPECT_EQ(response.errors(5).index(), 6);
  EXPECT_EQ(response.errors(5).field(), "id");
  EXPECT_EQ(Sum("metric.interviews", now_), 1);
}

TEST_F(SamplesTest, KnowsAnIdAgainWithinADay) {
  now_ = Noon(kApril1 + 20);
  ASSERT_THAT(Ingest(Now(), {MakeSample("x", "logins", Noon(kApril1))}), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::IngestSamplesResponse response,
      Ingest(Now(), {MakeSample("x", "logins", Noon(kApril1)),
                     MakeSample("x", "logins", Noon(kApril1) + absl::Hours(24)),
                     MakeSample("x", "logins", Noon(kApril1) - absl::Hours(24)),
                     MakeSample("x", "logins", Noon(kApril1) + absl::Hours(25))}));
  EXPECT_EQ(response.duplicates(), 1);
  EXPECT_EQ(response.rejected(), 2);
  EXPECT_EQ(response.stored(), 1);
  EXPECT_EQ(Sum("metric.logins", now_), 2);
}

// Far more samples than a page holds, in random order, some of one moment, some sent twice.
TEST_F(SamplesTest, TakesSamplesInAnyOrder) {
  std::mt19937 random(5);
  now_ = Noon(kApril1 + 300);
  std::vector<v1::Sample> samples;
  for (int i = 0; i < 1500; ++i) {
    samples.push_back(MakeSample(absl::StrCat("s", i), "logins",
                                 Noon(kApril1) + absl::Hours(random() % 5000), i % 4));
  }
  double sum = 0;
  for (const v1::Sample& sample : samples) sum += sample.value();
  std::vector<v1::Sample> sent = samples;
  sent.insert(sent.end(), samples.begin(), samples.begin() + 500);
  std::shuffle(sent.begin(), sent.end(), random);
  int64_t stored = 0;
  int64_t duplicates = 0;
  for (size_t i = 0; i < sent.size(); i += 100) {
    BANSO_ASSERT_OK_AND_ASSIGN(
        const v1::IngestSamplesResponse response,
        Ingest(Now(), std::vector<v1::Sample>(sent.begin() + i, sent.begin() + i + 100)));
    stored += response.stored();
    duplicates += response.duplicates();
  }
  EXPECT_EQ(stored, 1500);
  EXPECT_EQ(duplicates, 500);
  EXPECT_EQ(Sum("metric.logins", now_), sum);
  EXPECT_EQ(Read("metric.logins", type::v1::AGGREGATION_COUNT, now_).value().number(), 1500);
}

TEST_F(SamplesTest, TakesSilenceForZeroOnceTheSourceReports) {
  now_ = Noon(kApril1 + 10);
  EXPECT_EQ(Read("metric.interviews", type::v1::AGGREGATION_SUM, now_).unknown(),
            fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
  ASSERT_THAT(Ingest(Now(), {MakeSample("l", "logins", Noon(kApril1 + 5))}), IsOk());
  // The product reports since 6 April: no interviews since then, nothing known before.
  EXPECT_EQ(Sum("metric.interviews", now_), 0);
  EXPECT_EQ(
      Read("metric.interviews", type::v1::AGGREGATION_SUM, now_, std::nullopt, kApril1, kApril1 + 4)
          .unknown(),
      fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
  // Billing has not reported.
  EXPECT_EQ(Read("metric.invoices", type::v1::AGGREGATION_SUM, now_).unknown(),
            fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
  EXPECT_EQ(Read("metric.interviews", type::v1::AGGREGATION_MEAN, now_).unknown(),
            fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
}

TEST_F(SamplesTest, KnowsALateSampleOnlySinceItCame) {
  const absl::Time occurred = Noon(kApril1 + 2);
  now_ = Noon(kApril1 + 20);
  ASSERT_THAT(Ingest(At(occurred), {MakeSample("l", "logins", occurred)}), IsOk());
  ASSERT_THAT(Ingest(Now(), {MakeSample("late", "logins", occurred)}), IsOk());
  EXPECT_EQ(Sum("metric.logins", now_), 2);
  EXPECT_EQ(Sum("metric.logins", occurred), 2);
  EXPECT_EQ(Sum("metric.logins", occurred, Noon(kApril1 + 10)), 1);
  EXPECT_EQ(Sum("metric.logins", occurred, now_), 2);
}

TEST_F(SamplesTest, CountsDaysInTheZoneOfTheAccount) {
  // 23:30 UTC on 1 April is the morning of 2 April in Tokyo.
  const absl::Time occurred =
      absl::FromCivil(absl::CivilMinute(2026, 4, 1, 23, 30), absl::UTCTimeZone());
  now_ = Noon(kApril1 + 5);
  ASSERT_THAT(Ingest(Now(), {MakeSample("x", "logins", occurred)}), IsOk());
  const auto on = [&](absl::CivilDay day) {
    return Read("metric.logins", type::v1::AGGREGATION_COUNT, now_, std::nullopt, day, day)
        .value()
        .number();
  };
  EXPECT_EQ(on(kApril1 + 1), 1);
}

// Ids that come again at any distance, before and after 1970, against a list of all that was
// stored.
TEST_F(SamplesTest, KnowsIdsAgainAsAListOfAllWould) {
  std::mt19937 random(6);
  now_ = Noon(kApril1);
  std::vector<v1::Sample> stored;
  int64_t duplicates = 0;
  int64_t rejected = 0;
  std::vector<v1::Sample> message;
  v1::IngestSamplesResponse sums;
  for (int i = 0; i < 2000; ++i) {
    const int64_t minutes = static_cast<int64_t>(random() % (24 * 60 * 12)) - 24 * 60 * 6;
    const v1::Sample sample =
        MakeSample(absl::StrCat("s", random() % 60), "logins",
                   absl::UnixEpoch() + absl::Minutes(minutes / 60 * 60), random() % 2);
    const auto same = std::find_if(stored.begin(), stored.end(), [&](const v1::Sample& other) {
      return other.id() == sample.id() &&
             std::abs(other.occurred_time().seconds() - sample.occurred_time().seconds()) <=
                 24 * 60 * 60;
    });
    if (same == stored.end()) {
      stored.push_back(sample);
    } else if (same->value() == sample.value() &&
               same->occurred_time().seconds() == sample.occurred_time().seconds()) {
      ++duplicates;
    } else {
      ++rejected;
    }
    message.push_back(sample);
    if (message.size() < 50) continue;
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse response, Ingest(Now(), message));
    sums.set_stored(sums.stored() + response.stored());
    sums.set_duplicates(sums.duplicates() + response.duplicates());
    sums.set_rejected(sums.rejected() + response.rejected());
    message.clear();
  }
  EXPECT_EQ(sums.stored(), stored.size());
  EXPECT_GT(rejected, 100);
  EXPECT_EQ(sums.duplicates() + sums.rejected(), duplicates + rejected);
}

TEST_F(SamplesTest, RefusesTooManySamplesInAMessage) {
  std::vector<v1::Sample> samples(10001, MakeSample("a", "logins", Noon(kApril1)));
  EXPECT_THAT(Ingest(Now(), samples),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("10000")));
}

// Every window over random samples, as of and as known at random moments, against the reference in
// common/rule that holds all values in memory.
TEST_F(SamplesTest, WindowsAgreeWithTheReferenceAtAnyMoment) {
  const unsigned seed = 20260401;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random);
  };
  std::map<absl::Time, std::vector<v1::Sample>> by_recorded;
  std::vector<rule::DatedValue> values;
  for (int i = 0; i < 600; ++i) {
    const absl::Time occurred = Noon(kApril1) + absl::Minutes(pick(60 * 24 * 30));
    const absl::Time recorded =
        occurred + (pick(3) == 0 ? absl::Minutes(pick(60 * 24 * 9)) : absl::Minutes(pick(90)));
    v1::Sample sample = MakeSample(absl::StrCat("s", i), "logins", occurred, pick(5));
    sample.set_user(absl::StrCat("u", pick(7)));
    if (pick(4) > 0) sample.set_object(absl::StrCat("form-", pick(3)));
    by_recorded[recorded].push_back(sample);
    // Distinct instants: the reference takes equal ones for corrections.
    values.push_back({.occurred = occurred + absl::Microseconds(i),
                      .recorded = recorded,
                      .value = rule::NumberValue(sample.value()),
                      .object = sample.object(),
                      .user = sample.user(),
                      .source = "product"});
    *by_recorded[recorded].back().mutable_occurred_time() =
        calendar::ToTimestamp(values.back().occurred);
  }
  for (const auto& [recorded, samples] : by_recorded) {
    ASSERT_THAT(Ingest(At(recorded), samples), IsOk());
  }

  const std::vector<type::v1::Aggregation> aggregations = {
      type::v1::AGGREGATION_SUM,  type::v1::AGGREGATION_COUNT,
      type::v1::AGGREGATION_MEAN, type::v1::AGGREGATION_DISTINCT_USERS,
      type::v1::AGGREGATION_MIN,  type::v1::AGGREGATION_DAYS_SINCE_LAST,
      type::v1::AGGREGATION_MAX,  type::v1::AGGREGATION_ACTIVE_WEEKS};
  int compared = 0;
  for (int round = 0; round < 400; ++round) {
    const absl::Time as_of = Noon(kApril1) + absl::Minutes(pick(60 * 24 * 35));
    std::optional<absl::Time> known_at;
    if (pick(2) == 0) known_at = Noon(kApril1) + absl::Minutes(pick(60 * 24 * 40));
    std::optional<absl::CivilDay> from;
    std::optional<absl::CivilDay> to;
    if (pick(3) > 0) from = kApril1 + pick(30);
    if (pick(3) > 0) to = from.value_or(kApril1) + pick(20);
    const type::v1::Aggregation aggregation = aggregations[pick(8)];
    const bool per_object = pick(3) == 0;
    const FactReading found =
        Read("metric.logins", aggregation, as_of, known_at, from, to, per_object);

    fact::v1::FactQuery query;
    query.set_fact("metric.logins");
    query.set_aggregation(aggregation);
    if (from.has_value()) *query.mutable_from() = calendar::ToDate(*from);
    if (to.has_value()) *query.mutable_to() = calendar::ToDate(*to);
    query.set_per_object(per_object);
    const FactReading expected = rule::ReadWindow(values, query,
                                                  {.as_of = as_of,
                                                   .known_at = known_at,
                                                   .time_zone = calendar::ZoneOrUtc("Asia/Tokyo"),
                                                   .zero_since = std::nullopt});
    // What silence means differs on purpose; it has tests of its own.
    if (!expected.has_value() || expected.count() == 0) continue;
    ++compared;
    ASSERT_TRUE(found.has_value()) << round << ": " << expected.ShortDebugString();
    EXPECT_NEAR(found.value().number(), expected.value().number(), 1e-9) << round;
    // Only the samples of the deciding day go into the days since the last one.
    if (aggregation != type::v1::AGGREGATION_DAYS_SINCE_LAST) {
      EXPECT_EQ(found.count(), expected.count()) << round;
    }
    std::map<std::string, double> objects;
    for (const auto& object : found.objects()) {
      if (object.count() > 0) objects[object.object()] = object.value().number();
    }
    for (const auto& object : expected.objects()) {
      if (!object.has_value()) continue;
      EXPECT_NEAR(objects[object.object()], object.value().number(), 1e-9) << round;
    }
  }
  EXPECT_GT(compared, 200);
}

}  // namespace
}  // namespace banso::health
