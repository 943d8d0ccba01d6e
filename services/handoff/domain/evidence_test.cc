#include "services/handoff/domain/evidence.h"

#include <string>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/handoff/domain/case_builder.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

const absl::CivilDay kToday(2026, 6, 26);
const Recorder kOwner = {"members/aoki", kToday};

absl::Status Prepare(const std::string& criterion, const std::string& text,
                     const Recorder& recorder = kOwner, v1::Evidence* result = nullptr) {
  auto evidence = ParseProto<v1::Evidence>(text);
  evidence.set_name(std::string(kCompletion) + "/evidence/e1");
  const absl::Status status =
      PrepareEvidence(ParseProto<v1::Criterion>(criterion), "members/aoki", recorder, &evidence);
  if (result != nullptr) *result = evidence;
  return status;
}

TEST(EvidenceTest, MustBeOfTheFormThatTheKindNeeds) {
  struct Row {
    const char* name;
    const char* criterion;
    const char* evidence;
    const char* fault;  // Part of the message; empty: accepted.
  };
  const Row rows[] = {
      {"an artifact with a text", "kind: CRITERION_KIND_ARTIFACT", "text: 'Seen'", ""},
      {"an artifact with a link", "kind: CRITERION_KIND_ARTIFACT", "link: 'https://e.com'", ""},
      {"an artifact with nothing", "kind: CRITERION_KIND_ARTIFACT", "", "evidence.text"},
      {"a judgement of an artifact", "kind: CRITERION_KIND_ARTIFACT",
       "text: 'x' judgement { point: 3 }", "evidence.detail"},
      {"a judgement without its reason", "kind: CRITERION_KIND_JUDGEMENT", "judgement { point: 3 }",
       "evidence.text"},
      {"a skill that there is not", "kind: CRITERION_KIND_SKILLS skills { id: 'a' }",
       "skill { skill: 'b' person: 'Mori' }", "evidence.skill.skill"},
      {"a target without the customer", "kind: CRITERION_KIND_AGREED_TARGET",
       "target { value: 5 agreed_by: 'members/aoki' }", "evidence.confirmed_by"},
      {"the customer's key without the customer", "kind: CRITERION_KIND_CUSTOMER_CONFIRMATION",
       "confirmation { key: CONFIRMATION_KEY_CUSTOMER statement: 'x' }", "evidence.confirmed_by"},
      {"on behalf without proof", "kind: CRITERION_KIND_CUSTOMER_CONFIRMATION",
       "confirmed_by: 'accounts/acme/stakeholders/mori' "
       "confirmation { key: CONFIRMATION_KEY_CUSTOMER statement: 'x' }",
       "evidence.proof"},
      {"somebody of another account", "kind: CRITERION_KIND_CUSTOMER_CONFIRMATION",
       "confirmed_by: 'accounts/other/stakeholders/x' proof: 'mail' "
       "confirmation { key: CONFIRMATION_KEY_CUSTOMER statement: 'x' }",
       "evidence.confirmed_by"},
      {"tomorrow's", "kind: CRITERION_KIND_ARTIFACT",
       "text: 'x' date { year: 2026 month: 6 day: 27 }", "evidence.date"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const absl::Status status = Prepare(row.criterion, row.evidence);
    if (*row.fault == '\0') {
      EXPECT_THAT(status, IsOk());
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.fault)));
    }
  }
}

TEST(EvidenceTest, RejectsARatingWithoutWordsAndForgetsItWhenItIsStale) {
  constexpr char kCriterion[] =
      "id: 'field' kind: CRITERION_KIND_JUDGEMENT minimum: 3 required: true "
      "anchors { point: 1 meaning: 'Only when told' } anchors { point: 5 meaning: 'Asks for more' "
      "} "
      "evidence_valid { count: 10 unit: PERIOD_UNIT_DAY }";
  EXPECT_THAT(Prepare(kCriterion, "criterion: 'field' judgement { point: 4 }"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("evidence.text")));
  v1::Evidence evidence;
  EXPECT_THAT(Prepare(kCriterion, "criterion: 'field' text: 'They ask' judgement { point: 4 }",
                      kOwner, &evidence),
              IsOk());
  CaseBuilder builder(kToday);
  builder.Criterion(kCriterion);
  builder.the_case().evidence.push_back(evidence);
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_MET);
  EXPECT_EQ(builder.Today(kToday + 10).Verdict().verdict(), v1::VERDICT_MET);
  EXPECT_EQ(builder.Today(kToday + 11).Verdict().verdict(), v1::VERDICT_UNKNOWN);
  Proves("LX-18");
}

TEST(EvidenceTest, TellsAConfirmationByTheCustomerFromOneOnTheCustomersBehalf) {
  constexpr char kCriterion[] = "kind: CRITERION_KIND_CUSTOMER_CONFIRMATION";
  constexpr char kKey[] =
      "confirmed_by: 'accounts/acme/stakeholders/mori' proof: 'mail of 26 June' "
      "confirmation { key: CONFIRMATION_KEY_CUSTOMER statement: 'Done' }";
  v1::Evidence evidence;
  EXPECT_THAT(Prepare(kCriterion, kKey, kOwner, &evidence), IsOk());
  EXPECT_EQ(evidence.confirmation_source(), v1::CONFIRMATION_SOURCE_ON_BEHALF);
  EXPECT_EQ(evidence.recorded_by(), "members/aoki");
  EXPECT_EQ(calendar::ToDay(evidence.date()), kToday);
  EXPECT_THAT(Prepare(kCriterion, kKey, {kStakeholder, kToday}, &evidence), IsOk());
  EXPECT_EQ(evidence.confirmation_source(), v1::CONFIRMATION_SOURCE_CUSTOMER);
}

