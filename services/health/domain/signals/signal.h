#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_SIGNAL_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_SIGNAL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/health/v1/play.pb.h"
#include "banso/health/v1/signal.pb.h"
#include "banso/kickoff/v1/plan.pb.h"

// A signal's life, and what a play makes of it.
namespace banso::health {

// The facts that an explanation read, in its order.
std::vector<v1::SignalEvidence> EvidenceOf(const type::v1::Explanation& explanation);

// The reactions of a play for a touch level: those that name it; when none does, those that name no
// level.
std::vector<const v1::Reaction*> ReactionsFor(const v1::Play& play, absl::string_view touch);

// Says that a play has no reaction for a touch level; empty for an account without one.
std::string NoReactionText(const v1::Play& play, absl::string_view touch);

// What a reaction to a signal raised on `today` becomes: not handed over yet. `number` counts the
// actions of the signal from 1.
v1::SignalAction MakeAction(const v1::Play& play, const v1::Reaction& reaction, int number,
                            absl::CivilDay today);

// The action of that id, or null.
v1::SignalAction* FindAction(v1::Signal& signal, absl::string_view id);

// Takes a signal up. FAILED_PRECONDITION (SIGNAL_RESOLVED).
absl::Status Acknowledge(absl::string_view actor, absl::string_view note, absl::Time now,
                         v1::Signal& signal);
// Puts it off. FAILED_PRECONDITION (SIGNAL_RESOLVED); INVALID_ARGUMENT when `until` is not after
// `now` or more than 366 days later.
absl::Status Snooze(absl::Time until, absl::string_view reason, absl::Time now, v1::Signal& signal);
// Ends a snooze whose time has come.
void Wake(v1::Signal& signal);
// Closes it. FAILED_PRECONDITION (SIGNAL_RESOLVED).
absl::Status Resolve(v1::SignalOutcome outcome, absl::string_view result, absl::string_view actor,
                     absl::Time now, v1::Signal& signal);
// Takes back that the cause has ended: it lasts on, and so does the signal where it was resolved
// for that.
void Resume(v1::Signal& signal);

// What the state of a task in kickoff says about the action that it came from.
void TakeOver(const kickoff::v1::PlanTask& task, v1::SignalAction& action);

// The task in which an action is handed to kickoff has the id `signal-<signal>-<action>`, and so
// does the onboarding that one leads to.
std::string TaskId(absl::string_view signal, absl::string_view action);

// The action's signal and id in the name of a task that was made for one.
struct ActionName {
  std::string signal;
  std::string action;
};
std::optional<ActionName> ActionOfTask(absl::string_view task);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_SIGNAL_H_
