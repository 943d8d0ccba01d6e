#ifndef BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATING_REQUEST_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATING_REQUEST_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "banso/health/v1/assessment.pb.h"

namespace banso::health {

// Opens a request for a second rating beside the judgement in force. INVALID_ARGUMENT when its day
// is before `today`; FAILED_PRECONDITION (NOT_JUDGED) without a judgement, (SAME_RATER) when it is
// the rater's own, (ALREADY_ASKED) when the rater `is_asked`. `request` has its name.
absl::Status Open(v1::RatingRequest& request, const std::optional<v1::Assessment>& in_force,
                  bool is_asked, absl::CivilDay today);

// An open request becomes CANCELLED; FAILED_PRECONDITION (REQUEST_CLOSED) otherwise.
absl::Status Cancel(v1::RatingRequest& request);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATING_REQUEST_H_
