#ifndef BANSO_SERVICES_HEALTH_STORE_ASSESSMENTS_ASSESSMENT_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_ASSESSMENTS_ASSESSMENT_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/health/v1/assessment.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/revisions.h"
#include "services/health/store/assessments/upkeep_store.h"

namespace banso::health {

// Judgements, the rubrics by which they are made, and who is asked for second ones. Immutable and
// thread-safe.
class AssessmentStore {
 public:
  // Both must outlive this.
  AssessmentStore(const storage::FactLog& facts, const UpkeepStore& upkeep);

  const storage::RevisionedCollection<v1::Rubric> rubrics;
  const storage::Collection<v1::Assessment> assessments;
  const storage::Collection<v1::RatingRequest> rating_requests;

  // Stores a judgement and its fact. One that answers a request for a second rating closes that and
  // is no fact.
  absl::StatusOr<v1::Assessment> Save(storage::Writer& writer, v1::Assessment assessment) const;
  // The judgement of an item of an account that is in force at `now`: the latest that is no second
  // rating and has not expired. Nothing when there is none.
  absl::StatusOr<std::optional<v1::Assessment>> JudgementInForce(storage::Reader& reader,
                                                                 absl::string_view account,
                                                                 absl::string_view item,
                                                                 absl::Time now) const;
  // The requests for second ratings of an account that are open, by name; only those of the item
  // and rater that are not empty.
  absl::StatusOr<std::vector<v1::RatingRequest>> OpenRatingRequests(storage::Reader& reader,
                                                                    absl::string_view account,
                                                                    absl::string_view item,
                                                                    absl::string_view rater) const;

  // Whether there are judgements that have expired at `now` and not been dealt with.
  absl::StatusOr<bool> HasExpired(storage::Reader& reader, absl::Time now) const;
  // Withdraws the facts of up to `limit` of these, unless a later judgement has taken their place.
  absl::Status Expire(storage::Writer& writer, int limit) const;

  absl::Status CheckSchema(storage::Reader& reader) const;

 private:
  absl::StatusOr<v1::Assessment> SaveSecondRating(storage::Writer& writer,
                                                  v1::RatingRequest request,
                                                  v1::Assessment assessment) const;
  absl::Status EndJudgement(storage::Writer& writer, const std::string& name) const;

  const storage::FactLog& facts_;
  const UpkeepStore& upkeep_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_ASSESSMENTS_ASSESSMENT_STORE_H_
