#include "services/accounts/domain/classification/simulation.h"

#include <algorithm>
#include <utility>

#include "common/statistics/proportion.h"
#include "services/accounts/domain/classification.h"

namespace banso::accounts {
namespace {

using v1::Classification;

// The line that says why the account has its class on the axis.
std::string RuleFor(const Classification& classification, const std::string& axis) {
  for (const v1::ClassificationReason& reason : classification.reasons()) {
    if (reason.axis() == axis) return reason.rule();
  }
  return "the policy has no rules for it";
}

// The place of a tier in the policy, 0 for the highest; behind all of them when it has none.
int RankOf(const v1::ClassificationPolicy& policy, const std::string& tier) {
  for (int i = 0; i < policy.tiers_size(); ++i) {
    if (policy.tiers(i).value() == tier) return i;
  }
  return policy.tiers_size();
}

}  // namespace

void Simulation::Add(const v1::Account& account, const Classification& after) {
  const Classification& before = account.classification();
  response_.set_accounts(response_.accounts() + 1);
  const bool has_hours = before.has_work() && after.has_work();
  const double change = has_hours ? after.work().total_hours() - before.work().total_hours() : 0;
  if (has_hours) {
    response_.set_accounts_with_hours(response_.accounts_with_hours() + 1);
    response_.set_hours_before(response_.hours_before() + before.work().total_hours());
    response_.set_hours_after(response_.hours_after() + after.work().total_hours());
  }
  v1::AccountMove move;
  for (const std::string& axis : AxesOf(before, after)) {
    const std::string from = ClassOn(before, axis);
    const std::string to = ClassOn(after, axis);
    if (std::find(axes_.begin(), axes_.end(), axis) == axes_.end()) axes_.push_back(axis);
    if (from == to) continue;
    v1::AxisMove* axis_move = move.add_axes();
    axis_move->set_axis(axis);
    axis_move->set_from(from);
    axis_move->set_to(to);
    axis_move->set_rule(RuleFor(after, axis));
    v1::ClassTransition& transition = transitions_[{axis, from, to}];
    transition.set_accounts(transition.accounts() + 1);
    transition.set_hours_change(transition.hours_change() + change);
  }
  if (move.axes_size() == 0) return;
  response_.set_moved(response_.moved() + 1);
  if (response_.moves_size() == max_moves_) return;
  move.set_account(account.name());
  move.set_display_name(account.display_name());
  if (has_hours) move.set_hours_change(change);
  *response_.add_moves() = std::move(move);
}

v1::SimulatePolicyResponse Simulation::Result() && {
  for (const std::string& axis : axes_) {
    for (auto& [key, transition] : transitions_) {
      if (std::get<0>(key) != axis) continue;
      transition.set_axis(axis);
      transition.set_from(std::get<1>(key));
      transition.set_to(std::get<2>(key));
      *response_.add_transitions() = std::move(transition);
    }
  }
  return std::move(response_);
}

bool Screening::IsLatent(const Classification& classification) const {
  if (classification.tier().empty()) return true;
  return RankOf(policy_, classification.potential_tier()) < RankOf(policy_, classification.tier());
}

void Screening::Add(const v1::Account& account, const Classification& classification) {
  if (!classification.has_potential_score() || !IsLatent(classification)) return;
  v1::PotentialAccount& candidate = candidates_.emplace_back();
  candidate.set_account(account.name());
  candidate.set_display_name(account.display_name());
  candidate.set_tier(classification.tier());
  candidate.set_potential_tier(classification.potential_tier());
  *candidate.mutable_potential_score() = classification.potential_score();
}

v1::ScreenPotentialResponse Screening::Result() && {
  std::sort(candidates_.begin(), candidates_.end(), [](const auto& a, const auto& b) {
    if (a.potential_score().score() != b.potential_score().score()) {
      return a.potential_score().score() > b.potential_score().score();
    }
    return a.account() < b.account();
  });
  v1::ScreenPotentialResponse response;
  response.set_candidates(static_cast<int64_t>(candidates_.size()));
  candidates_.resize(std::min(candidates_.size(), max_accounts_));
  for (v1::PotentialAccount& candidate : candidates_) {
    *response.add_accounts() = std::move(candidate);
  }
  return response;
}

v1::Proportion ProportionOf(int64_t count, int64_t n) {
  v1::Proportion proportion;
  proportion.set_n(n);
  proportion.set_count(count);
  const std::optional<double> share = statistics::Share({count, n});
  if (!share.has_value()) return proportion;
  const statistics::Interval interval = statistics::WilsonInterval({count, n});
  proportion.set_share(*share);
  proportion.set_low(interval.low);
  proportion.set_high(interval.high);
  return proportion;
}

std::vector<v1::AxisOutcome> CompareClasses(const std::map<std::string, ClassOutcome>& classes) {
  ClassOutcome all;
  for (const auto& [value, outcome] : classes) {
    all.accounts += outcome.accounts;
    all.lost += outcome.lost;
  }
  std::vector<v1::AxisOutcome> outcomes;
  for (const auto& [value, outcome] : classes) {
    v1::AxisOutcome& row = outcomes.emplace_back();
    row.set_value(value);
    *row.mutable_lost() = ProportionOf(outcome.lost, outcome.accounts);
    const statistics::Count own{outcome.lost, outcome.accounts};
    const statistics::Count others{all.lost - outcome.lost, all.accounts - outcome.accounts};
    if (own.n == 0 || others.n == 0) continue;
    const statistics::Interval interval = statistics::NewcombeInterval(own, others);
    row.set_difference(*statistics::Share(own) - *statistics::Share(others));
    row.set_difference_low(interval.low);
    row.set_difference_high(interval.high);
  }
  return outcomes;
}

}  // namespace banso::accounts
