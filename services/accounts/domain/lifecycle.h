#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_LIFECYCLE_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_LIFECYCLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/lifecycle.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"

// The lifecycle of an account: its stage is rolled up from its onboardings, and the stage says who
// is accountable. From WON on exactly one member is accountable at every instant.
namespace banso::accounts {

// Error reasons of this area.
inline constexpr char kReasonNoAccountableOwner[] = "NO_ACCOUNTABLE_OWNER";
inline constexpr char kReasonOwnerOfOnboarding[] = "OWNER_OF_ONBOARDING";
inline constexpr char kReasonAccountNotWon[] = "ACCOUNT_NOT_WON";
inline constexpr char kReasonOnboardingRunning[] = "ONBOARDING_RUNNING";
inline constexpr char kReasonAccountArchived[] = "ACCOUNT_ARCHIVED";
inline constexpr char kReasonAccountMerged[] = "ACCOUNT_MERGED";
inline constexpr char kReasonAccountChurned[] = "ACCOUNT_CHURNED";
inline constexpr char kReasonAccountNotChurned[] = "ACCOUNT_NOT_CHURNED";

// The stage of an account that stood at `present` and has these onboardings. By the first line that
// fits: CHURNED stays; one RUNNING makes ONBOARDING, or RE_ONBOARDING when another was HANDED_OFF
// before; one COMPLETED makes HANDOFF_GAP; one HANDED_OFF makes RETENTION; else it is WON, or
// PROSPECT if it was.
v1::LifecycleStage RollUpStage(v1::LifecycleStage present,
                               const std::vector<v1::Onboarding>& onboardings);

// Sets stage, `stage_since` (when the stage changes) and, while an onboarding is running or waits
// for its acceptance, the onboarding owner: the owner of the earliest such onboarding, running ones
// first. Onboardings from before the account was reopened do not count.
void RollUp(const std::vector<v1::Onboarding>& onboardings, absl::Time now, v1::Account* account);

// The member who is accountable for the account now; empty only where nobody needs to be: for a
// prospect without a sales owner. For a lost customer it is whose stage it was before.
std::string AccountableOwner(const v1::Account& account);

// Checks a change of owners. FAILED_PRECONDITION: NO_ACCOUNTABLE_OWNER when the sales or retention
// owner of an account that is WON or further would be taken away (another may take the place);
// OWNER_OF_ONBOARDING when the onboarding owner is changed while it follows from an onboarding.
absl::Status CheckOwners(const v1::Account& before, const v1::Account& after);

// Records that the customer is lost, by `actor` at `now`. FAILED_PRECONDITION: ACCOUNT_NOT_WON for
// a prospect, ACCOUNT_CHURNED when it is so already; INVALID_ARGUMENT for a day that lies ahead in
// the account's time zone, or without a comment when the reason is OTHER.
absl::Status ChurnAccount(const v1::ChurnAccountRequest& request, const std::string& actor,
                          absl::Time now, v1::Account* account);

// FAILED_PRECONDITION (ACCOUNT_CHURNED) when the customer is lost.
absl::Status CheckNotChurned(const v1::Account& account);

// Makes a lost customer a prospect again, sold to by `sales_owner`, or if that is empty by its
// sales owner. Its loss is kept among the past ones. FAILED_PRECONDITION: ACCOUNT_NOT_CHURNED,
// NO_ACCOUNTABLE_OWNER.
absl::Status ReopenAccount(const std::string& sales_owner, absl::Time now, v1::Account* account);

// FAILED_PRECONDITION when the account is archived and so refuses changes: ACCOUNT_ARCHIVED, or
// ACCOUNT_MERGED when another account has taken its place for good.
absl::Status CheckNotArchived(const v1::Account& account);

// Wins the account for the first time: a PROSPECT becomes WON and gets `sales_owner` as its sales
// owner unless it has one. An account that is further on stays where it is. FAILED_PRECONDITION
// (NO_ACCOUNTABLE_OWNER) when there is nobody to be accountable.
absl::Status WinAccount(const std::string& sales_owner, absl::Time now, v1::Account* account);

// Whether one of these deals of an account was won since the customer was last won back.
bool IsWonBy(const std::vector<v1::Deal>& deals, const v1::Account& account);

// Makes an account that was won by a deal which turned out not to be won a prospect again. Does
// nothing to an account that is not WON.
void UnwinAccount(absl::Time now, v1::Account* account);

// FAILED_PRECONDITION (ACCOUNT_NOT_WON) unless an onboarding may start: a prospect and a churned
// account may not.
absl::Status CheckMayStartOnboarding(const v1::Account& account);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_LIFECYCLE_H_
