#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/studies/studies_fixture.h"

namespace banso::health {
namespace {

using banso::testing::Nth;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RunStudyTest : public StudiesFixture {
 protected:
  // Completed by a revision of the criteria.
  static v1::Trait CompletedBy(absl::string_view revision) {
    v1::Trait trait;
    type::v1::ConditionList& all = *trait.mutable_condition()->mutable_all();
    *all.add_conditions() = Is("completion.completed", rule::FlagValue(true));
    *all.add_conditions() = Is("completion.criteria", rule::TextValue(revision));
    return trait;
  }
};

// If truly completed, they seldom leave: tested by revision of the criteria.
TEST_F(RunStudyTest, ComparesChurnOfCompletedCustomersByRevisionOfTheCriteria) {
  const std::vector<std::string> accounts = AddAccounts("c", 60);
  Settle();
  for (size_t i = 0; i < accounts.size(); ++i) {
    const bool completed = i < 32;
    Mirror(accounts[i], "completion.completed", rule::FlagValue(completed));
    if (completed) {
      Mirror(accounts[i], "completion.criteria",
             rule::TextValue(i < 27 ? "criteriaSets/core@2" : "criteriaSets/core@1"));
    } else {
      Mirror(accounts[i], "completion.criteria", rule::TextValue("none"));
    }
    const bool churned = completed ? i % 9 == 0 : i % 2 == 0;
    if (churned) Became(accounts[i], v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 7, 1));
  }
  v1::RunStudyRequest request;
  *request.mutable_factors()->mutable_result() = Came(v1::OUTCOME_KIND_CHURN);
  request.mutable_factors()->set_result_name("Churn");
  *request.mutable_factors()->add_factors() =
      Make("completed", If(Is("completion.completed", rule::FlagValue(true))));
  *request.mutable_factors()->add_factors() = Make("by_core_2", CompletedBy("criteriaSets/core@2"));
  *request.mutable_factors()->add_factors() = Make("by_core_1", CompletedBy("criteriaSets/core@1"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse response,
                             studies_.RunStudy(Now(), request));
  ASSERT_EQ(response.factors().factors_size(), 3);
  const v1::Contrast& completed = response.factors().factors(0);
  EXPECT_EQ(completed.with().n(), 32);
  EXPECT_EQ(completed.with().having(), 4);
  EXPECT_EQ(completed.without().n(), 28);
  EXPECT_EQ(completed.without().having(), 14);
  EXPECT_TRUE(completed.with().has_share_interval());
  EXPECT_LT(completed.ratio_interval().high(), 1);
  const v1::Contrast& by_2 = response.factors().factors(1);
  EXPECT_EQ(by_2.with().n(), 27);
  EXPECT_TRUE(by_2.has_ratio_interval());
  const v1::Contrast& by_1 = response.factors().factors(2);
  EXPECT_EQ(by_1.with().n(), 5);
  EXPECT_EQ(by_1.finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_FALSE(by_1.has_ratio());
  testing::Proves("LX-10");
}

TEST_F(RunStudyTest, ComparesOwnersAmongLikeCases) {
  const std::vector<std::string> accounts = AddAccounts("c", 40);
  Settle();
  for (size_t i = 0; i < accounts.size(); ++i) {
    Mirror(accounts[i], "account.owner", rule::TextValue(i % 2 == 0 ? "members/a" : "members/b"));
    if (i % 2 == 0 ? i % 8 != 0 : i % 5 == 0) {
      Became(accounts[i], v1::OUTCOME_KIND_RENEWAL, absl::CivilDay(2026, 7, 1));
    }
  }
  v1::RunStudyRequest request;
  request.mutable_groups()->mutable_group()->set_fact("account.owner");
  *request.mutable_groups()->add_measures() = Make("renewed", Came(v1::OUTCOME_KIND_RENEWAL));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse response,
                             studies_.RunStudy(Now(), request));
  const v1::GroupedMeasure& renewed = Nth(response.groups().measures(), 0);
  EXPECT_EQ(renewed.finding(), v1::FINDING_DIFFERENT);
  ASSERT_EQ(renewed.groups_size(), 2);
  EXPECT_EQ(renewed.groups(0).group(), "members/a");
  EXPECT_EQ(renewed.groups(0).n(), 20);
  EXPECT_DOUBLE_EQ(renewed.groups(0).observed(), 0.75);
  EXPECT_DOUBLE_EQ(renewed.groups(0).expected(), 19.0 / 40);
}

// Ten accounts of each owner, each with three onboardings that end alike: 21 of 30 against 9 of 30
// would be beyond doubt, and 7 of 10 against 3 of 10 is not.
TEST_F(RunStudyTest, CountsAccountsWhereOwnersHaveSeveralOnboardingsOfOne) {
  const std::vector<std::string> accounts = AddAccounts("c", 20);
  Settle();
  for (size_t i = 0; i < accounts.size(); ++i) {
    FollowMoreOnboardings(absl::StrCat("c", i), 2);
    Mirror(accounts[i], "account.owner", rule::TextValue(i < 10 ? "members/a" : "members/b"));
    if (i < 7 || i >= 17) {
      Became(accounts[i], v1::OUTCOME_KIND_RENEWAL, absl::CivilDay(2026, 7, 1));
    }
  }
  v1::RunStudyRequest request;
  request.mutable_groups()->mutable_group()->set_fact("account.owner");
  *request.mutable_groups()->add_measures() = Make("renewed", Came(v1::OUTCOME_KIND_RENEWAL));
  BANSO_ASSERT_OK_AND_ASSIGN(v1::RunStudyResponse response, studies_.RunStudy(Now(), request));
  const v1::GroupedMeasure& renewed = response.groups().measures(0);
  ASSERT_EQ(renewed.groups_size(), 2);
  EXPECT_EQ(renewed.groups(0).n(), 30);
  EXPECT_EQ(renewed.groups(0).accounts(), 10);
  EXPECT_DOUBLE_EQ(renewed.groups(0).observed(), 0.7);
  // Mantel and Haenszel's test of 7, 3 and 3, 7.
  EXPECT_NEAR(renewed.chi_square(), 3.04, 1e-9);
  EXPECT_EQ(renewed.finding(), v1::FINDING_NOT_DIFFERENT);
  EXPECT_EQ(response.basis().accounts(), 20);
  EXPECT_THAT(response.basis().method(), HasSubstr("one account are tested as one"));
  request.mutable_scope()->set_min_n(11);
  BANSO_ASSERT_OK_AND_ASSIGN(response, studies_.RunStudy(Now(), request));
  EXPECT_EQ(response.groups().measures(0).insufficient_because(),
            "fewer than two groups have 11 accounts with known cases");
}

TEST_F(RunStudyTest, FollowsTimedCasesFromTheLandmarkOn) {
  const std::vector<std::string> accounts = AddAccounts("c", 24);
  for (size_t i = 0; i < accounts.size(); ++i) {
    const bool early = i < 12;
    Used(accounts[i], "searches", early ? 3 : 25);
    if (early || i % 4 == 0) Used(accounts[i], "interviews", 35 + static_cast<int>(i));
  }
  Settle();
  v1::RunStudyRequest request;
  v1::TimingStudy& study = *request.mutable_timing();
  study.set_clock(type::v1::CLOCK_CONTRACT_START);
  *study.mutable_set_up() = Within30Days("metric.searches");
  *study.mutable_landmark() = calendar::MakePeriod(14, type::v1::PERIOD_UNIT_DAY);
  type::v1::Comparison& level = *study.mutable_level()->mutable_compare();
  level.mutable_fact()->set_fact("metric.interviews");
  level.mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
  level.set_op(type::v1::OPERATOR_GE);
  *level.add_values() = rule::NumberValue(1);
  *study.mutable_horizon() = calendar::MakePeriod(80, type::v1::PERIOD_UNIT_DAY);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse response,
                             studies_.RunStudy(Now(), request));
  const v1::TimingReport& report = response.timing();
  EXPECT_EQ(report.early().n(), 12);
  EXPECT_EQ(report.early().reached(), 12);
  EXPECT_EQ(report.late().n(), 12);
  EXPECT_EQ(report.late().reached(), 3);
  EXPECT_NEAR(report.late().share_by_horizon(), 0.25, 1e-12);
  EXPECT_GT(report.rate_ratio_interval().low(), 1);
  EXPECT_EQ(report.finding(), v1::FINDING_DIFFERENT);
  EXPECT_EQ(response.basis().clock(), type::v1::CLOCK_CONTRACT_START);
  EXPECT_EQ(response.basis().accounts(), 24);
  EXPECT_THAT(response.basis().method(), ::testing::Not(HasSubstr("Lin and Wei")));

