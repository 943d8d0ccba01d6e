#include "services/health/domain/signals/signal_rule.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/business_days.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/status_macros.h"

namespace banso::health {
namespace {

void CheckFall(const v1::UsageFall& fall, const rule::FactCatalog& catalog, const std::string& path,
               contract::Violations* violations) {
  type::v1::FactRef ref;
  ref.set_fact(fall.fact());
  ref.mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
  rule::CheckFactRef(ref, catalog, path, violations);
  const fact::v1::FactType* type = catalog.Find(fall.fact());
  if (type != nullptr && (!type->counter() || type->subject() != fact::v1::SUBJECT_KIND_ACCOUNT)) {
    violations->Add(absl::StrCat(path, ".fact"), fall.fact(),
                    "a fact about accounts that counts, such as a metric of kind COUNTER",
                    "NOT_A_COUNTER");
  }
  for (const auto& [name, period] :
       {std::pair("recent", &fall.recent()), std::pair("baseline", &fall.baseline())}) {
    if (period->count() > 0) continue;
    violations->Add(absl::StrCat(path, ".", name, ".count"), absl::StrCat(period->count()),
                    "1 or more", "OUT_OF_RANGE");
  }
}

// What must not be answered twice by one touch level.
std::string SlotOf(const v1::Reaction& reaction, absl::string_view touch) {
  std::string what;
  if (reaction.has_message()) what = reaction.message().channel();
  // No channel is called so.
  if (reaction.has_re_onboarding()) what = "*";
  return absl::StrCat(touch, "/", what);
}

}  // namespace

void CheckSignalRule(const v1::SignalRule& rule, const rule::FactCatalog& catalog,
                     absl::string_view field_path, contract::Violations* violations) {
  if (rule.has_applies_if()) {
    rule::CheckCondition(rule.applies_if(), catalog, absl::StrCat(field_path, ".applies_if"),
                         violations);
  }
  if (rule.has_condition()) {
    rule::CheckCondition(rule.condition(), catalog, absl::StrCat(field_path, ".condition"),
                         violations);
  } else {
    CheckFall(rule.fall(), catalog, absl::StrCat(field_path, ".fall"), violations);
  }
  const absl::CivilDay day(2026, 1, 1);
  if (calendar::Add(day, rule.hold_for(), calendar::Calendar::Japan()) - day > kMaxHoldDays) {
    violations->Add(absl::StrCat(field_path, ".hold_for"), calendar::PeriodText(rule.hold_for()),
                    absl::StrCat("at most ", kMaxHoldDays, " days"), "TOO_LONG");
  }
}

void CheckPlay(const v1::Play& play, absl::string_view field_path,
               contract::Violations* violations) {
  std::set<std::string> slots;
  const auto take = [&](const v1::Reaction& reaction, absl::string_view touch,
                        absl::string_view at) {
    if (slots.insert(SlotOf(reaction, touch)).second) return;
    violations->Add(
        at, touch,
        "each touch level once for tasks, once for re-onboarding and once for each channel",
        "DUPLICATE");
  };
  for (int i = 0; i < play.reactions_size(); ++i) {
    const v1::Reaction& reaction = play.reactions(i);
    const std::string path = absl::StrCat(field_path, ".reactions[", i, "]");
    if (reaction.touches().empty()) take(reaction, "", path);
    for (int j = 0; j < reaction.touches_size(); ++j) {
      take(reaction, reaction.touches(j), absl::StrCat(path, ".touches[", j, "]"));
    }
  }
}

std::set<std::string> FactsOf(const v1::SignalRule& rule) {
  std::set<std::string> facts;
  if (rule.has_condition()) facts = rule::FactsOf(rule.condition());
  if (rule.has_fall()) facts.insert(rule.fall().fact());
  if (rule.has_applies_if()) facts.merge(rule::FactsOf(rule.applies_if()));
  return facts;
}

absl::StatusOr<std::optional<absl::CivilDay>> HeldSince(const v1::SignalRule& rule, absl::Time now,
                                                        absl::TimeZone zone,
                                                        const EvaluateTruth& evaluate) {
  const absl::CivilDay today = calendar::DayOf(now, zone);
  const absl::CivilDay first =
      calendar::Subtract(today, rule.hold_for(), calendar::Calendar::Japan());
  for (absl::CivilDay day = today - 1; day >= first; --day) {
    BANSO_ASSIGN_OR_RETURN(const type::v1::Truth truth, evaluate(calendar::EndOfDay(day, zone)));
    if (truth != type::v1::TRUTH_TRUE) return std::optional<absl::CivilDay>();
  }
  return std::optional<absl::CivilDay>(first);
}

SignalDecision DecideSignal(const v1::SignalRule& rule, type::v1::Truth truth,
                            std::optional<absl::CivilDay> held_since, absl::CivilDay today,
                            const SignalWatch& watch) {
  if (truth == type::v1::TRUTH_FALSE) {
    return watch.active ? SignalDecision::kOver : SignalDecision::kNothing;
  }
  if (watch.active) return SignalDecision::kNothing;
  // Causes are told apart by days: what is back on the day on which it ended was not away.
  const bool back = truth == type::v1::TRUTH_TRUE && watch.ended == today;
  if (back && !watch.signal.empty()) return SignalDecision::kResume;
  if (!held_since.has_value()) return SignalDecision::kNothing;
  if (rule.has_cool_down() && watch.raised.has_value() &&
      today <= calendar::Add(*watch.raised, rule.cool_down(), calendar::Calendar::Japan())) {
    return SignalDecision::kNothing;
  }
  return SignalDecision::kRaise;
}

std::string CauseOf(const v1::SignalRule& rule, absl::CivilDay held_since) {
  return absl::StrCat(contract::LastId(rule.name()), ":", calendar::DayText(held_since));
}

}  // namespace banso::health
