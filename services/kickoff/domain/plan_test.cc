#include <string>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/value.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/kickoff/domain/plan_builder.h"
#include "services/kickoff/domain/reschedule.h"
#include "services/kickoff/domain/template_check.h"
#include "services/kickoff/domain/test_plan.h"

namespace banso::kickoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> MeetingDays(const PlanParts& parts) {
  std::vector<std::string> days;
  for (const v1::Meeting& meeting : parts.meetings) {
    days.push_back(calendar::DayText(meeting.planned_date()));
  }
  return days;
}

fact::v1::FactType TextFact(const std::string& name) {
  fact::v1::FactType type;
  type.set_name(name);
  type.set_value_type(type::v1::VALUE_TYPE_TEXT);
  type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
  return type;
}

type::v1::Condition SegmentIs(const std::string& segment) {
  type::v1::Condition condition;
  condition.mutable_compare()->mutable_fact()->set_fact("account.segment");
  condition.mutable_compare()->set_op(type::v1::OPERATOR_EQ);
  *condition.mutable_compare()->add_values() = rule::TextValue(segment);
  return condition;
}

TEST(BuildPlanTest, DatesEverythingFromItsClock) {
  const PlanParts parts = TestPlan();
  EXPECT_EQ(parts.plan.name(), "accounts/acme/onboardings/o1/plan");
  EXPECT_EQ(parts.plan.template_revision(), "planTemplates/standard@2");
  EXPECT_EQ(calendar::DayText(parts.plan.deadline()), "2025-05-01");
  EXPECT_FALSE(parts.plan.deadline_assumed());
  EXPECT_THAT(MeetingDays(parts), ElementsAre("2025-04-15", "2025-04-22", "2025-05-01"));
  EXPECT_TRUE(parts.meetings[0].planned_date_assumed());
  EXPECT_FALSE(parts.meetings[2].planned_date_assumed());
  ASSERT_THAT(parts.tasks, SizeIs(2));
  EXPECT_EQ(parts.tasks[0].name(), "accounts/acme/onboardings/o1/plan/tasks/setup");
  EXPECT_EQ(calendar::DayText(parts.tasks[1].due()), "2025-04-18");
}

TEST(BuildPlanTest, CountsTheDeadlineInCalendarOrBusinessDaysAsConfigured) {
  testing::Proves("LX-12");
  v1::PlanTemplate plan_template = TestTemplate();
  v1::Anchor* deadline = plan_template.mutable_deadline();
  struct Case {
    const char* name;
    type::v1::Clock clock;
    int count;
    type::v1::PeriodUnit unit;
    const char* expected;
  };
  // 29 April and 3 to 6 May 2025 are closed in Japan.
  const Case cases[] = {
      {"calendar days", type::v1::CLOCK_CONTRACT_START, 30, type::v1::PERIOD_UNIT_DAY,
       "2025-05-01"},
      {"business days", type::v1::CLOCK_CONTRACT_START, 30, type::v1::PERIOD_UNIT_BUSINESS_DAY,
       "2025-05-16"},
      {"from the first meeting", type::v1::CLOCK_FIRST_MEETING, 3,
       type::v1::PERIOD_UNIT_BUSINESS_DAY, "2025-05-09"},
  };
  PlanDays days = TestDays();
  days.clocks[type::v1::CLOCK_FIRST_MEETING] = absl::CivilDay(2025, 5, 2);
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    deadline->set_clock(test.clock);
    deadline->mutable_after()->set_count(test.count);
    deadline->mutable_after()->set_unit(test.unit);
    const PlanParts parts = BuildPlan({&plan_template, ""}, kOnboarding, days, TestContext());
    EXPECT_EQ(calendar::DayText(parts.plan.deadline()), test.expected);
    EXPECT_EQ(parts.plan.deadline_clock(), test.clock);
  }
}

// A site with the calendar `calendar` that is closed on further days of 2025.
accounts::v1::Site SiteClosedOn(const std::string& calendar,
                                const std::vector<absl::CivilDay>& closed) {
  accounts::v1::Site site;
  site.set_calendar(calendar);
  for (const absl::CivilDay day : closed) {
    *site.add_holidays()->mutable_date() = calendar::ToDate(day);
  }
  return site;
}

