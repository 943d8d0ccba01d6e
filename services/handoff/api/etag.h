#ifndef BANSO_SERVICES_HANDOFF_API_ETAG_H_
#define BANSO_SERVICES_HANDOFF_API_ETAG_H_

#include <string>

#include "absl/status/status.h"
#include "common/contract/errors.h"

namespace banso::handoff {

// ABORTED when the caller has read an older state than the one that `resource` has.
template <typename Resource>
absl::Status CheckEtag(const std::string& etag, const Resource& resource) {
  if (etag.empty() || etag == resource.etag()) return absl::OkStatus();
  return contract::EtagMismatch(resource.name());
}

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_ETAG_H_
