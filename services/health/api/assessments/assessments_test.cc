#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/account_data_fixture.h"
#include "services/health/domain/assessments/rater_agreement.h"
#include "services/health/store/fact_table.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class AssessmentsTest : public AccountDataFixture {
 protected:
  // An account in onboarding, with its owner.
  void FollowOwned(absl::string_view id, absl::string_view owner) {
    Follow(id);
    accounts::v1::Account account;
    account.set_name(absl::StrCat("accounts/", id));
    account.set_time_zone("Asia/Tokyo");
    account.set_lifecycle_stage(accounts::v1::LIFECYCLE_STAGE_ONBOARDING);
    account.set_accountable_owner(absl::StrCat("members/", owner));
    ASSERT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.FollowAccount(writer, account); }),
        IsOk());
  }

  // The latest value of a fact of an account; nothing when it is unknown.
  std::optional<double> Fact(absl::string_view account, absl::string_view fact) {
    std::optional<double> number;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(const auto value,
                             ValueAt(reader, absl::StrCat("accounts/", account), fact, now_));
      if (value.has_value()) number = value->number();
      return absl::OkStatus();
    }),
                IsOk());
    return number;
  }
};

TEST_F(AssessmentsTest, ReportsWeightedKappaOfTwoRatersOnTwentyAccounts) {
  Activate(MakeRubric());
  // 12 the same, 6 one step apart, 2 two steps apart.
  const std::vector<std::pair<int, int>> ratings = {
      {1, 1}, {1, 1}, {2, 2}, {2, 2}, {2, 2}, {3, 3}, {3, 3}, {4, 4}, {4, 4}, {5, 5},
      {5, 5}, {5, 5}, {1, 2}, {2, 3}, {3, 2}, {3, 4}, {4, 5}, {4, 3}, {1, 3}, {5, 3}};
  for (size_t i = 0; i < ratings.size(); ++i) {
    const std::string id = absl::StrCat("a", i);
    Follow(id);
    Judge(id, "needs", ratings[i].first, "aoki");
    Judge(id, "needs", ratings[i].second, "ito");
  }
  // One whom only one of them has judged says nothing.
  Judge("acme", "needs", 1, "aoki");
  v1::GetRaterAgreementRequest request;
  request.set_item("needs");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::GetRaterAgreementResponse response,
                             assessments_->GetRaterAgreement(Now(), request));
  ASSERT_THAT(response.agreements(), SizeIs(1));
  const v1::RaterAgreement& both = response.agreements(0);
  EXPECT_EQ(both.rater_a(), "members/aoki");
  EXPECT_EQ(both.rater_b(), "members/ito");
  EXPECT_EQ(both.accounts(), 20);
  EXPECT_EQ(both.same(), 12);
  EXPECT_EQ(both.within_one_step(), 18);
  ASSERT_THAT(both.table(), SizeIs(25));
  // 1 - observed / expected mean squared distance: 0.7 and 3.6.
  EXPECT_NEAR(both.weighted_kappa().value(), 0.8055555556, 1e-9);
  EXPECT_LT(both.weighted_kappa().low(), both.weighted_kappa().value());
  EXPECT_GT(both.weighted_kappa().high(), both.weighted_kappa().value());
  EXPECT_EQ(both.weighted_kappa().n(), 20);
  Proves("LAP-11");
}

TEST_F(AssessmentsTest, ListsWhatIsDueToBeJudged) {
  FollowOwned("beta", "ito");
  Activate(MakeRubric());
  Judge("acme", "needs", 3);
  Judge("acme", "search", 3);
  Judge("beta", "needs", 4);
  v1::ListDueAssessmentsRequest request;
  request.set_parent("accounts/-");
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ListDueAssessmentsResponse due,
                             assessments_->ListDueAssessments(Now(), request));
  ASSERT_THAT(due.due_assessments(), SizeIs(1));
  EXPECT_EQ(due.due_assessments(0).account(), "accounts/beta");
  EXPECT_EQ(due.due_assessments(0).item(), "search");
  EXPECT_EQ(due.due_assessments(0).reason(), v1::DUE_REASON_NEVER_JUDGED);
  EXPECT_EQ(due.due_assessments(0).owner(), "members/ito");
  *request.mutable_due_by() = calendar::ToTimestamp(now_ + absl::Hours(24 * 31));
  request.set_page_size(2);
  std::vector<std::string> places;
  do {
    BANSO_ASSERT_OK_AND_ASSIGN(due, assessments_->ListDueAssessments(Now(), request));
    EXPECT_LE(due.due_assessments_size(), 2);
    for (const v1::DueAssessment& each : due.due_assessments()) {
      places.push_back(absl::StrCat(each.account(), " ", each.item()));
    }
    request.set_page_token(due.next_page_token());
  } while (!due.next_page_token().empty());
  EXPECT_THAT(places, ElementsAre("accounts/acme needs", "accounts/acme search",
                                  "accounts/beta needs", "accounts/beta search"));
  // 31 days later what has not been judged again has expired.
  now_ += absl::Hours(24 * 31);
  v1::ListDueAssessmentsRequest own;
  own.set_parent("accounts/acme");
  own.set_item("needs");
  BANSO_ASSERT_OK_AND_ASSIGN(due, assessments_->ListDueAssessments(Now(), own));
  ASSERT_THAT(due.due_assessments(), SizeIs(1));
  EXPECT_EQ(due.due_assessments(0).reason(), v1::DUE_REASON_EXPIRED);
  EXPECT_EQ(due.due_assessments(0).rating(), 3);
  own.set_owner("members/ito");
  BANSO_ASSERT_OK_AND_ASSIGN(due, assessments_->ListDueAssessments(Now(), own));
  EXPECT_THAT(due.due_assessments(), SizeIs(0));
}

