#include "services/accounts/domain/acceptance_simulation.h"

#include <utility>

namespace banso::accounts {

void AcceptanceSimulation::Add(const v1::Account& account, const v1::Deal& deal, absl::Time now) {
  response_.set_deals(response_.deals() + 1);
  const Advice before = present_.has_value() ? present_->Advise(account, deal, now) : Advice();
  const Advice after = other_.Advise(account, deal, now);
  if (before.suggestion == after.suggestion) return;
  response_.set_changed(response_.changed() + 1);
  ++transitions_[{before.suggestion, after.suggestion}];
  if (response_.changes_size() >= max_deals_) return;
  v1::VerdictChange* change = response_.add_changes();
  change->set_deal(deal.name());
  change->set_account_display_name(account.display_name());
  change->set_before(before.suggestion);
  change->set_after(after.suggestion);
  change->mutable_findings_before()->Assign(before.findings.begin(), before.findings.end());
  change->mutable_findings_after()->Assign(after.findings.begin(), after.findings.end());
}

v1::SimulateAcceptancePolicyResponse AcceptanceSimulation::Result() && {
  for (const auto& [verdicts, deals] : transitions_) {
    v1::VerdictTransition* transition = response_.add_transitions();
    transition->set_from(verdicts.first);
    transition->set_to(verdicts.second);
    transition->set_deals(deals);
  }
  return std::move(response_);
}

}  // namespace banso::accounts
