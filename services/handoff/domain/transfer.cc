#include "services/handoff/domain/transfer.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/handoff/domain/evidence.h"
#include "services/handoff/domain/package.h"
#include "services/handoff/domain/policy.h"

namespace banso::handoff {

using contract::Violations;
using v1::Completion;
using v1::Handoff;

namespace {

void AddEvent(const Act& act, absl::string_view reason, Completion* completion) {
  v1::CompletionEvent* event = completion->add_history();
  *event->mutable_time() = calendar::ToTimestamp(act.now);
  event->set_state(completion->state());
  event->set_actor(act.actor);
  event->set_reason(std::string(reason));
  event->set_round(completion->round());
}

// Clears what belongs to a completion that is completed.
void ClearResult(Completion* completion) {
  completion->clear_readiness();
  completion->clear_outcomes();
  completion->clear_summary();
  completion->clear_retention_owner();
  completion->clear_complete_date();
  completion->clear_completed_by();
  completion->clear_process();
}

absl::Status CheckNoProcess(const std::string& name, const std::string& process) {
  if (process.empty()) return absl::OkStatus();
  return contract::FailedPrecondition(
      kReasonProcessRunning, name, absl::StrCat(process, " works on it"),
      absl::StrCat("Wait until it has ended, or see to it: GetProcess ", process));
}

absl::Status CheckState(const Handoff& handoff, v1::HandoffState state, absl::string_view verb) {
  if (handoff.state() == state) return absl::OkStatus();
  if (handoff.state() == v1::HANDOFF_STATE_CANCELLED) {
    return contract::FailedPrecondition(
        kReasonWrongState, handoff.name(),
        absl::StrCat("it is CANCELLED (", handoff.cancel_reason(), ") and cannot be ", verb),
        "Start another onboarding, which has a handoff of its own (StartOnboarding)");
  }
  return contract::FailedPrecondition(
      kReasonWrongState, handoff.name(),
      absl::StrCat("it is ", v1::HandoffState_Name(handoff.state()), " and cannot be ", verb),
      absl::StrCat("It must be ", v1::HandoffState_Name(state)));
}

bool OnboardingContinues(const Handoff& handoff) {
  return handoff.state() == v1::HANDOFF_STATE_RETURNED && !handoff.returns().empty() &&
         handoff.returns().rbegin()->outcome() == v1::RETURN_OUTCOME_CONTINUE_ONBOARDING;
}

}  // namespace

std::string CompletionName(absl::string_view onboarding) {
  return absl::StrCat(onboarding, "/completion");
}

std::string GapWatchName(absl::string_view onboarding) {
  return absl::StrCat(onboarding, "/gapWatch");
}

std::string HandoffName(absl::string_view onboarding) {
  return contract::Join(contract::Ancestor(onboarding, "accounts"), "handoffs",
                        absl::StrCat(contract::Id(onboarding, "onboardings"), "-retention"));
}

std::string OnboardingOf(absl::string_view name) { return contract::Ancestor(name, "onboardings"); }

absl::Status CheckOpen(const Completion& completion) {
  BANSO_RETURN_IF_ERROR(CheckNoProcess(completion.name(), completion.process()));
  if (completion.state() == v1::COMPLETION_STATE_OPEN) return absl::OkStatus();
  return contract::FailedPrecondition(
      kReasonWrongState, completion.name(),
      absl::StrCat("it is ", v1::CompletionState_Name(completion.state())),
      "Only an open completion takes changes; retention can return the handoff to open it again");
}

absl::Status Freeze(const v1::Readiness& readiness, const v1::CompleteOnboardingRequest& request,
                    const std::string& process, const Act& act, Completion* completion) {
  BANSO_RETURN_IF_ERROR(CheckOpen(*completion));
  BANSO_RETURN_IF_ERROR(CheckReady(readiness, request.outcomes_size()));
  completion->set_state(v1::COMPLETION_STATE_COMPLETING);
  *completion->mutable_readiness() = readiness;
  *completion->mutable_outcomes() = request.outcomes();
  for (v1::Outcome& outcome : *completion->mutable_outcomes()) {
    if (!outcome.has_date()) *outcome.mutable_date() = calendar::ToDate(act.today);
    outcome.set_sentence(SentenceOf(outcome));
  }
  completion->set_summary(request.summary());
  completion->set_retention_owner(request.retention_owner());
  *completion->mutable_complete_date() = calendar::ToDate(act.today);
  completion->set_completed_by(act.actor);
  completion->set_process(process);
  AddEvent(act, v1::OverallVerdict_Name(readiness.verdict()), completion);
  return absl::OkStatus();
}

void FinishCompletion(const Act& act, Completion* completion) {
  completion->set_state(v1::COMPLETION_STATE_COMPLETED);
  completion->clear_process();
  AddEvent(act, "the onboarding is completed", completion);
}

void Unfreeze(absl::string_view reason, const Act& act, Completion* completion) {
  ClearResult(completion);
  completion->set_state(v1::COMPLETION_STATE_OPEN);
  AddEvent(act, reason, completion);
}

void Reopen(const v1::HandoffReturn& returned, const Act& act, Completion* completion) {
  ClearResult(completion);
  completion->set_state(v1::COMPLETION_STATE_OPEN);
  completion->set_round(completion->round() + 1);
  *completion->mutable_deadline() = returned.new_deadline();
  AddEvent(act, absl::StrCat(returned.reason_code(), ": ", returned.reason()), completion);
}

void CancelCompletion(absl::string_view reason, const Act& act, Completion* completion) {
  if (completion->state() == v1::COMPLETION_STATE_COMPLETED ||
      completion->state() == v1::COMPLETION_STATE_CANCELLED) {
    return;
  }
  completion->set_state(v1::COMPLETION_STATE_CANCELLED);
  completion->clear_process();
  AddEvent(act, reason, completion);
}

void OpenHandoff(const Case& the_case, Handoff* handoff) {
  const Completion& completion = the_case.completion;
  const std::string onboarding = OnboardingOf(completion.name());
  if (handoff->name().empty()) {
    handoff->set_name(HandoffName(onboarding));
    handoff->set_kind(v1::HANDOFF_KIND_ONBOARDING_TO_RETENTION);
    handoff->set_onboarding(onboarding);
    handoff->set_round(1);
  }
  handoff->set_state(v1::HANDOFF_STATE_DRAFT);
  handoff->set_giver(completion.owner());
  handoff->set_accountable(completion.owner());
  if (!completion.retention_owner().empty()) handoff->set_receiver(completion.retention_owner());
  handoff->set_handoff_policy(RevisionNameOf(the_case.policy));
  *handoff->mutable_outcomes() = completion.outcomes();
  FillSections(the_case.policy, &the_case, handoff);
}

absl::Status CheckEditable(const Handoff& handoff) {
  BANSO_RETURN_IF_ERROR(CheckNoProcess(handoff.name(), handoff.process()));
  if (handoff.state() == v1::HANDOFF_STATE_DRAFT || handoff.state() == v1::HANDOFF_STATE_RETURNED) {
    return absl::OkStatus();
  }
  return CheckState(handoff, v1::HANDOFF_STATE_DRAFT, "changed");
}

absl::Status Offer(const v1::HandoffPolicy& policy, const calendar::Calendar& calendar,
                   const Act& act, Handoff* handoff) {
  BANSO_RETURN_IF_ERROR(CheckNoProcess(handoff->name(), handoff->process()));
  if (OnboardingContinues(*handoff)) {
    return contract::FailedPrecondition(
        kReasonOnboardingRunning, handoff->onboarding(), "retention has it continue the onboarding",
        "Complete the onboarding again; that opens the handoff again");
  }
  if (handoff->state() != v1::HANDOFF_STATE_RETURNED) {
    BANSO_RETURN_IF_ERROR(CheckState(*handoff, v1::HANDOFF_STATE_DRAFT, "offered"));
  }
  std::vector<contract::Precondition> causes;
  if (handoff->receiver().empty()) {
    causes.push_back({handoff->name(), "it names no receiver", "Set `receiver` by UpdateHandoff"});
  }
  for (const v1::HandoffSection& section : handoff->sections()) {
    if (!section.required() || !section.body().empty()) continue;
    causes.push_back({absl::StrCat(handoff->name(), "#", section.id()),
                      absl::StrCat("the required section \"", section.title(), "\" is empty"),
                      "Write it by UpdateHandoff"});
  }
  if (!causes.empty()) return contract::FailedPrecondition(kReasonPackageIncomplete, causes);
  handoff->set_state(v1::HANDOFF_STATE_OFFERED);
  *handoff->mutable_offer_time() = calendar::ToTimestamp(act.now);
  *handoff->mutable_respond_by() =
      calendar::ToDate(calendar::Add(act.today, policy.response_time(), calendar));
  return absl::OkStatus();
}

absl::Status CheckReturn(const v1::HandoffPolicy& policy, const v1::ReturnHandoffRequest& request,
                         const Act& act, const Handoff& handoff) {
  Violations violations;
  CheckReasonCode(policy.return_reasons(), request.reason_code(), "reason_code", &violations);
  const bool continues = request.outcome() == v1::RETURN_OUTCOME_CONTINUE_ONBOARDING;
  if (continues && !request.has_new_deadline()) {
    violations.Add("new_deadline", "", "the day until which the onboarding goes on", "REQUIRED");
  } else if (continues && calendar::ToDay(request.new_deadline()) <= act.today) {
    violations.Add("new_deadline", calendar::DayText(request.new_deadline()),
                   absl::StrCat("a day after today, ", calendar::DayText(act.today)), "IN_PAST");
  } else if (!continues && request.has_new_deadline()) {
    violations.Add("new_deadline", calendar::DayText(request.new_deadline()),
                   "nothing, as the onboarding does not continue", "NOT_NEEDED");
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  BANSO_RETURN_IF_ERROR(CheckNoProcess(handoff.name(), handoff.process()));
  return CheckState(handoff, v1::HANDOFF_STATE_OFFERED, "returned");
}

void Return(const v1::ReturnHandoffRequest& request, const Act& act, Handoff* handoff) {
  v1::HandoffReturn* returned = handoff->add_returns();
  returned->set_round(handoff->round());
  returned->set_reason_code(request.reason_code());
  returned->set_reason(request.reason());
  returned->set_outcome(request.outcome());
  if (request.has_new_deadline()) *returned->mutable_new_deadline() = request.new_deadline();
  returned->set_returned_by(act.actor);
  *returned->mutable_time() = calendar::ToTimestamp(act.now);
  handoff->set_state(v1::HANDOFF_STATE_RETURNED);
  handoff->set_round(handoff->round() + 1);
  handoff->clear_respond_by();
  handoff->clear_process();
}

absl::Status CheckAccept(const Handoff& handoff) {
  BANSO_RETURN_IF_ERROR(CheckNoProcess(handoff.name(), handoff.process()));
  return CheckState(handoff, v1::HANDOFF_STATE_OFFERED, "accepted");
}

void Accept(const Act& act, Handoff* handoff) {
  handoff->set_state(v1::HANDOFF_STATE_ACCEPTED);
  handoff->set_accountable(handoff->receiver());
  *handoff->mutable_accept_time() = calendar::ToTimestamp(act.now);
  handoff->set_accepted_by(act.actor);
  handoff->clear_process();
}

void CancelHandoff(absl::string_view reason, Handoff* handoff) {
  if (handoff->state() == v1::HANDOFF_STATE_ACCEPTED ||
      handoff->state() == v1::HANDOFF_STATE_CANCELLED) {
    return;
  }
  handoff->set_state(v1::HANDOFF_STATE_CANCELLED);
  handoff->set_cancel_reason(std::string(reason));
  handoff->clear_respond_by();
  handoff->clear_process();
}

bool IsResponseOverdue(const Handoff& handoff, absl::CivilDay today) {
  return handoff.state() == v1::HANDOFF_STATE_OFFERED && handoff.has_respond_by() &&
         today > calendar::ToDay(handoff.respond_by());
}

}  // namespace banso::handoff
