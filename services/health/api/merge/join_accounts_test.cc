#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "common/contract/errors.h"
#include "services/health/api/merge/join_accounts_fixture.h"
#include "services/health/domain/signals/signal.h"
#include "services/health/store/mirror/mirror_hash.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::StatusIs;
using fact::v1::FactReading;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class JoinAccountsTest : public JoinAccountsFixture {
 protected:
  double Sum(absl::string_view account, absl::Time as_of,
             std::optional<absl::Time> known_at = std::nullopt) {
    const FactReading reading =
        Read(account, "metric.logins", type::v1::AGGREGATION_SUM, as_of, known_at);
    return reading.has_value() ? reading.value().number() : -1;
  }

  std::optional<double> Judged(absl::Time as_of,
                               std::optional<absl::Time> known_at = std::nullopt) {
    const FactReading reading =
        Read("acme", "assessment.needs", type::v1::AGGREGATION_LATEST, as_of, known_at);
    if (!reading.has_value()) return std::nullopt;
    return reading.value().number();
  }

  std::string Hash() {
    std::string hash;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(hash, MirrorHash(reader));
      return absl::OkStatus();
    }),
                IsOk());
    return hash;
  }
};

TEST_F(JoinAccountsTest, GoesOnWithScoresAndStagesThatTheKeptAccountNeverHad) {
  UseStages();
  Activate(MakeModel());
  now_ = Noon(kApril1 + 3);
  Send("s1", "twin", "logins", kApril1 + 2, 5);
  // Only the duplicate has been judged yet.
  Write([&](storage::Writer& writer) {
    return writer.Execute("DELETE FROM evaluation WHERE account = 'accounts/acme'", {}).status();
  });
  Evaluate();
  ASSERT_THAT(Of("acme")["banso.health.v1.Score"], IsEmpty());
  const absl::Time then = now_;
  now_ += absl::Hours(24);
  Merge();
  for (const char* kind : {"Score", "Placement", "StageMove"}) {
    EXPECT_THAT(Of("acme")[absl::StrCat("banso.health.v1.", kind)], Not(IsEmpty())) << kind;
    EXPECT_THAT(Of("twin")[absl::StrCat("banso.health.v1.", kind)], IsEmpty()) << kind;
  }
  EXPECT_EQ(RowsAbout("twin")["score_told"], 0);
  EXPECT_GT(RowsAbout("acme")["score_told"], 0);
  EXPECT_EQ(Read("acme", "score.logins", type::v1::AGGREGATION_LATEST, then).value().number(), 50);
  EXPECT_EQ(Read("acme", "stage.adoption", type::v1::AGGREGATION_LATEST, then, then).value().text(),
            "active");
  Evaluate();
  EXPECT_EQ(Read("acme", "score.logins", type::v1::AGGREGATION_LATEST, now_).value().number(), 50);
}

TEST_F(JoinAccountsTest, SamplesCountForTheKeptAccountAsOfThenAndLater) {
  now_ = Noon(kApril1 + 1);
  // More than a page of each, in turns; one came to both.
  for (int i = 0; i < 120; ++i) {
    const absl::CivilDay day = kApril1 - 200 + i;
    Send(absl::StrCat("a", i), "acme", "logins", day, 1);
    Send(absl::StrCat("t", i), "twin", "logins", day, 2, "form");
  }
  Send("same", "acme", "logins", kApril1, 5);
  Send("same", "twin", "logins", kApril1, 5);
  Send("other", "acme", "logins", kApril1, 1);
  Send("other", "twin", "logins", kApril1, 3);
  Send("only", "twin", "reports", kApril1, 7);
  const absl::Time known = now_;
  now_ = Noon(kApril1 + 5);
  Send("late", "twin", "logins", kApril1, 100);
  Merge();
  EXPECT_EQ(Sum("twin", now_), -1);
  EXPECT_EQ(Sum("acme", now_), 360 + 5 + 1 + 3 + 100);
  EXPECT_EQ(Sum("acme", now_, known), 360 + 5 + 1 + 3);
  EXPECT_EQ(Sum("acme", Noon(kApril1 - 200 + 9)), 30);
  EXPECT_EQ(Read("acme", "metric.reports", type::v1::AGGREGATION_SUM, now_).value().number(), 7);
  // What still comes under the old name, by whichever id.
  EXPECT_EQ(Send("new", "twin", "logins", kApril1 + 5, 1000).stored(), 1);
  EXPECT_EQ(Send("new", "twin", "logins", kApril1 + 5, 1000).duplicates(), 1);
  EXPECT_EQ(Send("late", "twin", "logins", kApril1, 100).duplicates(), 1);
  v1::Sample by_id = MakeSample("by-id", "logins", Noon(kApril1 + 5), 10000);
  by_id.clear_account();
  by_id.mutable_external_id()->set_system("product");
  by_id.mutable_external_id()->set_id("T-2");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Ingest(Now(), {by_id}));
  EXPECT_EQ(response.stored(), 1);
  EXPECT_EQ(Sum("acme", now_), 360 + 109 + 11000);
  EXPECT_EQ(Sum("twin", now_), -1);
}

