#ifndef BANSO_SERVICES_KICKOFF_API_LISTING_H_
#define BANSO_SERVICES_KICKOFF_API_LISTING_H_

#include "absl/status/statusor.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "common/status_macros.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"

namespace banso::kickoff {

// The page that a list request asks for.
template <typename Request>
storage::ListQuery QueryOf(const Request& request) {
  storage::ListQuery query;
  query.parent = request.parent();
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return query;
}

// Reads a page of a plan's parts into `Response`, whose list `items` returns. NOT_FOUND when there
// is no such plan.
template <typename Response, typename T, typename Items>
absl::StatusOr<Response> ListParts(storage::Database& database,
                                   const storage::Collection<v1::Plan>& plans,
                                   const storage::Collection<T>& parts,
                                   const storage::ListQuery& query, Items items) {
  return storage::Fetch<Response>(
      database, [&](storage::Reader& reader) -> absl::StatusOr<Response> {
        BANSO_RETURN_IF_ERROR(plans.Get(reader, query.parent).status());
        BANSO_ASSIGN_OR_RETURN(storage::Page<T> page, parts.List(reader, query));
        Response response;
        items(&response)->Assign(page.items.begin(), page.items.end());
        response.set_next_page_token(page.next_page_token);
        return response;
      });
}

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_LISTING_H_
