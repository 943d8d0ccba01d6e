#include "services/handoff/api/steps.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/handoff/domain/completion_start.h"
#include "services/handoff/domain/gap_watch.h"
#include "services/handoff/domain/policy.h"
#include "services/handoff/domain/transfer.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;

// A step with what it needs to know.
struct Steps::Task {
  const Call& call;
  const v1::Process& process;
  const v1::ProcessStep& step;
  ProcessInput input;

  const std::string& onboarding() const { return process.onboarding(); }

  // What happens in the own store happens in the name of whoever started the process, on the day
  // on which it was started.
  Act act() const { return {process.started_by(), call.now, input.day}; }

  template <class Request>
  absl::StatusOr<Request> Parse() const {
    Request request;
    if (!request.ParseFromString(input.request)) {
      return contract::Internal(absl::StrCat("the input of ", process.name(), " is damaged"));
    }
    return request;
  }
};

namespace {

const calendar::Calendar& Days() { return calendar::Calendar::Japan(); }

}  // namespace

absl::StatusOr<StepEffect> Steps::Try(const Call& call, const v1::Process& process,
                                      const v1::ProcessStep& step) {
  BANSO_ASSIGN_OR_RETURN(ProcessInput input,
                         storage::Fetch<ProcessInput>(database_, [&](Reader& reader) {
                           return store_.Input(reader, process.name());
                         }));
  const Task task = {call, process, step, std::move(input)};
  BANSO_ASSIGN_OR_RETURN(StepEffect effect, Do(task));
  if (!effect.local) return effect;
  // Accounts may have ended the onboarding meanwhile: then nothing that the step opens stays open.
  effect.local = [this, local = std::move(effect.local),
                  onboarding = task.onboarding()](Writer& writer) -> absl::Status {
    BANSO_RETURN_IF_ERROR(local(writer));
    BANSO_ASSIGN_OR_RETURN(const auto copy, store_.onboarding_copies.Find(writer, onboarding));
    return copy.has_value() ? store_.FollowEnd(writer, *copy) : absl::OkStatus();
  };
  return effect;
}

absl::StatusOr<StepEffect> Steps::Do(const Task& task) {
  switch (task.step.kind()) {
    case v1::STEP_KIND_CREATE_ONBOARDING:
      return CreateOnboarding(task);
    case v1::STEP_KIND_CREATE_PLAN:
      return CreatePlan(task);
    case v1::STEP_KIND_OPEN_COMPLETION:
      return OpenCompletion(task);
    case v1::STEP_KIND_ADVANCE_ONBOARDING:
      return AdvanceOnboarding(task);
    case v1::STEP_KIND_OPEN_HANDOFF:
      return OpenHandoffStep(task);
    case v1::STEP_KIND_OPEN_GAP_WATCH:
      return OpenGapWatchStep(task);
    case v1::STEP_KIND_ACCEPT_HANDOFF:
      return AcceptHandoffStep(task);
    case v1::STEP_KIND_REOPEN_COMPLETION:
      return ReopenCompletion(task);
    case v1::STEP_KIND_CANCEL_ONBOARDING:
      return CancelOnboarding(task);
    case v1::STEP_KIND_CLOSE_COMPLETION:
      return CloseCompletion(task);
    case v1::STEP_KIND_RESTORE:
      return Restore(task);
    default:
      return contract::Internal(absl::StrCat("no step ", v1::StepKind_Name(task.step.kind())));
  }
}

