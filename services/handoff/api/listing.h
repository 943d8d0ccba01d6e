#ifndef BANSO_SERVICES_HANDOFF_API_LISTING_H_
#define BANSO_SERVICES_HANDOFF_API_LISTING_H_

#include <string>

#include "absl/status/status.h"
#include "common/contract/errors.h"
#include "common/storage/list_query.h"

namespace banso::handoff {

// The page that a request of a List method asks for.
template <typename Request>
storage::ListQuery PageOf(const Request& request) {
  storage::ListQuery query;
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return query;
}

// ABORTED when the caller has read an older state than the one that `resource` has.
template <typename Resource>
absl::Status CheckEtag(const std::string& etag, const Resource& resource) {
  if (etag.empty() || etag == resource.etag()) return absl::OkStatus();
  return contract::EtagMismatch(resource.name());
}

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_LISTING_H_
