#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/kickoff/domain/person_change.h"
#include "services/kickoff/domain/readiness.h"
#include "services/kickoff/domain/test_plan.h"

namespace banso::kickoff {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A plan whose template asks for a project owner of enterprise customers only.
PlanParts PlanFor(const std::string& segment) {
  v1::PlanTemplate plan_template = TestTemplate();
  type::v1::Comparison& rule =
      *plan_template.mutable_roles(0)->mutable_required_when()->mutable_compare();
  rule.mutable_fact()->set_fact("account.segment");
  rule.set_op(type::v1::OPERATOR_EQ);
  *rule.add_values() = rule::TextValue("enterprise");
  rule::FactCatalog catalog;
  fact::v1::FactType type;
  type.set_name("account.segment");
  type.set_value_type(type::v1::VALUE_TYPE_TEXT);
  type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
  catalog.Add(type);
  RuleContext context = TestContext();
  context.catalog = &catalog;
  rule::FactRead read;
  for (const type::v1::Condition* condition : ConditionsOf(plan_template)) {
    for (const rule::FactRead& wanted : rule::Reads(*condition, context.moment, catalog)) {
      fact::v1::FactReading reading;
      *reading.mutable_value() = rule::TextValue(segment);
      context.readings[rule::Key(wanted)] = reading;
    }
  }
  return BuildPlan({&plan_template, "for the test"}, kOnboarding, TestDays(), context);
}

// The same, of which nothing is missing before the kickoff but who is who.
PlanParts FilledPlanFor(const std::string& segment) {
  PlanParts parts = PlanFor(segment);
  AgreeAndAnswer(&parts);
  parts.meetings[0].set_state(v1::MEETING_STATE_SCHEDULED);
  return parts;
}

// What is missing before the kickoff in the area of roles, as far as it is required.
std::vector<std::string> RequiredRoleGaps(const PlanParts& parts) {
  std::vector<std::string> gaps;
  const v1::Readiness readiness = CheckReadiness(parts, absl::UnixEpoch());
  for (const v1::ReadinessArea& area : readiness.areas()) {
    if (area.area() != "roles") continue;
    for (const v1::ReadinessGap& gap : area.gaps()) {
      if (gap.required()) gaps.push_back(gap.what());
    }
  }
  return gaps;
}

void AddSite(const std::string& id, PlanParts* parts) {
  accounts::v1::Site& site = parts->sites.emplace_back();
  site.set_name(absl::StrCat("accounts/acme/sites/", id));
  site.set_display_name(id);
}

void AddPromoter(const std::string& site, PlanParts* parts) {
  accounts::v1::RoleHolder& holder = parts->role_holders.emplace_back();
  holder.set_role(accounts::v1::STAKEHOLDER_ROLE_SITE_CHAMPION);
  holder.set_stakeholder("accounts/acme/stakeholders/sato");
  holder.set_site(absl::StrCat("accounts/acme/sites/", site));
}

TEST(ReadinessOfRolesTest, AnEnterpriseNeedsAProjectOwnerAndEachSiteAPromoter) {
  PlanParts small = FilledPlanFor("smb");
  EXPECT_THAT(RequiredRoleGaps(small), IsEmpty());
  EXPECT_NE(CheckReadiness(small, absl::UnixEpoch()).verdict(), v1::READINESS_VERDICT_NOT_READY);
  PlanParts large = FilledPlanFor("enterprise");
  EXPECT_THAT(RequiredRoleGaps(large), ElementsAre("nobody is named as project owner"));
  EXPECT_EQ(CheckReadiness(large, absl::UnixEpoch()).verdict(), v1::READINESS_VERDICT_NOT_READY);

  AddSite("tokyo", &large);
  AddSite("bangkok", &large);
  AddPromoter("tokyo", &large);
  large.role_assignments[0].set_stakeholder("accounts/acme/stakeholders/sato");
  EXPECT_THAT(RequiredRoleGaps(large), ElementsAre("nobody promotes it at bangkok"));
  EXPECT_EQ(CheckReadiness(large, absl::UnixEpoch()).verdict(), v1::READINESS_VERDICT_NOT_READY);

  // The same person is project owner and promotes both.
  AddPromoter("bangkok", &large);
  EXPECT_THAT(RequiredRoleGaps(large), IsEmpty());
  EXPECT_EQ(CheckReadiness(large, absl::UnixEpoch()).verdict(), v1::READINESS_VERDICT_READY);
  testing::Proves("KAN-13");
}

TEST(PersonChangeTest, RaisesTasksWithinTheDaysOfTheWatchOnce) {
  PlanParts parts = TestPlan();
  const size_t before = parts.tasks.size();
  accounts::v1::StakeholderChange change;
  change.set_name("accounts/acme/stakeholderChanges/2025-04-10-project-owner");
  change.set_role(accounts::v1::STAKEHOLDER_ROLE_PROJECT_OWNER);
  change.set_before("accounts/acme/stakeholders/sato");
  *change.mutable_date() = calendar::ToDate(absl::CivilDay(2025, 4, 10));
  *change.mutable_watch_until() = calendar::ToDate(absl::CivilDay(2025, 5, 9));
  AddPersonChangeTasks(change, &parts);
  AddPersonChangeTasks(change, &parts);
  ASSERT_EQ(parts.tasks.size(), before + 3);
  EXPECT_EQ(parts.tasks[before].title(), "Find out who takes over as project owner");
  for (size_t i = before; i < parts.tasks.size(); ++i) {
    EXPECT_EQ(parts.tasks[i].origin(), change.name());
    EXPECT_EQ(parts.tasks[i].state(), v1::TASK_STATE_OPEN);
    EXPECT_GE(calendar::ToDay(parts.tasks[i].due()), absl::CivilDay(2025, 4, 10));
    EXPECT_LE(calendar::ToDay(parts.tasks[i].due()), absl::CivilDay(2025, 5, 9));
  }
}

}  // namespace
}  // namespace banso::kickoff
