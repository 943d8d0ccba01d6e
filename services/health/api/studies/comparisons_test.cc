#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/studies/studies_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;

class ComparisonsTest : public StudiesFixture {
 protected:
  // Thirty successes, of which `hired` hire within half a year, and thirty failures.
  void PlantHires(int with, int without) {
    const std::vector<std::string> good = AddAccounts("good", 30);
    const std::vector<std::string> poor = AddAccounts("poor", 30);
    for (const std::string& account : good) Used(account, "offers", 10);
    Settle();
    for (size_t i = 0; i < 30; ++i) {
      const absl::CivilDay day(2026, 8, 1);
      if (i < static_cast<size_t>(with)) {
        Became(good[i], v1::OUTCOME_KIND_CUSTOMER_RESULT, day, "hire");
      }
      if (i < static_cast<size_t>(without)) {
        Became(poor[i], v1::OUTCOME_KIND_CUSTOMER_RESULT, day, "hire");
      }
    }
  }

  absl::StatusOr<v1::ComparisonReport> Lift(const v1::StudyScope& scope = {}) {
    v1::AnalyzeLiftRequest request;
    request.set_success_definition("successDefinitions/offer");
    *request.add_results() = Make("hired", Came(v1::OUTCOME_KIND_CUSTOMER_RESULT, "hire"));
    *request.mutable_scope() = scope;
    return studies_.AnalyzeLift(Now(), request);
  }
};

TEST_F(ComparisonsTest, HiresAreTwiceAsOftenAfterASuccessWithIntervalSizesAndDefinition) {
  PlantHires(24, 12);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ComparisonReport report, Lift());
  ASSERT_EQ(report.contrasts_size(), 1);
  const v1::Contrast& hired = report.contrasts(0);
  EXPECT_EQ(hired.with().having(), 24);
  EXPECT_EQ(hired.with().n(), 30);
  EXPECT_EQ(hired.without().having(), 12);
  EXPECT_EQ(hired.without().n(), 30);
  EXPECT_DOUBLE_EQ(hired.ratio(), 2.0);
  EXPECT_NEAR(hired.ratio_interval().low(), 1.245791, 1e-6);
  EXPECT_NEAR(hired.ratio_interval().high(), 3.210811, 1e-6);
  EXPECT_THAT(report.basis().revisions(), Contains("successDefinitions/offer@1"));
  EXPECT_EQ(report.basis().clock(), type::v1::CLOCK_CONTRACT_START);
  EXPECT_THAT(report.report(), HasSubstr("2 times as often (95 % interval 1.246 to 3.211)"));

  // Few cases: an interval, and never a bare ratio.
  v1::StudyScope few;
  few.set_min_n(2);
  *few.mutable_population() = Within30Days("metric.logins", 2);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ComparisonReport nobody, Lift(few));
  EXPECT_EQ(nobody.contrasts(0).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_FALSE(nobody.contrasts(0).has_ratio());
  v1::StudyScope strict;
  strict.set_min_n(31);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ComparisonReport thin, Lift(strict));
  EXPECT_EQ(thin.contrasts(0).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_FALSE(thin.contrasts(0).has_ratio());
  EXPECT_TRUE(thin.contrasts(0).with().has_share_interval());
  testing::Proves("LAP-12");
}

TEST_F(ComparisonsTest, CountsOnlyWhatHadHappenedAndWasKnown) {
  PlantHires(24, 12);
  v1::StudyScope before_it_was_stored;
  *before_it_was_stored.mutable_known_at() =
      calendar::ToTimestamp(Noon(absl::CivilDay(2026, 11, 30)));
  v1::StudyScope scope;
  *scope.mutable_as_of() = calendar::ToTimestamp(Noon(absl::CivilDay(2026, 9, 30)));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ComparisonReport open, Lift(scope));
  // Half a year has not passed: whoever has hired already is not counted as quicker.
  EXPECT_EQ(Nth(open.contrasts(), 0).with().n(), 0);
  EXPECT_EQ(Nth(open.contrasts(), 0).with().unknown(), 30);
  EXPECT_EQ(Nth(open.contrasts(), 0).finding(), v1::FINDING_INSUFFICIENT);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ComparisonReport unknown, Lift(before_it_was_stored));
  for (const v1::LeftOut& left_out : unknown.basis().left_out()) {
    EXPECT_EQ(left_out.cases(), 60) << left_out.because();
  }
  EXPECT_EQ(unknown.basis().cases(), 0);
}

