#ifndef BANSO_SERVICES_ACCOUNTS_API_IMPORT_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_IMPORT_API_H_

#include "absl/status/statusor.h"
#include "banso/accounts/v1/import_service.pb.h"
#include "common/calendar/calendars.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/server/stream.h"
#include "common/storage/database.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handler of banso.accounts.v1.ImportService. Thread-safe.
class ImportApi {
 public:
  // All must outlive the handlers.
  ImportApi(storage::Database& database, const Store& store, contract::IdSource& ids,
            ActivePolicy& policy, const calendar::Calendars& calendars)
      : database_(database), store_(store), ids_(ids), policy_(policy), calendars_(calendars) {}

  absl::StatusOr<v1::ImportResourcesResponse> ImportResources(
      const Call& call, server::Source<v1::ImportResourcesRequest>& source);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  ActivePolicy& policy_;
  const calendar::Calendars& calendars_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_IMPORT_API_H_
