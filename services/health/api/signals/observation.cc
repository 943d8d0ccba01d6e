#include "services/health/api/signals/observation.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/status_macros.h"
#include "services/health/domain/signals/fall.h"
#include "services/health/domain/signals/signal.h"

namespace banso::health {
namespace {

using storage::Writer;
using type::v1::Explanation;
using v1::Signal;

constexpr char kService[] = "services/health";

// Of one account and cause there is one signal, under one name.
std::string SignalName(const std::string& account, const std::string& cause) {
  constexpr int kHashBytes = 16;
  constexpr size_t kIdLength = 20;
  const std::string hash = contract::Hash(absl::StrCat(account, "\n", cause), kHashBytes);
  return contract::Join(account, "signals", absl::BytesToHexString(hash).substr(0, kIdLength));
}

absl::StatusOr<Explanation> ExplainTrigger(const v1::SignalRule& rule, const rule::Moment& moment,
                                           const rule::FactCatalog& catalog,
                                           StoreFactReader& facts) {
  if (rule.has_condition()) return rule::Evaluate(rule.condition(), moment, catalog, facts);
  const std::vector<rule::FactRead> reads = Reads(rule.fall(), moment);
  rule::Readings readings;
  if (!reads.empty()) {
    BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactReading> answers, facts.Read(reads, moment));
    for (size_t i = 0; i < reads.size(); ++i) {
      readings.insert_or_assign(rule::Key(reads[i]), std::move(answers[i]));
    }
  }
  return ExplainFall(rule.fall(), moment, readings);
}

// The trigger, and to whom the rule applies where it says so.
absl::StatusOr<Explanation> Explain(const v1::SignalRule& rule, const rule::Moment& moment,
                                    const rule::FactCatalog& catalog, StoreFactReader& facts) {
  if (!rule.has_applies_if()) return ExplainTrigger(rule, moment, catalog, facts);
  BANSO_ASSIGN_OR_RETURN(Explanation applies,
                         rule::Evaluate(rule.applies_if(), moment, catalog, facts));
  if (applies.result() == type::v1::TRUTH_FALSE) return applies;
  BANSO_ASSIGN_OR_RETURN(Explanation trigger, ExplainTrigger(rule, moment, catalog, facts));
  Explanation both;
  both.set_rule(absl::StrCat(applies.rule(), " and ", trigger.rule()));
  both.set_result(rule::And(applies.result(), trigger.result()));
  *both.add_parts() = std::move(applies);
  *both.add_parts() = std::move(trigger);
  return both;
}

Signal MakeSignal(const SignalObservation& observation, const std::string& cause,
                  const accounts::v1::Account& account, absl::Time now) {
  const v1::SignalRule& rule = observation.rule;
  Signal signal;
  signal.set_name(SignalName(observation.account, cause));
  signal.set_signal_rule(contract::JoinRevision(rule.name(), rule.revision().number()));
  signal.set_display_name(rule.display_name());
  signal.set_severity(rule.severity());
  signal.set_reason(rule.reason());
  signal.set_state(v1::SIGNAL_STATE_OPEN);
  signal.set_cause(cause);
  *signal.mutable_held_since() = calendar::ToDate(*observation.held_since);
  *signal.mutable_raise_time() = calendar::ToTimestamp(now);
  *signal.mutable_explanation() = observation.explanation;
  for (v1::SignalEvidence& read : EvidenceOf(observation.explanation)) {
    *signal.add_evidence() = std::move(read);
  }
  signal.set_onboarding(observation.onboarding);
  signal.set_owner(account.accountable_owner());
  signal.set_touch(account.classification().touch());
  return signal;
}

absl::Status HandToOutbox(const Store& store, Writer& writer, const Signal& signal,
                          const v1::MessageReaction& reaction, v1::SignalAction& action) {
  v1::OutboxMessage message;
  message.set_delivery_id(absl::StrCat(contract::LastId(signal.name()), "-", action.id()));
  message.set_name(
      contract::Join(contract::Parent(signal.name()), "messages", message.delivery_id()));
  message.set_channel(reaction.channel());
  message.set_signal(signal.name());
  message.set_owner(signal.owner());
  message.set_subject(reaction.subject());
  message.set_body(reaction.body());
  action.set_target(message.name());
  return store.signals.Enqueue(writer, std::move(message)).status();
}

absl::Status React(const Store& store, Writer& writer, const std::string& play_name,
                   absl::CivilDay today, Signal& signal) {
  if (play_name.empty()) return absl::OkStatus();
  const absl::StatusOr<v1::Play> play = store.signals.plays.Active(writer, play_name, writer.now());
  if (absl::IsFailedPrecondition(play.status()) || absl::IsNotFound(play.status())) {
    signal.set_no_action_because(absl::StrCat(play_name, " is not in force"));
    return absl::OkStatus();
  }
  BANSO_RETURN_IF_ERROR(play.status());
  const std::vector<const v1::Reaction*> reactions = ReactionsFor(*play, signal.touch());
  if (reactions.empty()) signal.set_no_action_because(NoReactionText(*play, signal.touch()));
  for (const v1::Reaction* reaction : reactions) {
    v1::SignalAction action = MakeAction(*play, *reaction, signal.actions_size() + 1, today);
    if (reaction->has_message()) {
      BANSO_RETURN_IF_ERROR(HandToOutbox(store, writer, signal, reaction->message(), action));
    } else {
      BANSO_RETURN_IF_ERROR(store.signals.KeepTask(
          writer, {.signal = signal.name(), .action = action.id()}, writer.now()));
    }
    *signal.add_actions() = std::move(action);
  }
  return absl::OkStatus();
}

// The cause of a signal that there has been lasts on.
absl::Status GoOn(const Store& store, Writer& writer, const SignalObservation& observation,
                  const std::string& signal_name, SignalWatch watch) {
  watch.active = true;
  watch.signal = signal_name;
  BANSO_RETURN_IF_ERROR(
      store.signals.SaveWatch(writer, observation.account, observation.rule.name(), watch));
  return store.signals.signals
      .Modify(writer, signal_name, "",
              [](Signal& signal) {
                Resume(signal);
                return absl::OkStatus();
              })
      .status();
}

absl::Status Raise(const Store& store, Writer& writer, const SignalObservation& observation,
                   SignalWatch watch) {
  const std::string cause = CauseOf(observation.rule, *observation.held_since);
  BANSO_ASSIGN_OR_RETURN(const std::optional<Signal> known,
                         store.signals.FindByCause(writer, observation.account, cause));
  // Another revision, which has to hold for longer, may lead to the same day.
  if (known.has_value()) {
    return GoOn(store, writer, observation, known->name(), std::move(watch));
  }
  BANSO_ASSIGN_OR_RETURN(const accounts::v1::Account account,
                         store.accounts.headers.Get(writer, observation.account));
  Signal signal = MakeSignal(observation, cause, account, writer.now());
  watch.active = true;
  watch.signal = signal.name();
  watch.raised = observation.today;
  BANSO_RETURN_IF_ERROR(React(store, writer, observation.rule.play(), observation.today, signal));
  BANSO_RETURN_IF_ERROR(store.signals.signals.Create(writer, std::move(signal)).status());
  return store.signals.SaveWatch(writer, observation.account, observation.rule.name(), watch);
}

absl::Status End(const Store& store, Writer& writer, const SignalObservation& observation,
                 SignalWatch watch) {
  watch.active = false;
  watch.ended = observation.today;
  BANSO_RETURN_IF_ERROR(
      store.signals.SaveWatch(writer, observation.account, observation.rule.name(), watch));
  return store.signals.signals
      .Modify(writer, watch.signal, "",
              [&](Signal& signal) -> absl::Status {
                *signal.mutable_over_time() = calendar::ToTimestamp(writer.now());
                const bool resolved = signal.state() == v1::SIGNAL_STATE_RESOLVED;
                if (!observation.rule.resolve_when_over() || resolved) return absl::OkStatus();
                return Resolve(v1::SIGNAL_OUTCOME_OVER, "The cause has ended.", kService,
                               writer.now(), signal);
              })
      .status();
}

}  // namespace

