#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_PARTS_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_PARTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/kickoff/v1/plan.pb.h"

namespace banso::kickoff {

// A plan with all its parts, each in the order of its name.
struct PlanParts {
  v1::Plan plan;
  std::vector<v1::PlanTask> tasks;
  std::vector<v1::Meeting> meetings;
  std::vector<v1::HearingAnswer> hearing_answers;
  std::vector<v1::Goal> goals;
  std::vector<v1::RoleAssignment> role_assignments;
  // Of the account, as the accounts service last told: its sites, and who carries the project.
  std::vector<accounts::v1::Site> sites;
  std::vector<accounts::v1::RoleHolder> role_holders;
};

// The name of the plan of an onboarding, or of one of the plan's parts.
std::string PlanOf(absl::string_view name);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_PARTS_H_
