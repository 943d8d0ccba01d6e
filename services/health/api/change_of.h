#ifndef BANSO_SERVICES_HEALTH_API_CHANGE_OF_H_
#define BANSO_SERVICES_HEALTH_API_CHANGE_OF_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/contract/call.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/mutate.h"
#include "services/health/store/store.h"

namespace banso::health {

// Mutate for a change of what has the name `request.name()` and belongs to an account. Where `body`
// finds nothing of that name because it has gone over with its account to another one, the caller
// is told which (ACCOUNT_MERGED). What is new says so by AccountMirror::CheckOpen.
template <typename Response, typename Request>
absl::StatusOr<Response> ChangeOf(
    const Store& store, storage::Database& database, const Call& call, const Request& request,
    absl::FunctionRef<absl::StatusOr<Response>(storage::Writer&)> body) {
  return storage::Mutate<Response>(
      database, call, request, [&](storage::Writer& writer) -> absl::StatusOr<Response> {
        absl::StatusOr<Response> result = body(writer);
        if (absl::IsNotFound(result.status())) {
          BANSO_RETURN_IF_ERROR(store.accounts.CheckNotMerged(writer, request.name()));
        }
        return result;
      });
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_CHANGE_OF_H_
