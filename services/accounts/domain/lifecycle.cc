#include "services/accounts/domain/lifecycle.h"

#include <algorithm>
#include <utility>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"

namespace banso::accounts {
namespace {

using v1::Account;
using v1::Onboarding;

bool AnyIn(const std::vector<Onboarding>& onboardings, v1::OnboardingState state) {
  return std::any_of(onboardings.begin(), onboardings.end(),
                     [&](const Onboarding& onboarding) { return onboarding.state() == state; });
}

// Order in which onboardings answer for the account: by when they began, then by name.
bool Earlier(const Onboarding& a, const Onboarding& b) {
  const auto key = [](const Onboarding& onboarding) {
    return std::make_pair(calendar::ToTime(onboarding.create_time()), onboarding.name());
  };
  return key(a) < key(b);
}

const Onboarding* EarliestIn(const std::vector<Onboarding>& onboardings,
                             v1::OnboardingState state) {
  const Onboarding* result = nullptr;
  for (const Onboarding& onboarding : onboardings) {
    if (onboarding.state() != state) continue;
    if (result == nullptr || Earlier(onboarding, *result)) result = &onboarding;
  }
  return result;
}

bool FollowsOnboarding(v1::LifecycleStage stage) {
  return stage == v1::LIFECYCLE_STAGE_ONBOARDING || stage == v1::LIFECYCLE_STAGE_RE_ONBOARDING ||
         stage == v1::LIFECYCLE_STAGE_HANDOFF_GAP;
}

absl::Status NobodyAccountable(const std::string& name, const char* what_to_do) {
  return contract::FailedPrecondition(kReasonNoAccountableOwner, name,
                                      "the account would be left without an accountable owner",
                                      what_to_do);
}

}  // namespace

v1::LifecycleStage RollUpStage(v1::LifecycleStage present,
                               const std::vector<Onboarding>& onboardings) {
  if (present == v1::LIFECYCLE_STAGE_CHURNED) return present;
  const bool accepted_before = AnyIn(onboardings, v1::ONBOARDING_STATE_HANDED_OFF);
  if (AnyIn(onboardings, v1::ONBOARDING_STATE_RUNNING)) {
    return accepted_before ? v1::LIFECYCLE_STAGE_RE_ONBOARDING : v1::LIFECYCLE_STAGE_ONBOARDING;
  }
  if (AnyIn(onboardings, v1::ONBOARDING_STATE_COMPLETED)) return v1::LIFECYCLE_STAGE_HANDOFF_GAP;
  if (accepted_before) return v1::LIFECYCLE_STAGE_RETENTION;
  return present == v1::LIFECYCLE_STAGE_PROSPECT ? present : v1::LIFECYCLE_STAGE_WON;
}

void RollUp(const std::vector<Onboarding>& onboardings, absl::Time now, Account* account) {
  const v1::LifecycleStage stage = RollUpStage(account->lifecycle_stage(), onboardings);
  if (stage != account->lifecycle_stage()) {
    account->set_lifecycle_stage(stage);
    *account->mutable_stage_since() = calendar::ToTimestamp(now);
  }
  const Onboarding* answering = EarliestIn(onboardings, v1::ONBOARDING_STATE_RUNNING);
  if (answering == nullptr) answering = EarliestIn(onboardings, v1::ONBOARDING_STATE_COMPLETED);
  if (answering != nullptr) account->mutable_owners()->set_onboarding(answering->owner());
}

std::string AccountableOwner(const Account& account) {
  switch (account.lifecycle_stage()) {
    case v1::LIFECYCLE_STAGE_ONBOARDING:
    case v1::LIFECYCLE_STAGE_HANDOFF_GAP:
    case v1::LIFECYCLE_STAGE_RE_ONBOARDING:
      return account.owners().onboarding();
    case v1::LIFECYCLE_STAGE_RETENTION:
    case v1::LIFECYCLE_STAGE_CHURNED:
      return account.owners().retention();
    default:
      return account.owners().sales();
  }
}

absl::Status CheckOwners(const Account& before, const Account& after) {
  const v1::LifecycleStage stage = before.lifecycle_stage();
  if (FollowsOnboarding(stage) && before.owners().onboarding() != after.owners().onboarding()) {
    return contract::FailedPrecondition(
        kReasonOwnerOfOnboarding, before.name(),
        "the onboarding owner follows from the onboarding that is under way",
        "Change the owner of that onboarding instead");
  }
  // Also the owner of a stage that the account is not in now: a cancelled onboarding leads back.
  const bool lost = (after.owners().sales().empty() && !before.owners().sales().empty()) ||
                    (after.owners().retention().empty() && !before.owners().retention().empty());
  if (stage != v1::LIFECYCLE_STAGE_PROSPECT && lost) {
    return NobodyAccountable(before.name(), "Name another owner instead of none");
  }
  return absl::OkStatus();
}

absl::Status CheckNotArchived(const Account& account) {
  if (!account.has_archive_time()) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonAccountArchived, account.name(),
                                      "the account is archived and refuses changes",
                                      "Restore the account first");
}

absl::Status WinAccount(const std::string& sales_owner, absl::Time now, Account* account) {
  if (account->lifecycle_stage() != v1::LIFECYCLE_STAGE_PROSPECT) return absl::OkStatus();
  if (account->owners().sales().empty()) {
    if (sales_owner.empty()) {
      return NobodyAccountable(account->name(),
                               "Give the deal or the account a sales owner before it is won");
    }
    account->mutable_owners()->set_sales(sales_owner);
  }
  account->set_lifecycle_stage(v1::LIFECYCLE_STAGE_WON);
  *account->mutable_stage_since() = calendar::ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status CheckMayStartOnboarding(const Account& account) {
  BANSO_RETURN_IF_ERROR(CheckNotArchived(account));
  if (account.lifecycle_stage() == v1::LIFECYCLE_STAGE_PROSPECT) {
    return contract::FailedPrecondition(kReasonAccountNotWon, account.name(),
                                        "no deal of the account has been won",
                                        "Win a deal first (WinDeal)");
  }
  if (account.lifecycle_stage() == v1::LIFECYCLE_STAGE_CHURNED) {
    return contract::FailedPrecondition(kReasonAccountNotWon, account.name(),
                                        "the customer's contract has ended", "");
  }
  return absl::OkStatus();
}

}  // namespace banso::accounts