absl::StatusOr<StepEffect> Steps::CreateOnboarding(const Task& task) {
  BANSO_ASSIGN_OR_RETURN(const auto started, task.Parse<v1::StartOnboardingRequest>());
  accounts::v1::CreateOnboardingRequest request;
  request.set_parent(started.parent());
  request.set_onboarding_id(started.onboarding_id());
  accounts::v1::Onboarding* onboarding = request.mutable_onboarding();
  onboarding->set_kind(started.kind());
  *onboarding->mutable_products() = started.products();
  *onboarding->mutable_sites() = started.sites();
  onboarding->set_rollout_pattern(started.rollout_pattern());
  onboarding->set_deal(started.deal());
  onboarding->set_owner(started.owner());
  *request.mutable_contract_start() = started.contract_start();
  request.set_request_id(task.step.request_id());
  BANSO_ASSIGN_OR_RETURN(const accounts::v1::Onboarding created,
                         neighbours_.CreateOnboarding(task.call, request));
  return StepEffect{created.name(), nullptr};
}

absl::StatusOr<StepEffect> Steps::CreatePlan(const Task& task) {
  BANSO_ASSIGN_OR_RETURN(const auto started, task.Parse<v1::StartOnboardingRequest>());
  kickoff::v1::CreatePlanRequest request;
  request.set_parent(task.onboarding());
  *request.mutable_contract_start() = started.contract_start();
  request.set_plan_template(started.plan_template());
  request.set_reason(started.plan_template_reason());
  request.set_request_id(task.step.request_id());
  BANSO_ASSIGN_OR_RETURN(const kickoff::v1::Plan plan, neighbours_.CreatePlan(task.call, request));
  return StepEffect{plan.name(), nullptr};
}

absl::StatusOr<StepEffect> Steps::OpenCompletion(const Task& task) {
  BANSO_ASSIGN_OR_RETURN(const auto started, task.Parse<v1::StartOnboardingRequest>());
  std::vector<v1::CriteriaSet> sets;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    if (started.criteria_set().empty()) {
      BANSO_ASSIGN_OR_RETURN(sets, store_.criteria_sets.AllActive(reader, task.call.now));
      return absl::OkStatus();
    }
    BANSO_ASSIGN_OR_RETURN(v1::CriteriaSet named,
                           store_.criteria_sets.Get(reader, started.criteria_set(), task.call.now));
    sets.push_back(std::move(named));
    return absl::OkStatus();
  }));
  BANSO_ASSIGN_OR_RETURN(rule::Moment moment, inquiry_.MomentFor(task.call, task.onboarding()));
  moment.clocks[type::v1::CLOCK_CONTRACT_START] = calendar::ToDay(started.contract_start());
  BANSO_ASSIGN_OR_RETURN(
      const Selection selection,
      inquiry_.Select(task.call, sets, moment, /*take_first=*/!started.criteria_set().empty()));
  v1::Completion completion =
      StartCompletion(task.onboarding(), started.owner(), selection, moment.clocks, task.act());
  StepEffect effect;
  effect.resource = completion.name();
  effect.local = [this, completion](Writer& writer) mutable -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const v1::HandoffPolicy policy,
                           store_.ActivePolicy(writer, writer.now()));
    completion.set_handoff_policy(RevisionNameOf(policy));
    return store_.Put(writer, completion).status();
  };
  return effect;
}

absl::StatusOr<StepEffect> Steps::AdvanceOnboarding(const Task& task) {
  accounts::v1::AdvanceOnboardingRequest request;
  request.set_name(task.onboarding());
  *request.mutable_date() = calendar::ToDate(task.input.day);
  request.set_request_id(task.step.request_id());
  if (task.process.kind() == v1::PROCESS_KIND_COMPLETE_ONBOARDING) {
    request.set_state(accounts::v1::ONBOARDING_STATE_COMPLETED);
    request.set_reason("the completion criteria are met");
  } else if (task.process.kind() == v1::PROCESS_KIND_ACCEPT_HANDOFF) {
    BANSO_ASSIGN_OR_RETURN(const auto accepted, task.Parse<v1::AcceptHandoffRequest>());
    BANSO_ASSIGN_OR_RETURN(const v1::Handoff handoff,
                           storage::Fetch<v1::Handoff>(database_, [&](Reader& reader) {
                             return store_.handoffs.Get(reader, accepted.name());
                           }));
    request.set_state(accounts::v1::ONBOARDING_STATE_HANDED_OFF);
    request.set_handoff(handoff.name());
    request.set_retention_owner(handoff.receiver());
    request.set_reason("retention has accepted the handoff");
  } else {
    BANSO_ASSIGN_OR_RETURN(const auto returned, task.Parse<v1::ReturnHandoffRequest>());
    request.set_state(accounts::v1::ONBOARDING_STATE_RUNNING);
    request.set_reason(absl::StrCat("retention returned the handoff: ", returned.reason_code()));
  }
  BANSO_ASSIGN_OR_RETURN(const accounts::v1::Onboarding moved,
                         neighbours_.AdvanceOnboarding(task.call, request));
  return StepEffect{moved.name(), nullptr};
}

