#ifndef BANSO_SERVICES_KICKOFF_STORE_KINDS_H_
#define BANSO_SERVICES_KICKOFF_STORE_KINDS_H_

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "common/storage/collection.h"
#include "common/storage/revisions.h"

// The tables of the service's resources and the columns that lists filter and sort by; the columns
// are those of schema/.
namespace banso::kickoff {

storage::RevisionedKind PlanTemplateKind();
storage::Kind<v1::Plan> PlanKind();
storage::Kind<v1::PlanTask> PlanTaskKind();
storage::Kind<v1::Meeting> MeetingKind();
storage::Kind<v1::HearingAnswer> HearingAnswerKind();
storage::Kind<v1::Goal> GoalKind();
storage::Kind<v1::RoleAssignment> RoleAssignmentKind();
// Copies of what accounts has; not in this service's feed.
storage::Kind<accounts::v1::Account> AccountCopyKind();
storage::Kind<accounts::v1::Onboarding> OnboardingCopyKind();
storage::Kind<accounts::v1::Site> SiteCopyKind();
storage::Kind<accounts::v1::AccountSummary> SummaryCopyKind();

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_STORE_KINDS_H_
