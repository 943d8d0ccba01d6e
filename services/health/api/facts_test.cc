#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/health/api/fact_stream.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/own_facts.h"
#include "services/health/store/sample_feed.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::IsOkAndHolds;
using banso::testing::StatusIs;
using fact::v1::FactChange;
using fact::v1::WatchFactsResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FactsTest : public HealthFixture {
 protected:
  FactsTest() {
    MakeMetric("logins");
    MakeMetric("seats", v1::METRIC_KIND_GAUGE);
  }

  // Everything that comes without waiting.
  std::vector<WatchFactsResponse> Watch(const fact::v1::WatchFactsRequest& request) {
    auto feed = WatchFacts(*database_, store_, request);
    EXPECT_THAT(feed, IsOk());
    std::vector<WatchFactsResponse> messages;
    WatchFactsResponse message;
    while ((*feed)->Next(&message).value()) messages.push_back(message);
    return messages;
  }

  static std::vector<std::string> Lines(const std::vector<WatchFactsResponse>& messages) {
    std::vector<std::string> lines;
    for (const WatchFactsResponse& message : messages) {
      for (const FactChange& change : message.changes()) {
        lines.push_back(absl::StrCat(change.subject(), " ", change.fact(), " ", change.object(),
                                     " ", rule::ValueText(change.value())));
      }
    }
    return lines;
  }

  // How many commits of samples the store tells apart.
  int64_t Commits() {
    int64_t count = 0;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) {
      return reader
          .QueryOne("SELECT COUNT(*) FROM sample_commit", {},
                    [&](const storage::Row& row) {
                      count = row.Int64(0);
                      return absl::OkStatus();
                    })
          .status();
    }),
                IsOk());
    return count;
  }

  fact::v1::FactReading GetFact(const std::string& subject, const std::string& fact) {
    fact::v1::GetFactsRequest request;
    request.add_subjects(subject);
    request.add_queries()->set_fact(fact);
    std::vector<fact::v1::FactReading> readings;
    OwnFacts facts(store_);
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(readings, facts.Read(reader, request, now_));
      return absl::OkStatus();
    }),
                IsOk());
    return readings.at(0);
  }
};

TEST_F(FactsTest, StreamsSamplesAsTheValuesOfTheirDays) {
  now_ = Noon(kApril1 + 1);
  v1::Sample on_form = MakeSample("b", "logins", Noon(kApril1), 5);
  on_form.set_object("form-1");
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "logins", Noon(kApril1), 2), on_form,
                             MakeSample("c", "seats", Noon(kApril1), 30)}),
              IsOk());
  const std::vector<WatchFactsResponse> first = Watch({});
  EXPECT_THAT(Lines(first),
              ElementsAre("accounts/acme metric.logins  2", "accounts/acme metric.logins form-1 5",
                          "accounts/acme metric.seats  30"));
  EXPECT_EQ(first.back().position(), database_->position());

  // Behind the token comes only what is new, as the day's value.
  ASSERT_THAT(Ingest(Now(), {MakeSample("d", "logins", Noon(kApril1), 4)}), IsOk());
  fact::v1::WatchFactsRequest request;
  request.set_resume_token(first.back().resume_token());
  EXPECT_THAT(Lines(Watch(request)), ElementsAre("accounts/acme metric.logins  6"));
  request.add_prefixes("score.");
  EXPECT_THAT(Lines(Watch(request)), IsEmpty());
}

TEST_F(FactsTest, StreamsManyCommitsInOrderWithoutLosingOne) {
  now_ = Noon(kApril1 + 90);
  for (int day = 0; day < 75; ++day) {
    ASSERT_THAT(
        Ingest(Now(), {MakeSample(absl::StrCat(day), "logins", Noon(kApril1 + day), day + 1)}),
        IsOk());
  }
  std::vector<std::string> expected;
  for (int day = 0; day < 75; ++day) {
    expected.push_back(absl::StrCat("accounts/acme metric.logins  ", day + 1));
  }
  EXPECT_EQ(Lines(Watch({})), expected);
}

