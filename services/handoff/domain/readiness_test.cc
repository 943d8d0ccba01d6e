#include "services/handoff/domain/readiness.h"

#include <string>

#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "services/handoff/domain/case_builder.h"
#include "services/handoff/domain/evidence.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSkills[] = R"pb(
  id: "mastered"
  title: "Functions are mastered"
  kind: CRITERION_KIND_SKILLS
  required: true
  skills { id: "make" title: "Makes a form" }
  skills { id: "fill" title: "Fills it in" }
  skills { id: "approve" title: "Approves it" }
  skills { id: "export" title: "Exports it" })pb";

constexpr char kWayOn[] = R"pb(
  id: "way-on"
  title: "How to go on is decided"
  kind: CRITERION_KIND_DECISION
  required: true
  customer_confirms: true)pb";

constexpr char kInterviews[] = R"pb(
  name: "metric.interviews"
  value_type: VALUE_TYPE_NUMBER
  subject: SUBJECT_KIND_ACCOUNT
  counter: true)pb";

// One interview or more within 30 days of the contract's start.
constexpr char kFirstInterview[] = R"pb(
  id: "interview"
  title: "One interview"
  kind: CRITERION_KIND_CONDITION
  required: true
  condition {
    compare {
      fact {
        fact: "metric.interviews"
        window {
          aggregation: AGGREGATION_SUM
          from_clock {
            clock: CLOCK_CONTRACT_START
            length { count: 30 unit: PERIOD_UNIT_DAY }
          }
        }
      }
      op: OPERATOR_GE
      values { number: 1 }
    }
  })pb";

constexpr char kTwoKeys[] = R"pb(
  id: "word"
  title: "The customer's word"
  kind: CRITERION_KIND_CUSTOMER_CONFIRMATION
  required: true
  two_keys: true)pb";

constexpr char kCustomerKey[] = R"pb(
  criterion: "word"
  confirmed_by: "accounts/acme/stakeholders/mori"
  confirmation { key: CONFIRMATION_KEY_CUSTOMER statement: "We can go on by ourselves" })pb";
constexpr char kCsmKey[] = R"pb(
  criterion: "word"
  confirmation { key: CONFIRMATION_KEY_CSM statement: "Done" })pb";

std::string SkillEvidence(const std::string& skill, const std::string& person) {
  return absl::StrCat("criterion: 'mastered' skill { skill: '", skill, "' person: '", person,
                      "' assessor: 'members/aoki' }");
}

TEST(ReadinessTest, TellsTheShareOfConfirmedSkillsAndNamesTheMissingOne) {
  CaseBuilder builder;
  builder.Criterion(kSkills)
      .Evidence(SkillEvidence("make", "Mori"))
      .Evidence(SkillEvidence("fill", "Mori"))
      .Evidence(SkillEvidence("approve", "Sato"));
  const v1::CriterionVerdict verdict = builder.Verdict();
  EXPECT_EQ(verdict.verdict(), v1::VERDICT_NOT_MET);
  EXPECT_DOUBLE_EQ(verdict.share(), 0.75);
  EXPECT_THAT(verdict.missing(), ElementsAre("Exports it"));
  EXPECT_THAT(verdict.reason(), HasSubstr("3 of 4"));
  EXPECT_THAT(verdict.evidence(), SizeIs(3));

  builder.Evidence(SkillEvidence("export", "Sato"));
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_MET);
  EXPECT_EQ(builder.Evaluate().verdict(), v1::OVERALL_VERDICT_READY);
  Proves("KAM-07");
}

TEST(ReadinessTest, CountsPeopleAndNotConfirmationsOfASkill) {
  CaseBuilder builder;
  builder
      .Criterion(R"pb(id: "mastered"
                      kind: CRITERION_KIND_SKILLS
                      required: true
                      skills { id: "make" title: "Makes a form" people: 2 })pb")
      .Evidence(SkillEvidence("make", "Mori"))
      .Evidence(SkillEvidence("make", "Mori"));
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_NOT_MET);
  EXPECT_THAT(builder.Verdict().missing(), ElementsAre("Makes a form (1 of 2 people)"));
  builder.Evidence(SkillEvidence("make", "Sato"));
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_MET);
}

