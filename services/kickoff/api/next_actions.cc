#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/page_token.h"
#include "common/status_macros.h"
#include "services/kickoff/api/kickoff_api.h"
#include "services/kickoff/domain/next_actions.h"

namespace banso::kickoff {
namespace {

using storage::Reader;
using v1::Plan;

constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 1000;

// Where an action stands in the list: ordered texts for ordered actions.
std::string PlaceOf(const v1::NextAction& action) {
  return absl::StrCat(calendar::DayText(action.due()), " ", action.resource());
}

// The page of all actions that the request asks for.
absl::StatusOr<v1::ListNextActionsResponse> PageOfActions(const std::string& epoch,
                                                          const v1::ListNextActionsRequest& request,
                                                          std::vector<v1::NextAction> actions) {
  std::sort(actions.begin(), actions.end(),
            [](const auto& a, const auto& b) { return PlaceOf(a) < PlaceOf(b); });
  const contract::TokenScope scope{epoch, contract::QueryKey("ListNextActions", request)};
  auto first = actions.begin();
  if (!request.page_token().empty()) {
    BANSO_ASSIGN_OR_RETURN(const std::string place,
                           contract::DecodePageToken(scope, request.page_token()));
    first = std::find_if(actions.begin(), actions.end(),
                         [&](const v1::NextAction& action) { return PlaceOf(action) > place; });
  }
  const auto size = static_cast<std::ptrdiff_t>(
      request.page_size() == 0 ? kDefaultPageSize : std::min(request.page_size(), kMaxPageSize));
  const auto last = actions.end() - first > size ? first + size : actions.end();
  v1::ListNextActionsResponse response;
  response.mutable_next_actions()->Assign(first, last);
  if (last != actions.end()) {
    response.set_next_page_token(contract::EncodePageToken(scope, PlaceOf(*(last - 1))));
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::ListNextActionsResponse> KickoffApi::ListNextActions(
    const Call& call, const v1::ListNextActionsRequest& request) {
  std::vector<v1::NextAction> actions;
  const bool many = absl::EndsWith(request.parent(), "/-");
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    std::vector<storage::Filter> filters;
    if (!many) {
      const std::string name = PlanOf(request.parent());
      BANSO_RETURN_IF_ERROR(store_.plans.Get(reader, name).status());
      filters.push_back(storage::Equal("name", name));
    }
    if (!request.owner().empty()) filters.push_back(storage::Equal("owner", request.owner()));
    BANSO_ASSIGN_OR_RETURN(const std::vector<Plan> plans,
                           store_.plans.All(reader, many ? request.parent() : "", filters));
    for (const Plan& plan : plans) {
      BANSO_ASSIGN_OR_RETURN(const PlanParts parts, store_.Load(reader, plan.name()));
      BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, store_.Zone(reader, plan.name()));
      for (v1::NextAction& action : NextActions(parts, zone, calendar::DayOf(call.now, zone))) {
        actions.push_back(std::move(action));
      }
    }
    return absl::OkStatus();
  }));
  return PageOfActions(database_.epoch(), request, std::move(actions));
}

}  // namespace banso::kickoff