// Those who onboard themselves leave more often, also among customers of the same segment.
TEST_F(ComparisonsTest, ComparesTracksAmongCustomersOfTheSameSegment) {
  const std::vector<std::string> accounts = AddAccounts("c", 80);
  Settle();
  for (size_t i = 0; i < accounts.size(); ++i) {
    const bool self = i % 2 == 0;
    const bool small = i % 4 < 2 ? i < 60 : i < 20;
    Mirror(accounts[i], "account.touch", rule::TextValue(self ? "tech" : "high"));
    Mirror(accounts[i], "account.segment", rule::TextValue(small ? "SMB" : "MM"));
    const bool churned = self ? i % 5 < 3 : i % 10 == 1;
    if (churned) Became(accounts[i], v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 8, 1));
    if (i % 3 != 0) Became(accounts[i], v1::OUTCOME_KIND_EXPANSION, absl::CivilDay(2026, 8, 1));
  }
  v1::CompareCohortsRequest request;
  *request.mutable_with() = If(Is("account.touch", rule::TextValue("tech")));
  request.set_with_name("Onboarding alone");
  request.set_without_name("with help");
  *request.add_measures() = Make("churned", Came(v1::OUTCOME_KIND_CHURN));
  *request.add_measures() = Make("expanded", Came(v1::OUTCOME_KIND_EXPANSION));
  request.mutable_scope()->add_strata()->set_fact("account.segment");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ComparisonReport report,
                             studies_.CompareCohorts(Now(), request));
  ASSERT_EQ(report.contrasts_size(), 2);
  const v1::Contrast& churned = report.contrasts(0);
  EXPECT_EQ(churned.with().n() + churned.without().n(), 80);
  EXPECT_EQ(churned.finding(), v1::FINDING_DIFFERENT) << churned.sentence();
  EXPECT_TRUE(churned.has_ratio_interval());
  EXPECT_EQ(churned.adjusted().strata(), 2);
  EXPECT_EQ(churned.adjusted().cases(), 80);
  EXPECT_GT(churned.adjusted().difference_interval().low(), 0);
  EXPECT_TRUE(churned.adjusted().has_ratio_interval());
  EXPECT_LT(churned.adjusted().p_value(), 0.05);
  EXPECT_THAT(churned.sentence(), HasSubstr("among like cases"));
  EXPECT_EQ(report.contrasts(1).finding(), v1::FINDING_NOT_DIFFERENT);
  testing::Proves("YAP-01");
}

// Half of the customers were shown a mock-up of their app at the kickoff.
TEST_F(ComparisonsTest, ComparesGapAndLeadTimeWithAndWithoutAnArtefact) {
  const std::vector<std::string> accounts = AddAccounts("c", 40);
  Settle();
  for (size_t i = 0; i < accounts.size(); ++i) {
    const bool shown = i % 2 == 0;
    const double spread = static_cast<double>(i % 5);
    Mirror(accounts[i], "plan.mock_up_shown", rule::FlagValue(shown));
    Mirror(accounts[i], "plan.expectation_gap", rule::NumberValue((shown ? 1 : 4) + spread / 2));
    Mirror(accounts[i], "plan.lead_days", rule::NumberValue((shown ? 28 : 45) + spread));
    Mirror(accounts[i], "plan.meetings_held", rule::NumberValue(4 + spread));
  }
  v1::CompareCohortsRequest request;
  *request.mutable_with() = If(Is("plan.mock_up_shown", rule::FlagValue(true)));
  request.set_with_name("With a mock-up");
  request.set_without_name("without");
  for (const char* fact : {"plan.expectation_gap", "plan.lead_days", "plan.meetings_held"}) {
    v1::Measured* measured = request.add_measures();
    measured->set_key(std::string(fact).substr(5));
    measured->set_display_name(fact);
    measured->mutable_amount()->set_fact(fact);
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ComparisonReport report,
                             studies_.CompareCohorts(Now(), request));
  ASSERT_EQ(report.contrasts_size(), 3);
  const v1::Contrast& gap = report.contrasts(0);
  EXPECT_EQ(gap.with().n(), 20);
  EXPECT_EQ(gap.without().n(), 20);
  EXPECT_EQ(gap.finding(), v1::FINDING_DIFFERENT) << gap.sentence();
  EXPECT_DOUBLE_EQ(gap.difference(), -3);
  EXPECT_LT(gap.difference_interval().high(), 0);
  const v1::Contrast& lead = report.contrasts(1);
  EXPECT_EQ(lead.finding(), v1::FINDING_DIFFERENT);
  EXPECT_DOUBLE_EQ(lead.difference(), -17);
  EXPECT_LE(lead.difference_interval().low(), -17);
  EXPECT_GE(lead.difference_interval().high(), -17);
  EXPECT_EQ(report.contrasts(2).finding(), v1::FINDING_NOT_DIFFERENT);
  testing::Proves("YAP-07");
}