absl::StatusOr<StepEffect> Steps::CancelOnboarding(const Task& task) {
  const bool gives_up = task.process.kind() == v1::PROCESS_KIND_CANCEL_ONBOARDING;
  accounts::v1::AdvanceOnboardingRequest request;
  request.set_name(task.onboarding());
  request.set_state(accounts::v1::ONBOARDING_STATE_CANCELLED);
  *request.mutable_date() = calendar::ToDate(task.input.day);
  request.set_reason(task.process.cancel_reason());
  if (gives_up) {
    BANSO_ASSIGN_OR_RETURN(const auto given_up, task.Parse<v1::CancelOnboardingRequest>());
    request.set_reason(given_up.reason());
  }
  request.set_request_id(task.step.request_id());
  const absl::Status status = neighbours_.AdvanceOnboarding(task.call, request).status();
  if (absl::IsFailedPrecondition(status)) {
    accounts::v1::GetOnboardingRequest get;
    get.set_name(task.onboarding());
    BANSO_ASSIGN_OR_RETURN(const accounts::v1::Onboarding onboarding,
                           neighbours_.GetOnboarding(task.call, get));
    const bool done = onboarding.state() == accounts::v1::ONBOARDING_STATE_CANCELLED;
    if (!done) return status;
  } else if (!status.ok() && (gives_up || !absl::IsNotFound(status))) {
    // What was never created needs no undoing.
    return status;
  }
  return StepEffect{task.onboarding(), nullptr};
}

absl::StatusOr<StepEffect> Steps::CloseCompletion(const Task& task) {
  BANSO_ASSIGN_OR_RETURN(const auto request, task.Parse<v1::CancelOnboardingRequest>());
  StepEffect effect;
  effect.resource = CompletionName(task.onboarding());
  effect.local = [this, act = task.act(), request](Writer& writer) {
    return store_.GiveUp(writer, request.onboarding(), request.reason(), act);
  };
  return effect;
}

absl::StatusOr<bool> Steps::IsCancelled(Reader& reader, const std::string& onboarding) const {
  BANSO_ASSIGN_OR_RETURN(const auto copy, store_.onboarding_copies.Find(reader, onboarding));
  return copy.has_value() && copy->state() == accounts::v1::ONBOARDING_STATE_CANCELLED;
}

StepEffect Steps::OpenHandoffStep(const Task& task) {
  StepEffect effect;
  effect.resource = HandoffName(task.onboarding());
  effect.local = [this, act = task.act(), onboarding = task.onboarding(),
                  name = effect.resource](Writer& writer) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(Case the_case,
                           store_.LoadCase(writer, CompletionName(onboarding), writer.now()));
    FinishCompletion(act, &the_case.completion);
    BANSO_ASSIGN_OR_RETURN(const auto present, store_.handoffs.Find(writer, name));
    v1::Handoff handoff = present.value_or(v1::Handoff());
    OpenHandoff(the_case, &handoff);
    BANSO_RETURN_IF_ERROR(store_.Put(writer, the_case.completion).status());
    return store_.Put(writer, handoff).status();
  };
  return effect;
}