TEST(ReadinessTest, MeetsADecisionOnlyWhenItIsCompleteAndConfirmedByTheCustomer) {
  struct Row {
    const char* name;
    const char* evidence;
    v1::Verdict verdict;
  };
  const Row rows[] = {
      {"nothing on record", "", v1::VERDICT_NOT_MET},
      {"no text",
       "criterion: 'way-on' confirmed_by: 'accounts/acme/stakeholders/mori' "
       "decision { owner: 'Mori' next_date { year: 2026 month: 7 day: 15 } }",
       v1::VERDICT_NOT_MET},
      {"no owner",
       "criterion: 'way-on' confirmed_by: 'accounts/acme/stakeholders/mori' "
       "decision { text: 'Monthly review' next_date { year: 2026 month: 7 day: 15 } }",
       v1::VERDICT_NOT_MET},
      {"no next date",
       "criterion: 'way-on' confirmed_by: 'accounts/acme/stakeholders/mori' "
       "decision { text: 'Monthly review' owner: 'Mori' }",
       v1::VERDICT_NOT_MET},
      {"not confirmed",
       "criterion: 'way-on' "
       "decision { text: 'Monthly review' owner: 'Mori' next_date { year: 2026 month: 7 day: 15 } "
       "}",
       v1::VERDICT_PENDING_CUSTOMER},
      {"complete and confirmed",
       "criterion: 'way-on' confirmed_by: 'accounts/acme/stakeholders/mori' "
       "decision { text: 'Monthly review' owner: 'Mori' next_date { year: 2026 month: 7 day: 15 } "
       "}",
       v1::VERDICT_MET},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    CaseBuilder builder;
    builder.Criterion(kWayOn);
    if (*row.evidence != '\0') builder.Evidence(row.evidence);
    EXPECT_EQ(builder.Verdict().verdict(), row.verdict);
    if (row.verdict == v1::VERDICT_MET) {
      EXPECT_THAT(builder.Verdict().evidence(),
                  ElementsAre("accounts/acme/onboardings/o1/completion/evidence/e1"));
    }
  }
  Proves("KAM-08");
}

TEST(ReadinessTest, CountsAnEventOnTheLastDayOfTheWindowAndNotOnTheDayAfter) {
  const absl::CivilDay start(2026, 4, 1);
  for (const int day : {30, 31}) {
    SCOPED_TRACE(day);
    CaseBuilder builder(start + 40);
    builder.ClockAt(type::v1::CLOCK_CONTRACT_START, start)
        .Type(kInterviews)
        .Criterion(kFirstInterview)
        .ReportedSince("metric.interviews", start)
        .Fact(kAccount, "metric.interviews", 1, start + day);
    const v1::CriterionVerdict verdict = builder.Verdict();
    EXPECT_EQ(verdict.verdict(), day == 30 ? v1::VERDICT_MET : v1::VERDICT_NOT_MET);
    EXPECT_THAT(verdict.explanation().rule(), HasSubstr("within 30 days of contract start"));
    EXPECT_EQ(calendar::ToDay(verdict.explanation().to()), start + 30);
  }
  Proves("LAP-07");
}

TEST(ReadinessTest, IsUnknownWhileTheWindowIsOpenOrItsClockHasNoDay) {
  CaseBuilder builder(absl::CivilDay(2026, 4, 10));
  builder.Type(kInterviews).Criterion(kFirstInterview);
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_UNKNOWN);
  builder.ClockAt(type::v1::CLOCK_CONTRACT_START, absl::CivilDay(2026, 4, 1));
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_UNKNOWN);
  EXPECT_EQ(builder.Evaluate().verdict(), v1::OVERALL_VERDICT_NOT_READY);
  EXPECT_THAT(builder.Verdict().reason(), ::testing::Not(IsEmpty()));
}