// With a tutorial far better in everything except referrals and unit price: asked of the service,
// over stored samples.
TEST_F(ComparisonsTest, FlagsWhatATutorialGoesWithAndShowsWhatItDoesNot) {
  constexpr size_t kAccounts = 60;
  const auto plant = [&](absl::string_view prefix, bool tutorial) {
    const std::vector<std::string> accounts = AddAccounts(prefix, kAccounts);
    for (size_t i = 0; i < kAccounts; ++i) {
      Mirror(accounts[i], "plan.tutorial", rule::FlagValue(tutorial));
      if (i < (tutorial ? 48 : 27)) Used(accounts[i], "searches", 3);
      if (i < (tutorial ? 39 : 18)) Used(accounts[i], "offers", 9);
      if (i % 7 == 3) Used(accounts[i], "replies", 12);
      Used(accounts[i], "pool", 2, 2500 + static_cast<double>(i * 37 % 60) * 20);
      Used(accounts[i], "mails", 4, (tutorial ? 6 : 2) + static_cast<double>(i % 6));
    }
  };
  plant("with", true);
  plant("without", false);
  Settle();
  v1::CompareCohortsRequest request;
  *request.mutable_with() = If(Is("plan.tutorial", rule::FlagValue(true)));
  request.set_with_name("Tutorial");
  request.set_without_name("none");
  const auto amount = [](absl::string_view key, absl::string_view fact) {
    v1::Measured measured;
    measured.set_key(std::string(key));
    measured.set_display_name(std::string(key));
    *measured.mutable_amount() = SumWithin30Days(fact);
    return measured;
  };
  *request.add_measures() = Make("activated", If(Within30Days("metric.searches")));
  *request.add_measures() = Make("first_sale", If(Within30Days("metric.offers")));
  *request.add_measures() = Make("referred", If(Within30Days("metric.replies")));
  *request.add_measures() = amount("unit_price", "metric.pool");
  *request.add_measures() = amount("pages", "metric.mails");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ComparisonReport report,
                             studies_.CompareCohorts(Now(), request));
  ASSERT_EQ(report.contrasts_size(), 5);
  EXPECT_EQ(report.basis().accounts(), 2 * kAccounts);
  for (const v1::Contrast& contrast : report.contrasts()) {
    const bool is_null = contrast.key() == "referred" || contrast.key() == "unit_price";
    EXPECT_EQ(contrast.finding(), is_null ? v1::FINDING_NOT_DIFFERENT : v1::FINDING_DIFFERENT)
        << contrast.sentence();
    EXPECT_TRUE(contrast.has_q_value());
    EXPECT_FALSE(contrast.has_clustered());
    EXPECT_THAT(report.report(), HasSubstr(contrast.sentence()));
  }
  testing::Proves("PER-07");
}