  // Seen on the 42nd day, most are still on their way: they count for as long as they were watched.
  *request.mutable_scope()->mutable_as_of() = calendar::ToTimestamp(Noon(kApril1 + 42));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse in_part, studies_.RunStudy(Now(), request));
  EXPECT_EQ(in_part.timing().early().n(), 12);
  EXPECT_EQ(in_part.timing().early().reached() + in_part.timing().early().censored(), 12);
  EXPECT_GT(in_part.timing().early().censored(), 3);
  EXPECT_EQ(in_part.timing().late().reached() + in_part.timing().late().censored(), 12);
  EXPECT_FALSE(in_part.timing().late().has_share_by_horizon());
  EXPECT_GT(in_part.timing().rate_ratio_interval().low(), 1);
  testing::Proves("REP-06");
}

// Nothing known is not late, not `not reached` and not zero.
TEST_F(RunStudyTest, LeavesOutWhatIsNotKnownInsteadOfTakingItForNo) {
  const std::vector<std::string> accounts = AddAccounts("c", 24);
  MakeMetric("visits", v1::METRIC_KIND_COUNTER, "calendar");
  for (size_t i = 0; i < accounts.size(); ++i) {
    for (int day = 160; day <= 244; ++day) Used(accounts[i], "mails", day, 10);
    // The calendar of a third of them tells nothing.
    if (i % 3 == 0) continue;
    Used(accounts[i], "visits", 0);
    if (i % 3 == 1) Used(accounts[i], "visits", 40);
  }
  Settle();
  const auto at_least = [](absl::string_view fact, double least) {
    type::v1::Condition condition;
    type::v1::Comparison& compare = *condition.mutable_compare();
    compare.mutable_fact()->set_fact(std::string(fact));
    compare.mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    compare.set_op(type::v1::OPERATOR_GE);
    *compare.add_values() = rule::NumberValue(least);
    return condition;
  };
  v1::RunStudyRequest request;
  v1::TimingStudy& study = *request.mutable_timing();
  study.set_clock(type::v1::CLOCK_CONTRACT_START);
  *study.mutable_set_up() = at_least("metric.logins", 1);
  *study.mutable_landmark() = calendar::MakePeriod(14, type::v1::PERIOD_UNIT_DAY);
  *study.mutable_level() = at_least("metric.visits", 2);
  *study.mutable_horizon() = calendar::MakePeriod(80, type::v1::PERIOD_UNIT_DAY);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::RunStudyResponse response, studies_.RunStudy(Now(), request));
  EXPECT_EQ(response.timing().early().n(), 16);
  EXPECT_EQ(response.timing().early().reached(), 8);
  ASSERT_EQ(response.basis().left_out_size(), 1);
  EXPECT_EQ(response.basis().left_out(0).because(),
            "it is not known when they reached the level, or whether");
  EXPECT_EQ(response.basis().left_out(0).cases(), 8);

  *study.mutable_set_up() = at_least("metric.visits", 1);
  *study.mutable_level() = at_least("metric.logins", 2);
  BANSO_ASSERT_OK_AND_ASSIGN(response, studies_.RunStudy(Now(), request));
  EXPECT_EQ(response.timing().early().n(), 16);
  EXPECT_EQ(response.timing().late().n(), 0);
  ASSERT_EQ(response.basis().left_out_size(), 1);
  EXPECT_EQ(response.basis().left_out(0).because(),
            "it is not known whether they were set up by the landmark");

  request.mutable_dependence()->set_use("metric.mails");
  request.mutable_dependence()->set_touch("metric.visits");
  BANSO_ASSERT_OK_AND_ASSIGN(response, studies_.RunStudy(Now(), request));
  EXPECT_EQ(response.dependence().accounts_size(), 16);
  ASSERT_EQ(response.basis().left_out_size(), 1);
  EXPECT_EQ(response.basis().left_out(0).because(),
            "it is not known on which days there was use or a touch");
  EXPECT_EQ(response.basis().left_out(0).cases(), 8);
}

