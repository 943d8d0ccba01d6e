#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_PROCESS_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_PROCESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/handoff/v1/process.pb.h"

// The state machine of processes. Which effect a step has is not known here.
namespace banso::handoff {

inline constexpr char kReasonTooLate[] = "TOO_LATE";

// A new process, RUNNING, with the steps of its kind and their request ids.
v1::Process NewProcess(const std::string& name, v1::ProcessKind kind, const std::string& onboarding,
                       const std::string& started_by);

// The step whose turn it is; null when the process has ended or waits for a person.
v1::ProcessStep* NextStep(v1::Process* process);

// Whether there is something to do without a person.
bool IsActive(const v1::Process& process);

// The step is about to be tried.
void BeginStep(absl::Time now, v1::ProcessStep* step);

// The step has had its effect, of which `resource` may be the name. Ends the process after the
// last one. `now` is the business time.
void FinishStep(const std::string& resource, absl::Time now, v1::ProcessStep* step,
                v1::Process* process);

// The step failed. An error that may pass by itself (UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED,
// RESOURCE_EXHAUSTED, CANCELLED) sets `next_attempt_time`, of the system's time: 1 s after
// `system_now`, then twice as long each time, up to a minute. Any other makes the process wait for
// a person.
void FailStep(const absl::Status& error, absl::Time system_now, v1::ProcessStep* step,
              v1::Process* process);

// A person has the refused step tried again. FAILED_PRECONDITION (WRONG_STATE).
absl::Status Retry(v1::Process* process);

// A person gives the process up: steps that have not been tried are skipped, and steps that undo
// what was done are added. FAILED_PRECONDITION (TOO_LATE).
absl::Status Cancel(const std::string& reason, absl::Time now, v1::Process* process);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_PROCESS_H_
