#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_TRANSFER_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_TRANSFER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/handoff/v1/completion.pb.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "banso/handoff/v1/handoff.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "common/calendar/business_days.h"
#include "services/handoff/domain/readiness.h"

// The states of completions and handoffs, and what moves them. Each function checks and changes;
// FAILED_PRECONDITION (WRONG_STATE, PROCESS_RUNNING or the reason named) when it may not be.
namespace banso::handoff {

inline constexpr char kReasonPackageIncomplete[] = "PACKAGE_INCOMPLETE";
inline constexpr char kReasonOnboardingRunning[] = "ONBOARDING_RUNNING";

// Who acts, when, and which day that is for the account.
struct Act {
  std::string actor;
  absl::Time now;
  absl::CivilDay today;
};

// `accounts/a/onboardings/o` -> `.../completion`, `.../gapWatch`,
// `accounts/a/handoffs/o-retention`.
std::string CompletionName(absl::string_view onboarding);
std::string GapWatchName(absl::string_view onboarding);
std::string HandoffName(absl::string_view onboarding);
// The onboarding of a completion, of its parts, or of a gap watch.
std::string OnboardingOf(absl::string_view name);

// OK while evidence, exceptions and the like may be added.
absl::Status CheckOpen(const v1::Completion& completion);

// Freezes verdict and outcomes for the process `process` that completes the onboarding. The verdict
// must be ready (see CheckReady).
absl::Status Freeze(const v1::Readiness& readiness, const v1::CompleteOnboardingRequest& request,
                    const std::string& process, const Act& act, v1::Completion* completion);
// The process has reached accounts: the completion is COMPLETED.
void FinishCompletion(const Act& act, v1::Completion* completion);
// The process was cancelled: the completion is OPEN as it was before.
void Unfreeze(absl::string_view reason, const Act& act, v1::Completion* completion);
// Retention has returned the customer to onboarding: a new round with a new deadline.
void Reopen(const v1::HandoffReturn& returned, const Act& act, v1::Completion* completion);
// The process that opened it was cancelled, or the onboarding was given up. What was completed
// stays: it was reached.
void CancelCompletion(absl::string_view reason, const Act& act, v1::Completion* completion);

// Opens the handoff of a completed case, or opens it once more in a new round: DRAFT, with the
// package filled in.
void OpenHandoff(const Case& the_case, v1::Handoff* handoff);

// Whether sections and receiver may be changed.
absl::Status CheckEditable(const v1::Handoff& handoff);
// Offers the package; also FAILED_PRECONDITION (PACKAGE_INCOMPLETE, ONBOARDING_RUNNING).
absl::Status Offer(const v1::HandoffPolicy& policy, const calendar::Calendar& calendar,
                   const Act& act, v1::Handoff* handoff);
// Checks a return and what comes with it. INVALID_ARGUMENT for an unknown reason code, and for a
// new deadline that is missing, not needed or not in the future.
absl::Status CheckReturn(const v1::HandoffPolicy& policy, const v1::ReturnHandoffRequest& request,
                         const Act& act, const v1::Handoff& handoff);
// Returns the package; a new round begins.
void Return(const v1::ReturnHandoffRequest& request, const Act& act, v1::Handoff* handoff);
// Checks an acceptance.
absl::Status CheckAccept(const v1::Handoff& handoff);
// Makes the receiver accountable.
void Accept(const Act& act, v1::Handoff* handoff);

// The onboarding was given up, or the customer is lost. What retention has accepted stays.
void CancelHandoff(absl::string_view reason, v1::Handoff* handoff);

// Whether an offer waits longer than it should.
bool IsResponseOverdue(const v1::Handoff& handoff, absl::CivilDay today);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_TRANSFER_H_
