#ifndef BANSO_SERVICES_KICKOFF_API_LISTING_H_
#define BANSO_SERVICES_KICKOFF_API_LISTING_H_

#include <utility>

#include "absl/status/statusor.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "common/status_macros.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/list_page.h"
#include "common/storage/list_query.h"

namespace banso::kickoff {

// Reads a page of a plan's parts, as storage::ListPage. NOT_FOUND when there is no such plan.
template <class Response, class T>
absl::StatusOr<Response> ListParts(storage::Database& database,
                                   const storage::Collection<v1::Plan>& plans,
                                   const storage::Collection<T>& parts,
                                   const storage::ListQuery& query,
                                   storage::ItemsOf<Response, T> items) {
  return storage::Fetch<Response>(
      database, [&](storage::Reader& reader) -> absl::StatusOr<Response> {
        BANSO_RETURN_IF_ERROR(plans.Get(reader, query.parent).status());
        BANSO_ASSIGN_OR_RETURN(storage::Page<T> page, parts.List(reader, query));
        return storage::PageResponse<Response, T>(std::move(page), items);
      });
}

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_LISTING_H_
