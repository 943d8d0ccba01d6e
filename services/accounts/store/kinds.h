#ifndef BANSO_SERVICES_ACCOUNTS_STORE_KINDS_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_KINDS_H_

#include <cstdint>

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/classification_override.pb.h"
#include "banso/accounts/v1/contract.pb.h"
#include "banso/accounts/v1/interaction.pb.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/reports_service.pb.h"
#include "banso/accounts/v1/role_play.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "banso/accounts/v1/upsell_condition.pb.h"
#include "common/storage/collection.h"
#include "common/storage/revisions.h"

// The tables of the service's resources and the columns that lists filter and sort by; the columns
// are those of schema/.
namespace banso::accounts {

// The bit of a role in the column `roles`.
int64_t RoleBit(int role);

storage::Kind<v1::Account> AccountKind();
storage::Kind<v1::Onboarding> OnboardingKind();
storage::Kind<v1::Deal> DealKind();
storage::Kind<v1::Stakeholder> StakeholderKind();
storage::Kind<v1::StakeholderChange> StakeholderChangeKind();
storage::Kind<v1::Contract> ContractKind();
storage::Kind<v1::Site> SiteKind();
storage::Kind<v1::Interaction> InteractionKind();
storage::Kind<v1::UpsellCondition> UpsellConditionKind();
storage::Kind<v1::AccountSummary> AccountSummaryKind();
storage::Kind<v1::Member> MemberKind();
storage::Kind<v1::RolePlay> RolePlayKind();
storage::Kind<v1::ClassificationOverride> ClassificationOverrideKind();
storage::Kind<v1::OperatingChange> OperatingChangeKind();
storage::RevisionedKind ClassificationPolicyKind();
storage::RevisionedKind RolePlayRubricKind();

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_KINDS_H_