StepEffect Steps::OpenGapWatchStep(const Task& task) {
  StepEffect effect;
  effect.resource = GapWatchName(task.onboarding());
  effect.local = [this, act = task.act(), onboarding = task.onboarding(),
                  name = effect.resource](Writer& writer) mutable -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const Case the_case,
                           store_.LoadCase(writer, CompletionName(onboarding), writer.now()));
    BANSO_ASSIGN_OR_RETURN(const auto present, store_.gap_watches.Find(writer, name));
    v1::GapWatch watch = present.value_or(v1::GapWatch());
    BANSO_ASSIGN_OR_RETURN(act.today, store_.DayFor(writer, onboarding, writer.now()));
    OpenGapWatch(the_case.completion, the_case.policy, Days(), act, &watch);
    return store_.Put(writer, watch).status();
  };
  return effect;
}

StepEffect Steps::AcceptHandoffStep(const Task& task) {
  StepEffect effect;
  effect.resource = HandoffName(task.onboarding());
  effect.local = [this, act = task.act(), onboarding = task.onboarding(),
                  name = effect.resource](Writer& writer) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(v1::Handoff handoff, store_.handoffs.Get(writer, name));
    Accept(act, &handoff);
    BANSO_RETURN_IF_ERROR(store_.Put(writer, handoff).status());
    BANSO_ASSIGN_OR_RETURN(v1::GapWatch watch,
                           store_.gap_watches.Get(writer, GapWatchName(onboarding)));
    NoteAcceptance(handoff.receiver(), Days(), act, &watch);
    return store_.Put(writer, watch).status();
  };
  return effect;
}

absl::StatusOr<StepEffect> Steps::ReopenCompletion(const Task& task) {
  BANSO_ASSIGN_OR_RETURN(const auto request, task.Parse<v1::ReturnHandoffRequest>());
  StepEffect effect;
  effect.resource = CompletionName(task.onboarding());
  effect.local = [this, act = task.act(), onboarding = task.onboarding(), request,
                  name = effect.resource](Writer& writer) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(v1::Handoff handoff, store_.handoffs.Get(writer, request.name()));
    Return(request, act, &handoff);
    BANSO_ASSIGN_OR_RETURN(v1::Completion completion, store_.completions.Get(writer, name));
    Reopen(*handoff.returns().rbegin(), act, &completion);
    BANSO_ASSIGN_OR_RETURN(v1::GapWatch watch,
                           store_.gap_watches.Get(writer, GapWatchName(onboarding)));
    CloseForContinuation(act, &watch);
    BANSO_RETURN_IF_ERROR(store_.Put(writer, handoff).status());
    BANSO_RETURN_IF_ERROR(store_.Put(writer, completion).status());
    return store_.Put(writer, watch).status();
  };
  return effect;
}

absl::StatusOr<StepEffect> Steps::Restore(const Task& task) {
  StepEffect effect;
  if (task.process.kind() == v1::PROCESS_KIND_COMPLETE_ONBOARDING ||
      task.process.kind() == v1::PROCESS_KIND_CANCEL_ONBOARDING) {
    effect.resource = CompletionName(task.onboarding());
    effect.local = [this, act = task.act(), reason = task.process.cancel_reason(),
                    onboarding = task.onboarding(),
                    name = effect.resource](Writer& writer) -> absl::Status {
      // Accounts may have told so while the process held the completion.
      BANSO_ASSIGN_OR_RETURN(const bool cancelled, IsCancelled(writer, onboarding));
      if (cancelled) return store_.GiveUp(writer, onboarding, reason, act);
      BANSO_ASSIGN_OR_RETURN(v1::Completion completion, store_.completions.Get(writer, name));
      Unfreeze(reason, act, &completion);
      return store_.Put(writer, completion).status();
    };
    return effect;
  }
  effect.resource = HandoffName(task.onboarding());
  effect.local = [this, name = effect.resource](Writer& writer) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(v1::Handoff handoff, store_.handoffs.Get(writer, name));
    handoff.clear_process();
    return store_.Put(writer, handoff).status();
  };
  return effect;
}

}  // namespace banso::handoff
