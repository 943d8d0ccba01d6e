#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CONTRACT_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CONTRACT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "banso/accounts/v1/contract.pb.h"
#include "common/contract/errors.h"

namespace banso::accounts {

inline constexpr char kReasonContractContinued[] = "CONTRACT_CONTINUED";
inline constexpr char kReasonContractWithoutEnd[] = "CONTRACT_WITHOUT_END";
inline constexpr char kReasonContractTerminated[] = "CONTRACT_TERMINATED";

// The last day on which a contract is in force: its end, or the day on which its customer was lost
// if that came first. Nothing when it has no end. Before the first day when it never came into
// force.
std::optional<absl::CivilDay> LastDay(const v1::Contract& contract);

// Lets a contract end with the day on which its customer was lost, unless it ends before.
void Terminate(absl::CivilDay day, v1::Contract* contract);

// Where a contract stands on a day.
v1::ContractState StateOn(const v1::Contract& contract, absl::CivilDay day);

// Adds what is wrong with a contract by itself: an end before its start.
void CheckContract(const v1::Contract& contract, contract::Violations* violations);

// The contract that continues `before` from the day after its last one; without a name.
// FAILED_PRECONDITION: CONTRACT_WITHOUT_END, CONTRACT_CONTINUED when one does already,
// CONTRACT_TERMINATED when it ended with the loss of its customer.
// INVALID_ARGUMENT for an end before its start.
absl::StatusOr<v1::Contract> Renewed(const v1::Contract& before,
                                     const v1::RenewContractRequest& request,
                                     bool continued_already);

// FAILED_PRECONDITION (CONTRACT_CONTINUED) when the first day of a contract that continues another,
// or the last one of a contract that is continued, changes: no day of a customer would be left out
// or counted twice unnoticed.
absl::Status CheckDaysKept(const v1::Contract& before, const v1::Contract& after, bool continued);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CONTRACT_H_
