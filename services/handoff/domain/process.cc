#include "services/handoff/domain/process.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/handoff/domain/evidence.h"

namespace banso::handoff {

using v1::Process;
using v1::ProcessStep;

namespace {

constexpr absl::Duration kFirstBackoff = absl::Seconds(1);
constexpr absl::Duration kLastBackoff = absl::Minutes(1);

// `create-plan` for CREATE_PLAN.
std::string Slug(v1::StepKind kind) {
  const std::string name = v1::StepKind_Name(kind);
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(name, "STEP_KIND_")),
                             {{"_", "-"}});
}

std::string ServiceOf(v1::StepKind kind) {
  switch (kind) {
    case v1::STEP_KIND_CREATE_ONBOARDING:
    case v1::STEP_KIND_ADVANCE_ONBOARDING:
    case v1::STEP_KIND_CANCEL_ONBOARDING:
      return "accounts";
    case v1::STEP_KIND_CREATE_PLAN:
      return "kickoff";
    default:
      return "handoff";
  }
}

void AddStep(v1::StepKind kind, Process* process) {
  ProcessStep* step = process->add_steps();
  step->set_kind(kind);
  step->set_state(v1::STEP_STATE_PENDING);
  step->set_service(ServiceOf(kind));
  step->set_request_id(absl::StrCat(contract::LastId(process->name()), "-", Slug(kind)));
}

std::vector<v1::StepKind> StepsOf(v1::ProcessKind kind) {
  switch (kind) {
    case v1::PROCESS_KIND_START_ONBOARDING:
      return {v1::STEP_KIND_CREATE_ONBOARDING, v1::STEP_KIND_CREATE_PLAN,
              v1::STEP_KIND_OPEN_COMPLETION};
    case v1::PROCESS_KIND_COMPLETE_ONBOARDING:
      return {v1::STEP_KIND_FREEZE_VERDICT, v1::STEP_KIND_ADVANCE_ONBOARDING,
              v1::STEP_KIND_OPEN_HANDOFF, v1::STEP_KIND_OPEN_GAP_WATCH};
    case v1::PROCESS_KIND_ACCEPT_HANDOFF:
      return {v1::STEP_KIND_ADVANCE_ONBOARDING, v1::STEP_KIND_ACCEPT_HANDOFF};
    case v1::PROCESS_KIND_CONTINUE_ONBOARDING:
      return {v1::STEP_KIND_ADVANCE_ONBOARDING, v1::STEP_KIND_REOPEN_COMPLETION};
    case v1::PROCESS_KIND_CANCEL_ONBOARDING:
      return {v1::STEP_KIND_CANCEL_ONBOARDING, v1::STEP_KIND_CLOSE_COMPLETION};
    default:
      return {};
  }
}

bool MayPass(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

absl::Duration Backoff(int attempts) {
  absl::Duration wait = kFirstBackoff;
  for (int i = 1; i < attempts && wait < kLastBackoff; ++i) wait *= 2;
  return std::min(wait, kLastBackoff);
}

bool IsOver(const ProcessStep& step) {
  return step.state() == v1::STEP_STATE_DONE || step.state() == v1::STEP_STATE_SKIPPED;
}

ProcessStep* FindStep(v1::StepKind kind, Process* process) {
  for (ProcessStep& step : *process->mutable_steps()) {
    if (step.kind() == kind) return &step;
  }
  return nullptr;
}

void End(v1::ProcessState state, absl::Time now, Process* process) {
  process->set_state(state);
  process->clear_next_attempt_time();
  process->set_status_text(state == v1::PROCESS_STATE_SUCCEEDED
                               ? "done"
                               : absl::StrCat("cancelled: ", process->cancel_reason()));
  *process->mutable_end_time() = calendar::ToTimestamp(now);
}

absl::Status TooLate(const Process& process, absl::string_view wrong, absl::string_view instead) {
  return contract::FailedPrecondition(kReasonTooLate, process.name(), wrong, instead);
}

// Whether accounts may have acted on the step that moves the onboarding.
absl::Status CheckNotAdvanced(Process* process) {
  const bool gives_up = process->kind() == v1::PROCESS_KIND_CANCEL_ONBOARDING;
  const ProcessStep* advance = FindStep(
      gives_up ? v1::STEP_KIND_CANCEL_ONBOARDING : v1::STEP_KIND_ADVANCE_ONBOARDING, process);
  if (advance == nullptr || advance->state() == v1::STEP_STATE_PENDING ||
      advance->state() == v1::STEP_STATE_REFUSED) {
    return absl::OkStatus();
  }
  if (advance->state() == v1::STEP_STATE_DONE) {
    return TooLate(*process, "accounts has moved the onboarding already",
                   gives_up ? "Let it finish, and start another onboarding"
                            : "Let it finish; what it leads to is undone by its own verb, such as "
                              "ReturnHandoff");
  }
  return TooLate(*process, "accounts has not said whether it has moved the onboarding",
                 "Wait until it answers");
}

}  // namespace

