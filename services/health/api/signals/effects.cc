#include "services/health/api/signals/effects.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/json.h"
#include "common/contract/resource_name.h"
#include "common/contract/retry.h"
#include "common/status_macros.h"
#include "services/health/domain/outbox/delivery.h"
#include "services/health/domain/signals/re_onboarding.h"
#include "services/health/domain/signals/signal.h"

namespace banso::health {
namespace {

using kickoff::v1::CreatePlanTaskRequest;
using storage::Reader;
using storage::Writer;
using v1::OutboxMessage;
using v1::Signal;
using v1::SignalAction;

// How many are read at a time.
constexpr int kBatch = 50;
constexpr size_t kMaxReason = 500;

constexpr int kFirstGood = 200;
constexpr int kLastGood = 299;

CreatePlanTaskRequest RequestFor(const Signal& signal, const SignalAction& action) {
  CreatePlanTaskRequest request;
  request.set_parent(absl::StrCat(signal.onboarding(), "/plan"));
  request.set_task_id(TaskId(signal.name(), action.id()));
  // The same in every attempt.
  request.set_request_id(request.task_id());
  request.set_reason(absl::StrCat(signal.name(), ": ", signal.reason()).substr(0, kMaxReason));
  request.mutable_task()->set_title(action.title());
  request.mutable_task()->set_side(kickoff::v1::SIDE_VENDOR);
  request.mutable_task()->set_assignee(signal.owner());
  *request.mutable_task()->mutable_due() = action.due();
  return request;
}

// What an answer means for the action, when it is no success: true when it may pass.
bool TakeRefusal(const absl::Status& status, SignalAction& action) {
  action.set_last_error(std::string(status.message()));
  const bool again = contract::MayPass(status);
  if (!again) action.set_state(v1::SIGNAL_ACTION_STATE_FAILED);
  return again;
}

// Everything that a re-onboarding needs to know.
struct ReOnboardingCase {
  accounts::v1::Account account;
  std::vector<accounts::v1::Onboarding> onboardings;
  v1::ReOnboardingReaction reaction;
};

absl::StatusOr<ReOnboardingCase> LoadReOnboarding(const Store& store, Reader& reader,
                                                  const Signal& signal, const SignalAction& action,
                                                  absl::Time now) {
  ReOnboardingCase the_case;
  const std::string account = contract::Parent(signal.name());
  BANSO_ASSIGN_OR_RETURN(the_case.account, store.accounts.headers.Get(reader, account));
  BANSO_ASSIGN_OR_RETURN(the_case.onboardings, store.accounts.OnboardingsOf(reader, account));
  BANSO_ASSIGN_OR_RETURN(const v1::Play play, store.signals.plays.Get(reader, action.play(), now));
  for (const v1::Reaction* reaction : ReactionsFor(play, signal.touch())) {
    if (reaction->has_re_onboarding()) the_case.reaction = reaction->re_onboarding();
  }
  return the_case;
}

}  // namespace

absl::Status RemoteKickoff::CreatePlanTask(const Call& call, const CreatePlanTaskRequest& request) {
  return peer_
      .Call<CreatePlanTaskRequest, kickoff::v1::PlanTask>(
          call, "banso.kickoff.v1.TasksService/CreatePlanTask", request)
      .status();
}

absl::StatusOr<handoff::v1::Process> RemoteHandoff::StartOnboarding(
    const Call& call, const handoff::v1::StartOnboardingRequest& request) {
  return peer_.Call<handoff::v1::StartOnboardingRequest, handoff::v1::Process>(
      call, "banso.handoff.v1.ProcessesService/StartOnboarding", request);
}

absl::StatusOr<handoff::v1::Process> RemoteHandoff::GetProcess(const Call& call,
                                                               const std::string& name) {
  handoff::v1::GetProcessRequest request;
  request.set_name(name);
  return peer_.Call<handoff::v1::GetProcessRequest, handoff::v1::Process>(
      call, "banso.handoff.v1.ProcessesService/GetProcess", request);
}

absl::Status SignalEffects::HandOverTasks(const Call& call) {
  std::vector<PendingTask> due;
  do {
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(due, store_.signals.PendingTasks(reader, call.now, kBatch));
      return absl::OkStatus();
    }));
    for (const PendingTask& pending : due) {
      if (call.is_cancelled()) return absl::OkStatus();
      BANSO_RETURN_IF_ERROR(HandOver(call, pending));
    }
  } while (!due.empty());
  return absl::OkStatus();
}

