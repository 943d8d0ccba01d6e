#include "services/health/domain/signals/signal.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/business_days.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"

namespace banso::health {
namespace {

constexpr char kReasonResolved[] = "SIGNAL_RESOLVED";
constexpr absl::Duration kMaxSnooze = absl::Hours(24 * 366);
constexpr absl::string_view kTaskPrefix = "signal-";

void Collect(const type::v1::Explanation& explanation, std::vector<v1::SignalEvidence>* evidence) {
  if (!explanation.fact().empty()) {
    v1::SignalEvidence& read = evidence->emplace_back();
    read.set_fact(explanation.fact());
    read.set_reading(explanation.reading().empty() ? explanation.unknown_because()
                                                   : explanation.reading());
    if (explanation.has_value()) *read.mutable_value() = explanation.value();
    if (explanation.has_from()) *read.mutable_from() = explanation.from();
    if (explanation.has_to()) *read.mutable_to() = explanation.to();
  }
  for (const type::v1::Explanation& part : explanation.parts()) Collect(part, evidence);
}

absl::Status CheckNotResolved(const v1::Signal& signal) {
  if (signal.state() != v1::SIGNAL_STATE_RESOLVED) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonResolved, signal.name(),
                                      "the signal is resolved already", "");
}

bool Names(const v1::Reaction& reaction, absl::string_view touch) {
  return std::any_of(reaction.touches().begin(), reaction.touches().end(),
                     [&](const std::string& named) { return named == touch; });
}

}  // namespace

std::vector<v1::SignalEvidence> EvidenceOf(const type::v1::Explanation& explanation) {
  std::vector<v1::SignalEvidence> evidence;
  Collect(explanation, &evidence);
  return evidence;
}

std::vector<const v1::Reaction*> ReactionsFor(const v1::Play& play, absl::string_view touch) {
  std::vector<const v1::Reaction*> named;
  std::vector<const v1::Reaction*> others;
  for (const v1::Reaction& reaction : play.reactions()) {
    if (reaction.touches().empty()) others.push_back(&reaction);
    if (Names(reaction, touch)) named.push_back(&reaction);
  }
  return named.empty() ? others : named;
}

std::string NoReactionText(const v1::Play& play, absl::string_view touch) {
  const std::string revision = contract::JoinRevision(play.name(), play.revision().number());
  if (touch.empty()) {
    return absl::StrCat(revision, " has no reaction for accounts without a touch level");
  }
  return absl::StrCat(revision, " has no reaction for the touch level ", touch);
}

v1::SignalAction MakeAction(const v1::Play& play, const v1::Reaction& reaction, int number,
                            absl::CivilDay today) {
  v1::SignalAction action;
  action.set_id(absl::StrCat(number));
  action.set_play(contract::JoinRevision(play.name(), play.revision().number()));
  action.set_state(v1::SIGNAL_ACTION_STATE_PENDING);
  if (reaction.has_task()) {
    action.set_kind(v1::SIGNAL_ACTION_KIND_TASK);
    action.set_title(reaction.task().title());
    *action.mutable_due() = calendar::ToDate(
        calendar::Add(today, reaction.task().due_in(), calendar::Calendar::Japan()));
  } else if (reaction.has_re_onboarding()) {
    action.set_kind(v1::SIGNAL_ACTION_KIND_RE_ONBOARDING);
    action.set_title("Re-onboarding");
  } else {
    action.set_kind(v1::SIGNAL_ACTION_KIND_MESSAGE);
    action.set_title(reaction.message().subject());
  }
  return action;
}

v1::SignalAction* FindAction(v1::Signal& signal, absl::string_view id) {
  for (v1::SignalAction& action : *signal.mutable_actions()) {
    if (action.id() == id) return &action;
  }
  return nullptr;
}

absl::Status Acknowledge(absl::string_view actor, absl::string_view note, absl::Time now,
                         v1::Signal& signal) {
  if (absl::Status status = CheckNotResolved(signal); !status.ok()) return status;
  signal.set_state(v1::SIGNAL_STATE_ACKNOWLEDGED);
  signal.clear_snooze_until();
  if (signal.acknowledged_by().empty()) {
    signal.set_acknowledged_by(std::string(actor));
    *signal.mutable_acknowledge_time() = calendar::ToTimestamp(now);
  }
  if (!note.empty()) signal.set_note(std::string(note));
  return absl::OkStatus();
}

absl::Status Snooze(absl::Time until, absl::string_view reason, absl::Time now,
                    v1::Signal& signal) {
  if (absl::Status status = CheckNotResolved(signal); !status.ok()) return status;
  if (until <= now || until > now + kMaxSnooze) {
    return contract::InvalidField("until", absl::FormatTime(until),
                                  "a time in the future, at most 366 days ahead", "OUT_OF_RANGE");
  }
  signal.set_state(v1::SIGNAL_STATE_SNOOZED);
  *signal.mutable_snooze_until() = calendar::ToTimestamp(until);
  signal.set_snooze_reason(std::string(reason));
  return absl::OkStatus();
}

void Wake(v1::Signal& signal) {
  signal.set_state(v1::SIGNAL_STATE_OPEN);
  signal.clear_snooze_until();
}

absl::Status Resolve(v1::SignalOutcome outcome, absl::string_view result, absl::string_view actor,
                     absl::Time now, v1::Signal& signal) {
  if (absl::Status status = CheckNotResolved(signal); !status.ok()) return status;
  signal.set_state(v1::SIGNAL_STATE_RESOLVED);
  signal.clear_snooze_until();
  signal.set_outcome(outcome);
  signal.set_result(std::string(result));
  signal.set_resolved_by(std::string(actor));
  *signal.mutable_resolve_time() = calendar::ToTimestamp(now);
  return absl::OkStatus();
}

void Resume(v1::Signal& signal) {
  signal.clear_over_time();
  if (signal.outcome() != v1::SIGNAL_OUTCOME_OVER) return;
  signal.set_state(signal.acknowledged_by().empty() ? v1::SIGNAL_STATE_OPEN
                                                    : v1::SIGNAL_STATE_ACKNOWLEDGED);
  signal.clear_outcome();
  signal.clear_result();
  signal.clear_resolved_by();
  signal.clear_resolve_time();
}

void TakeOver(const kickoff::v1::PlanTask& task, v1::SignalAction& action) {
  action.set_target(task.name());
  action.clear_last_error();
  action.set_result(task.note());
  action.clear_close_time();
  switch (task.state()) {
    case kickoff::v1::TASK_STATE_DONE:
      action.set_state(v1::SIGNAL_ACTION_STATE_DONE);
      break;
    case kickoff::v1::TASK_STATE_SKIPPED:
      action.set_state(v1::SIGNAL_ACTION_STATE_SKIPPED);
      break;
    default:
      action.set_state(v1::SIGNAL_ACTION_STATE_HANDED_OVER);
      return;
  }
  if (task.has_close_time()) *action.mutable_close_time() = task.close_time();
}

std::string TaskId(absl::string_view signal, absl::string_view action) {
  return absl::StrCat(kTaskPrefix, contract::LastId(signal), "-", action);
}

std::optional<ActionName> ActionOfTask(absl::string_view task) {
  std::string id = contract::LastId(task);
  const size_t dash = id.rfind('-');
  if (!absl::StartsWith(id, kTaskPrefix) || dash < kTaskPrefix.size()) return std::nullopt;
  const std::string signal = id.substr(kTaskPrefix.size(), dash - kTaskPrefix.size());
  return ActionName{contract::Join(contract::Ancestor(task, "accounts"), "signals", signal),
                    id.substr(dash + 1)};
}

}  // namespace banso::health
