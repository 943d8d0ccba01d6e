#ifndef BANSO_SERVICES_ACCOUNTS_API_IMPORT_RUN_H_
#define BANSO_SERVICES_ACCOUNTS_API_IMPORT_RUN_H_

#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// One stream of ImportAccounts: each message is a transaction, each bad row an entry in the answer.
// Used by one thread.
class ImportRun {
 public:
  // All must outlive it.
  ImportRun(storage::Database& database, const Store& store, contract::IdSource& ids,
            ActivePolicy& active_policy);

  // Stores the good rows of a message. INVALID_ARGUMENT for a message that is not one of this
  // stream's; then, and on other errors, nothing of the message is stored.
  absl::Status Add(const Call& call, const v1::ImportAccountsRequest& message);

  // What became of the rows so far.
  const v1::ImportAccountsResponse& total() const { return total_; }

 private:
  absl::Status Begin(const v1::ImportAccountsRequest& first);
  absl::Status AddRow(storage::Writer& writer, const v1::Account& row,
                      v1::ImportAccountsResponse* counts);
  absl::Status StoreRow(storage::Writer& writer, const v1::Account& row,
                        v1::ImportAccountsResponse* counts);
  absl::Status Create(storage::Writer& writer, const v1::Account& row,
                      const std::string& external_id, v1::ImportAccountsResponse* counts);
  absl::Status Change(storage::Writer& writer, const std::string& name, const v1::Account& row,
                      const std::string& external_id, v1::ImportAccountsResponse* counts);
  // Checks a merged row as a whole and classifies it. `external_id` is the one that it was found
  // by.
  absl::Status Finish(storage::Writer& writer, const v1::Account* before,
                      const std::string& external_id, v1::Account* account);
  // A free name, made from the external id.
  absl::StatusOr<std::string> NewName(storage::Reader& reader, const std::string& external_id);

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  ActivePolicy& active_policy_;
  std::shared_ptr<const Classifier> classifier_;
  std::string system_;
  bool validate_only_ = false;
  absl::flat_hash_set<std::string> seen_;
  std::map<std::string, int> attempts_;
  v1::ImportAccountsResponse total_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_IMPORT_RUN_H_
