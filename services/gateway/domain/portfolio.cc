#include "services/gateway/domain/portfolio.h"

#include <optional>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/gateway/domain/lifecycle.h"

namespace banso::gateway {
namespace {

using accounts::v1::Onboarding;

void FillDays(const Onboarding& onboarding, absl::CivilDay today, v1::PortfolioRow* row) {
  const std::optional<absl::CivilDay> start = ClockDay(onboarding, type::v1::CLOCK_CONTRACT_START);
  if (!start.has_value()) return;
  const absl::CivilDay end = ClockDay(onboarding, type::v1::CLOCK_COMPLETION).value_or(today);
  row->set_days_since_contract_start(static_cast<int>(end - *start));
}

void FillDeadline(const AccountParts& parts, const Onboarding& onboarding, absl::CivilDay today,
                  v1::PortfolioRow* row) {
  for (const kickoff::v1::Plan& plan : parts.plans) {
    if (contract::Parent(plan.name()) != onboarding.name() || !plan.has_deadline()) continue;
    *row->mutable_deadline() = plan.deadline();
    if (onboarding.state() == accounts::v1::ONBOARDING_STATE_RUNNING) {
      row->set_days_left(static_cast<int>(calendar::ToDay(plan.deadline()) - today));
    }
  }
}

std::string StepText(const kickoff::v1::NextAction& action) {
  switch (action.side()) {
    case kickoff::v1::SIDE_CUSTOMER:
      return absl::StrCat(action.title(), " (customer)");
    case kickoff::v1::SIDE_VENDOR:
      return absl::StrCat(action.title(), " (vendor)");
    default:
      return action.title();
  }
}

void FillNextStep(const AccountParts& parts, const Onboarding& onboarding, v1::PortfolioRow* row) {
  if (!parts.next_actions_known) return;
  for (const kickoff::v1::NextAction& action : parts.next_actions) {
    if (action.onboarding() != onboarding.name()) continue;
    row->set_next_step(StepText(action));
    if (action.has_due()) *row->mutable_next_due() = action.due();
    return;
  }
  if (onboarding.state() == accounts::v1::ONBOARDING_STATE_RUNNING) row->set_next_step(kNoNextStep);
}

void FillScore(const AccountParts& parts, v1::PortfolioRow* row) {
  const health::v1::Score* first = nullptr;
  for (const health::v1::Score& score : parts.scores) {
    if (score.state() == health::v1::SCORE_STATE_NOT_APPLICABLE) continue;
    if (first == nullptr || score.name() < first->name()) first = &score;
  }
  if (first == nullptr) return;
  row->set_band(first->band());
  if (first->has_value()) row->set_score(first->value());
}

type::v1::Truth TruthOf(health::v1::SuccessState state) {
  switch (state) {
    case health::v1::SUCCESS_STATE_MET:
      return type::v1::TRUTH_TRUE;
    case health::v1::SUCCESS_STATE_MISSED:
      return type::v1::TRUTH_FALSE;
    case health::v1::SUCCESS_STATE_UNDECIDED:
      return type::v1::TRUTH_UNKNOWN;
    default:
      return type::v1::TRUTH_UNSPECIFIED;
  }
}

// The number of the definition's revision, so that its latest one counts.
int64_t RevisionOf(const health::v1::SuccessLabel& label) {
  const auto split = contract::SplitRevision(label.success_definition());
  return split.has_value() ? split->revision.value_or(0) : 0;
}

void FillSuccess(const AccountParts& parts, const Onboarding& onboarding, v1::PortfolioRow* row) {
  const std::string prefix = absl::StrCat(onboarding.name(), "/successLabels/");
  const health::v1::SuccessLabel* best = nullptr;
  for (const health::v1::SuccessLabel& label : parts.success_labels) {
    if (label.name().compare(0, prefix.size(), prefix) != 0 ||
        TruthOf(label.state()) == type::v1::TRUTH_UNSPECIFIED) {
      continue;
    }
    const auto key = [](const health::v1::SuccessLabel& l) {
      return std::tuple(l.name(), -RevisionOf(l));
    };
    if (best == nullptr || key(label) < key(*best)) best = &label;
  }
  if (best != nullptr) row->set_success(TruthOf(best->state()));
}

}  // namespace

v1::PortfolioRow RowOf(const AccountParts& parts, absl::Time now) {
  const accounts::v1::Account& account = parts.account;
  v1::PortfolioRow row;
  row.set_account(account.name());
  row.set_display_name(account.display_name());
  row.set_lifecycle_stage(account.lifecycle_stage());
  row.set_segment(account.classification().segment());
  row.set_touch(account.classification().touch());
  row.set_owner(account.accountable_owner());
  FillScore(parts, &row);
  const Onboarding* onboarding = PresentOnboarding(parts.onboardings);
  if (onboarding == nullptr) return row;
  const absl::CivilDay today = calendar::DayOf(now, ZoneOf(account));
  row.set_onboarding(onboarding->name());
  FillDays(*onboarding, today, &row);
  FillDeadline(parts, *onboarding, today, &row);
  FillNextStep(parts, *onboarding, &row);
  FillSuccess(parts, *onboarding, &row);
  return row;
}

}  // namespace banso::gateway
