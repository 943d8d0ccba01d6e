#include <utility>
#include <vector>

#include "common/calendar/period.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/assessments/assessments_api.h"
#include "services/health/api/change_of.h"
#include "services/health/api/lists.h"
#include "services/health/domain/assessments/rating_request.h"
#include "services/health/domain/assessments/rubric.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::RatingRequest;

absl::StatusOr<RatingRequest> AssessmentsApi::CreateRatingRequest(
    const Call& call, const v1::CreateRatingRequestRequest& request) {
  return storage::Mutate<RatingRequest>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<RatingRequest> {
        BANSO_RETURN_IF_ERROR(store_.accounts.CheckOpen(writer, request.parent()));
        RatingRequest asked = request.rating_request();
        BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Rubric> in_force,
                               store_.assessments.rubrics.AllActive(writer, writer.now()));
        BANSO_RETURN_IF_ERROR(
            FindJudgedItem(in_force, asked.item(), "rating_request.item").status());
        asked.set_name(contract::Join(request.parent(), "ratingRequests",
                                      contract::IdOrNew(request.rating_request_id(), ids_)));
        asked.set_requester(call.actor);
        asked.clear_second_assessment();
        asked.clear_second_rating();
        BANSO_ASSIGN_OR_RETURN(const auto judged,
                               store_.assessments.JudgementInForce(writer, request.parent(),
                                                                   asked.item(), writer.now()));
        BANSO_ASSIGN_OR_RETURN(const std::vector<RatingRequest> open,
                               store_.assessments.OpenRatingRequests(writer, request.parent(),
                                                                     asked.item(), asked.rater()));
        const absl::TimeZone zone = calendar::ZoneOrUtc(ZoneOf(writer, request.parent()));
        BANSO_RETURN_IF_ERROR(
            Open(asked, judged, !open.empty(), calendar::DayOf(writer.now(), zone)));
        return store_.assessments.rating_requests.Create(writer, std::move(asked));
      });
}

absl::StatusOr<RatingRequest> AssessmentsApi::GetRatingRequest(
    const Call&, const v1::GetRatingRequestRequest& request) {
  return storage::Fetch<RatingRequest>(database_, [&](Reader& reader) {
    return store_.assessments.rating_requests.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListRatingRequestsResponse> AssessmentsApi::ListRatingRequests(
    const Call&, const v1::ListRatingRequestsRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  if (!request.rater().empty()) query.filters.push_back(storage::Equal("rater", request.rater()));
  if (!request.states().empty()) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  using Response = v1::ListRatingRequestsResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(storage::Page<RatingRequest> page,
                           store_.assessments.rating_requests.List(reader, query));
    return ToResponse<Response>(std::move(page), &Response::mutable_rating_requests);
  });
}

absl::StatusOr<RatingRequest> AssessmentsApi::CancelRatingRequest(
    const Call& call, const v1::CancelRatingRequestRequest& request) {
  return ChangeOf<RatingRequest>(store_, database_, call, request, [&](Writer& writer) {
    return store_.assessments.rating_requests.Modify(
        writer, request.name(), "", [](RatingRequest& asked) { return Cancel(asked); });
  });
}

}  // namespace banso::health