TEST_F(RunStudyTest, TellsTheDependentAccountFromTheOneThatStandsAlone) {
  const std::vector<std::string> accounts = AddAccounts("c", 2);
  // The last ninety days before 1 December begin on 3 September, day 155.
  for (int day = 155; day <= 244; ++day) {
    for (const std::string& account : accounts) {
      if (day % 15 == 0) Used(account, "meetings", day);
    }
    if (day % 15 <= 2) Used(accounts[0], "mails", day, 20);
    if (day % 15 == 9) Used(accounts[0], "mails", day, 3);
    if (day % 7 < 5) Used(accounts[1], "mails", day, 10);
  }
  Settle();
  v1::RunStudyRequest request;
  request.mutable_dependence()->set_use("metric.mails");
  request.mutable_dependence()->set_touch("metric.meetings");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse response,
                             studies_.RunStudy(Now(), request));
  ASSERT_EQ(response.dependence().accounts_size(), 2);
  const v1::AccountDependence& dependent = response.dependence().accounts(0);
  const v1::AccountDependence& independent = response.dependence().accounts(1);
  EXPECT_EQ(dependent.account(), "accounts/c0");
  EXPECT_GT(dependent.index(), 0.8);
  EXPECT_EQ(independent.account(), "accounts/c1");
  EXPECT_LT(independent.index(), 0.3);
  for (const v1::AccountDependence* one : {&dependent, &independent}) {
    EXPECT_LE(one->index_interval().low(), one->index()) << one->account();
    EXPECT_LE(one->index(), one->index_interval().high()) << one->account();
  }
  EXPECT_GT(independent.days_with_use(), 60);
  testing::Proves("REP-01");
}

