#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_TEST_PLAN_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_TEST_PLAN_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/kickoff/v1/plan_template.pb.h"
#include "common/status_macros.h"
#include "google/protobuf/text_format.h"
#include "services/kickoff/domain/plan_builder.h"
#include "services/kickoff/domain/transitions.h"

// A template and a plan for the tests of this folder.
namespace banso::kickoff {

inline constexpr char kOnboarding[] = "accounts/acme/onboardings/o1";

inline v1::PlanTemplate ParseTemplate(const std::string& text) {
  v1::PlanTemplate plan_template;
  const bool parsed = google::protobuf::TextFormat::ParseFromString(text, &plan_template);
  if (!parsed) plan_template.set_name("could not be parsed");
  return plan_template;
}

// Kickoff two weeks after the start, a follow-up a week after it, a milestone a month after the
// start, two tasks of which one waits for the other, one role, one goal, one required question.
inline v1::PlanTemplate TestTemplate() {
  return ParseTemplate(R"pb(
    name: "planTemplates/standard"
    revision { number: 2 }
    deadline {
      clock: CLOCK_CONTRACT_START
      after { count: 30 unit: PERIOD_UNIT_DAY }
    }
    meetings {
      id: "kickoff"
      title: "Kickoff"
      kind: MEETING_KIND_KICKOFF
      next_actions_required: true
      required_roles: STAKEHOLDER_ROLE_PROJECT_OWNER
      at {
        clock: CLOCK_KICKOFF
        assume_after_start { count: 14 unit: PERIOD_UNIT_DAY }
      }
    }
    meetings {
      id: "follow-up"
      title: "Follow-up"
      kind: MEETING_KIND_FOLLOW_UP
      at {
        clock: CLOCK_KICKOFF
        after { count: 7 unit: PERIOD_UNIT_DAY }
        assume_after_start { count: 14 unit: PERIOD_UNIT_DAY }
      }
    }
    meetings {
      id: "milestone"
      title: "Milestone"
      kind: MEETING_KIND_MILESTONE
      at {
        clock: CLOCK_CONTRACT_START
        after { count: 1 unit: PERIOD_UNIT_MONTH }
      }
    }
    tasks {
      id: "setup"
      title: "Set up"
      side: SIDE_CUSTOMER
      required: true
      due {
        clock: CLOCK_CONTRACT_START
        after { count: 5 unit: PERIOD_UNIT_DAY }
      }
    }
    tasks {
      id: "first-use"
      title: "First use"
      side: SIDE_CUSTOMER
      depends_on: "setup"
      due {
        clock: CLOCK_KICKOFF
        after { count: 3 unit: PERIOD_UNIT_BUSINESS_DAY }
        assume_after_start { count: 14 unit: PERIOD_UNIT_DAY }
      }
    }
    roles { role: STAKEHOLDER_ROLE_PROJECT_OWNER }
    goals { id: "interview" title: "One interview" horizon: GOAL_HORIZON_ONBOARDING required: true }
    hearing_items {
      id: "need"
      question: "Whom do you look for?"
      area: "needs"
      required: true
      layer: LAYER_MANAGER
    }
  )pb");
}

// The days of an onboarding that began on 1 April 2025, a Tuesday.
inline PlanDays TestDays() {
  PlanDays days;
  days.clocks[type::v1::CLOCK_CONTRACT_START] = absl::CivilDay(2025, 4, 1);
  return days;
}

inline RuleContext TestContext() {
  static const rule::FactCatalog* const catalog = new rule::FactCatalog();
  RuleContext context;
  context.catalog = catalog;
  context.moment.account = "accounts/acme";
  context.moment.onboarding = kOnboarding;
  return context;
}

inline PlanParts TestPlan() {
  const v1::PlanTemplate plan_template = TestTemplate();
  return BuildPlan({&plan_template, "for the test"}, kOnboarding, TestDays(), TestContext());
}

// Agrees the goal and answers the question of a plan by that template.
inline void AgreeAndAnswer(PlanParts* parts) {
  const Actor actor = {"members/aoki", absl::UnixEpoch(), absl::CivilDay(2025, 4, 10)};
  BANSO_CHECK(AgreeGoal("accounts/acme/stakeholders/sato", actor, &parts->goals[0]).ok());
  v1::HearingAnswer answer;
  answer.set_answer("Two engineers");
  answer.set_provenance(v1::PROVENANCE_CONFIRMED);
  BANSO_CHECK(RecordAnswer(answer, &parts->hearing_answers[0]).ok());
}

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_TEST_PLAN_H_
