#include "services/health/domain/success/success.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"

namespace banso::health {
namespace {

using type::v1::Explanation;

void Undecided(v1::SuccessLabel& label, std::string because) {
  label.set_state(v1::SUCCESS_STATE_UNDECIDED);
  label.set_undecided_because(std::move(because));
}

// The moment at which a day is looked at: its end, or now on the present day.
absl::Time EndOf(absl::CivilDay day, const LabelMoment& moment) {
  return std::min(calendar::EndOfDay(day, moment.zone), moment.now);
}

// Looks for the first day at whose end the condition was true; `last_seen` becomes the explanation
// of the last day looked at.
absl::StatusOr<std::optional<absl::CivilDay>> FirstTrueDay(absl::CivilDay from, absl::CivilDay to,
                                                           const LabelMoment& moment,
                                                           const EvaluateAt& evaluate,
                                                           Explanation* last_seen) {
  for (absl::CivilDay day = from; day <= to; ++day) {
    BANSO_ASSIGN_OR_RETURN(*last_seen, evaluate(EndOf(day, moment)));
    if (last_seen->result() == type::v1::TRUTH_TRUE) return std::optional<absl::CivilDay>(day);
  }
  return std::optional<absl::CivilDay>();
}

// The due day has passed without the condition having been true.
void DecideAfterDue(v1::SuccessLabel& label) {
  if (label.explanation().result() == type::v1::TRUTH_FALSE) {
    label.set_state(v1::SUCCESS_STATE_MISSED);
    return;
  }
  Undecided(label, absl::StrCat("the due day has passed, and it is not known: ",
                                FirstUnknown(label.explanation())));
}

}  // namespace

void CheckSuccessDefinition(const v1::SuccessDefinition& definition,
                            const rule::FactCatalog& catalog, absl::string_view field_path,
                            contract::Violations* violations) {
  rule::CheckCondition(definition.condition(), catalog, absl::StrCat(field_path, ".condition"),
                       violations);
  if (definition.has_applies_if()) {
    rule::CheckCondition(definition.applies_if(), catalog, absl::StrCat(field_path, ".applies_if"),
                         violations);
  }
  for (const std::string& fact : rule::FactsOf(definition.condition())) {
    if (fact.starts_with("success.")) {
      violations->Add(absl::StrCat(field_path, ".condition"), fact,
                      "facts other than success labels, which are decided by this", "CIRCULAR");
    }
  }
  const absl::CivilDay day(2026, 1, 1);
  if (calendar::Add(day, definition.due(), calendar::Calendar::Japan()) - day > kMaxDueDays) {
    violations->Add(absl::StrCat(field_path, ".due"), calendar::PeriodText(definition.due()),
                    absl::StrCat("at most ", kMaxDueDays, " days"), "TOO_LONG");
  }
}

absl::StatusOr<v1::SuccessLabel> DecideLabel(const v1::SuccessDefinition& definition,
                                             const LabelMoment& moment,
                                             const EvaluateAt& evaluate) {
  v1::SuccessLabel label;
  label.set_clock(definition.clock());
  *label.mutable_as_of() = calendar::ToTimestamp(moment.now);
  if (!moment.clock_day.has_value()) {
    Undecided(label, absl::StrCat("the clock ", rule::ClockText(definition.clock()),
                                  " of the onboarding has no day"));
    return label;
  }
  const absl::CivilDay begin = *moment.clock_day;
  const absl::CivilDay due = calendar::Add(begin, definition.due(), *moment.calendar);
  const absl::CivilDay today = calendar::DayOf(moment.now, moment.zone);
  *label.mutable_clock_date() = calendar::ToDate(begin);
  *label.mutable_due_date() = calendar::ToDate(due);

  BANSO_ASSIGN_OR_RETURN(
      const std::optional<absl::CivilDay> met,
      FirstTrueDay(begin, std::min(today, due), moment, evaluate, label.mutable_explanation()));
  if (met.has_value()) {
    label.set_state(v1::SUCCESS_STATE_MET);
    *label.mutable_met_date() = calendar::ToDate(*met);
    label.set_days_to_success(static_cast<int32_t>(*met - begin));
    return label;
  }
  if (today > due) {
    DecideAfterDue(label);
    return label;
  }
  Undecided(label, absl::StrCat("it may still come true: the last day that counts is ",
                                calendar::DayText(due)));
  return label;
}

bool SameDecision(const v1::SuccessLabel& a, const v1::SuccessLabel& b) {
  const auto day = [](const type::v1::Date& date) { return calendar::DayText(date); };
  return a.success_definition() == b.success_definition() && a.state() == b.state() &&
         a.undecided_because() == b.undecided_because() && a.clock() == b.clock() &&
         day(a.clock_date()) == day(b.clock_date()) && day(a.due_date()) == day(b.due_date()) &&
         day(a.met_date()) == day(b.met_date()) &&
         a.explanation().result() == b.explanation().result();
}

std::string FirstUnknown(const Explanation& explanation) {
  if (!explanation.unknown_because().empty()) return explanation.unknown_because();
  for (const Explanation& part : explanation.parts()) {
    if (part.result() != type::v1::TRUTH_UNKNOWN) continue;
    if (std::string because = FirstUnknown(part); !because.empty()) return because;
  }
  return "";
}

}  // namespace banso::health
