#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/use/expected_uses_api.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/fact_reader.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A Monday; the week after has no holiday, the one of 29 April has.
const absl::CivilDay kMonday(2026, 4, 6);

class ExpectedUsesTest : public HealthFixture {
 protected:
  ExpectedUsesTest() {
    uses_ = std::make_unique<ExpectedUsesApi>(*database_, store_);
    MakeMetric("daily-reports");
    now_ = Noon(kMonday + 7);
  }

  // Foremen write a report every working day.
  static v1::ExpectedUse Foremen() {
    v1::ExpectedUse use;
    use.set_name("accounts/acme/expectedUses/daily-report");
    use.set_role("foreman");
    use.set_metric("metrics/daily-reports");
    use.set_times(1);
    use.set_unit(type::v1::PERIOD_UNIT_BUSINESS_DAY);
    use.add_users("u1");
    *use.mutable_from() = calendar::ToDate(absl::CivilDay(2026, 4, 1));
    use.set_rule("Daily report by 17:00");
    return use;
  }

  absl::StatusOr<v1::ExpectedUse> Set(const v1::ExpectedUse& use) {
    v1::SetExpectedUseRequest request;
    *request.mutable_expected_use() = use;
    return uses_->SetExpectedUse(Now(), request);
  }

  void Report(absl::string_view user, absl::CivilDay day) {
    v1::Sample sample =
        MakeSample(absl::StrCat(user, calendar::DayText(day)), "daily-reports", Noon(day));
    sample.set_user(std::string(user));
    ASSERT_THAT(Ingest(Now(), {sample}), IsOk());
  }

  absl::StatusOr<v1::ListUseAgainstExpectationsResponse> Hold(absl::CivilDay from,
                                                              absl::CivilDay to) {
    v1::ListUseAgainstExpectationsRequest request;
    request.set_parent("accounts/-");
    *request.mutable_from() = calendar::ToDate(from);
    *request.mutable_to() = calendar::ToDate(to);
    return uses_->ListUseAgainstExpectations(Now(), request);
  }

  std::unique_ptr<ExpectedUsesApi> uses_;
};

TEST_F(ExpectedUsesTest, ListsAForemanWhoReportedTwiceInAWeekOfFive) {
  ASSERT_THAT(Set(Foremen()), IsOk());
  Report("u1", kMonday);
  Report("u1", kMonday + 2);
  Report("u1", kMonday - 5);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto held, Hold(kMonday, kMonday + 6));
  ASSERT_THAT(held.uses(), SizeIs(1));
  const v1::UseAgainstExpectation& use = held.uses(0);
  EXPECT_EQ(use.role(), "foreman");
  EXPECT_DOUBLE_EQ(use.expected(), 5);
  EXPECT_DOUBLE_EQ(use.actual(), 2);
  EXPECT_DOUBLE_EQ(use.share(), 0.4);
  EXPECT_TRUE(use.below());
  ASSERT_THAT(use.users(), SizeIs(1));
  EXPECT_EQ(use.users(0).user(), "u1");
  EXPECT_DOUBLE_EQ(use.users(0).share(), 0.4);
  EXPECT_TRUE(use.users(0).below());
  // Rules and scores read the same as a fact.
  fact::v1::FactQuery query;
  query.set_fact("use.daily_reports.share_of_expected");
  *query.mutable_from() = calendar::ToDate(kMonday);
  *query.mutable_to() = calendar::ToDate(kMonday + 6);
  EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
    StoreFactReader facts(store_, reader);
    BANSO_ASSIGN_OR_RETURN(
        const fact::v1::FactReading share,
        facts.ReadWindow(
            {.account = "accounts/acme", .zone = calendar::ZoneOrUtc("Asia/Tokyo"), .as_of = now_},
            query));
    EXPECT_DOUBLE_EQ(share.value().number(), 0.4);
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, ReadCatalog(store_, reader, now_));
    EXPECT_NE(catalog.Find(query.fact()), nullptr);
    return absl::OkStatus();
  }),
              IsOk());
  Proves("KAN-30");
}

