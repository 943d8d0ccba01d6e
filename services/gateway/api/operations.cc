#include "services/gateway/api/operations.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "banso/type/v1/operations.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/gateway/api/parts.h"

namespace banso::gateway {
namespace {

using type::v1::AwaitPositionRequest;
using type::v1::AwaitPositionResponse;
using type::v1::GetPositionRequest;
using type::v1::GetPositionResponse;
using type::v1::GetTimeRequest;
using type::v1::GetTimeResponse;
using type::v1::SetTimeRequest;
using type::v1::SetTimeResponse;

constexpr char kOperations[] = "banso.type.v1.OperationsService";
constexpr char kServices[] = "`accounts`, `health`, `kickoff` or `handoff`";
// What a service says that does not follow the one that is awaited.
constexpr char kNotFollowed[] = "NOT_FOLLOWED";

absl::StatusOr<server::Peer*> FindPeer(server::Peers& peers, const std::string& service) {
  server::Peer* peer = peers.Find(service);
  if (peer == nullptr) return contract::InvalidField("service", service, kServices);
  return peer;
}

// Those whose facts others read come first, so that a sweep finds the others at its own time.
absl::StatusOr<SetTimeResponse> SetTime(server::Peers& peers, calendar::TestClock* test_clock,
                                        const Call& call, const SetTimeRequest& request) {
  if (test_clock == nullptr) {
    return contract::FailedPrecondition("TEST_CLOCK_OFF", "gateway",
                                        "business time is the system's and cannot be set",
                                        "Start the suite with --test_clock");
  }
  for (server::Peer* peer :
       {&peers.accounts(), &peers.kickoff(), &peers.health(), &peers.handoff()}) {
    BANSO_RETURN_IF_ERROR(Ask<SetTimeResponse>(*peer, call, kOperations, "SetTime", request,
                                               server::Patience::kCallers)
                              .Await()
                              .status());
  }
  BANSO_RETURN_IF_ERROR(test_clock->SetTime(calendar::ToTime(request.time())));
  SetTimeResponse response;
  *response.mutable_time() = calendar::ToTimestamp(test_clock->TimeNow());
  return response;
}

absl::StatusOr<AwaitPositionResponse> AwaitPosition(server::Peers& peers, server::Follower& own,
                                                    const Call& call,
                                                    const AwaitPositionRequest& request) {
  BANSO_ASSIGN_OR_RETURN(server::Peer* const followed, FindPeer(peers, request.service()));
  std::vector<Ask<AwaitPositionResponse>> followers;
  for (server::Peer* peer : peers.all()) {
    if (peer == followed) continue;
    followers.emplace_back(*peer, call, kOperations, "AwaitPosition", request,
                           server::Patience::kCallers);
  }
  std::optional<int64_t> reached;
  if (own.source() == request.service()) {
    BANSO_ASSIGN_OR_RETURN(reached, own.WaitForPosition(request.position(), call.deadline));
  }
  for (Ask<AwaitPositionResponse>& follower : followers) {
    const absl::StatusOr<AwaitPositionResponse> response = follower.Await();
    if (response.ok()) {
      reached = std::min(reached.value_or(response->position()), response->position());
      continue;
    }
    const std::vector<contract::FieldViolation> violations =
        contract::FieldViolations(response.status());
    if (violations.empty() || violations.front().reason != kNotFollowed) return response.status();
  }
  if (!reached.has_value()) {
    return contract::InvalidField("service", request.service(),
                                  "a service that others follow; nobody follows this one",
                                  kNotFollowed);
  }
  AwaitPositionResponse response;
  response.set_position(*reached);
  return response;
}

}  // namespace

server::Router OperationsRouter(server::Peers& peers, server::Follower& follower,
                                calendar::Clock* clock, calendar::TestClock* test_clock) {
  server::Router router(kOperations);
  router.Unary(
      "GetTime",
      [clock, test_clock](const Call&, const GetTimeRequest&) -> absl::StatusOr<GetTimeResponse> {
        GetTimeResponse response;
        *response.mutable_time() = calendar::ToTimestamp(clock->TimeNow());
        response.set_test_clock(test_clock != nullptr);
        return response;
      });
  router.Unary("SetTime", [&peers, test_clock](const Call& call, const SetTimeRequest& request) {
    return SetTime(peers, test_clock, call, request);
  });
  router.Unary(
      "GetPosition",
      [&peers](const Call& call,
               const GetPositionRequest& request) -> absl::StatusOr<GetPositionResponse> {
        BANSO_ASSIGN_OR_RETURN(server::Peer* const peer, FindPeer(peers, request.service()));
        return Ask<GetPositionResponse>(*peer, call, kOperations, "GetPosition", request).Await();
      });
  router.Unary("AwaitPosition",
               [&peers, &follower](const Call& call, const AwaitPositionRequest& request) {
                 return AwaitPosition(peers, follower, call, request);
               });
  return router;
}

}  // namespace banso::gateway
