#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_REASSIGN_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_REASSIGN_H_

#include <string>
#include <vector>

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/lifecycle.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"

// Giving an account to another member.
namespace banso::accounts {

// The owner of an account in a role; empty when it has none.
std::string OwnerIn(const v1::Account& account, v1::OwnerRole role);

// What a reassignment changes.
struct Handover {
  v1::Account account;
  // The onboardings that change hands too, as they are then.
  std::vector<v1::Onboarding> onboardings;
  v1::OwnerMove move;
};

// Gives `account` to the member that `assignment` names. With the onboarding owner go the
// onboardings that are under way and that the old owner has.
Handover HandOver(const v1::Reassignment& assignment, const v1::Account& account,
                  const std::vector<v1::Onboarding>& onboardings);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_REASSIGN_H_