TEST(ReadinessTest, NamesTheServiceThatIsAwayAndJudgesTheRest) {
  CaseBuilder builder;
  builder.ClockAt(type::v1::CLOCK_CONTRACT_START, absl::CivilDay(2026, 4, 1))
      .Type(kInterviews)
      .Criterion(kFirstInterview)
      .Criterion(kTwoKeys)
      .Evidence(kCustomerKey)
      .Evidence(kCsmKey)
      .Unavailable("health");
  const v1::Readiness readiness = builder.Evaluate();
  EXPECT_EQ(readiness.verdict(), v1::OVERALL_VERDICT_NOT_READY);
  EXPECT_THAT(readiness.unavailable_services(), ElementsAre("health"));
  EXPECT_EQ(readiness.criteria(0).verdict(), v1::VERDICT_UNKNOWN);
  EXPECT_THAT(readiness.criteria(0).reason(), HasSubstr("health"));
  EXPECT_EQ(readiness.criteria(1).verdict(), v1::VERDICT_MET);
}

TEST(ReadinessTest, NeedsBothKeysAndWaitsForTheCustomerWithOne) {
  CaseBuilder builder;
  builder.Criterion(kTwoKeys);
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_NOT_MET);

  CaseBuilder csm_only;
  csm_only.Criterion(kTwoKeys).Evidence(kCsmKey);
  EXPECT_EQ(csm_only.Verdict().verdict(), v1::VERDICT_PENDING_CUSTOMER);
  EXPECT_EQ(csm_only.Evaluate().verdict(), v1::OVERALL_VERDICT_PENDING_CUSTOMER);
  EXPECT_THAT(CheckReady(csm_only.Evaluate(), 1), StatusIs(absl::StatusCode::kFailedPrecondition,
                                                           HasSubstr("waiting for the customer")));

  CaseBuilder customer_only;
  customer_only.Criterion(kTwoKeys).Evidence(kCustomerKey);
  EXPECT_EQ(customer_only.Verdict().verdict(), v1::VERDICT_NOT_MET);
  EXPECT_THAT(customer_only.Verdict().missing(), ElementsAre("the CSM's key"));

  csm_only.Evidence(kCustomerKey);
  EXPECT_EQ(csm_only.Evaluate().verdict(), v1::OVERALL_VERDICT_READY);
  EXPECT_THAT(CheckReady(csm_only.Evaluate(), 1), IsOk());
}

TEST(ReadinessTest, ForgetsAJudgementAfterItsTime) {
  CaseBuilder builder(absl::CivilDay(2026, 6, 1));
  builder
      .Criterion(R"pb(id: "field"
                      kind: CRITERION_KIND_JUDGEMENT
                      minimum: 3
                      required: true
                      evidence_valid { count: 30 unit: PERIOD_UNIT_DAY })pb")
      .Evidence("criterion: 'field' text: 'They ask for more' judgement { point: 4 }");
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_MET);
  EXPECT_EQ(builder.Today(absl::CivilDay(2026, 7, 1)).Verdict().verdict(), v1::VERDICT_MET);
  EXPECT_EQ(builder.Today(absl::CivilDay(2026, 7, 2)).Verdict().verdict(), v1::VERDICT_UNKNOWN);
  EXPECT_THAT(builder.Verdict().reason(), HasSubstr("held until 2026-07-01"));
  builder.Evidence("criterion: 'field' text: 'They have stopped asking' judgement { point: 2 }");
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_NOT_MET);
}