TEST(EvidenceTest, LetsOnlyTheAccountableMemberTurnTheCsmsKey) {
  constexpr char kCriterion[] = "kind: CRITERION_KIND_CUSTOMER_CONFIRMATION two_keys: true";
  constexpr char kKey[] = "confirmation { key: CONFIRMATION_KEY_CSM statement: 'Done' }";
  EXPECT_THAT(Prepare(kCriterion, kKey), IsOk());
  for (const char* other : {"members/kato", kStakeholder}) {
    const absl::Status status = Prepare(kCriterion, kKey, {other, kToday});
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
    EXPECT_EQ(contract::Reason(status), kReasonNotAccountable);
  }
}

TEST(ExceptionTest, MustFitTheCompletion) {
  v1::Completion completion;
  *completion.add_criteria() =
      ParseProto<v1::Criterion>("id: 'rules' kind: CRITERION_KIND_ARTIFACT");
  struct Row {
    const char* name;
    const char* exception;
    const char* fault;  // Part of the message; empty: accepted.
  };
  const std::string later = "expire_date { year: 2026 month: 9 day: 30 }";
  const Row rows[] = {
      {"a waiver", "kind: EXCEPTION_KIND_WAIVE criterion: 'rules'", ""},
      {"a waiver of outcomes", "kind: EXCEPTION_KIND_WAIVE criterion: 'outcomes'", ""},
      {"of what there is not", "kind: EXCEPTION_KIND_WAIVE criterion: 'x'", "exception.criterion"},
      {"outcomes cannot be replaced",
       "kind: EXCEPTION_KIND_REPLACE criterion: 'outcomes' replacement { id: 'b' }",
       "exception.criterion"},
      {"no replacement", "kind: EXCEPTION_KIND_REPLACE criterion: 'rules'",
       "exception.replacement"},
      {"an addition that there is", "kind: EXCEPTION_KIND_ADD replacement { id: 'rules' }",
       "exception.replacement.id"},
      {"an addition", "kind: EXCEPTION_KIND_ADD replacement { id: 'new' }", ""},
      {"more time for what has no window",
       "kind: EXCEPTION_KIND_EXTEND criterion: 'rules' extended_window { count: 9 }",
       "exception.criterion"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    auto exception = ParseProto<v1::Exception>(row.exception + (" " + later));
    const absl::Status status = PrepareException(completion, kOwner, &exception);
    if (*row.fault == '\0') {
      EXPECT_THAT(status, IsOk());
      EXPECT_EQ(exception.requested_by(), "members/aoki");
      EXPECT_EQ(exception.state(), v1::EXCEPTION_STATE_REQUESTED);
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.fault)));
    }
  }
  auto past = ParseProto<v1::Exception>(
      "kind: EXCEPTION_KIND_WAIVE criterion: 'rules' expire_date { year: 2026 month: 6 day: 25 }");
  EXPECT_THAT(PrepareException(completion, kOwner, &past),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expire_date")));
}

TEST(ExceptionTest, IsDecidedOnceAndBySomebodyElse) {
  auto exception = ParseProto<v1::Exception>(
      "state: EXCEPTION_STATE_REQUESTED requested_by: 'members/aoki' "
      "expire_date { year: 2026 month: 9 day: 30 }");
  for (const char* same : {"members/aoki", ""}) {
    const absl::Status status =
        DecideException(v1::EXCEPTION_STATE_APPROVED, "", {same, kToday}, &exception);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
    EXPECT_EQ(contract::Reason(status), kReasonSamePerson);
  }
  EXPECT_FALSE(Counts(exception, kToday));
  EXPECT_THAT(
      DecideException(v1::EXCEPTION_STATE_APPROVED, "", {"members/kato", kToday}, &exception),
      IsOk());
  EXPECT_TRUE(Counts(exception, kToday));
  EXPECT_FALSE(Counts(exception, absl::CivilDay(2026, 10, 1)));
  EXPECT_THAT(
      DecideException(v1::EXCEPTION_STATE_REJECTED, "no", {"members/kato", kToday}, &exception),
      StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(CheckMayApproveTest, AMemberNeedsTheRoleOfAManager) {
  EXPECT_TRUE(CheckMayApprove(nullptr).ok()) << "an operator";
  accounts::v1::Member member;
  member.set_name("members/aoki");
  member.add_roles(accounts::v1::MEMBER_ROLE_ONBOARDING);
  EXPECT_EQ(contract::Reason(CheckMayApprove(&member)), kReasonRoleRequired);
  member.add_roles(accounts::v1::MEMBER_ROLE_MANAGER);
  EXPECT_TRUE(CheckMayApprove(&member).ok());
}

}  // namespace
}  // namespace banso::handoff
