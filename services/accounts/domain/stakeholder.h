#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_STAKEHOLDER_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_STAKEHOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "common/contract/errors.h"

namespace banso::accounts {

inline constexpr char kReasonNotRoleHolder[] = "NOT_ROLE_HOLDER";
inline constexpr char kReasonNotActive[] = "NOT_ACTIVE";
inline constexpr char kReasonTooManyReadings[] = "TOO_MANY_READINGS";

// Whether the person is in charge on a day.
bool IsActive(const v1::Stakeholder& stakeholder, absl::CivilDay day);

bool HasRole(const v1::Stakeholder& stakeholder, v1::StakeholderRole role);

// Adds what is wrong with a stakeholder by itself: an end before the beginning, a role or a kind of
// commitment twice.
void CheckStakeholder(const v1::Stakeholder& stakeholder, contract::Violations* violations);

// Takes a role from `before`, who if `request.leaves` is not active from `day` on, and gives it to
// `after` (null: nobody), as ReplaceStakeholder says. On an error both are unchanged.
// FAILED_PRECONDITION: NOT_ROLE_HOLDER, NOT_ACTIVE.
absl::Status ReplaceRole(const v1::ReplaceStakeholderRequest& request, absl::CivilDay day,
                         v1::Stakeholder* before, v1::Stakeholder* after);

// Adds a reading of `day`, or replaces that day's. INVALID_ARGUMENT for a day before the last
// reading; FAILED_PRECONDITION (TOO_MANY_READINGS) beyond 500.
absl::Status RecordEnthusiasm(const v1::RecordEnthusiasmRequest& request, absl::CivilDay day,
                              absl::string_view actor, v1::Stakeholder* stakeholder);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_STAKEHOLDER_H_