TEST_F(JoinAccountsTest, ASecondRatingGoesOverWithItsRequestAndIsNoFact) {
  Activate(MakeRubric());
  now_ = Noon(kApril1);
  Judge("twin", 3, "a1");
  ASSERT_THAT(AskForRating("twin"), IsOk());
  now_ += absl::Hours(1);
  Judge("twin", 5, "a2", "ito");
  now_ += absl::Hours(1);
  Merge();
  EXPECT_EQ(contract::Reason(AskForRating("twin").status()), "ACCOUNT_MERGED");
  v1::GetRatingRequestRequest get;
  get.set_name("accounts/acme/ratingRequests/second");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RatingRequest request,
                             assessments_->GetRatingRequest(Now(), get));
  EXPECT_EQ(request.first_assessment(), "accounts/acme/assessments/a1");
  EXPECT_EQ(request.second_assessment(), "accounts/acme/assessments/a2");
  v1::GetAssessmentRequest second;
  second.set_name(request.second_assessment());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Assessment rated,
                             assessments_->GetAssessment(Now(), second));
  EXPECT_EQ(rated.rating_request(), request.name());
  EXPECT_EQ(Judged(now_), 3);
}

// As if all judgements had been about one account from the beginning: of several the last counts
// until it expires.
TEST_F(JoinAccountsTest, JudgementsCountAsIfTheyHadAlwaysBeenOfOneAccount) {
  Activate(MakeRubric());
  now_ = Noon(kApril1);
  Judge("acme", 1, "own-1");
  now_ = Noon(kApril1 + 10);
  Judge("twin", 2, "t-1");
  now_ = Noon(kApril1 + 60);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  Judge("twin", 4, "t-2");
  now_ = Noon(kApril1 + 70);
  Judge("acme", 5, "own-2");
  now_ = Noon(kApril1 + 95);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  Merge();
  EXPECT_EQ(Judged(Noon(kApril1 + 5)), 1);
  EXPECT_EQ(Judged(Noon(kApril1 + 11)), 2);
  // The first one of acme has expired, that of twin has not.
  EXPECT_EQ(Judged(Noon(kApril1 + 35)), 2);
  EXPECT_EQ(Judged(Noon(kApril1 + 50)), std::nullopt);
  EXPECT_EQ(Judged(Noon(kApril1 + 61)), 4);
  EXPECT_EQ(Judged(Noon(kApril1 + 71)), 5);
  EXPECT_EQ(Judged(Noon(kApril1 + 94)), 5);
  // The second of twin has expired on 30 June, after that of acme had taken its place.
  EXPECT_EQ(Judged(now_), 5);
  EXPECT_EQ(Judged(Noon(kApril1 + 11), Noon(kApril1 + 9)), 1);
  EXPECT_EQ(Judged(Noon(kApril1 + 11), Noon(kApril1 + 11)), 2);
  // That of acme expires as it would have.
  now_ = Noon(kApril1 + 120);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  EXPECT_EQ(Judged(now_), std::nullopt);
}

TEST_F(JoinAccountsTest, AnswersComeWithThePersonAndTheOpenQuestionStaysOpen) {
  now_ = Noon(kApril1);
  AskTanaka();
  const absl::Time answered = now_;
  now_ = Noon(kApril1 + 2);
  Merge();
  const auto overall = [&](absl::Time as_of) {
    return Read("acme", "survey.s.overall", type::v1::AGGREGATION_LATEST, as_of);
  };
  EXPECT_EQ(overall(answered).value().number(), 4);
  EXPECT_FALSE(Read("twin", "survey.s.overall", type::v1::AGGREGATION_LATEST, now_).has_value());
  // The link that was sent leads to where the invitation is.
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyInvitation invitation, Answer("two", 2));
  EXPECT_EQ(invitation.name(), "accounts/acme/surveyInvitations/two");
  EXPECT_EQ(invitation.respondent(), "accounts/acme/stakeholders/tanaka-2");
  EXPECT_EQ(overall(now_).value().number(), 2);
}

