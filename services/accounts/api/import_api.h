#ifndef BANSO_SERVICES_ACCOUNTS_API_IMPORT_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_IMPORT_API_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/accounts/v1/import_service.pb.h"
#include "common/calendar/calendars.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/server/roles.h"
#include "common/server/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/descriptor.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// Whether whoever calls may do what `method` does; see server::CheckRole.
using AccessCheck = std::function<absl::Status(const google::protobuf::MethodDescriptor& method,
                                               const Call& call, const server::RoleSource& roles)>;

// The handler of banso.accounts.v1.ImportService. Thread-safe.
class ImportApi {
 public:
  // All must outlive the handlers. `access` is asked of each row for the call that it stands for.
  ImportApi(storage::Database& database, const Store& store, contract::IdSource& ids,
            ActivePolicy& policy, const calendar::Calendars& calendars,
            AccessCheck access = server::CheckRole)
      : database_(database),
        store_(store),
        ids_(ids),
        policy_(policy),
        calendars_(calendars),
        access_(std::move(access)) {}

  absl::StatusOr<v1::ImportResourcesResponse> ImportResources(
      const Call& call, server::Source<v1::ImportResourcesRequest>& source);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  ActivePolicy& policy_;
  const calendar::Calendars& calendars_;
  const AccessCheck access_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_IMPORT_API_H_
