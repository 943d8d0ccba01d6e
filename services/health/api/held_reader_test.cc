#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/fingerprint.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/health/api/health_fixture.h"
#include "services/health/store/fact_reader.h"

// A reader that holds what it has read of an account answers as one that reads anew each time.
namespace banso::health {
namespace {

using type::v1::Aggregation;

class HeldReaderTest : public HealthFixture {
 protected:
  static constexpr const char* kAccounts[] = {"acme", "birch", "cedar"};

  void SetUp() override {
    now_ = Noon(absl::CivilDay(2026, 9, 30));
    MakeMetric("uses");
    MakeMetric("tickets");
    MakeMetric("mood", v1::METRIC_KIND_GAUGE, "survey");
    for (const char* account : {"birch", "cedar"}) Follow(account);
    Fill();
  }

  // Samples of half a year, some of them known only later; cedar has none of `tickets`. Accounts'
  // stages change from time to time.
  void Fill() {
    std::vector<v1::Sample> samples;
    for (const char* account : kAccounts) {
      for (const char* metric : {"uses", "tickets", "mood"}) {
        if (account == kAccounts[2] && std::string(metric) == "tickets") continue;
        for (int i = 0; i < 150; ++i) samples.push_back(SampleOf(account, metric, i));
      }
    }
    BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Ingest(Now(), samples));
    ASSERT_EQ(response.stored(), static_cast<int64_t>(samples.size()));
    ASSERT_THAT(database_->Write(Now(),
                                 [&](storage::Writer& writer) -> absl::Status {
                                   for (const char* account : kAccounts) {
                                     for (int i = 0; i < 10; ++i) {
                                       BANSO_RETURN_IF_ERROR(
                                           store_.MirrorFact(writer, StageOf(account, i)));
                                     }
                                   }
                                   return absl::OkStatus();
                                 }),
                banso::testing::IsOk());
  }

  absl::Time AnyTime() {
    return Noon(absl::CivilDay(2026, 4, 1)) + absl::Minutes(Draw(180 * 24 * 60));
  }

  v1::Sample SampleOf(const char* account, const char* metric, int number) {
    const absl::Time occurred = AnyTime();
    v1::Sample sample = MakeSample(absl::StrCat(number), metric, occurred, Draw(4));
    sample.set_account(absl::StrCat("accounts/", account));
    if (Draw(2) == 0) sample.set_object(absl::StrCat("form-", Draw(3)));
    *sample.mutable_known_time() =
        calendar::ToTimestamp(occurred + (now_ - occurred) * (Draw(4) / 4.0));
    return sample;
  }

  fact::v1::FactChange StageOf(const char* account, int number) {
    const absl::Time occurred = Noon(absl::CivilDay(2026, 4, 1)) + absl::Hours(number * 400);
    fact::v1::FactChange change;
    change.set_subject(absl::StrCat("accounts/", account));
    change.set_fact("account.lifecycle_stage");
    change.mutable_value()->set_text(number % 2 == 0 ? "onboarding" : "retention");
    *change.mutable_occurred_time() = calendar::ToTimestamp(occurred);
    *change.mutable_recorded_time() = calendar::ToTimestamp(occurred + absl::Hours(Draw(900)));
    return change;
  }

  rule::FactRead AnyRead(const std::string& account) {
    static constexpr const char* kFacts[] = {"metric.uses", "metric.tickets", "metric.mood",
                                             "account.lifecycle_stage"};
    rule::FactRead read;
    read.subject = account;
    const int fact = Draw(4);
    read.query.set_fact(kFacts[fact]);
    read.query.set_aggregation(
        fact == 3 ? type::v1::AGGREGATION_LATEST
                  : static_cast<Aggregation>(Draw(type::v1::AGGREGATION_TREND_PER_WEEK + 1)));
    const absl::CivilDay from = absl::CivilDay(2026, 4, 1) + Draw(180);
    if (Draw(3) > 0) *read.query.mutable_from() = calendar::ToDate(from);
    if (Draw(3) > 0) *read.query.mutable_to() = calendar::ToDate(from + Draw(60));
    read.query.set_per_object(fact == 0 && Draw(4) == 0);
    return read;
  }

  int Draw(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  std::mt19937 random_{20260401};
};

TEST_F(HeldReaderTest, AnswersAsOneThatReadsAnew) {
  ASSERT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
    StoreFactReader held(store_, reader, Holding::kOneAccount);
    StoreFactReader pages(store_, reader, Holding::kPages);
    StoreFactReader anew(store_, reader);
    int known = 0;
    for (int i = 0; i < 2000; ++i) {
      // Mostly the same account again, as in an analysis.
      const std::string account = absl::StrCat("accounts/", kAccounts[i / 50 % 3]);
      rule::Moment moment;
      moment.account = account;
      moment.time_zone = "Asia/Tokyo";
      moment.as_of = AnyTime();
      if (Draw(2) == 0) moment.known_at = moment.as_of;
      const rule::FactRead read = AnyRead(account);
      BANSO_ASSIGN_OR_RETURN(const auto expected, anew.Read({read}, moment));
      BANSO_ASSIGN_OR_RETURN(const auto answer, held.Read({read}, moment));
      EXPECT_EQ(contract::Fingerprint(answer[0]), contract::Fingerprint(expected[0]))
          << read.query.ShortDebugString() << "\nas of " << moment.as_of << "\nheld "
          << answer[0].ShortDebugString() << "\nanew " << expected[0].ShortDebugString();
      BANSO_ASSIGN_OR_RETURN(const auto paged, pages.Read({read}, moment));
      EXPECT_EQ(contract::Fingerprint(paged[0]), contract::Fingerprint(expected[0]))
          << read.query.ShortDebugString() << "\nas of " << moment.as_of;
      if (expected[0].has_value()) ++known;
    }
    EXPECT_GT(known, 500);
    return absl::OkStatus();
  }),
              banso::testing::IsOk());
}

}  // namespace
}  // namespace banso::health
