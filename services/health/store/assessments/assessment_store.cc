#include "services/health/store/assessments/assessment_store.h"

#include <utility>

#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_change.h"
#include "services/health/store/kinds.h"

namespace banso::health {

using storage::Reader;
using storage::Row;
using storage::Writer;

AssessmentStore::AssessmentStore(const storage::FactLog& facts, const UpkeepStore& upkeep)
    : rubrics(RubricKind()),
      assessments(AssessmentKind()),
      rating_requests(RatingRequestKind()),
      facts_(facts),
      upkeep_(upkeep) {}

absl::StatusOr<v1::Assessment> AssessmentStore::Save(Writer& writer,
                                                     v1::Assessment assessment) const {
  const std::string account = contract::Parent(assessment.name());
  BANSO_ASSIGN_OR_RETURN(
      const std::vector<v1::RatingRequest> asked,
      OpenRatingRequests(writer, account, assessment.item(), assessment.rater()));
  if (!asked.empty()) return SaveSecondRating(writer, asked.front(), std::move(assessment));
  BANSO_ASSIGN_OR_RETURN(assessment, assessments.Create(writer, std::move(assessment)));
  BANSO_RETURN_IF_ERROR(upkeep_.CompleteTasks(writer, assessment));
  const absl::Time assessed = calendar::ToTime(assessment.assess_time());
  BANSO_RETURN_IF_ERROR(facts_.RecordEvent(
      writer, MakeChange(account, AssessmentFact(assessment.item()),
                         rule::NumberValue(assessment.rating()), assessed, assessment.name())));
  if (assessment.has_expire_time()) {
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute(
                "INSERT INTO assessment_expiry (assessment, expire_time) VALUES ($name, $time)",
                {{"name", assessment.name()},
                 {"time", storage::Value(calendar::ToTime(assessment.expire_time()))}})
            .status());
  }
  BANSO_RETURN_IF_ERROR(MarkDue(writer, account, "a judgement was recorded"));
  return assessment;
}

absl::StatusOr<v1::Assessment> AssessmentStore::SaveSecondRating(Writer& writer,
                                                                 v1::RatingRequest request,
                                                                 v1::Assessment assessment) const {
  assessment.set_rating_request(request.name());
  BANSO_ASSIGN_OR_RETURN(assessment, assessments.Create(writer, std::move(assessment)));
  request.set_state(v1::RATING_REQUEST_STATE_ANSWERED);
  request.set_second_assessment(assessment.name());
  request.set_second_rating(assessment.rating());
  BANSO_RETURN_IF_ERROR(rating_requests.Update(writer, std::move(request)).status());
  return assessment;
}

absl::StatusOr<std::optional<v1::Assessment>> AssessmentStore::JudgementInForce(
    Reader& reader, absl::string_view account, absl::string_view item, absl::Time now) const {
  std::optional<v1::Assessment> latest;
  BANSO_RETURN_IF_ERROR(assessments.ForEach(
      reader, account, {storage::Equal("item", item)}, [&](v1::Assessment& judged) {
        if (!judged.rating_request().empty()) return absl::OkStatus();
        if (!latest.has_value() ||
            calendar::ToTime(latest->assess_time()) <= calendar::ToTime(judged.assess_time())) {
          latest = std::move(judged);
        }
        return absl::OkStatus();
      }));
  const bool expired = latest.has_value() && latest->has_expire_time() &&
                       calendar::ToTime(latest->expire_time()) <= now;
  if (expired) latest.reset();
  return latest;
}

absl::StatusOr<std::vector<v1::RatingRequest>> AssessmentStore::OpenRatingRequests(
    Reader& reader, absl::string_view account, absl::string_view item,
    absl::string_view rater) const {
  std::vector<storage::Filter> filters = {storage::Equal("state", v1::RATING_REQUEST_STATE_OPEN)};
  if (!item.empty()) filters.push_back(storage::Equal("item", item));
  if (!rater.empty()) filters.push_back(storage::Equal("rater", rater));
  return rating_requests.All(reader, account, filters);
}

absl::StatusOr<bool> AssessmentStore::HasExpired(Reader& reader, absl::Time now) const {
  return reader.QueryOne("SELECT 1 FROM assessment_expiry WHERE expire_time <= $now LIMIT 1",
                         {{"now", storage::Value(now)}},
                         [](const Row&) { return absl::OkStatus(); });
}

absl::Status AssessmentStore::Expire(Writer& writer, int limit) const {
  std::vector<std::string> expired;
  BANSO_RETURN_IF_ERROR(
      writer.Query("SELECT assessment FROM assessment_expiry WHERE expire_time <= $now "
                   "ORDER BY expire_time, assessment LIMIT $limit",
                   {{"now", storage::Value(writer.now())}, {"limit", limit}}, [&](const Row& row) {
                     expired.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  for (const std::string& name : expired) {
    BANSO_RETURN_IF_ERROR(EndJudgement(writer, name));
    BANSO_RETURN_IF_ERROR(
        writer.Execute("DELETE FROM assessment_expiry WHERE assessment = $name", {{"name", name}})
            .status());
  }
  return absl::OkStatus();
}

absl::Status AssessmentStore::EndJudgement(Writer& writer, const std::string& name) const {
  BANSO_ASSIGN_OR_RETURN(const v1::Assessment assessment, assessments.Get(writer, name));
  const std::string account = contract::Parent(name);
  const absl::Time expired = calendar::ToTime(assessment.expire_time());
  bool judged_since = false;
  BANSO_RETURN_IF_ERROR(assessments.ForEach(
      writer, account,
      {storage::Equal("item", assessment.item()),
       storage::Greater("assess_time", calendar::ToTime(assessment.assess_time())),
       storage::AtMost("assess_time", expired)},
      [&](const v1::Assessment& later) {
        judged_since |= later.rating_request().empty();
        return absl::OkStatus();
      }));
  if (judged_since) return absl::OkStatus();
  BANSO_RETURN_IF_ERROR(facts_.Record(
      writer, MakeChange(account, AssessmentFact(assessment.item()), std::nullopt, expired, name)));
  return MarkDue(writer, account, "a judgement has expired");
}

absl::Status AssessmentStore::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(rubrics.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(assessments.CheckSchema(reader));
  return rating_requests.CheckSchema(reader);
}

}  // namespace banso::health
