#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_SIGNAL_RULE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_SIGNAL_RULE_H_

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/health/v1/play.pb.h"
#include "banso/health/v1/signal.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"

// When a rule raises a signal.
namespace banso::health {

// The longest time that a rule may have to hold, in days: every day of it is looked at.
inline constexpr int kMaxHoldDays = 60;

// Checks a rule against the known fact types. Adds to `violations`, with paths below `field_path`.
void CheckSignalRule(const v1::SignalRule& rule, const rule::FactCatalog& catalog,
                     absl::string_view field_path, contract::Violations* violations);

// Checks that no touch level is named by two tasks, or by two messages of one channel.
void CheckPlay(const v1::Play& play, absl::string_view field_path,
               contract::Violations* violations);

// The names of all facts that the rule reads.
std::set<std::string> FactsOf(const v1::SignalRule& rule);

// What the rule's trigger comes to as things stood at a time.
using EvaluateTruth = std::function<absl::StatusOr<type::v1::Truth>(absl::Time as_of)>;

// Since which day a rule that is true at `now` has held for as long as it must: with hold_for 3
// days the third day before today, provided that it was true at the end of each of these days.
// Nothing when it has not held so long. Without hold_for, today. Errors are those of `evaluate`.
absl::StatusOr<std::optional<absl::CivilDay>> HeldSince(const v1::SignalRule& rule, absl::Time now,
                                                        absl::TimeZone zone,
                                                        const EvaluateTruth& evaluate);

// What is remembered of a rule and an account.
struct SignalWatch {
  // A signal was raised and its cause lasts.
  bool active = false;
  // The signal raised last, and the day on which that was; empty before the first.
  std::string signal = {};
  std::optional<absl::CivilDay> raised = std::nullopt;
  // The day on which the cause of that signal ended; of no meaning while it lasts.
  std::optional<absl::CivilDay> ended = std::nullopt;
};

// What an evaluation leads to.
enum class SignalDecision {
  kNothing,
  kRaise,
  // The cause of the signal raised last had ended today, and lasts on.
  kResume,
  // The cause of the signal raised last has ended.
  kOver,
};

// `held_since` is that of HeldSince, absent unless the rule is true.
SignalDecision DecideSignal(const v1::SignalRule& rule, type::v1::Truth truth,
                            std::optional<absl::CivilDay> held_since, absl::CivilDay today,
                            const SignalWatch& watch);

// `stall:2026-05-11` of a rule and the day since which it holds.
std::string CauseOf(const v1::SignalRule& rule, absl::CivilDay held_since);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_SIGNAL_RULE_H_
