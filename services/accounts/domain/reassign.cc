#include "services/accounts/domain/reassign.h"

#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/onboarding.h"

namespace banso::accounts {
namespace {

using v1::Account;
using v1::Onboarding;

void SetOwner(v1::OwnerRole role, const std::string& owner, Account* account) {
  if (role == v1::OWNER_ROLE_SALES) account->mutable_owners()->set_sales(owner);
  if (role == v1::OWNER_ROLE_ONBOARDING) account->mutable_owners()->set_onboarding(owner);
  if (role == v1::OWNER_ROLE_RETENTION) account->mutable_owners()->set_retention(owner);
}

}  // namespace

std::string OwnerIn(const Account& account, v1::OwnerRole role) {
  switch (role) {
    case v1::OWNER_ROLE_SALES:
      return account.owners().sales();
    case v1::OWNER_ROLE_ONBOARDING:
      return account.owners().onboarding();
    case v1::OWNER_ROLE_RETENTION:
      return account.owners().retention();
    default:
      return "";
  }
}

Handover HandOver(const v1::Reassignment& assignment, const Account& account,
                  const std::vector<Onboarding>& onboardings) {
  Handover result;
  result.account = account;
  const std::string before = OwnerIn(account, assignment.role());
  SetOwner(assignment.role(), assignment.owner(), &result.account);
  v1::OwnerMove& move = result.move;
  move.set_account(account.name());
  move.set_role(assignment.role());
  move.set_before(before);
  move.set_after(assignment.owner());
  move.set_accountable_changes(AccountableOwner(account) != AccountableOwner(result.account));
  if (assignment.role() != v1::OWNER_ROLE_ONBOARDING || before == assignment.owner()) return result;
  for (const Onboarding& onboarding : onboardings) {
    if (!IsUnderWay(onboarding) || onboarding.owner() != before) continue;
    result.onboardings.push_back(onboarding);
    result.onboardings.back().set_owner(assignment.owner());
    move.add_onboardings(onboarding.name());
  }
  return result;
}

}  // namespace banso::accounts