TEST(ReadinessTest, MeasuresTheAgreedTargetWithinAMonthOfTheRelease) {
  CaseBuilder builder(absl::CivilDay(2026, 3, 10));
  builder.ClockAt(type::v1::CLOCK_GO_LIVE, absl::CivilDay(2026, 1, 31))
      .Type(R"pb(name: "metric.downloads"
                 value_type: VALUE_TYPE_NUMBER
                 subject: SUBJECT_KIND_ACCOUNT
                 counter: true)pb")
      .Criterion(R"pb(
        id: "downloads"
        kind: CRITERION_KIND_AGREED_TARGET
        required: true
        target_fact {
          fact: "metric.downloads"
          window {
            aggregation: AGGREGATION_SUM
            from_clock {
              clock: CLOCK_GO_LIVE
              length { count: 1 unit: PERIOD_UNIT_MONTH }
            }
          }
        })pb")
      .Fact(kAccount, "metric.downloads", 980, absl::CivilDay(2026, 2, 28))
      .Fact(kAccount, "metric.downloads", 50, absl::CivilDay(2026, 3, 1));
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_NOT_MET);
  EXPECT_THAT(builder.Verdict().reason(), HasSubstr("no number has been agreed"));

  builder.Evidence(
      "criterion: 'downloads' confirmed_by: 'accounts/acme/stakeholders/mori' "
      "target { value: 1000 agreed_by: 'members/aoki' }");
  const v1::CriterionVerdict verdict = builder.Verdict();
  EXPECT_EQ(verdict.verdict(), v1::VERDICT_NOT_MET);
  EXPECT_EQ(calendar::ToDay(verdict.explanation().to()), absl::CivilDay(2026, 2, 28));
  EXPECT_DOUBLE_EQ(verdict.explanation().value().number(), 980);

  // Another number needs both sides: the customer's stakeholder, and the member who agreed.
  const v1::Criterion& criterion = builder.the_case().completion.criteria(0);
  auto one_sided = testing::ParseProto<v1::Evidence>(
      "criterion: 'downloads' target { value: 900 agreed_by: 'members/aoki' }");
  EXPECT_THAT(PrepareEvidence(criterion, "members/aoki",
                              {"members/aoki", absl::CivilDay(2026, 3, 10)}, &one_sided),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("evidence.confirmed_by")));
  auto other_side = testing::ParseProto<v1::Evidence>(
      "criterion: 'downloads' confirmed_by: 'accounts/acme/stakeholders/mori' "
      "target { value: 900 }");
  EXPECT_THAT(contract::CheckResource("evidence", &other_side),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("agreed_by")));

  builder.Evidence(
      "criterion: 'downloads' confirmed_by: 'accounts/acme/stakeholders/mori' "
      "target { value: 900 agreed_by: 'members/aoki' }");
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_MET);
  Proves("YAP-02");
}

TEST(ReadinessTest, CountsAWaiverOnlyWhenItIsApprovedAndHasNotExpired) {
  CaseBuilder builder(absl::CivilDay(2026, 6, 26));
  builder.Criterion(kSkills).Exception(
      "kind: EXCEPTION_KIND_WAIVE criterion: 'mastered' expire_date { year: 2026 month: 6 day: 30 "
      "}");
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_EXCEPTED);
  EXPECT_EQ(builder.Evaluate().verdict(), v1::OVERALL_VERDICT_READY_WITH_EXCEPTIONS);
  EXPECT_THAT(builder.Verdict().exceptions(), SizeIs(1));
  EXPECT_THAT(builder.Verdict().reason(), HasSubstr("members/kato"));

  EXPECT_EQ(builder.Today(absl::CivilDay(2026, 6, 30)).Verdict().verdict(), v1::VERDICT_EXCEPTED);
  EXPECT_EQ(builder.Today(absl::CivilDay(2026, 7, 1)).Verdict().verdict(), v1::VERDICT_NOT_MET);

  CaseBuilder requested;
  requested.Criterion(kSkills).Exception(
      "kind: EXCEPTION_KIND_WAIVE criterion: 'mastered' state: EXCEPTION_STATE_REQUESTED");
  EXPECT_EQ(requested.Verdict().verdict(), v1::VERDICT_NOT_MET);
}

