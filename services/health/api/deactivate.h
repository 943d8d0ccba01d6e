#ifndef BANSO_SERVICES_HEALTH_API_DEACTIVATE_H_
#define BANSO_SERVICES_HEALTH_API_DEACTIVATE_H_

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/contract/call.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/mutate.h"
#include "common/storage/revisions.h"
#include "services/health/store/evaluations.h"

namespace banso::health {

// What a rule that goes out of force has a part in.
enum class Judged {
  kNothing,
  // Every account is judged anew, and its scores say why.
  kAll,
};

// Takes what has the name `request.name()` out of force, and returns it as it then is.
template <typename T, typename Request>
absl::StatusOr<T> Deactivate(storage::Database& database,
                             const storage::RevisionedCollection<T>& collection, const Call& call,
                             const Request& request, Judged judged) {
  return storage::Mutate<T>(
      database, call, request, [&](storage::Writer& writer) -> absl::StatusOr<T> {
        BANSO_RETURN_IF_ERROR(collection.Get(writer, request.name(), writer.now()).status());
        BANSO_RETURN_IF_ERROR(collection.Deactivate(writer, request.name()));
        if (judged == Judged::kAll) {
          BANSO_RETURN_IF_ERROR(
              MarkAllDue(writer, absl::StrCat(request.name(), " was taken out of force")));
        }
        return collection.Get(writer, request.name(), writer.now());
      });
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_DEACTIVATE_H_