TEST_F(AssessmentsTest, AsksForASecondRatingThatTheScoreDoesNotRead) {
  Activate(MakeRubric());
  const auto ask = [&](absl::string_view rater, absl::CivilDay due) {
    v1::CreateRatingRequestRequest request;
    request.set_parent("accounts/acme");
    request.mutable_rating_request()->set_item("needs");
    request.mutable_rating_request()->set_rater(absl::StrCat("members/", rater));
    *request.mutable_rating_request()->mutable_due_date() = calendar::ToDate(due);
    return assessments_->CreateRatingRequest(Now(), request);
  };
  const absl::CivilDay today = calendar::DayOf(now_, "Asia/Tokyo");
  EXPECT_EQ(contract::Reason(ask("ito", today + 5).status()), "NOT_JUDGED");
  Judge("acme", "needs", 4, "aoki");
  Judge("acme", "search", 4, "aoki");
  EXPECT_EQ(contract::Reason(ask("aoki", today + 5).status()), "SAME_RATER");
  EXPECT_THAT(ask("ito", today - 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("due_date")));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RatingRequest asked, ask("ito", today + 5));
  EXPECT_EQ(asked.state(), v1::RATING_REQUEST_STATE_OPEN);
  EXPECT_EQ(asked.first_rating(), 4);
  EXPECT_EQ(asked.requester(), "members/aoki");
  EXPECT_EQ(contract::Reason(ask("ito", today + 9).status()), "ALREADY_ASKED");

  // It is on the list of whom it was asked of, without what the other has said.
  v1::ListDueAssessmentsRequest list;
  list.set_parent("accounts/-");
  list.set_rater("members/ito");
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ListDueAssessmentsResponse due,
                             assessments_->ListDueAssessments(Now(), list));
  ASSERT_THAT(due.due_assessments(), SizeIs(1));
  EXPECT_EQ(due.due_assessments(0).reason(), v1::DUE_REASON_SECOND_RATING);
  EXPECT_EQ(due.due_assessments(0).rater(), "members/ito");
  EXPECT_EQ(calendar::ToDay(due.due_assessments(0).due_date()), today + 5);
  EXPECT_EQ(due.due_assessments(0).rating_request(), asked.name());
  EXPECT_FALSE(due.due_assessments(0).has_rating());

  now_ += absl::Hours(24);
  Judge("acme", "needs", 2, "ito");
  v1::GetRatingRequestRequest get;
  get.set_name(asked.name());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RatingRequest answered,
                             assessments_->GetRatingRequest(Now(), get));
  EXPECT_EQ(answered.state(), v1::RATING_REQUEST_STATE_ANSWERED);
  EXPECT_EQ(answered.second_rating(), 2);
  v1::GetAssessmentRequest read;
  read.set_name(answered.second_assessment());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Assessment second, assessments_->GetAssessment(Now(), read));
  EXPECT_EQ(second.rating_request(), asked.name());
  BANSO_ASSERT_OK_AND_ASSIGN(due, assessments_->ListDueAssessments(Now(), list));
  EXPECT_THAT(due.due_assessments(), SizeIs(0));

  // Rules and scores go on reading the first until somebody judges anew.
  EXPECT_EQ(Fact("acme", "assessment.needs"), 4);
  v1::CancelRatingRequestRequest cancel;
  cancel.set_name(asked.name());
  EXPECT_EQ(contract::Reason(assessments_->CancelRatingRequest(Now(), cancel).status()),
            "REQUEST_CLOSED");
  Judge("acme", "needs", 3, "ito");
  EXPECT_EQ(Fact("acme", "assessment.needs"), 3);
}