TEST(ReadinessTest, GivesMoreTimeByAnExtension) {
  const absl::CivilDay start(2026, 4, 1);
  CaseBuilder builder(start + 60);
  builder.ClockAt(type::v1::CLOCK_CONTRACT_START, start)
      .Type(kInterviews)
      .Criterion(kFirstInterview)
      .ReportedSince("metric.interviews", start)
      .Fact(kAccount, "metric.interviews", 1, start + 40);
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_NOT_MET);
  builder.Exception(
      "kind: EXCEPTION_KIND_EXTEND criterion: 'interview' "
      "extended_window { count: 45 unit: PERIOD_UNIT_DAY }");
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_EXCEPTED);
  EXPECT_EQ(calendar::ToDay(builder.Verdict().explanation().to()), start + 45);
}

TEST(ReadinessTest, JudgesAReplacementInsteadAndAnAdditionBeside) {
  CaseBuilder builder;
  builder.Criterion(kSkills)
      .Exception(
          "kind: EXCEPTION_KIND_REPLACE criterion: 'mastered' "
          "replacement { id: 'manual' title: 'A manual' kind: CRITERION_KIND_ARTIFACT }")
      .Exception(
          "kind: EXCEPTION_KIND_ADD "
          "replacement { id: 'rules' title: 'Rules' kind: CRITERION_KIND_ARTIFACT "
          "required: true }");
  EXPECT_EQ(builder.Evaluate().criteria_size(), 2);
  EXPECT_EQ(builder.Verdict("mastered").title(), "A manual");
  EXPECT_EQ(builder.Verdict("mastered").verdict(), v1::VERDICT_NOT_MET);
  EXPECT_TRUE(builder.Verdict("mastered").required());
  builder.Evidence("criterion: 'mastered' link: 'https://example.com/manual'");
  EXPECT_EQ(builder.Verdict("mastered").verdict(), v1::VERDICT_EXCEPTED);
  EXPECT_EQ(builder.Evaluate().verdict(), v1::OVERALL_VERDICT_NOT_READY);
  builder.Evidence("criterion: 'rules' text: 'Read together'");
  EXPECT_EQ(builder.Evaluate().verdict(), v1::OVERALL_VERDICT_READY_WITH_EXCEPTIONS);
}

TEST(ReadinessTest, IgnoresEvidenceThatWasWithdrawn) {
  CaseBuilder builder;
  builder.Criterion(R"pb(id: "rules" kind: CRITERION_KIND_ARTIFACT required: true)pb")
      .Evidence("criterion: 'rules' text: 'Read together'");
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_MET);
  builder.the_case().evidence[0].set_withdrawn_by("members/aoki");
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_NOT_MET);
}

TEST(ReadinessTest, HoldsBackALaterStageWhileAnEarlierOneIsOpen) {
  CaseBuilder builder;
  builder.Stage("setup-done")
      .Stage("value-done")
      .Criterion(
          R"pb(id: "setup" stage: "setup-done" kind: CRITERION_KIND_ARTIFACT required: true)pb")
      .Criterion(
          R"pb(id: "value" stage: "value-done" kind: CRITERION_KIND_ARTIFACT required: true)pb")
      .Evidence("criterion: 'value' text: 'The first report came in'");
  EXPECT_EQ(builder.Verdict("value").verdict(), v1::VERDICT_NOT_MET);
  EXPECT_THAT(builder.Verdict("value").reason(), HasSubstr("setup-done comes first"));
  EXPECT_EQ(builder.Evaluate().open_stage(), "setup-done");
  builder.Evidence("criterion: 'setup' text: 'Seen'");
  EXPECT_EQ(builder.Verdict("value").verdict(), v1::VERDICT_MET);
  EXPECT_EQ(builder.Evaluate().open_stage(), "");
}

