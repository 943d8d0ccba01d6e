#ifndef BANSO_SERVICES_ACCOUNTS_STORE_KINDS_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_KINDS_H_

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "common/storage/collection.h"
#include "common/storage/revisions.h"

// The tables of the service's resources and the columns that lists filter and sort by; the columns
// are those of schema/.
namespace banso::accounts {

storage::Kind<v1::Account> AccountKind();
storage::Kind<v1::Onboarding> OnboardingKind();
storage::Kind<v1::Deal> DealKind();
storage::Kind<v1::Stakeholder> StakeholderKind();
storage::Kind<v1::Member> MemberKind();
storage::RevisionedKind ClassificationPolicyKind();

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_KINDS_H_
