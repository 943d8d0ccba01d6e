#include "services/handoff/domain/facts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "services/handoff/domain/transfer.h"

namespace banso::handoff {

using fact::v1::FactChange;
using fact::v1::FactType;

namespace {

FactType TextType(absl::string_view name, absl::string_view meaning,
                  std::vector<std::string> values) {
  FactType type;
  type.set_name(std::string(name));
  type.set_value_type(type::v1::VALUE_TYPE_TEXT);
  type.set_meaning(std::string(meaning));
  type.set_subject(fact::v1::SUBJECT_KIND_ONBOARDING);
  type.mutable_values()->Assign(values.begin(), values.end());
  return type;
}

FactType NumberType(absl::string_view name, absl::string_view unit, absl::string_view meaning) {
  FactType type;
  type.set_name(std::string(name));
  type.set_value_type(type::v1::VALUE_TYPE_NUMBER);
  type.set_unit(std::string(unit));
  type.set_meaning(std::string(meaning));
  type.set_subject(fact::v1::SUBJECT_KIND_ONBOARDING);
  return type;
}

FactChange Unknown(absl::string_view fact, const std::string& onboarding, const std::string& source,
                   absl::Time now) {
  FactChange change;
  change.set_subject(onboarding);
  change.set_fact(std::string(fact));
  change.set_source(source);
  *change.mutable_occurred_time() = calendar::ToTimestamp(now);
  return change;
}

FactChange Number(absl::string_view fact, double value, const std::string& onboarding,
                  const std::string& source, absl::Time now) {
  FactChange change = Unknown(fact, onboarding, source, now);
  change.mutable_value()->set_number(value);
  return change;
}

// The word of an enum: `returned` of HANDOFF_STATE_RETURNED.
FactChange Word(absl::string_view fact, absl::string_view name, absl::string_view prefix,
                const std::string& onboarding, const std::string& source, absl::Time now) {
  FactChange change = Unknown(fact, onboarding, source, now);
  change.mutable_value()->set_text(absl::AsciiStrToLower(absl::StripPrefix(name, prefix)));
  return change;
}

}  // namespace

std::vector<FactType> FactTypes() {
  std::vector<FactType> types = {
      NumberType("completion.exceptions", "exceptions",
                 "How many approved exceptions the completion has."),
      TextType("completion.state", "Whether the onboarding is completed.",
               {"open", "completing", "completed", "cancelled"}),
      TextType("completion.verdict",
               "The verdict with which the onboarding was completed; unknown while it is open.",
               {"not_ready", "pending_customer", "ready", "ready_with_exceptions"}),
      NumberType("handoff.gap_days", "days",
                 "Days since completion, until retention has accepted, has met the customer and "
                 "the quiet period has passed."),
      TextType("handoff.gap_level", "How worrying the gap between completion and retention is.",
               {"none", "watch", "warn", "escalate", "closed"}),
      NumberType("handoff.returns", "returns", "How often retention has returned the handoff."),
      TextType("handoff.state", "Where the handoff to retention stands.",
               {"draft", "offered", "returned", "accepted", "cancelled"}),
  };
  return types;
}

std::vector<FactChange> FactsOf(const v1::Completion& completion, absl::Time now) {
  const std::string onboarding = OnboardingOf(completion.name());
  const std::string& source = completion.name();
  std::vector<FactChange> facts;
  facts.push_back(Word("completion.state", v1::CompletionState_Name(completion.state()),
                       "COMPLETION_STATE_", onboarding, source, now));
  facts.push_back(completion.has_readiness()
                      ? Word("completion.verdict",
                             v1::OverallVerdict_Name(completion.readiness().verdict()),
                             "OVERALL_VERDICT_", onboarding, source, now)
                      : Unknown("completion.verdict", onboarding, source, now));
  return facts;
}

std::vector<FactChange> FactsOf(const v1::Handoff& handoff, absl::Time now) {
  if (handoff.kind() != v1::HANDOFF_KIND_ONBOARDING_TO_RETENTION) return {};
  return {
      Word("handoff.state", v1::HandoffState_Name(handoff.state()), "HANDOFF_STATE_",
           handoff.onboarding(), handoff.name(), now),
      Number("handoff.returns", handoff.returns_size(), handoff.onboarding(), handoff.name(), now)};
}

std::vector<FactChange> FactsOf(const v1::GapWatch& watch, absl::Time now) {
  const std::string onboarding = OnboardingOf(watch.name());
  return {Word("handoff.gap_level", v1::GapLevel_Name(watch.level()), "GAP_LEVEL_", onboarding,
               watch.name(), now),
          Number("handoff.gap_days", watch.gap_days(), onboarding, watch.name(), now)};
}

FactChange ExceptionsFact(const v1::Completion& completion, int approved, absl::Time now) {
  return Number("completion.exceptions", approved, OnboardingOf(completion.name()),
                completion.name(), now);
}

}  // namespace banso::handoff