bool SignalEffects::AskKickoff(const Call& call, const Signal& signal, SignalAction& action) {
  const CreatePlanTaskRequest request = RequestFor(signal, action);
  const absl::Status answer =
      signal.onboarding().empty()
          ? contract::FailedPrecondition(
                "NO_ONBOARDING", signal.name(),
                "the account has no onboarding whose plan could have the task", "")
          : kickoff_.CreatePlanTask(call, request);
  // ALREADY_EXISTS: the task is there, an earlier answer was lost.
  if (!answer.ok() && !absl::IsAlreadyExists(answer)) return TakeRefusal(answer, action);
  action.set_target(contract::Join(request.parent(), "tasks", request.task_id()));
  action.clear_last_error();
  // What became of the task may have been heard before.
  if (action.state() == v1::SIGNAL_ACTION_STATE_PENDING) {
    action.set_state(v1::SIGNAL_ACTION_STATE_HANDED_OVER);
  }
  return false;
}

absl::StatusOr<bool> SignalEffects::AskHandoff(const Call& call, const Signal& signal,
                                               SignalAction& action) {
  absl::StatusOr<handoff::v1::Process> process;
  if (!action.target().empty()) {
    process = handoff_.GetProcess(call, action.target());
  } else {
    ReOnboardingCase the_case;
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(the_case, LoadReOnboarding(store_, reader, signal, action, call.now));
      return absl::OkStatus();
    }));
    const auto request = ReOnboardingRequest(signal, action, the_case.reaction, the_case.account,
                                             the_case.onboardings);
    const std::string begun =
        contract::Join(request.parent(), "onboardings", request.onboarding_id());
    const std::string running = RunningOnboarding(the_case.onboardings);
    if (!running.empty() && running != begun) {
      action.set_state(v1::SIGNAL_ACTION_STATE_SKIPPED);
      action.set_result(absl::StrCat(running, " is running"));
      return false;
    }
    process = handoff_.StartOnboarding(call, request);
    if (absl::IsAlreadyExists(process.status())) {
      // It was begun long ago, and the answer was lost.
      action.set_state(v1::SIGNAL_ACTION_STATE_DONE);
      action.set_result(begun);
      return false;
    }
  }
  if (!process.ok()) return TakeRefusal(process.status(), action);
  TakeOver(*process, action);
  return action.state() == v1::SIGNAL_ACTION_STATE_HANDED_OVER;
}

absl::StatusOr<bool> SignalEffects::Ask(const Call& call, const Signal& signal,
                                        SignalAction& action) {
  action.set_attempts(action.attempts() + 1);
  if (action.kind() == v1::SIGNAL_ACTION_KIND_RE_ONBOARDING) {
    return AskHandoff(call, signal, action);
  }
  return AskKickoff(call, signal, action);
}

absl::Status SignalEffects::HandOver(const Call& call, const PendingTask& pending) {
  Signal signal;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(signal, store_.signals.signals.Get(reader, pending.signal));
    return absl::OkStatus();
  }));
  const SignalAction* found = FindAction(signal, pending.action);
  if (found == nullptr) return contract::Internal("a signal lacks an action that is pending");
  SignalAction action = *found;
  BANSO_ASSIGN_OR_RETURN(const bool again, Ask(call, signal, action));
  return database_
      .Write(call,
             [&](Writer& writer) -> absl::Status {
               if (again) {
                 PendingTask next = pending;
                 ++next.attempts;
                 BANSO_RETURN_IF_ERROR(
                     store_.signals.KeepTask(writer, next, writer.now() + Backoff(next.attempts)));
               } else {
                 BANSO_RETURN_IF_ERROR(store_.signals.DropTask(writer, pending));
               }
               return store_.signals.signals
                   .Modify(writer, pending.signal, "",
                           [&](Signal& changed) {
                             SignalAction& present = *FindAction(changed, pending.action);
                             // Heard meanwhile of what became of it.
                             const bool overtaken = present.state() != found->state();
                             if (!overtaken) present = action;
                             return absl::OkStatus();
                           })
                   .status();
             })
      .status();
}