TEST_F(JoinAccountsTest, ASignalGoesOnAndIsNotRaisedAgain) {
  UseSignals();
  now_ = Noon(kApril1 + 3);
  Send("s1", "twin", "logins", kApril1 + 3, 5);
  Evaluate();
  ASSERT_THAT(List("twin"), SizeIs(1));
  now_ += absl::Hours(1);
  Merge();
  Evaluate();
  ASSERT_THAT(List("acme"), SizeIs(1));
  const v1::Signal moved = List("acme").front();
  EXPECT_EQ(moved.state(), v1::SIGNAL_STATE_OPEN);
  EXPECT_FALSE(moved.has_over_time());
  // The task that was made for it is told of under the old name.
  kickoff::v1::PlanTask task;
  task.set_name(absl::StrCat("accounts/twin/onboardings/o1/plan/tasks/",
                             TaskId(moved.name(), moved.actions(1).id())));
  task.set_state(kickoff::v1::TASK_STATE_DONE);
  Write([&](storage::Writer& writer) { return SignalEffects::FollowTask(store_, writer, task); });
  EXPECT_EQ(List("acme").front().actions(1).state(), v1::SIGNAL_ACTION_STATE_DONE);
  // Nobody logs in: it is over.
  now_ = Noon(kApril1 + 4);
  Send("s2", "acme", "logins", kApril1 + 4, 0);
  Evaluate();
  EXPECT_TRUE(List("acme").front().has_over_time());
}

TEST_F(JoinAccountsTest, OfTwoSignalsOfOneCauseOneIsClosed) {
  UseSignals();
  now_ = Noon(kApril1 + 3);
  Send("s1", "twin", "logins", kApril1 + 3, 5);
  Send("s2", "acme", "logins", kApril1 + 3, 5);
  Evaluate();
  now_ += absl::Hours(1);
  Merge();
  Evaluate();
  int open = 0;
  for (const v1::Signal& signal : List()) {
    if (signal.state() == v1::SIGNAL_STATE_RESOLVED) {
      EXPECT_THAT(signal.result(), HasSubstr("says the same"));
    } else {
      ++open;
    }
  }
  EXPECT_EQ(open, 1);
}

TEST_F(JoinAccountsTest, WhatIsRecordedNextMustNameTheKeptAccount) {
  Merge();
  const auto refused = StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("accounts/acme"));
  v1::CreateOutcomeRequest outcome;
  outcome.set_parent("accounts/twin");
  outcome.mutable_outcome()->set_kind(v1::OUTCOME_KIND_CHURN);
  *outcome.mutable_outcome()->mutable_occurred_time() = calendar::ToTimestamp(now_);
  const auto created = outcomes_.CreateOutcome(Now(), outcome);
  EXPECT_THAT(created, refused);
  EXPECT_EQ(contract::Reason(created.status()), "ACCOUNT_MERGED");
  EXPECT_THAT(uses_.SetExpectedUse(Now(), Expect("twin")), refused);
  // A list from elsewhere may still name it.
  v1::ImportOutcomesRequest rows;
  *rows.add_outcomes() = outcome.outcome();
  rows.mutable_outcomes(0)->set_name("accounts/twin/outcomes/churn");
  for (const int stored : {1, 0}) {
    VectorSource<v1::ImportOutcomesRequest> source({rows});
    BANSO_ASSERT_OK_AND_ASSIGN(const auto response, outcomes_.ImportOutcomes(Now(), source));
    EXPECT_EQ(response.stored(), stored);
    EXPECT_EQ(response.rejected(), 0);
  }
  EXPECT_THAT(Of("acme")["banso.health.v1.Outcome"], SizeIs(1));
}

// Accounts tells everything anew, in whatever order, also of a chain of merges.
TEST_F(JoinAccountsTest, IsTheSameWhenTheMirrorIsTakenOverAgain) {
  Send("t", "twin", "logins", kApril1 - 1, 2);
  Follow("third");
  Send("x", "third", "logins", kApril1 - 1, 3);
  accounts::v1::Account third;
  third.set_name("accounts/third");
  third.set_time_zone("Asia/Tokyo");
  third.set_merged_into("accounts/twin");
  const auto follow_third = [&] {
    Write([&](storage::Writer& writer) { return store_.FollowAccount(writer, third); });
  };
  follow_third();
  EXPECT_EQ(Sum("twin", now_), 5);
  Merge();
  EXPECT_EQ(Sum("acme", now_), 5);
  const std::string hash = Hash();
  const auto rows = RowsAbout("acme");
  for (const bool third_first : {true, false}) {
    Write([&](storage::Writer& writer) { return store_.ForgetFollowed(writer); });
    Send("lost", "third", "logins", kApril1);
    if (third_first) follow_third();
    Follow("acme");
    Merge();
    if (!third_first) follow_third();
    for (const char* id : {"twin", "third"}) {
      FollowOnboarding(id, accounts::v1::ONBOARDING_STATE_RUNNING, kApril1,
                       absl::string_view(id) == "twin"
                           ? Noon(kApril1)
                           : calendar::StartOfDay(kApril1, calendar::ZoneOrUtc("Asia/Tokyo")));
    }
    EXPECT_EQ(Hash(), hash);
    EXPECT_EQ(RowsAbout("acme"), rows);
    EXPECT_EQ(Sum("acme", now_), 5);
    EXPECT_EQ(Send("x", "third", "logins", kApril1 - 1, 3).duplicates(), 1);
  }
}

}  // namespace
}  // namespace banso::health
