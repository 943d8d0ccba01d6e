#ifndef BANSO_SERVICES_HEALTH_API_LISTS_H_
#define BANSO_SERVICES_HEALTH_API_LISTS_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"
#include "common/storage/revisions.h"
#include "google/protobuf/repeated_ptr_field.h"

// What the list handlers have in common.
namespace banso::health {

// A page as the request asks for it; its other filters are for the caller.
template <typename Request>
storage::ListQuery PageOf(const Request& request) {
  storage::ListQuery query;
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return query;
}

// A response's list of T, by its mutable accessor.
template <typename Response, typename T>
using ListOf = google::protobuf::RepeatedPtrField<T>* (Response::*)();

// The answer that holds a page; `items` is the response's list.
template <typename Response, typename T>
Response ToResponse(storage::Page<T> page, ListOf<Response, T> items) {
  Response response;
  for (T& item : page.items) *(response.*items)()->Add() = std::move(item);
  response.set_next_page_token(std::move(page.next_page_token));
  return response;
}

// The handler of a List<Kind>Revisions RPC.
template <typename Response, typename T, typename Request>
absl::StatusOr<Response> ListRevisionsOf(storage::Database& database,
                                         const storage::RevisionedCollection<T>& collection,
                                         const Request& request, absl::Time now,
                                         ListOf<Response, T> items) {
  return storage::Fetch<Response>(
      database, [&](storage::Reader& reader) -> absl::StatusOr<Response> {
        BANSO_ASSIGN_OR_RETURN(
            storage::Page<T> page,
            collection.ListRevisions(reader, request.name(), PageOf(request), now));
        return ToResponse<Response>(std::move(page), items);
      });
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_LISTS_H_