// Nine accounts on each side, each with five onboardings that are alike: what looks like 45 against
// 45 cases is 9 against 9.
TEST_F(ComparisonsTest, CountsAccountsWhereThereAreSeveralOnboardingsOfOne) {
  const auto add = [&](absl::string_view prefix, bool assisted, int meeting) {
    const std::vector<std::string> accounts = AddAccounts(prefix, 9);
    for (size_t i = 0; i < accounts.size(); ++i) {
      Mirror(accounts[i], "plan.assisted", rule::FlagValue(assisted));
      if (i < static_cast<size_t>(meeting)) Used(accounts[i], "meetings", 5);
      FollowMoreOnboardings(absl::StrCat(prefix, i), 4);
    }
  };
  add("good", true, 6);
  add("poor", false, 3);
  Settle();
  v1::CompareCohortsRequest request;
  *request.mutable_with() = If(Is("plan.assisted", rule::FlagValue(true)));
  request.set_with_name("Assisted");
  request.set_without_name("others");
  *request.add_measures() = Make("meeting", If(Within30Days("metric.meetings")));
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ComparisonReport report, studies_.CompareCohorts(Now(), request));
  EXPECT_EQ(report.basis().cases(), 90);
  EXPECT_EQ(report.basis().accounts(), 18);
  EXPECT_THAT(report.basis().method(), HasSubstr("one cluster"));
  EXPECT_THAT(report.report(), HasSubstr("Cases: 90 of 18 accounts"));
  const v1::Contrast& meeting = Nth(report.contrasts(), 0);
  EXPECT_EQ(meeting.with().n(), 45);
  EXPECT_EQ(meeting.with().accounts(), 9);
  EXPECT_EQ(meeting.clustered().accounts(), 18);
  EXPECT_NEAR(meeting.clustered().difference(), meeting.difference(), 1e-12);
  // Taken for independent it would be beyond doubt; 6 of 9 against 3 of 9 is nothing.
  EXPECT_LT(meeting.p_value(), 0.01);
  EXPECT_GT(meeting.clustered().p_value(), 0.15);
  EXPECT_EQ(meeting.finding(), v1::FINDING_NOT_DIFFERENT);
  EXPECT_NEAR(meeting.q_value(), meeting.clustered().p_value(), 1e-12);
  // And of ten accounts that are asked for, there are nine.
  request.mutable_scope()->set_min_n(10);
  BANSO_ASSERT_OK_AND_ASSIGN(report, studies_.CompareCohorts(Now(), request));
  EXPECT_EQ(Nth(report.contrasts(), 0).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_THAT(Nth(report.contrasts(), 0).insufficient_because(), HasSubstr("9 accounts"));
}

TEST_F(ComparisonsTest, RefusesMeasuresThatCannotBe) {
  v1::CompareCohortsRequest request;
  *request.mutable_with() = If(Is("account.tuch", rule::TextValue("tech")));
  request.set_with_name("a");
  request.set_without_name("b");
  *request.add_measures() = Make("churned", Came(v1::OUTCOME_KIND_CHURN));
  *request.add_measures() = Make("churned", Came(v1::OUTCOME_KIND_CHURN, "hire"));
  EXPECT_THAT(studies_.CompareCohorts(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("with.condition"), HasSubstr("measures[1].key"),
                                        HasSubstr("measures[1].trait.outcome.result"))));
}

TEST_F(ComparisonsTest, TakesAnyMirroredFactAsStratum) {
  PlantHires(24, 12);
  v1::StudyScope scope;
  scope.add_strata()->set_fact("account.industry");
  EXPECT_THAT(Lift(scope),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("scope.strata[0].fact")));
  fact::v1::FactChange change;
  change.set_subject("accounts/good-0");
  change.set_fact("account.industry");
  change.mutable_value()->set_text("retail");
  *change.mutable_occurred_time() = calendar::ToTimestamp(now_);
  *change.mutable_recorded_time() = calendar::ToTimestamp(now_);
  ASSERT_THAT(
      database_->Write(Now(),
                       [&](storage::Writer& writer) { return store_.MirrorFact(writer, change); }),
      IsOk());
  EXPECT_THAT(Lift(scope), IsOk());
}

TEST_F(ComparisonsTest, StopsWhenTheCallerHasGone) {
  PlantHires(1, 1);
  Call gone = Now();
  gone.cancelled = std::make_shared<std::atomic<bool>>(true);
  v1::AnalyzeLiftRequest request;
  request.set_success_definition("successDefinitions/offer");
  *request.add_results() = Make("hired", Came(v1::OUTCOME_KIND_CUSTOMER_RESULT, "hire"));
  EXPECT_THAT(studies_.AnalyzeLift(gone, request), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace banso::health