Process NewProcess(const std::string& name, v1::ProcessKind kind, const std::string& onboarding,
                   const std::string& started_by) {
  Process process;
  process.set_name(name);
  process.set_kind(kind);
  process.set_onboarding(onboarding);
  process.set_started_by(started_by);
  process.set_state(v1::PROCESS_STATE_RUNNING);
  process.set_status_text("begun");
  for (const v1::StepKind step : StepsOf(kind)) AddStep(step, &process);
  return process;
}

bool IsActive(const Process& process) {
  return process.state() == v1::PROCESS_STATE_RUNNING ||
         process.state() == v1::PROCESS_STATE_CANCELLING;
}

ProcessStep* NextStep(Process* process) {
  if (!IsActive(*process)) return nullptr;
  for (ProcessStep& step : *process->mutable_steps()) {
    if (!IsOver(step)) return &step;
  }
  return nullptr;
}

void BeginStep(absl::Time now, ProcessStep* step) {
  step->set_state(v1::STEP_STATE_RUNNING);
  step->set_attempts(step->attempts() + 1);
  if (!step->has_start_time()) *step->mutable_start_time() = calendar::ToTimestamp(now);
}

void FinishStep(const std::string& resource, absl::Time now, ProcessStep* step, Process* process) {
  step->set_state(v1::STEP_STATE_DONE);
  step->clear_error();
  step->clear_error_reason();
  if (!resource.empty()) step->set_resource(resource);
  *step->mutable_end_time() = calendar::ToTimestamp(now);
  process->clear_next_attempt_time();
  const bool over = std::all_of(process->steps().begin(), process->steps().end(), IsOver);
  if (!over) {
    process->set_status_text(absl::StrCat(Slug(step->kind()), " is done"));
  } else {
    End(process->state() == v1::PROCESS_STATE_CANCELLING ? v1::PROCESS_STATE_CANCELLED
                                                         : v1::PROCESS_STATE_SUCCEEDED,
        now, process);
  }
}

void FailStep(const absl::Status& error, absl::Time system_now, ProcessStep* step,
              Process* process) {
  step->set_error(std::string(error.message()));
  step->set_error_reason(contract::Reason(error));
  if (MayPass(error.code())) {
    step->set_state(v1::STEP_STATE_RETRYING);
    *process->mutable_next_attempt_time() =
        calendar::ToTimestamp(system_now + Backoff(step->attempts()));
    process->set_status_text(absl::StrCat(step->service(), " did not answer ", Slug(step->kind()),
                                          "; it is tried again"));
    return;
  }
  step->set_state(v1::STEP_STATE_REFUSED);
  process->set_state(v1::PROCESS_STATE_WAITING_FOR_PERSON);
  process->clear_next_attempt_time();
  process->set_status_text(absl::StrCat(step->service(), " refused ", Slug(step->kind()), ": ",
                                        absl::StripSuffix(step->error(), "."),
                                        ". Mend it and call RetryStep, or call CancelProcess."));
}

absl::Status Retry(Process* process) {
  if (process->state() != v1::PROCESS_STATE_WAITING_FOR_PERSON) {
    return contract::FailedPrecondition(
        kReasonWrongState, process->name(),
        absl::StrCat("it is ", v1::ProcessState_Name(process->state()), ", so no step was refused"),
        "Only a process that waits for a person is retried");
  }
  process->set_state(process->cancel_reason().empty() ? v1::PROCESS_STATE_RUNNING
                                                      : v1::PROCESS_STATE_CANCELLING);
  for (ProcessStep& step : *process->mutable_steps()) {
    if (step.state() == v1::STEP_STATE_REFUSED) step.set_state(v1::STEP_STATE_PENDING);
  }
  process->set_status_text("tried again");
  return absl::OkStatus();
}

absl::Status Cancel(const std::string& reason, absl::Time now, Process* process) {
  if (process->state() != v1::PROCESS_STATE_RUNNING &&
      (process->state() != v1::PROCESS_STATE_WAITING_FOR_PERSON ||
       !process->cancel_reason().empty())) {
    return TooLate(*process, absl::StrCat("it is ", v1::ProcessState_Name(process->state())),
                   "It cannot be cancelled any more");
  }
  BANSO_RETURN_IF_ERROR(CheckNotAdvanced(process));
  bool created = false;
  if (const ProcessStep* create = FindStep(v1::STEP_KIND_CREATE_ONBOARDING, process)) {
    // A step without an answer may have had its effect.
    created = create->state() == v1::STEP_STATE_DONE || create->state() == v1::STEP_STATE_RUNNING ||
              create->state() == v1::STEP_STATE_RETRYING;
  }
  process->set_cancel_reason(reason);
  process->set_state(v1::PROCESS_STATE_CANCELLING);
  process->clear_next_attempt_time();
  process->set_status_text("being undone");
  for (ProcessStep& step : *process->mutable_steps()) {
    if (step.state() != v1::STEP_STATE_DONE) step.set_state(v1::STEP_STATE_SKIPPED);
  }
  if (process->kind() != v1::PROCESS_KIND_START_ONBOARDING) {
    AddStep(v1::STEP_KIND_RESTORE, process);
  } else if (created) {
    AddStep(v1::STEP_KIND_CANCEL_ONBOARDING, process);
  } else {
    End(v1::PROCESS_STATE_CANCELLED, now, process);
  }
  return absl::OkStatus();
}

}  // namespace banso::handoff
