#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_UPSELL_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_UPSELL_H_

#include <vector>

#include "absl/time/civil_time.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/accounts/v1/upsell_condition.pb.h"
#include "common/contract/errors.h"

namespace banso::accounts {

// Adds what is wrong with an upsell condition by itself: agreed with somebody on no day or the
// other way round, a day that lies ahead of `today`, somebody named twice.
void CheckUpsellCondition(const v1::UpsellCondition& condition, absl::CivilDay today,
                          contract::Violations* violations);

// Sets how firm the evidence is: STRONG when somebody with whom it is agreed decides on the
// contract and is active on `day`, else WEAK and why. `stakeholders` are those of the account.
void JudgeEvidence(const std::vector<v1::Stakeholder>& stakeholders, absl::CivilDay day,
                   v1::UpsellCondition* condition);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_UPSELL_H_