TEST_F(ExpectedUsesTest, TellsPeopleOfARoleApart) {
  v1::ExpectedUse use = Foremen();
  use.add_users("u2");
  use.set_times(2);
  use.set_unit(type::v1::PERIOD_UNIT_WEEK);
  ASSERT_THAT(Set(use), IsOk());
  for (int day = 0; day < 2; ++day) Report("u1", kMonday + day);
  Report("other", kMonday);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto held, Hold(kMonday, kMonday + 6));
  ASSERT_THAT(held.uses(0).users(), SizeIs(2));
  EXPECT_NEAR(held.uses(0).share(), 0.5, 1e-12);
  EXPECT_EQ(held.uses(0).users(0).user(), "u2");
  EXPECT_EQ(held.uses(0).users(0).actual(), 0);
  EXPECT_TRUE(held.uses(0).users(0).below());
  EXPECT_NEAR(held.uses(0).users(1).share(), 1, 1e-12);
  EXPECT_FALSE(held.uses(0).users(1).below());
}

TEST_F(ExpectedUsesTest, KnowsHolidaysAndTheDaysOnWhichARuleHolds) {
  now_ = Noon(absl::CivilDay(2026, 5, 20));
  v1::ExpectedUse use = Foremen();
  *use.mutable_until() = calendar::ToDate(absl::CivilDay(2026, 5, 1));
  ASSERT_THAT(Set(use), IsOk());
  Report("u1", absl::CivilDay(2026, 4, 27));
  // 27, 28 and 30 April and 1 May; the 29th is a holiday, and then the rule ends.
  BANSO_ASSERT_OK_AND_ASSIGN(const auto held,
                             Hold(absl::CivilDay(2026, 4, 27), absl::CivilDay(2026, 5, 10)));
  EXPECT_DOUBLE_EQ(Nth(held.uses(), 0).expected(), 4);
  EXPECT_EQ(calendar::ToDay(Nth(held.uses(), 0).to()), absl::CivilDay(2026, 5, 1));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto closed,
                             Hold(absl::CivilDay(2026, 4, 29), absl::CivilDay(2026, 4, 29)));
  EXPECT_FALSE(Nth(closed.uses(), 0).has_share());
  EXPECT_FALSE(Nth(closed.uses(), 0).below());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto later,
                             Hold(absl::CivilDay(2026, 5, 4), absl::CivilDay(2026, 5, 10)));
  EXPECT_THAT(later.uses(), SizeIs(0));
}

TEST_F(ExpectedUsesTest, KnowsNothingWhileTheSourceIsSilent) {
  ASSERT_THAT(Set(Foremen()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto held, Hold(kMonday, kMonday + 6));
  EXPECT_FALSE(Nth(held.uses(), 0).has_actual());
  EXPECT_FALSE(Nth(held.uses(), 0).below());
  EXPECT_THAT(Nth(held.uses(), 0).unknown_because(), HasSubstr("metrics/daily-reports"));
}

TEST_F(ExpectedUsesTest, RefusesWhatCannotBeExpectedOrHeld) {
  v1::ExpectedUse use = Foremen();
  use.set_metric("metrics/weekly-reports");
  EXPECT_THAT(Set(use), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("metric")));
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  use.set_metric("metrics/level");
  EXPECT_THAT(Set(use), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("COUNTER")));
  use = Foremen();
  use.add_users("u1");
  EXPECT_THAT(Set(use), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("users[1]")));
  use = Foremen();
  *use.mutable_until() = calendar::ToDate(absl::CivilDay(2026, 3, 1));
  EXPECT_THAT(Set(use), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("until")));
  use = Foremen();
  use.set_name("accounts/nobody/expectedUses/daily-report");
  EXPECT_THAT(Set(use), StatusIs(absl::StatusCode::kNotFound));

  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ExpectedUse first, Set(Foremen()));
  use = Foremen();
  use.set_times(2);
  use.set_etag("stale");
  EXPECT_THAT(Set(use), StatusIs(absl::StatusCode::kAborted));
  use.set_etag(first.etag());
  ASSERT_THAT(Set(use), IsOk());
  // Today is not over.
  EXPECT_THAT(Hold(kMonday, kMonday + 7), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Hold(kMonday, kMonday - 1), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::health
