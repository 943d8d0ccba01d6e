#ifndef BANSO_SERVICES_ACCOUNTS_API_SWEEP_H_
#define BANSO_SERVICES_ACCOUNTS_API_SWEEP_H_

#include <cstddef>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/contract/call.h"
#include "common/status_macros.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"

namespace banso::accounts {

// Brings everything for which all `filters` hold into a state in which they no longer do, by
// `refresh`. Few at a time: everybody else's writes wait behind a transaction. Writes nothing when
// there is nothing to do.
template <typename T>
absl::Status SweepDue(storage::Database& database, const Call& call,
                      const storage::Collection<T>& resources,
                      const std::vector<storage::Filter>& filters,
                      absl::FunctionRef<absl::Status(storage::Writer&, const T&)> refresh) {
  constexpr size_t kBatch = 50;
  storage::ListQuery query;
  query.filters = filters;
  query.page_size = static_cast<int>(kBatch);
  size_t refreshed = kBatch;
  const auto refresh_batch = [&](storage::Writer& writer) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const storage::Page<T> page, resources.List(writer, query));
    for (const T& resource : page.items) BANSO_RETURN_IF_ERROR(refresh(writer, resource));
    refreshed = page.items.size();
    return absl::OkStatus();
  };
  while (refreshed == kBatch && !call.is_cancelled()) {
    const auto found = storage::Fetch<int64_t>(database, [&](storage::Reader& reader) {
      return resources.Count(reader, "", query.filters);
    });
    BANSO_RETURN_IF_ERROR(found.status());
    if (*found == 0) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(database.Write(call, refresh_batch).status());
  }
  return absl::OkStatus();
}

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_SWEEP_H_