TEST(BuildPlanTest, SkipsTheHolidaysOfTheCustomersOwnSites) {
  testing::Proves("KAN-01");
  const accounts::v1::Site tokyo = SiteClosedOn("", {});
  // Songkran, Labour Day, and the day for the coronation.
  const accounts::v1::Site bangkok =
      SiteClosedOn("weekends", {absl::CivilDay(2025, 4, 14), absl::CivilDay(2025, 4, 15),
                                absl::CivilDay(2025, 4, 16), absl::CivilDay(2025, 5, 1),
                                absl::CivilDay(2025, 5, 5)});
  struct Case {
    const char* name;
    std::vector<accounts::v1::Site> sites;
    const char* after_10_april;
    const char* after_2_may;
  };
  // Three business days after a Thursday and a Friday.
  const Case cases[] = {
      {"no site", {}, "2025-04-15", "2025-05-09"},
      {"Tokyo", {tokyo}, "2025-04-15", "2025-05-09"},
      {"Bangkok", {bangkok}, "2025-04-18", "2025-05-08"},
      {"both", {tokyo, bangkok}, "2025-04-18", "2025-05-09"},
  };
  v1::PlanTemplate plan_template = TestTemplate();
  v1::Anchor* due = plan_template.mutable_tasks(0)->mutable_due();
  due->set_clock(type::v1::CLOCK_FIRST_MEETING);
  due->mutable_after()->set_count(3);
  due->mutable_after()->set_unit(type::v1::PERIOD_UNIT_BUSINESS_DAY);
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    PlanDays days = TestDays();
    days.calendar = WorkingDays(test.sites);
    const auto due_after = [&](absl::CivilDay day) {
      days.clocks[type::v1::CLOCK_FIRST_MEETING] = day;
      const PlanParts parts = BuildPlan({&plan_template, ""}, kOnboarding, days, TestContext());
      return calendar::DayText(parts.tasks[0].due());
    };
    EXPECT_EQ(due_after(absl::CivilDay(2025, 4, 10)), test.after_10_april);
    EXPECT_EQ(due_after(absl::CivilDay(2025, 5, 2)), test.after_2_may);
  }
}

TEST(WorkingDaysTest, AreAlikeWhenTheSitesCloseOnTheSameDays) {
  const accounts::v1::Site tokyo = SiteClosedOn("jp", {});
  const accounts::v1::Site founded = SiteClosedOn("jp", {absl::CivilDay(2025, 6, 2)});
  const accounts::v1::Site weekends = SiteClosedOn("weekends", {});
  EXPECT_TRUE(WorkingDays({tokyo})->HasSameDays(*WorkingDays({})));
  EXPECT_TRUE(WorkingDays({tokyo, weekends})->HasSameDays(*WorkingDays({})));
  EXPECT_TRUE(WorkingDays({tokyo, founded})->HasSameDays(*WorkingDays({founded})));
  EXPECT_FALSE(WorkingDays({founded})->HasSameDays(*WorkingDays({tokyo})));
  EXPECT_FALSE(WorkingDays({founded})->IsBusinessDay(absl::CivilDay(2025, 6, 2)));
}

TEST(WorkingDaysTest, AreThoseOfTheCalendarsThatTheSitesName) {
  calendar::Calendars calendars;
  calendars.Add(calendar::Calendar("gulf", {absl::Weekday::friday, absl::Weekday::saturday}, {}));
  const accounts::v1::Site riyadh = SiteClosedOn("gulf", {absl::CivilDay(2025, 4, 7)});
  const accounts::v1::Site tokyo = SiteClosedOn("", {});
  const absl::CivilDay thursday(2025, 4, 3);
  const auto next = [&](const std::vector<accounts::v1::Site>& sites) {
    return WorkingDays(sites, calendars)->AddBusinessDays(thursday, 1);
  };
  EXPECT_EQ(next({tokyo}), absl::CivilDay(2025, 4, 4));
  EXPECT_EQ(next({riyadh}), absl::CivilDay(2025, 4, 6));
  EXPECT_EQ(next({riyadh, tokyo}), absl::CivilDay(2025, 4, 8));
  EXPECT_TRUE(WorkingDays({riyadh, tokyo}, calendars)
                  ->HasSameDays(*WorkingDays({tokyo, riyadh}, calendars)));
}

TEST(WorkingDaysTest, NeedCalendarsThatAreKnown) {
  EXPECT_THAT(CheckCalendar(SiteClosedOn("", {}), calendar::Calendars::BuiltIn()), IsOk());
  EXPECT_THAT(CheckCalendar(SiteClosedOn("jp", {}), calendar::Calendars::BuiltIn()), IsOk());
  EXPECT_THAT(CheckCalendar(SiteClosedOn("mars", {}), calendar::Calendars::BuiltIn()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("--calendar_dir")));
}

TEST(BuildPlanTest, RequiresWhatARuleLeavesUnknown) {
  v1::PlanTemplate plan_template = TestTemplate();
  *plan_template.mutable_hearing_items(0)->mutable_required_when() = SegmentIs("enterprise");
  RuleContext context = TestContext();
  rule::FactCatalog catalog;
  catalog.Add(TextFact("account.segment"));
  context.catalog = &catalog;
  EXPECT_TRUE(BuildPlan({&plan_template, ""}, kOnboarding, TestDays(), context)
                  .hearing_answers[0]
                  .required());
  const auto reads = rule::Reads(SegmentIs("x"), context.moment, catalog);
  ASSERT_THAT(reads, SizeIs(1));
  fact::v1::FactReading reading;
  *reading.mutable_value() = rule::TextValue("smb");
  context.readings[rule::Key(reads[0])] = reading;
  EXPECT_FALSE(BuildPlan({&plan_template, ""}, kOnboarding, TestDays(), context)
                   .hearing_answers[0]
                   .required());
}