TEST_F(RunStudyTest, CountsWhyCustomersDidNotStartAndWhetherThatChanges) {
  const std::vector<std::string> accounts = AddAccounts("c", 7);
  Settle();
  const char* reasons[] = {"no_owner", "no_owner", "no_owner", "no_owner",
                           "no_owner", "no_data",  ""};
  const int months[] = {9, 10, 10, 11, 11, 9, 11};
  for (size_t i = 0; i < accounts.size(); ++i) {
    Became(accounts[i], v1::OUTCOME_KIND_NOT_STARTED, absl::CivilDay(2026, months[i], 10), "",
           reasons[i]);
  }
  Became(accounts[0], v1::OUTCOME_KIND_CHURN, absl::CivilDay(2026, 11, 20), "", "price");
  v1::RunStudyRequest request;
  request.mutable_reasons()->set_kind(v1::OUTCOME_KIND_NOT_STARTED);
  request.mutable_reasons()->set_months(4);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse response,
                             studies_.RunStudy(Now(), request));
  const v1::ReasonReport& report = response.reasons();
  EXPECT_EQ(report.outcomes(), 7);
  EXPECT_EQ(report.without_reason(), 1);
  ASSERT_EQ(report.reasons_size(), 2);
  EXPECT_EQ(report.reasons(0).reason(), "no_owner");
  EXPECT_EQ(report.reasons(0).count(), 5);
  EXPECT_THAT(report.reasons(0).by_month(), ElementsAre(1, 2, 2, 0));
  EXPECT_TRUE(report.reasons(0).has_trend_per_month());
  EXPECT_NEAR(report.reasons(0).trend_per_month(), -0.3, 1e-12);
  EXPECT_EQ(report.reasons(1).reason(), "no_data");
  testing::Proves("SHR-05");
}

