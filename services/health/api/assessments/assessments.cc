#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/catalog.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/assessments/assessments_api.h"
#include "services/health/api/deactivate.h"
#include "services/health/api/lists.h"
#include "services/health/domain/assessments/rubric.h"
#include "services/health/store/evaluations.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Assessment;
using v1::Rubric;

namespace {

constexpr char kReasonItemTaken[] = "ITEM_TAKEN";

absl::Status CheckSaved(const Rubric& rubric) {
  contract::Violations violations;
  CheckRubric(rubric, "rubric", &violations);
  return violations.ToStatus();
}

// Every item belongs to one rubric in force.
absl::Status CheckItemsFree(const Rubric& rubric, const std::vector<Rubric>& in_force) {
  std::vector<contract::Precondition> causes;
  for (const Rubric& other : in_force) {
    if (other.name() == rubric.name()) continue;
    for (const v1::RubricItem& item : rubric.items()) {
      if (FindItem(other, item.key()) == nullptr) continue;
      causes.push_back({.subject = rubric.name(),
                        .what_is_wrong = absl::StrCat("the item ", item.key(), " belongs to ",
                                                      other.name(), ", which is in force"),
                        .what_to_do = "Give the item another key"});
    }
  }
  if (causes.empty()) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonItemTaken, causes);
}

// Who judged, when, and for which onboarding, as far as the caller did not say.
absl::Status FillIn(const Call& call, Assessment& assessment, absl::string_view account) {
  contract::Violations violations;
  if (assessment.rater().empty()) {
    if (!call.from_member()) {
      violations.Add("assessment.rater", "", "the member who judged", "REQUIRED");
    }
    assessment.set_rater(call.actor);
  }
  if (!assessment.has_assess_time()) {
    *assessment.mutable_assess_time() = calendar::ToTimestamp(call.now);
  } else if (calendar::ToTime(assessment.assess_time()) > call.now) {
    violations.Add("assessment.assess_time",
                   absl::FormatTime(calendar::ToTime(assessment.assess_time())),
                   "a time that is not in the future", "OUT_OF_RANGE");
  }
  if (!assessment.onboarding().empty() && contract::Parent(assessment.onboarding()) != account) {
    violations.Add("assessment.onboarding", assessment.onboarding(),
                   absl::StrCat("an onboarding of ", account), "OTHER_ACCOUNT");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<Rubric> AssessmentsApi::SaveRubric(const Call& call,
                                                  const v1::SaveRubricRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckSaved(request.rubric()));
  if (request.validate_only()) return request.rubric();
  return storage::Mutate<Rubric>(database_, call, request, [&](Writer& writer) {
    return store_.assessments.rubrics.Save(writer, request.rubric(), request.reason());
  });
}

absl::StatusOr<Rubric> AssessmentsApi::ActivateRubric(const Call& call,
                                                      const v1::ActivateRubricRequest& request) {
  return storage::Mutate<Rubric>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Rubric> {
        BANSO_ASSIGN_OR_RETURN(const Rubric rubric, store_.assessments.rubrics.Get(
                                                        writer, request.name(), writer.now()));
        BANSO_ASSIGN_OR_RETURN(const std::vector<Rubric> in_force,
                               store_.assessments.rubrics.AllActive(writer, writer.now()));
        BANSO_RETURN_IF_ERROR(CheckItemsFree(rubric, in_force));
        BANSO_RETURN_IF_ERROR(
            MarkAllDue(writer, absl::StrCat(request.name(), " was put in force")));
        return store_.assessments.rubrics.Activate(writer, request.name(), writer.now());
      });
}

absl::StatusOr<v1::Rubric> AssessmentsApi::DeactivateRubric(
    const Call& call, const v1::DeactivateRubricRequest& request) {
  return Deactivate(database_, store_.assessments.rubrics, call, request, Judged::kAll);
}

absl::StatusOr<Rubric> AssessmentsApi::GetRubric(const Call& call,
                                                 const v1::GetRubricRequest& request) {
  return storage::Fetch<Rubric>(database_, [&](Reader& reader) {
    return store_.assessments.rubrics.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListRubricRevisionsResponse> AssessmentsApi::ListRubricRevisions(
    const Call& call, const v1::ListRubricRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListRubricRevisionsResponse>(
      database_, store_.assessments.rubrics, request, call.now,
      &v1::ListRubricRevisionsResponse::mutable_rubrics);
}

absl::StatusOr<Assessment> AssessmentsApi::CreateAssessment(
    const Call& call, const v1::CreateAssessmentRequest& request) {
  return storage::Mutate<Assessment>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Assessment> {
        BANSO_RETURN_IF_ERROR(store_.accounts.CheckOpen(writer, request.parent()));
        Assessment assessment = request.assessment();
        BANSO_RETURN_IF_ERROR(FillIn(call, assessment, request.parent()));
        BANSO_ASSIGN_OR_RETURN(const std::vector<Rubric> in_force,
                               store_.assessments.rubrics.AllActive(writer, writer.now()));
        BANSO_ASSIGN_OR_RETURN(const JudgedItem judged,
                               FindJudgedItem(in_force, assessment.item(), "assessment.item"));
        assessment.set_name(contract::Join(request.parent(), "assessments",
                                           contract::IdOrNew(request.assessment_id(), ids_)));
        assessment.set_rubric(
            contract::JoinRevision(judged.rubric->name(), judged.rubric->revision().number()));
        assessment.set_anchor(AnchorText(*judged.item, assessment.rating()));
        const absl::TimeZone zone = calendar::ZoneOrUtc(ZoneOf(writer, request.parent()));
        const auto expires =
            ExpireTime(*judged.item, calendar::ToTime(assessment.assess_time()), zone);
        if (expires.has_value()) {
          *assessment.mutable_expire_time() = calendar::ToTimestamp(*expires);
        }
        return store_.assessments.Save(writer, std::move(assessment));
      });
}

absl::StatusOr<Assessment> AssessmentsApi::GetAssessment(const Call&,
                                                         const v1::GetAssessmentRequest& request) {
  return storage::Fetch<Assessment>(database_, [&](Reader& reader) {
    return store_.assessments.assessments.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListAssessmentsResponse> AssessmentsApi::ListAssessments(
    const Call&, const v1::ListAssessmentsRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = "assess_time";
  if (!request.item().empty()) query.filters.push_back(storage::Equal("item", request.item()));
  if (!request.rater().empty()) query.filters.push_back(storage::Equal("rater", request.rater()));
  return storage::Fetch<v1::ListAssessmentsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListAssessmentsResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Assessment> page,
                               store_.assessments.assessments.List(reader, query));
        return ToResponse<v1::ListAssessmentsResponse>(
            std::move(page), &v1::ListAssessmentsResponse::mutable_assessments);
      });
}

}  // namespace banso::health
