#include "services/health/domain/assessments/rating_request.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"

namespace banso::health {
namespace {

constexpr char kReasonNotJudged[] = "NOT_JUDGED";
constexpr char kReasonSameRater[] = "SAME_RATER";
constexpr char kReasonRaterAsked[] = "ALREADY_ASKED";
constexpr char kReasonRequestClosed[] = "REQUEST_CLOSED";

}  // namespace

absl::Status Open(v1::RatingRequest& request, const std::optional<v1::Assessment>& in_force,
                  bool is_asked, absl::CivilDay today) {
  if (calendar::ToDay(request.due_date()) < today) {
    return contract::InvalidField("rating_request.due_date", calendar::DayText(request.due_date()),
                                  absl::StrCat("today, ", calendar::DayText(today), ", or later"),
                                  "OUT_OF_RANGE");
  }
  if (!in_force.has_value()) {
    return contract::FailedPrecondition(
        kReasonNotJudged, request.name(),
        absl::StrCat("no judgement of ", request.item(), " is in force"),
        "Record a judgement first (CreateAssessment)");
  }
  if (in_force->rater() == request.rater()) {
    return contract::FailedPrecondition(
        kReasonSameRater, request.name(),
        absl::StrCat(request.rater(), " has made the judgement that is in force"),
        "Ask another member");
  }
  if (is_asked) {
    return contract::FailedPrecondition(
        kReasonRaterAsked, request.name(),
        absl::StrCat(request.rater(), " has been asked and has not answered"),
        "Wait, or cancel that request");
  }
  request.set_state(v1::RATING_REQUEST_STATE_OPEN);
  request.set_first_assessment(in_force->name());
  request.set_first_rating(in_force->rating());
  return absl::OkStatus();
}

absl::Status Cancel(v1::RatingRequest& request) {
  if (request.state() != v1::RATING_REQUEST_STATE_OPEN) {
    const bool answered = request.state() == v1::RATING_REQUEST_STATE_ANSWERED;
    return contract::FailedPrecondition(
        kReasonRequestClosed, request.name(),
        answered ? "it has been answered" : "it has been cancelled already",
        "Only an open request can be cancelled");
  }
  request.set_state(v1::RATING_REQUEST_STATE_CANCELLED);
  return absl::OkStatus();
}

}  // namespace banso::health