// Whoever gave up has neither met nor missed a goal, and a duplicate is nobody.
TEST_F(RunStudyTest, LeavesOutCancelledOnboardingsAndArchivedAccounts) {
  const std::vector<std::string> accounts = AddAccounts("c", 24);
  for (size_t i = 0; i < accounts.size(); ++i) {
    if (i < 12) Used(accounts[i], "searches", 3);
    if (i % 3 != 0) Used(accounts[i], "offers", 20);
  }
  Settle();
  v1::RunStudyRequest request;
  request.mutable_factors()->mutable_result()->set_success_definition("successDefinitions/offer");
  request.mutable_factors()->set_result_name("Offer");
  *request.mutable_factors()->add_factors() = Make("searched", If(Within30Days("metric.searches")));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse before, studies_.RunStudy(Now(), request));
  for (const std::string& gone : AddAccounts("gone", 10)) {
    FollowOnboarding(gone.substr(gone.find('/') + 1), accounts::v1::ONBOARDING_STATE_CANCELLED,
                     kApril1, now_);
  }
  for (const std::string& duplicate : AddAccounts("duplicate", 5)) {
    accounts::v1::Account archived;
    archived.set_name(duplicate);
    archived.set_time_zone("Asia/Tokyo");
    *archived.mutable_archive_time() = calendar::ToTimestamp(now_ - absl::Hours(1));
    EXPECT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.FollowAccount(writer, archived); }),
        banso::testing::IsOk());
  }
  Settle();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse after, studies_.RunStudy(Now(), request));
  EXPECT_EQ(after.factors().SerializeAsString(), before.factors().SerializeAsString());
  EXPECT_EQ(after.basis().cases(), 24);
  ASSERT_EQ(after.basis().left_out_size(), 2);
  EXPECT_EQ(after.basis().left_out(0).because(), "the account is archived");
  EXPECT_EQ(after.basis().left_out(0).cases(), 5);
  EXPECT_EQ(after.basis().left_out(1).because(), "the onboarding was cancelled");
  EXPECT_EQ(after.basis().left_out(1).cases(), 10);

  // Why they gave up is asked of those who did.
  Became("accounts/gone0", v1::OUTCOME_KIND_NOT_STARTED, absl::CivilDay(2026, 11, 10), "",
         "no_owner");
  v1::RunStudyRequest reasons;
  reasons.mutable_reasons()->set_kind(v1::OUTCOME_KIND_NOT_STARTED);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse counted, studies_.RunStudy(Now(), reasons));
  EXPECT_EQ(counted.reasons().outcomes(), 1);
}

// Clocks and states are as they were then: whatever was moved or given up later is not seen.
TEST_F(RunStudyTest, ReadsOnboardingsAsOfThenAndAsKnownThen) {
  const std::vector<std::string> accounts = AddAccounts("c", 20);
  for (size_t i = 0; i < accounts.size(); ++i) {
    if (i % 2 == 0) Used(accounts[i], "searches", 20);
  }
  const absl::Time now = now_;
  now_ = Noon(kApril1 + 200);
  Settle();
  const absl::Time then = now_ + absl::Hours(1);
  v1::RunStudyRequest request;
  *request.mutable_factors()->mutable_result() = Came(v1::OUTCOME_KIND_CHURN);
  request.mutable_factors()->set_result_name("Churn");
  *request.mutable_factors()->add_factors() = Make("searched", If(Within30Days("metric.searches")));
  *request.mutable_scope()->mutable_as_of() = calendar::ToTimestamp(then);
  *request.mutable_scope()->mutable_known_at() = calendar::ToTimestamp(then);
  now_ = now;
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse before, studies_.RunStudy(Now(), request));
  EXPECT_EQ(Nth(before.factors().factors(), 0).with().n(), 10);
  // Of some the contract turns out to have begun later, some are given up, and some are new.
  for (int i = 0; i < 8; ++i) {
    FollowOnboarding(
        absl::StrCat("c", i),
        i < 5 ? accounts::v1::ONBOARDING_STATE_RUNNING : accounts::v1::ONBOARDING_STATE_CANCELLED,
        kApril1 + 90, now_ - absl::Hours(1));
  }
  accounts::v1::Account late;
  late.set_name("accounts/late");
  EXPECT_THAT(
      database_->Write(Now(),
                       [&](storage::Writer& writer) { return store_.FollowAccount(writer, late); }),
      banso::testing::IsOk());
  FollowOnboarding("late", accounts::v1::ONBOARDING_STATE_RUNNING, kApril1 + 220,
                   now_ - absl::Hours(1));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse after, studies_.RunStudy(Now(), request));
  EXPECT_EQ(after.factors().SerializeAsString(), before.factors().SerializeAsString());
  EXPECT_EQ(after.basis().cases(), 20);
  ASSERT_EQ(after.basis().left_out_size(), 1);
  EXPECT_EQ(after.basis().left_out(0).because(), "the onboarding was not known then");
  EXPECT_EQ(after.basis().left_out(0).cases(), 1);
  // As of now it is another matter.
  request.clear_scope();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RunStudyResponse present, studies_.RunStudy(Now(), request));
  EXPECT_LT(Nth(present.factors().factors(), 0).with().n(), 10);
}

TEST_F(RunStudyTest, RefusesAFactThatNobodyKnows) {
  v1::RunStudyRequest request;
  request.mutable_dependence()->set_use("metric.mials");
  request.mutable_dependence()->set_touch("metric.meetings");
  EXPECT_THAT(studies_.RunStudy(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("dependence.use")));
}

}  // namespace
}  // namespace banso::health
