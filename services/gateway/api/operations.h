#ifndef BANSO_SERVICES_GATEWAY_API_OPERATIONS_H_
#define BANSO_SERVICES_GATEWAY_API_OPERATIONS_H_

#include "common/calendar/clock.h"
#include "common/server/client.h"
#include "common/server/follower.h"
#include "common/server/router.h"

namespace banso::gateway {

// OperationsService for the whole suite: the time is set everywhere, positions are asked of the
// service that is named, and what is awaited is awaited of everybody who follows it, the gateway's
// own `follower` included. `test_clock` is null when business time is the system's. All must
// outlive the router.
server::Router OperationsRouter(server::Peers& peers, server::Follower& follower,
                                calendar::Clock* clock, calendar::TestClock* test_clock);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_OPERATIONS_H_
