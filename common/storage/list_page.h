#ifndef BANSO_COMMON_STORAGE_LIST_PAGE_H_
#define BANSO_COMMON_STORAGE_LIST_PAGE_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/status_macros.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"
#include "common/storage/revisions.h"
#include "google/protobuf/repeated_ptr_field.h"

// What the handlers of List methods have in common: requests with page_size and page_token, perhaps
// with a parent, and responses with a list and next_page_token.
namespace banso::storage {

// The list of a response, such as &v1::ListDealsResponse::mutable_deals.
template <class Response, class T>
using ItemsOf = google::protobuf::RepeatedPtrField<T>* (Response::*)();

// The page that a request asks for, without filters.
template <class Request>
ListQuery QueryOf(const Request& request) {
  ListQuery query;
  if constexpr (requires { request.parent(); }) query.parent = request.parent();
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return query;
}

// The response that holds a page.
template <class Response, class T>
Response PageResponse(Page<T> page, ItemsOf<Response, T> items) {
  Response response;
  for (T& item : page.items) *(response.*items)()->Add() = std::move(item);
  response.set_next_page_token(std::move(page.next_page_token));
  return response;
}

// Reads a page of a collection, as Collection::List.
template <class Response, class T>
absl::StatusOr<Response> ListPage(Database& database, const Collection<T>& collection,
                                  const ListQuery& query, ItemsOf<Response, T> items) {
  return Fetch<Response>(database, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(Page<T> page, collection.List(reader, query));
    return PageResponse<Response, T>(std::move(page), items);
  });
}

// Reads a page of the revisions that a request with `name` asks for, as they are at `now`.
template <class Response, class T, class Request>
absl::StatusOr<Response> ListRevisionsPage(Database& database,
                                           const RevisionedCollection<T>& collection,
                                           const Request& request, absl::Time now,
                                           ItemsOf<Response, T> items) {
  return Fetch<Response>(database, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(Page<T> page,
                           collection.ListRevisions(reader, request.name(), QueryOf(request), now));
    return PageResponse<Response, T>(std::move(page), items);
  });
}

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_LIST_PAGE_H_