absl::Status SignalEffects::SendMessages(const Call& call) {
  std::vector<std::pair<v1::Webhook, std::string>> webhooks;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    return store_.signals.webhooks.ForEach(
        reader, "", {}, [&](v1::Webhook& webhook) -> absl::Status {
          if (!webhook.enabled()) return absl::OkStatus();
          BANSO_ASSIGN_OR_RETURN(std::string secret, store_.signals.Secret(reader, webhook.name()));
          webhooks.emplace_back(std::move(webhook), std::move(secret));
          return absl::OkStatus();
        });
  }));
  for (auto& [webhook, secret] : webhooks) {
    const std::string name = webhook.name();
    lanes_.Start(name, [this, call, webhook = std::move(webhook), secret = std::move(secret)] {
      return SendTo(call, webhook, secret);
    });
  }
  return lanes_.Await(patience_);
}

absl::Status SignalEffects::SendTo(const Call& call, const v1::Webhook& webhook,
                                   const std::string& secret) {
  std::vector<OutboxMessage> due;
  do {
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(due, store_.signals.SendableMessages(
                                      reader, contract::LastId(webhook.name()), call.now, kBatch));
      return absl::OkStatus();
    }));
    for (OutboxMessage& message : due) {
      if (call.is_cancelled()) return absl::OkStatus();
      BANSO_ASSIGN_OR_RETURN(const bool taken, Send(call, webhook, secret, std::move(message)));
      if (!taken) return absl::OkStatus();
    }
  } while (!due.empty());
  return absl::OkStatus();
}

absl::StatusOr<bool> SignalEffects::Send(const Call& call, const v1::Webhook& webhook,
                                         const std::string& secret, OutboxMessage message) {
  message.set_attempts(message.attempts() + 1);
  server::HttpPost post;
  post.url = webhook.url();
  post.content_type = "application/json";
  BANSO_ASSIGN_OR_RETURN(post.body, contract::ToJson(message));
  post.headers = {{"Banso-Delivery", message.delivery_id()},
                  {"Banso-Attempt", absl::StrCat(message.attempts())}};
  if (!secret.empty()) {
    post.headers.emplace_back("Banso-Signature", Signature(secret, call.now, post.body));
  }
  post.timeout = absl::Milliseconds(webhook.timeout_ms());
  const absl::StatusOr<int> code = server::PostHttp(post);
  const bool taken = code.ok() && *code >= kFirstGood && *code <= kLastGood;
  BANSO_RETURN_IF_ERROR(
      database_
          .Write(call,
                 [&](Writer& writer) -> absl::Status {
                   BANSO_ASSIGN_OR_RETURN(OutboxMessage sent,
                                          store_.signals.messages.Get(writer, message.name()));
                   // Somebody who polls was faster.
                   if (sent.state() != v1::OUTBOX_STATE_PENDING) return absl::OkStatus();
                   sent.set_attempts(message.attempts());
                   if (taken) {
                     Delivered(webhook.name(), writer.now(), sent);
                   } else {
                     AttemptFailed(code.ok() ? absl::StrCat("answered ", *code)
                                             : std::string(code.status().message()),
                                   webhook.max_attempts(), writer.now(), sent);
                   }
                   return store_.signals.SaveMessage(writer, std::move(sent)).status();
                 })
          .status());
  return taken;
}

absl::Status SignalEffects::FollowTask(const Store& store, Writer& writer,
                                       const kickoff::v1::PlanTask& task) {
  std::optional<ActionName> name = ActionOfTask(task.name());
  if (!name.has_value()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(name->signal, store.accounts.KeptName(writer, name->signal));
  BANSO_ASSIGN_OR_RETURN(const bool known, store.signals.signals.Exists(writer, name->signal));
  if (!known) return absl::OkStatus();
  return store.signals.signals
      .Modify(writer, name->signal, "",
              [&](Signal& signal) {
                if (SignalAction* action = FindAction(signal, name->action)) {
                  TakeOver(task, *action);
                }
                return absl::OkStatus();
              })
      .status();
}

}  // namespace banso::health