TEST_F(AssessmentsTest, LetsTheFirstJudgementExpireWhateverTheSecondSays) {
  Activate(MakeRubric());
  Judge("acme", "needs", 4, "aoki");
  v1::CreateRatingRequestRequest request;
  request.set_parent("accounts/acme");
  request.mutable_rating_request()->set_item("needs");
  request.mutable_rating_request()->set_rater("members/ito");
  *request.mutable_rating_request()->mutable_due_date() = calendar::ToDate(kApril1 + 300);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::RatingRequest asked,
                             assessments_->CreateRatingRequest(Now(), request));
  now_ += absl::Hours(24 * 20);
  Judge("acme", "needs", 2, "ito");
  now_ += absl::Hours(24 * 11);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  EXPECT_EQ(Fact("acme", "assessment.needs"), std::nullopt);
  // Nothing is in force any more that a second rating could be held against.
  EXPECT_EQ(contract::Reason(assessments_->CreateRatingRequest(Now(), request).status()),
            "NOT_JUDGED");
  Judge("acme", "needs", 5, "aoki");
  BANSO_ASSERT_OK_AND_ASSIGN(asked, assessments_->CreateRatingRequest(Now(), request));
  v1::CancelRatingRequestRequest cancel;
  cancel.set_name(asked.name());
  BANSO_ASSERT_OK_AND_ASSIGN(asked, assessments_->CancelRatingRequest(Now(), cancel));
  EXPECT_EQ(asked.state(), v1::RATING_REQUEST_STATE_CANCELLED);
  v1::ListRatingRequestsRequest list;
  list.set_parent("accounts/-");
  list.set_rater("members/ito");
  list.add_states(v1::RATING_REQUEST_STATE_ANSWERED);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListRatingRequestsResponse listed,
                             assessments_->ListRatingRequests(Now(), list));
  ASSERT_THAT(listed.rating_requests(), SizeIs(1));
  EXPECT_EQ(listed.rating_requests(0).second_rating(), 2);
}

TEST_F(AssessmentsTest, FollowsACampaignOfThreeMembersOverSixtyAccounts) {
  Activate(MakeRubric());
  const std::vector<std::string> owners = {"aoki", "ito", "sato"};
  for (int i = 0; i < 60; ++i) FollowOwned(absl::StrCat("c", i), owners[i % 3]);
  v1::CreateUpkeepCampaignRequest create;
  create.set_upkeep_campaign_id("april");
  create.mutable_upkeep_campaign()->set_display_name("April");
  create.mutable_upkeep_campaign()->add_items("needs");
  *create.mutable_upkeep_campaign()->mutable_lock_date() = calendar::ToDate(kApril1 + 5);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::UpkeepCampaign begun,
                             assessments_->CreateUpkeepCampaign(Now(), create));
  EXPECT_EQ(begun.progress().tasks(), 60);
  EXPECT_EQ(begun.progress().percent(), 0);
  // Aoki judges all 20, Ito 10; Sato none.
  now_ += absl::Hours(24);
  for (int i = 0; i < 60; ++i) {
    if (i % 3 == 0 || (i % 3 == 1 && i < 30))
      Judge(absl::StrCat("c", i), "needs", 3, owners[i % 3]);
  }
  // The last moment of the lock date is in time; after it what is open is late.
  v1::GetUpkeepCampaignRequest get;
  get.set_name("upkeepCampaigns/april");
  now_ = calendar::StartOfDay(kApril1 + 6, calendar::ZoneOrUtc("Asia/Tokyo")) - absl::Seconds(1);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::UpkeepCampaign campaign,
                             assessments_->GetUpkeepCampaign(Now(), get));
  EXPECT_EQ(campaign.progress().late(), 0);
  now_ += absl::Seconds(1);
  Judge("c1", "needs", 4, "ito");
  Judge("c31", "needs", 4, "ito");
  BANSO_ASSERT_OK_AND_ASSIGN(campaign, assessments_->GetUpkeepCampaign(Now(), get));
  EXPECT_EQ(campaign.progress().done(), 30);
  EXPECT_EQ(campaign.progress().done_late(), 1);
  EXPECT_EQ(campaign.progress().late(), 29);
  EXPECT_NEAR(campaign.progress().percent(), 31.0 / 60 * 100, 1e-9);
  ASSERT_THAT(campaign.members_progress(), SizeIs(3));
  EXPECT_EQ(campaign.members_progress(0).member(), "members/aoki");
  EXPECT_EQ(campaign.members_progress(0).percent(), 100);
  EXPECT_EQ(campaign.members_progress(1).percent(), 55);
  EXPECT_EQ(campaign.members_progress(2).percent(), 0);
  v1::ListUpkeepTasksRequest list;
  list.set_parent("upkeepCampaigns/april");
  list.add_states(v1::UPKEEP_STATE_LATE);
  list.set_page_size(100);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ListUpkeepTasksResponse late,
                             assessments_->ListUpkeepTasks(Now(), list));
  EXPECT_THAT(late.tasks(), SizeIs(29));
  list.set_member("members/sato");
  BANSO_ASSERT_OK_AND_ASSIGN(late, assessments_->ListUpkeepTasks(Now(), list));
  EXPECT_THAT(late.tasks(), SizeIs(20));
  for (const v1::UpkeepTask& task : late.tasks()) EXPECT_EQ(task.state(), v1::UPKEEP_STATE_LATE);
  list.clear_member();
  list.add_states(v1::UPKEEP_STATE_DONE_LATE);
  BANSO_ASSERT_OK_AND_ASSIGN(late, assessments_->ListUpkeepTasks(Now(), list));
  EXPECT_THAT(late.tasks(), SizeIs(30));
  Proves("LAP-09");
}