TEST_F(FactsTest, JoinsCommitsWithoutLosingAValue) {
  now_ = Noon(kApril1 + 90);
  fact::v1::WatchFactsRequest halfway;
  const auto ingest = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      ASSERT_THAT(Ingest(Now(), {MakeSample(absl::StrCat(i), "logins",
                                            Noon(kApril1 + i % 3) + absl::Seconds(i), 1)}),
                  IsOk());
    }
  };
  ingest(0, 100);
  halfway.set_resume_token(Watch({}).back().resume_token());
  ingest(100, 300);
  const std::vector<std::string> told = {"accounts/acme metric.logins  100",
                                         "accounts/acme metric.logins  100",
                                         "accounts/acme metric.logins  100"};
  int64_t from = 0;
  ASSERT_THAT(JoinCommits(*database_, Now(), /*newest=*/0, from), IsOk());
  EXPECT_EQ(Commits(), 1);
  EXPECT_EQ(Lines(Watch({})), told);
  EXPECT_EQ(Lines(Watch(halfway)), told);
  EXPECT_EQ(Watch({}).back().position(), database_->position());

  // The next run goes on with what has come in since, and leaves the newest alone.
  ingest(300, 330);
  ASSERT_THAT(JoinCommits(*database_, Now(), /*newest=*/10, from), IsOk());
  EXPECT_EQ(Commits(), 11);
  ASSERT_THAT(JoinCommits(*database_, Now(), /*newest=*/0, from), IsOk());
  EXPECT_EQ(Commits(), 1);
  EXPECT_EQ(Lines(Watch(halfway)).size(), 3U);
}

TEST_F(FactsTest, JoinsCommitsToNoMoreThanAMessageMayHold) {
  now_ = Noon(kApril1 + 90);
  for (int message = 0; message < 5; ++message) {
    std::vector<v1::Sample> samples;
    for (int i = 0; i < 4000; ++i) {
      samples.push_back(MakeSample(absl::StrCat(message, "-", i), "logins",
                                   Noon(kApril1) + absl::Seconds(4000 * message + i), 1));
      samples.back().set_object(absl::StrCat("form-", message, "-", i));
    }
    ASSERT_THAT(Ingest(Now(), samples), IsOk());
  }
  int64_t from = 0;
  ASSERT_THAT(JoinCommits(*database_, Now(), /*newest=*/0, from), IsOk());
  EXPECT_EQ(Commits(), 3);
  const std::vector<WatchFactsResponse> messages = Watch({});
  EXPECT_EQ(Lines(messages).size(), 20000U);
  for (const WatchFactsResponse& message : messages) EXPECT_LE(message.changes_size(), 10000);
}

TEST_F(FactsTest, RefusesATokenOfAnotherStore) {
  fact::v1::WatchFactsRequest request;
  request.set_resume_token("nonsense");
  EXPECT_THAT(WatchFacts(*database_, store_, request).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FactsTest, AnswersWithAFreshScoreBeforeTheSweepHasRun) {
  v1::ScoreModel model;
  model.set_name("scoreModels/use-of-product");
  model.set_display_name("Use");
  model.set_purpose("p");
  model.set_decision_served("d");
  model.set_owner("members/aoki");
  v1::Measure* measure = model.add_measures();
  measure->set_key("logins");
  measure->mutable_fact()->set_fact("metric.logins");
  measure->add_curve();
  measure->add_curve()->set_value(10);
  measure->mutable_curve(1)->set_points(100);
  measure->set_weight(1);
  measure->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
  model.set_qualitative_share(0);
  model.set_minimum_coverage(0);
  model.add_bands()->set_key("low");
  Activate(model);
  now_ = Noon(kApril1 + 1);
  EXPECT_FALSE(GetFact("accounts/acme", "score.use_of_product").has_value());
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "logins", Noon(kApril1), 5)}), IsOk());
  EXPECT_EQ(GetFact("accounts/acme", "score.use_of_product").value().number(), 50);
  EXPECT_EQ(GetFact("accounts/acme", "score.use_of_product.band").value().text(), "low");
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  EXPECT_EQ(GetFact("accounts/acme", "score.use_of_product").value().number(), 50);
  EXPECT_EQ(GetFact("accounts/acme", "score.use_of_product").source(),
            "scoreModels/use-of-product@1");
}

TEST(TouchedDays, SurviveTheirEncoding) {
  const std::vector<TouchedDay> touched = {{1, 2, -400, 0}, {1, 2, 20544, 7}, {300000, 9, 1, 5}};
  const std::string bytes = EncodeTouched(touched);
  EXPECT_THAT(DecodeTouched(bytes),
              IsOkAndHolds(std::vector<TouchedDay>(touched.begin(), touched.end())));
  EXPECT_THAT(DecodeTouched(bytes.substr(0, bytes.size() - 1)),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace banso::health
