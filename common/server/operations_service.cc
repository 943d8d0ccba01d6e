#include "common/server/operations_service.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "banso/type/v1/operations.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"

namespace banso::server {
namespace {

using type::v1::AwaitPositionRequest;
using type::v1::AwaitPositionResponse;
using type::v1::GetPositionRequest;
using type::v1::GetPositionResponse;
using type::v1::GetTimeRequest;
using type::v1::GetTimeResponse;
using type::v1::SetTimeRequest;
using type::v1::SetTimeResponse;

GetTimeResponse GetTime(const ServiceDefinition& definition) {
  GetTimeResponse response;
  *response.mutable_time() = calendar::ToTimestamp(definition.clock()->TimeNow());
  response.set_test_clock(definition.test_clock() != nullptr);
  return response;
}

absl::StatusOr<SetTimeResponse> SetTime(const ServiceDefinition& definition,
                                        const SetTimeRequest& request) {
  if (definition.test_clock() == nullptr) {
    return contract::FailedPrecondition("TEST_CLOCK_OFF", definition.name(),
                                        "business time is the system's and cannot be set",
                                        "Start the process with --test_clock");
  }
  BANSO_RETURN_IF_ERROR(definition.test_clock()->SetTime(calendar::ToTime(request.time())));
  SetTimeResponse response;
  *response.mutable_time() = calendar::ToTimestamp(definition.clock()->TimeNow());
  return response;
}

absl::StatusOr<GetPositionResponse> GetPosition(const ServiceDefinition& definition) {
  if (definition.database() == nullptr) {
    return contract::Unimplemented(
        absl::StrCat(definition.name(), " keeps no store that others follow"));
  }
  GetPositionResponse response;
  response.set_position(definition.database()->position());
  response.set_epoch(definition.database()->epoch());
  return response;
}

// A service may follow another's changes and its facts: both must have come so far.
absl::StatusOr<AwaitPositionResponse> AwaitPosition(const ServiceDefinition& definition,
                                                    const Call& call,
                                                    const AwaitPositionRequest& request) {
  std::vector<std::string> sources;
  int64_t reached = std::numeric_limits<int64_t>::max();
  bool follows = false;
  for (const auto& follower : definition.followers()) {
    sources.push_back(follower->source());
    if (follower->source() != request.service()) continue;
    follows = true;
    BANSO_ASSIGN_OR_RETURN(const int64_t position,
                           follower->WaitForPosition(request.position(), call.deadline));
    reached = std::min(reached, position);
  }
  if (!follows) {
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    return contract::InvalidField(
        "service", request.service(),
        sources.empty() ? absl::StrCat("none: ", definition.name(), " follows no service")
                        : absl::StrCat("a service that ", definition.name(),
                                       " follows: ", absl::StrJoin(sources, ", ")),
        "NOT_FOLLOWED");
  }
  AwaitPositionResponse response;
  response.set_position(reached);
  return response;
}

}  // namespace

Router OperationsRouter(const ServiceDefinition& definition) {
  Router router("banso.type.v1.OperationsService");
  router
      .Unary<GetTimeRequest, GetTimeResponse>(
          "GetTime", [&](const Call&, const GetTimeRequest&) { return GetTime(definition); })
      .Unary<SetTimeRequest, SetTimeResponse>(
          "SetTime",
          [&](const Call&, const SetTimeRequest& request) { return SetTime(definition, request); })
      .Unary<GetPositionRequest, GetPositionResponse>(
          "GetPosition",
          [&](const Call&, const GetPositionRequest&) { return GetPosition(definition); })
      .Unary<AwaitPositionRequest, AwaitPositionResponse>(
          "AwaitPosition", [&](const Call& call, const AwaitPositionRequest& request) {
            return AwaitPosition(definition, call, request);
          });
  return router;
}

}  // namespace banso::server