TEST_F(AssessmentsTest, RefusesACampaignThatMakesNoSense) {
  Activate(MakeRubric());
  FollowOwned("beta", "ito");
  v1::CreateUpkeepCampaignRequest create;
  create.mutable_upkeep_campaign()->set_display_name("April");
  create.mutable_upkeep_campaign()->add_items("need");
  *create.mutable_upkeep_campaign()->mutable_lock_date() = calendar::ToDate(kApril1 - 1);
  EXPECT_THAT(assessments_->CreateUpkeepCampaign(Now(), create),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("items[0]")));
  create.mutable_upkeep_campaign()->set_items(0, "needs");
  EXPECT_THAT(assessments_->CreateUpkeepCampaign(Now(), create),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("lock_date")));
  create.mutable_upkeep_campaign()->add_members("members/nobody");
  EXPECT_EQ(contract::Reason(assessments_->CreateUpkeepCampaign(Now(), create).status()),
            "NOTHING_TO_DO");
}

TEST(RaterAgreementTest, PairsJudgementsThatLieFewDaysApart) {
  std::vector<v1::Assessment> judgements;
  const auto judge = [&](const char* rater, absl::CivilDay day, int rating) {
    v1::Assessment& judgement = judgements.emplace_back();
    judgement.set_name(absl::StrCat("accounts/a/assessments/x", judgements.size()));
    judgement.set_rater(rater);
    judgement.set_rating(rating);
    *judgement.mutable_assess_time() =
        calendar::ToTimestamp(absl::FromCivil(day, absl::UTCTimeZone()));
  };
  // They agreed in April. In August only one of them saw how it had got worse.
  judge("members/aoki", kApril1, 4);
  judge("members/ito", kApril1 + 3, 4);
  judge("members/ito", kApril1 + 130, 1);
  const auto near = RaterAgreements(judgements, absl::Hours(24 * 30));
  ASSERT_THAT(near, SizeIs(1));
  EXPECT_EQ(near[0].same(), 1);
  EXPECT_THAT(RaterAgreements(judgements, absl::Hours(24)), SizeIs(0));
  // Of several pairs the latest counts.
  judge("members/aoki", kApril1 + 131, 2);
  const auto latest = RaterAgreements(judgements, absl::Hours(24 * 30));
  EXPECT_EQ(Nth(latest, 0).accounts(), 1);
  EXPECT_EQ(Nth(latest, 0).same(), 0);
  EXPECT_EQ(Nth(latest, 0).within_one_step(), 1);
}

TEST(RaterAgreementTest, EstimatesNoKappaOfTwoAccounts) {
  const auto agree = [](int accounts) {
    std::vector<v1::Assessment> judgements;
    for (int i = 0; i < accounts; ++i) {
      for (const char* rater : {"members/aoki", "members/ito"}) {
        v1::Assessment& judgement = judgements.emplace_back();
        judgement.set_name(absl::StrCat("accounts/a", i, "/assessments/", rater + 8));
        judgement.set_rater(rater);
        judgement.set_rating(1 + 2 * (i % 2));
      }
    }
    return RaterAgreements(judgements, absl::Hours(24));
  };
  const std::vector<v1::RaterAgreement> few = agree(2);
  ASSERT_THAT(few, SizeIs(1));
  EXPECT_EQ(few[0].same(), 2);
  EXPECT_EQ(few[0].weighted_kappa().n(), 2);
  EXPECT_FALSE(few[0].weighted_kappa().has_value());
  EXPECT_EQ(Nth(agree(8), 0).weighted_kappa().value(), 1);
}

}  // namespace
}  // namespace banso::health
