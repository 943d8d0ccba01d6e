#ifndef BANSO_SERVICES_GATEWAY_API_REVISIONS_H_
#define BANSO_SERVICES_GATEWAY_API_REVISIONS_H_

#include "absl/status/statusor.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "common/contract/call.h"
#include "common/server/client.h"

namespace banso::gateway {

// Tells what differs between two revisions, whichever service keeps them.
absl::StatusOr<v1::DiffRevisionsResponse> DiffRevisions(server::Peers& peers, const Call& call,
                                                        const v1::DiffRevisionsRequest& request);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_REVISIONS_H_
