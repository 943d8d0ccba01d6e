#include "services/accounts/domain/lifecycle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/accounts/domain/account.h"

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

// The onboardings that count for the stage: not those of the time before the customer was lost.
std::vector<Onboarding> SinceReopened(const std::vector<Onboarding>& onboardings,
                                      const Account& account) {
  if (!account.has_reopen_time()) return onboardings;
  const absl::Time reopened = calendar::ToTime(account.reopen_time());
  std::vector<Onboarding> result;
  for (const Onboarding& onboarding : onboardings) {
    if (calendar::ToTime(onboarding.create_time()) >= reopened) result.push_back(onboarding);
  }
  return result;
}

void SetStage(v1::LifecycleStage stage, absl::Time now, Account* account) {
  account->set_lifecycle_stage(stage);
  *account->mutable_stage_since() = calendar::ToTimestamp(now);
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

void RollUp(const std::vector<Onboarding>& all, absl::Time now, Account* account) {
  const std::vector<Onboarding> onboardings = SinceReopened(all, *account);
  const v1::LifecycleStage stage = RollUpStage(account->lifecycle_stage(), onboardings);
  if (stage != account->lifecycle_stage()) SetStage(stage, now, account);
  const Onboarding* answering = EarliestIn(onboardings, v1::ONBOARDING_STATE_RUNNING);
  if (answering == nullptr) answering = EarliestIn(onboardings, v1::ONBOARDING_STATE_COMPLETED);
  if (answering != nullptr) account->mutable_owners()->set_onboarding(answering->owner());
}

std::string AccountableOwner(const Account& account) {
  const bool churned = account.lifecycle_stage() == v1::LIFECYCLE_STAGE_CHURNED;
  switch (churned ? account.churn().stage_before() : account.lifecycle_stage()) {
    case v1::LIFECYCLE_STAGE_ONBOARDING:
    case v1::LIFECYCLE_STAGE_HANDOFF_GAP:
    case v1::LIFECYCLE_STAGE_RE_ONBOARDING:
      return account.owners().onboarding();
    case v1::LIFECYCLE_STAGE_RETENTION:
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
  const bool nobody = AccountableOwner(after).empty() && !AccountableOwner(before).empty();
  if (stage != v1::LIFECYCLE_STAGE_PROSPECT && (lost || nobody)) {
    return NobodyAccountable(before.name(), "Name another owner instead of none");
  }
  return absl::OkStatus();
}

absl::Status CheckNotArchived(const Account& account) {
  if (!account.merged_into().empty()) {
    return contract::FailedPrecondition(
        kReasonAccountMerged, account.name(),
        absl::StrCat("the account was merged into ", account.merged_into()), "Use that account");
  }
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
  SetStage(v1::LIFECYCLE_STAGE_WON, now, account);
  return absl::OkStatus();
}

bool IsWonBy(const std::vector<v1::Deal>& deals, const Account& account) {
  const absl::CivilDay since = account.has_reopen_time()
                                   ? Today(account, calendar::ToTime(account.reopen_time()))
                                   : absl::CivilDay::min();
  return std::any_of(deals.begin(), deals.end(), [&](const v1::Deal& deal) {
    return deal.stage() == v1::DEAL_STAGE_WON && calendar::ToDay(deal.close_date()) >= since;
  });
}

void UnwinAccount(absl::Time now, Account* account) {
  if (account->lifecycle_stage() != v1::LIFECYCLE_STAGE_WON) return;
  SetStage(v1::LIFECYCLE_STAGE_PROSPECT, now, account);
}

absl::Status CheckNotChurned(const Account& account) {
  if (account.lifecycle_stage() != v1::LIFECYCLE_STAGE_CHURNED) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonAccountChurned, account.name(), "the customer is lost",
                                      "Reopen the account as a prospect first (ReopenAccount)");
}

absl::Status ChurnAccount(const v1::ChurnAccountRequest& request, const std::string& actor,
                          absl::Time now, Account* account) {
  if (account->lifecycle_stage() == v1::LIFECYCLE_STAGE_PROSPECT) {
    return contract::FailedPrecondition(kReasonAccountNotWon, account->name(),
                                        "a prospect has no contract that could end",
                                        "Lose its deals instead (LoseDeal)");
  }
  BANSO_RETURN_IF_ERROR(CheckNotChurned(*account));
  contract::Violations violations;
  if (calendar::ToDay(request.date()) > Today(*account, now)) {
    violations.Add("date", calendar::DayText(request.date()), "today or a day before",
                   "IN_THE_FUTURE");
  }
  if (request.reason() == v1::CHURN_REASON_OTHER && request.comment().empty()) {
    violations.Add("comment", "", "what the other reason is", "REQUIRED");
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  v1::Churn* churn = account->mutable_churn();
  churn->set_reason(request.reason());
  churn->set_comment(request.comment());
  *churn->mutable_date() = request.date();
  churn->set_stage_before(account->lifecycle_stage());
  *churn->mutable_record_time() = calendar::ToTimestamp(now);
  churn->set_recorded_by(actor);
  SetStage(v1::LIFECYCLE_STAGE_CHURNED, now, account);
  return absl::OkStatus();
}

absl::Status ReopenAccount(const std::string& sales_owner, absl::Time now, Account* account) {
  if (account->lifecycle_stage() != v1::LIFECYCLE_STAGE_CHURNED) {
    return contract::FailedPrecondition(kReasonAccountNotChurned, account->name(),
                                        "only a lost customer is won back", "");
  }
  if (!sales_owner.empty()) account->mutable_owners()->set_sales(sales_owner);
  if (account->owners().sales().empty()) {
    return NobodyAccountable(account->name(), "Name the member who sells to it from now on");
  }
  v1::Churn* past = account->add_past_churns();
  *past = account->churn();
  *past->mutable_reopen_time() = calendar::ToTimestamp(now);
  account->clear_churn();
  *account->mutable_reopen_time() = calendar::ToTimestamp(now);
  SetStage(v1::LIFECYCLE_STAGE_PROSPECT, now, account);
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
                                        "the customer's contract has ended",
                                        "Reopen the account and win a deal first (ReopenAccount)");
  }
  return absl::OkStatus();
}

}  // namespace banso::accounts
