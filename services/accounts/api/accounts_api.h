#ifndef BANSO_SERVICES_ACCOUNTS_API_ACCOUNTS_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_ACCOUNTS_API_H_

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
// accounts.cc, lifecycle.cc, merge.cc, reassign.cc and import.cc hold them by topic.
class AccountsApi {
 public:
  // All must outlive the handlers.
  AccountsApi(storage::Database& database, const Store& store, contract::IdSource& ids,
              ActivePolicy& policy)
      : database_(database), store_(store), ids_(ids), policy_(policy) {}

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

 private:
  // Changes the owners that the rows name, in one transaction; collects what is wrong with rows.
  absl::Status Reassign(storage::Writer& writer, const v1::ReassignAccountsRequest& request,
                        v1::ReassignAccountsResponse* response);
  // The request with the accounts named that the member has whose accounts are all meant; says in
  // `response` which was the last and how many are left.
  absl::StatusOr<v1::ReassignAccountsRequest> NameAccountsOf(
      storage::Reader& reader, const v1::ReassignAccountsRequest& request,
      v1::ReassignAccountsResponse* response) const;
  absl::Status ReassignRow(storage::Writer& writer, const v1::Reassignment& row,
                           v1::ReassignAccountsResponse* response);

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  ActivePolicy& policy_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_ACCOUNTS_API_H_