TEST(ChooseTemplateTest, TakesTheHighestPriorityOfThoseThatApply) {
  std::vector<v1::PlanTemplate> templates = {TestTemplate(), TestTemplate(), TestTemplate()};
  templates[1].set_name("planTemplates/urgent");
  templates[1].set_priority(5);
  templates[2].set_name("planTemplates/enterprise");
  templates[2].set_priority(9);
  *templates[2].mutable_applies_when() = SegmentIs("enterprise");
  rule::FactCatalog catalog;
  catalog.Add(TextFact("account.segment"));
  RuleContext context = TestContext();
  context.catalog = &catalog;
  const auto chosen = ChooseTemplate(templates, context);
  ASSERT_THAT(chosen, IsOk());
  EXPECT_EQ(chosen->plan_template->name(), "planTemplates/urgent");
  EXPECT_THAT(chosen->reason, HasSubstr("every onboarding"));
}

TEST(ChooseTemplateTest, SaysWhyNoneApplies) {
  std::vector<v1::PlanTemplate> templates = {TestTemplate()};
  *templates[0].mutable_applies_when() = SegmentIs("enterprise");
  const auto chosen = ChooseTemplate(templates, TestContext());
  EXPECT_THAT(chosen,
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("account.segment")));
  EXPECT_EQ(contract::Reason(chosen.status()), "NO_PLAN_TEMPLATE");
}

TEST(RescheduleTest, MovesWhatIsCountedFromTheKickoffAndNotesIt) {
  testing::Proves("LAP-04");
  PlanParts parts = TestPlan();
  PlanDays first = TestDays();
  first.scheduled_kickoff = absl::CivilDay(2025, 4, 10);
  Reschedule(TestTemplate(), TestDays(), first, "arranged", absl::UnixEpoch(), &parts);
  ASSERT_THAT(MeetingDays(parts), ElementsAre("2025-04-10", "2025-04-17", "2025-05-01"));
  PlanDays moved = first;
  moved.scheduled_kickoff =
      calendar::Calendar::Japan().AddBusinessDays(*first.scheduled_kickoff, 3);
  Reschedule(TestTemplate(), first, moved, "the lead is ill", absl::UnixEpoch(), &parts);
  EXPECT_THAT(MeetingDays(parts), ElementsAre("2025-04-15", "2025-04-22", "2025-05-01"));
  EXPECT_EQ(calendar::DayText(parts.tasks[1].due()), "2025-04-18");
  const v1::Meeting& follow_up = parts.meetings[1];
  ASSERT_THAT(follow_up.moves(), SizeIs(2));
  EXPECT_EQ(calendar::DayText(follow_up.moves(1).from()), "2025-04-17");
  EXPECT_EQ(calendar::DayText(follow_up.moves(1).to()), "2025-04-22");
  EXPECT_EQ(follow_up.moves(1).reason(), "the lead is ill");
  EXPECT_THAT(parts.meetings[2].moves(), IsEmpty());
}

TEST(RescheduleTest, LeavesWhatAPersonHasSet) {
  PlanParts parts = TestPlan();
  *parts.tasks[1].mutable_due() = calendar::ToDate(absl::CivilDay(2025, 4, 30));
  parts.meetings[1].set_state(v1::MEETING_STATE_SCHEDULED);
  parts.plan.add_extensions();
  *parts.plan.mutable_deadline() = calendar::ToDate(absl::CivilDay(2025, 7, 1));
  PlanDays after = TestDays();
  after.clocks[type::v1::CLOCK_CONTRACT_START] = absl::CivilDay(2025, 5, 1);
  Reschedule(TestTemplate(), TestDays(), after, "start moved", absl::UnixEpoch(), &parts);
  EXPECT_EQ(calendar::DayText(parts.tasks[1].due()), "2025-04-30");
  EXPECT_EQ(calendar::DayText(parts.meetings[1].planned_date()), "2025-04-22");
  EXPECT_EQ(calendar::DayText(parts.plan.deadline()), "2025-07-01");
  EXPECT_EQ(calendar::DayText(parts.tasks[0].due()), "2025-05-06");
}

TEST(CheckTemplateTest, NamesEveryFault) {
  v1::PlanTemplate plan_template = TestTemplate();
  plan_template.mutable_deadline()->mutable_after()->set_count(0);
  plan_template.mutable_tasks(0)->add_depends_on("first-use");
  plan_template.mutable_tasks(1)->add_depends_on("nowhere");
  *plan_template.add_goals() = plan_template.goals(0);
  *plan_template.mutable_applies_when() = SegmentIs("enterprise");
  plan_template.mutable_applies_when()->mutable_compare()->mutable_fact()->set_fact(
      "account.segmnt");
  rule::FactCatalog catalog;
  catalog.Add(TextFact("account.segment"));
  const absl::Status status = CheckTemplate(plan_template, catalog, "t");
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields,
              ::testing::UnorderedElementsAre(HasSubstr("t.applies_when"), "t.deadline.after",
                                              "t.goals[1].id", "t.tasks[0].depends_on",
                                              "t.tasks[1].depends_on", "t.tasks[1].depends_on"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("account.segment"));
  EXPECT_THAT(CheckTemplate(TestTemplate(), catalog, "t"), IsOk());
}

}  // namespace
}  // namespace banso::kickoff
