#ifndef BANSO_SERVICES_ACCOUNTS_API_LISTING_H_
#define BANSO_SERVICES_ACCOUNTS_API_LISTING_H_

#include "absl/status/statusor.h"
#include "common/status_macros.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"

namespace banso::accounts {

// The page of children of `parent` that a list request asks for.
template <typename Request>
storage::ListQuery ChildrenQuery(const Request& request) {
  storage::ListQuery query;
  query.parent = request.parent();
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return query;
}

// Reads a page into `Response`, whose list `items` returns.
template <typename Response, typename T, typename Items>
absl::StatusOr<Response> ListPage(storage::Database& database,
                                  const storage::Collection<T>& resources,
                                  const storage::ListQuery& query, Items items) {
  return storage::Fetch<Response>(
      database, [&](storage::Reader& reader) -> absl::StatusOr<Response> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<T> page, resources.List(reader, query));
        Response response;
        items(&response)->Assign(page.items.begin(), page.items.end());
        response.set_next_page_token(page.next_page_token);
        return response;
      });
}

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_LISTING_H_
