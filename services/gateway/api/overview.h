#ifndef BANSO_SERVICES_GATEWAY_API_OVERVIEW_H_
#define BANSO_SERVICES_GATEWAY_API_OVERVIEW_H_

#include "absl/status/statusor.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "common/contract/call.h"
#include "common/server/client.h"

namespace banso::gateway {

// Answers GetAccountOverview: asks all services at the same time, then about each onboarding what
// its state makes interesting. NOT_FOUND, or another error of accounts when it cannot tell the
// account itself; everything else that is not told in time is named in `missing`.
absl::StatusOr<v1::AccountOverview> GetAccountOverview(
    server::Peers& peers, const Call& call, const v1::GetAccountOverviewRequest& request);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_OVERVIEW_H_
