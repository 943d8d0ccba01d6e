#ifndef BANSO_SERVICES_ACCOUNTS_API_ACCOUNTS_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_ACCOUNTS_API_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/server/stream.h"
#include "common/storage/database.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.AccountsService, one method per RPC and named like it; the
// proto says what each does. Requests have passed contract::Check. Thread-safe.
//
// accounts.cc, lifecycle.cc, merge.cc, reassign.cc, import.cc, classification.cc, deals.cc,
// onboardings.cc and people.cc hold them by topic.
class AccountsApi {
 public:
  // All must outlive the handlers.
  AccountsApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Account> CreateAccount(const Call& call,
                                            const v1::CreateAccountRequest& request);
  absl::StatusOr<v1::Account> GetAccount(const Call& call, const v1::GetAccountRequest& request);
  absl::StatusOr<v1::ListAccountsResponse> ListAccounts(const Call& call,
                                                        const v1::ListAccountsRequest& request);
  absl::StatusOr<v1::Account> UpdateAccount(const Call& call,
                                            const v1::UpdateAccountRequest& request);
  absl::StatusOr<v1::Account> ArchiveAccount(const Call& call,
                                             const v1::ArchiveAccountRequest& request);
  absl::StatusOr<v1::Account> RestoreAccount(const Call& call,
                                             const v1::RestoreAccountRequest& request);
  absl::StatusOr<v1::ImportAccountsResponse> ImportAccounts(
      const Call& call, server::Source<v1::ImportAccountsRequest>& source);

  absl::StatusOr<v1::Account> ChurnAccount(const Call& call,
                                           const v1::ChurnAccountRequest& request);
  absl::StatusOr<v1::Account> ReopenAccount(const Call& call,
                                            const v1::ReopenAccountRequest& request);
  absl::StatusOr<v1::ListStageHistoryResponse> ListStageHistory(
      const Call& call, const v1::ListStageHistoryRequest& request);
  absl::StatusOr<v1::MergeAccountsResponse> MergeAccounts(const Call& call,
                                                          const v1::MergeAccountsRequest& request);
  absl::StatusOr<v1::ReassignAccountsResponse> ReassignAccounts(
      const Call& call, const v1::ReassignAccountsRequest& request);

  absl::StatusOr<v1::ReclassifyResponse> Reclassify(const Call& call,
                                                    const v1::ReclassifyRequest& request);
  absl::StatusOr<v1::ClassificationPolicy> SaveClassificationPolicy(
      const Call& call, const v1::SaveClassificationPolicyRequest& request);
  absl::StatusOr<v1::ClassificationPolicy> ActivateClassificationPolicy(
      const Call& call, const v1::ActivateClassificationPolicyRequest& request);
  absl::StatusOr<v1::ClassificationPolicy> GetClassificationPolicy(
      const Call& call, const v1::GetClassificationPolicyRequest& request);
  absl::StatusOr<v1::ListClassificationPolicyRevisionsResponse> ListClassificationPolicyRevisions(
      const Call& call, const v1::ListClassificationPolicyRevisionsRequest& request);

  absl::StatusOr<v1::Deal> CreateDeal(const Call& call, const v1::CreateDealRequest& request);
  absl::StatusOr<v1::Deal> GetDeal(const Call& call, const v1::GetDealRequest& request);
  absl::StatusOr<v1::ListDealsResponse> ListDeals(const Call& call,
                                                  const v1::ListDealsRequest& request);
  absl::StatusOr<v1::Deal> UpdateDeal(const Call& call, const v1::UpdateDealRequest& request);
  absl::StatusOr<v1::Deal> WinDeal(const Call& call, const v1::WinDealRequest& request);
  absl::StatusOr<v1::Deal> LoseDeal(const Call& call, const v1::LoseDealRequest& request);

  absl::StatusOr<v1::Onboarding> CreateOnboarding(const Call& call,
                                                  const v1::CreateOnboardingRequest& request);
  absl::StatusOr<v1::Onboarding> GetOnboarding(const Call& call,
                                               const v1::GetOnboardingRequest& request);
  absl::StatusOr<v1::ListOnboardingsResponse> ListOnboardings(
      const Call& call, const v1::ListOnboardingsRequest& request);
  absl::StatusOr<v1::Onboarding> UpdateOnboarding(const Call& call,
                                                  const v1::UpdateOnboardingRequest& request);
  absl::StatusOr<v1::Onboarding> RecordClock(const Call& call,
                                             const v1::RecordClockRequest& request);
  absl::StatusOr<v1::Onboarding> PassBall(const Call& call, const v1::PassBallRequest& request);
  absl::StatusOr<v1::Onboarding> AdvanceOnboarding(const Call& call,
                                                   const v1::AdvanceOnboardingRequest& request);

  absl::StatusOr<v1::Stakeholder> CreateStakeholder(const Call& call,
                                                    const v1::CreateStakeholderRequest& request);
  absl::StatusOr<v1::Stakeholder> GetStakeholder(const Call& call,
                                                 const v1::GetStakeholderRequest& request);
  absl::StatusOr<v1::ListStakeholdersResponse> ListStakeholders(
      const Call& call, const v1::ListStakeholdersRequest& request);
  absl::StatusOr<v1::Stakeholder> UpdateStakeholder(const Call& call,
                                                    const v1::UpdateStakeholderRequest& request);
  absl::StatusOr<v1::Member> CreateMember(const Call& call, const v1::CreateMemberRequest& request);
  absl::StatusOr<v1::Member> GetMember(const Call& call, const v1::GetMemberRequest& request);
  absl::StatusOr<v1::ListMembersResponse> ListMembers(const Call& call,
                                                      const v1::ListMembersRequest& request);
  absl::StatusOr<v1::Member> UpdateMember(const Call& call, const v1::UpdateMemberRequest& request);

 private:
  // Gives the account the class that the policy in force says; without one it stays as it is.
  absl::Status Classify(storage::Reader& reader, absl::Time now, v1::Account* account);

  // The member who sells a deal: its sales owner, else the member who calls; empty if neither is.
  absl::StatusOr<std::string> SellerOf(storage::Writer& writer, const v1::Deal& deal) const;

  // Checks a stakeholder and what it refers to.
  absl::Status CheckStakeholder(storage::Reader& reader, const v1::Stakeholder& stakeholder) const;

  // Lets `change` alter an onboarding, stores it, and brings its account into line.
  absl::StatusOr<v1::Onboarding> ChangeOnboarding(
      storage::Writer& writer, const std::string& name, const std::string& etag,
      absl::FunctionRef<absl::Status(v1::Onboarding& onboarding, v1::Account& account)> change);

  // Stores `account`, `before` as it was, after rolling up its onboardings and classifying it.
  absl::Status RollUpAccount(storage::Writer& writer, const v1::Account& before,
                             v1::Account account);

  // Changes the owners that the rows name, in one transaction; collects what is wrong with rows.
  absl::Status Reassign(storage::Writer& writer, const v1::ReassignAccountsRequest& request,
                        v1::ReassignAccountsResponse* response);
  absl::Status ReassignRow(storage::Writer& writer, const v1::Reassignment& row,
                           v1::ReassignAccountsResponse* response);

  // Checks what an onboarding refers to: its owner, and its deal in the same account.
  absl::Status CheckOnboarding(storage::Reader& reader, const v1::Onboarding& onboarding,
                               absl::string_view field) const;

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  ActivePolicy active_policy_{store_};
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_ACCOUNTS_API_H_
