#ifndef BANSO_SERVICES_GATEWAY_API_WATCH_PORTFOLIO_H_
#define BANSO_SERVICES_GATEWAY_API_WATCH_PORTFOLIO_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "common/contract/call.h"
#include "common/server/client.h"
#include "common/server/stream.h"

namespace banso::gateway {

// How soon a service whose stream broke is asked again: at first, and at most, doubled each time.
struct WatchBackoff {
  absl::Duration first = absl::Milliseconds(100);
  absl::Duration most = absl::Seconds(2);
};

// Answers WatchPortfolio: the changes of the services as one stream, each service's in its own
// order. Holds no thread. When a service goes away the others go on, and it is taken up again from
// where it was. Ends with the error of a service that refuses (a resume token that is too old).
// INVALID_ARGUMENT for a service that does not exist and for a damaged token.
absl::StatusOr<std::unique_ptr<server::Feed<v1::WatchPortfolioResponse>>> WatchPortfolio(
    server::Peers& peers, const Call& call, const v1::WatchPortfolioRequest& request,
    const WatchBackoff& backoff = {});

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_WATCH_PORTFOLIO_H_
