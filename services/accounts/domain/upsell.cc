#include "services/accounts/domain/upsell.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "services/accounts/domain/stakeholder.h"

namespace banso::accounts {
namespace {

using v1::UpsellCondition;

void CheckNotAhead(const type::v1::Date& date, absl::CivilDay today, const char* field,
                   contract::Violations* violations) {
  if (calendar::ToDay(date) <= today) return;
  violations->Add(field, calendar::DayText(date), "today or a day before", "IN_THE_FUTURE");
}

}  // namespace

void CheckUpsellCondition(const UpsellCondition& condition, absl::CivilDay today,
                          contract::Violations* violations) {
  const bool agreed = condition.agreed_with_size() > 0;
  if (agreed && !condition.has_agree_date()) {
    violations->Add("upsell_condition.agree_date", "", "the day on which it was agreed",
                    "REQUIRED");
  }
  if (!agreed && condition.has_agree_date()) {
    violations->Add("upsell_condition.agreed_with", "", "those with whom it was agreed on that day",
                    "REQUIRED");
  }
  if (condition.has_agree_date()) {
    CheckNotAhead(condition.agree_date(), today, "upsell_condition.agree_date", violations);
  }
  if (condition.has_met_date()) {
    CheckNotAhead(condition.met_date(), today, "upsell_condition.met_date", violations);
  }
  std::set<std::string> named;
  for (int i = 0; i < condition.agreed_with_size(); ++i) {
    if (named.insert(condition.agreed_with(i)).second) continue;
    violations->Add(absl::StrCat("upsell_condition.agreed_with[", i, "]"), condition.agreed_with(i),
                    "each person once", "DUPLICATE");
  }
}

void JudgeEvidence(const std::vector<v1::Stakeholder>& stakeholders, absl::CivilDay day,
                   UpsellCondition* condition) {
  bool decider = false;
  bool active_decider = false;
  for (const v1::Stakeholder& stakeholder : stakeholders) {
    const auto& agreed = condition->agreed_with();
    if (!stakeholder.decision_maker() ||
        std::find(agreed.begin(), agreed.end(), stakeholder.name()) == agreed.end()) {
      continue;
    }
    decider = true;
    active_decider |= IsActive(stakeholder, day);
  }
  condition->clear_weaknesses();
  condition->set_evidence(active_decider ? v1::EVIDENCE_STRENGTH_STRONG
                                         : v1::EVIDENCE_STRENGTH_WEAK);
  if (active_decider) return;
  if (condition->agreed_with().empty()) {
    condition->add_weaknesses(v1::EVIDENCE_WEAKNESS_NOT_AGREED);
  } else {
    condition->add_weaknesses(decider ? v1::EVIDENCE_WEAKNESS_DECISION_MAKER_NOT_ACTIVE
                                      : v1::EVIDENCE_WEAKNESS_NO_DECISION_MAKER);
  }
}

}  // namespace banso::accounts
