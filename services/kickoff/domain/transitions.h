#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_TRANSITIONS_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_TRANSITIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "banso/kickoff/v1/meetings_service.pb.h"
#include "banso/kickoff/v1/tasks_service.pb.h"
#include "services/kickoff/domain/plan_parts.h"

// The state changes of a plan's parts: each checks what must hold and changes its argument, or
// returns why not and leaves it as it was.
namespace banso::kickoff {

// Who acts, and when.
struct Actor {
  std::string name;
  absl::Time now;
  // The civil day of `now` for the account.
  absl::CivilDay today;
};

// Closes an open task. `all` are the tasks of its plan. FAILED_PRECONDITION: TASK_CLOSED,
// DEPENDENCY_OPEN (naming each), REQUIRED_TASK; INVALID_ARGUMENT for a skip without a note.
absl::Status CloseTask(const v1::ClosePlanTaskRequest& request,
                       const std::vector<v1::PlanTask>& all, const Actor& actor,
                       v1::PlanTask* task);

// The onboarding was given up, or its customer is lost: the tasks that are open and the meetings
// that were not held are left out.
void GiveUp(const Actor& actor, PlanParts* parts);

// Arranges a meeting that is not held, or moves it; a move needs a reason and is noted.
absl::Status ScheduleMeeting(const v1::ScheduleMeetingRequest& request, const Actor& actor,
                             absl::TimeZone zone, v1::Meeting* meeting);

// Records that a meeting was held. `roles` are the plan's role assignments. FAILED_PRECONDITION:
// MEETING_CLOSED, NEXT_ACTIONS_MISSING, REQUIRED_ROLE_ABSENT (unless the request has a reason);
// INVALID_ARGUMENT for a day to come.
absl::Status HoldMeeting(const v1::HoldMeetingRequest& request,
                         const std::vector<v1::RoleAssignment>& roles, const Actor& actor,
                         v1::Meeting* meeting);

// Puts a new answer into an item. A confirmed answer that differs from what was there is CHANGED,
// whatever the caller says, and the one before is kept.
absl::Status RecordAnswer(const v1::HearingAnswer& given, v1::HearingAnswer* answer);

// Agrees a goal that is proposed. Agreeing again by the same person changes nothing.
absl::Status AgreeGoal(absl::string_view stakeholder, const Actor& actor, v1::Goal* goal);

// Sets a later deadline. INVALID_ARGUMENT: not later, an unknown code, the caller as approver.
absl::Status ExtendDeadline(const v1::ExtendDeadlineRequest& request, const Actor& actor,
                            v1::Plan* plan);

// Notes that `resource` differs from the template.
void AddDeviation(absl::string_view resource, absl::string_view change, absl::string_view reason,
                  const Actor& actor, v1::Plan* plan);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_TRANSITIONS_H_
