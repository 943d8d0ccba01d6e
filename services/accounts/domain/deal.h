#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_DEAL_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_DEAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/acceptance.pb.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "common/contract/errors.h"

namespace banso::accounts {

inline constexpr char kReasonDealClosed[] = "DEAL_CLOSED";
inline constexpr char kReasonDealOpen[] = "DEAL_OPEN";
inline constexpr char kReasonIntakeNotAccepted[] = "INTAKE_NOT_ACCEPTED";

// FAILED_PRECONDITION (DEAL_CLOSED) unless the deal is open.
absl::Status CheckOpen(const v1::Deal& deal);

// Adds what is wrong with a deal by itself: lines in another currency than its amount, or that are
// together worth more.
void CheckDeal(const v1::Deal& deal, contract::Violations* violations);

// Wins an open deal; without a closing day in the request it closes `today`. Errors as CheckOpen.
absl::Status Win(const v1::WinDealRequest& request, absl::CivilDay today, v1::Deal* deal);

// Loses an open deal; without a closing day in the request it closes `today`. Errors as CheckOpen;
// INVALID_ARGUMENT for a closing day after today.
absl::Status Lose(const v1::LoseDealRequest& request, absl::CivilDay today, v1::Deal* deal);

// Takes back that a deal was won or lost, and notes what it was said to be. FAILED_PRECONDITION
// (DEAL_OPEN) when it is open.
absl::Status Reopen(const v1::ReopenDealRequest& request, const std::string& actor, absl::Time now,
                    v1::Deal* deal);

// Checks whether a deal may be won as far as sales asked before signing. `last` is what it asked
// last about the deal; null: nothing. FAILED_PRECONDITION (INTAKE_NOT_ACCEPTED) when that is not
// answered, waits for a feature or was declined, unless `request` says why all the same, which is
// then kept on the deal.
absl::Status CheckIntake(const v1::IntakeReview* last, const v1::WinDealRequest& request,
                         v1::Deal* deal);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_DEAL_H_