TEST(ReadinessTest, IsReadyWhenOnlyOptionalCriteriaAreOpen) {
  CaseBuilder builder;
  builder.Criterion(R"pb(id: "rules" kind: CRITERION_KIND_ARTIFACT)pb");
  EXPECT_EQ(builder.Verdict().verdict(), v1::VERDICT_NOT_MET);
  EXPECT_EQ(builder.Evaluate().verdict(), v1::OVERALL_VERDICT_READY);
}

TEST(ReadinessTest, ListsEveryOpenCriterionAndMissingOutcomes) {
  CaseBuilder builder;
  builder.Criterion(kSkills).Criterion(kWayOn);
  const absl::Status status = CheckReady(builder.Evaluate(), 0);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(status), kReasonNotReady);
  const auto causes = contract::Preconditions(status);
  ASSERT_THAT(causes, SizeIs(3));
  EXPECT_THAT(causes[0].subject, HasSubstr("#mastered"));
  EXPECT_THAT(causes[1].subject, HasSubstr("#way-on"));
  EXPECT_THAT(causes[2].subject, HasSubstr("#outcomes"));
}

TEST(ReadinessTest, NeedsNoOutcomesUnderAnException) {
  CaseBuilder builder;
  EXPECT_THAT(CheckReady(builder.Evaluate(), 0), StatusIs(absl::StatusCode::kFailedPrecondition));
  builder.Exception("kind: EXCEPTION_KIND_WAIVE criterion: 'outcomes'");
  EXPECT_THAT(CheckReady(builder.Evaluate(), 0), IsOk());
  EXPECT_EQ(builder.Evaluate().verdict(), v1::OVERALL_VERDICT_READY_WITH_EXCEPTIONS);
}

TEST(ReadinessTest, FindsTwoFormsInEstablishedUseOnlyWhenEachIsUsedEveryWeek) {
  const absl::CivilDay today(2026, 6, 26);
  const auto established = [&](bool spread) {
    CaseBuilder builder(today);
    builder.ReportedSince("metric.forms", today - 60)
        .Type(R"pb(name: "metric.forms"
                   value_type: VALUE_TYPE_NUMBER
                   subject: SUBJECT_KIND_ACCOUNT
                   counter: true
                   per_object: true)pb")
        .Criterion(R"pb(
          id: "forms"
          kind: CRITERION_KIND_CONDITION
          required: true
          condition {
            count {
              each {
                fact {
                  fact: "metric.forms"
                  window { aggregation: AGGREGATION_SUM }
                }
                op: OPERATOR_GE
                values { number: 1 }
                sustained {
                  bucket { count: 1 unit: PERIOD_UNIT_WEEK }
                  buckets: 4
                }
              }
              op: OPERATOR_GE
              number: 2
            }
          })pb");
    for (const char* form : {"daily-check", "hygiene"}) {
      for (int week = 0; week < 4; ++week) {
        builder.Fact(kAccount, "metric.forms", 1, spread ? today - 7 * week : today - week, form);
      }
    }
    return builder.Verdict();
  };
  const v1::CriterionVerdict met = established(true);
  EXPECT_EQ(met.verdict(), v1::VERDICT_MET);
  ASSERT_EQ(met.explanation().parts_size(), 2);
  EXPECT_THAT(met.explanation().parts(0).reading(), HasSubstr("daily-check: 1, 1, 1, 1"));
  EXPECT_THAT(met.explanation().parts(1).reading(), HasSubstr("hygiene: 1, 1, 1, 1"));
  EXPECT_EQ(calendar::ToDay(met.explanation().from()), today - 27);
  EXPECT_EQ(established(false).verdict(), v1::VERDICT_NOT_MET);
  Proves("KAM-06");
}

}  // namespace
}  // namespace banso::handoff