absl::StatusOr<SignalObservation> Observe(const v1::SignalRule& rule, AccountEvaluation& account,
                                          const rule::FactCatalog& catalog, absl::Time now) {
  SignalObservation observation;
  BANSO_ASSIGN_OR_RETURN(const rule::Moment moment, account.LatestMoment({.time = now}));
  observation.rule = rule;
  observation.account = moment.account;
  observation.onboarding = moment.onboarding;
  observation.today = calendar::DayOf(now, account.zone());
  BANSO_ASSIGN_OR_RETURN(observation.explanation, Explain(rule, moment, catalog, account.facts()));
  if (observation.explanation.result() != type::v1::TRUTH_TRUE) return observation;
  BANSO_ASSIGN_OR_RETURN(
      observation.held_since,
      HeldSince(rule, now, account.zone(), [&](absl::Time time) -> absl::StatusOr<type::v1::Truth> {
        rule::Moment then = moment;
        then.as_of = time;
        BANSO_ASSIGN_OR_RETURN(const Explanation explanation,
                               Explain(rule, then, catalog, account.facts()));
        return explanation.result();
      }));
  return observation;
}

absl::Status Apply(const Store& store, Writer& writer, const SignalObservation& observation) {
  BANSO_ASSIGN_OR_RETURN(const SignalWatch watch,
                         store.signals.Watch(writer, observation.account, observation.rule.name()));
  switch (DecideSignal(observation.rule, observation.explanation.result(), observation.held_since,
                       observation.today, watch)) {
    case SignalDecision::kRaise:
      return Raise(store, writer, observation, watch);
    case SignalDecision::kResume:
      return GoOn(store, writer, observation, watch.signal, watch);
    case SignalDecision::kOver:
      return End(store, writer, observation, watch);
    case SignalDecision::kNothing:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace banso::health
