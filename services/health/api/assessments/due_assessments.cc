#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/page_token.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/api/account_search.h"
#include "services/health/api/assessments/assessments_api.h"
#include "services/health/api/lists.h"
#include "services/health/domain/assessments/rater_agreement.h"
#include "services/health/domain/assessments/rubric.h"
#include "services/health/domain/assessments/upkeep.h"

namespace banso::health {
namespace {

using storage::Reader;
using v1::DueAssessment;

constexpr absl::Duration kDay = absl::Hours(24);
// How many days two judgements of a pair may lie apart, when the caller does not say.
constexpr int kWithinDays = 30;

constexpr char kMethod[] = "banso.health.v1.AssessmentsService/ListDueAssessments";

DueAssessment MakeDue(const std::string& account, const std::string& owner,
                      const v1::Rubric& rubric, const v1::RubricItem& item,
                      const v1::Assessment* last, v1::DueReason reason) {
  DueAssessment due;
  due.set_account(account);
  due.set_item(item.key());
  due.set_display_name(item.display_name());
  due.set_rubric(contract::JoinRevision(rubric.name(), rubric.revision().number()));
  due.set_owner(owner);
  due.set_reason(reason);
  if (last == nullptr) return due;
  due.set_assessment(last->name());
  due.set_rating(last->rating());
  if (last->has_expire_time()) *due.mutable_expire_time() = last->expire_time();
  return due;
}

// The second ratings that were asked for and have not been given, of items of rubrics in force.
absl::Status AddSecondRatings(const Store& store, Reader& reader,
                              const v1::ListDueAssessmentsRequest& request,
                              const std::vector<v1::Rubric>& rubrics, const std::string& account,
                              const std::string& owner, std::vector<DueAssessment>& due) {
  BANSO_ASSIGN_OR_RETURN(
      const std::vector<v1::RatingRequest> open,
      store.assessments.OpenRatingRequests(reader, account, request.item(), request.rater()));
  for (const v1::RatingRequest& asked : open) {
    const absl::StatusOr<JudgedItem> judged = FindJudgedItem(rubrics, asked.item(), "item");
    if (!judged.ok()) continue;
    BANSO_ASSIGN_OR_RETURN(const v1::Assessment first,
                           store.assessments.assessments.Get(reader, asked.first_assessment()));
    DueAssessment& entry = due.emplace_back(MakeDue(account, owner, *judged->rubric, *judged->item,
                                                    &first, v1::DUE_REASON_SECOND_RATING));
    // What the other has said would be said again.
    entry.clear_rating();
    entry.set_rater(asked.rater());
    *entry.mutable_due_date() = asked.due_date();
    entry.set_rating_request(asked.name());
  }
  return absl::OkStatus();
}

// The latest judgement of each item, second ratings aside.
absl::StatusOr<std::map<std::string, v1::Assessment>> LatestJudgements(const Store& store,
                                                                       Reader& reader,
                                                                       const std::string& account) {
  std::map<std::string, v1::Assessment> latest;
  BANSO_RETURN_IF_ERROR(
      store.assessments.assessments.ForEach(reader, account, {}, [&](v1::Assessment& judged) {
        if (!judged.rating_request().empty()) return absl::OkStatus();
        v1::Assessment& known = latest[judged.item()];
        if (known.name().empty() ||
            calendar::ToTime(known.assess_time()) <= calendar::ToTime(judged.assess_time())) {
          known = std::move(judged);
        }
        return absl::OkStatus();
      }));
  return latest;
}

}  // namespace

absl::StatusOr<v1::ListDueAssessmentsResponse> AssessmentsApi::ListDueAssessments(
    const Call& call, const v1::ListDueAssessmentsRequest& request) {
  const contract::TokenScope scope{.store_epoch = database_.epoch(),
                                   .query = contract::QueryKey(kMethod, request)};
  const AccountSearch search = {.parent = request.parent(),
                                .owner = request.owner(),
                                .page_size = request.page_size(),
                                .page_token = request.page_token()};
  const absl::Time due_by =
      request.has_due_by() ? std::max(call.now, calendar::ToTime(request.due_by())) : call.now;
  using Response = v1::ListDueAssessmentsResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Rubric> rubrics,
                           store_.assessments.rubrics.AllActive(reader, call.now));
    const auto due_of =
        [&](const accounts::v1::Account& account,
            const std::string& owner) -> absl::StatusOr<std::vector<DueAssessment>> {
      BANSO_ASSIGN_OR_RETURN(const auto latest, LatestJudgements(store_, reader, account.name()));
      std::vector<DueAssessment> due;
      BANSO_RETURN_IF_ERROR(
          AddSecondRatings(store_, reader, request, rubrics, account.name(), owner, due));
      if (!request.rater().empty()) return due;
      for (const v1::Rubric& rubric : rubrics) {
        for (const v1::RubricItem& item : rubric.items()) {
          if (!request.item().empty() && request.item() != item.key()) continue;
          const auto judged = latest.find(item.key());
          const v1::Assessment* last = judged == latest.end() ? nullptr : &judged->second;
          const auto reason = WhyDue(last, call.now, due_by);
          if (!reason.has_value()) continue;
          due.push_back(MakeDue(account.name(), owner, rubric, item, last, *reason));
        }
      }
      return due;
    };
    BANSO_ASSIGN_OR_RETURN(storage::Page<DueAssessment> page,
                           SearchAccounts<DueAssessment>(
                               store_, reader, scope, search, due_of, [](const DueAssessment& due) {
                                 return absl::StrCat(due.item(), " ", due.rating_request());
                               }));
    return ToResponse<Response>(std::move(page), &Response::mutable_due_assessments);
  });
}

absl::StatusOr<v1::GetRaterAgreementResponse> AssessmentsApi::GetRaterAgreement(
    const Call&, const v1::GetRaterAgreementRequest& request) {
  std::vector<storage::Filter> filters = {storage::Equal("item", request.item())};
  if (request.has_from()) {
    filters.push_back(storage::AtLeast("assess_time", calendar::ToTime(request.from())));
  }
  if (request.has_before()) {
    filters.push_back(storage::Less("assess_time", calendar::ToTime(request.before())));
  }
  return storage::Fetch<v1::GetRaterAgreementResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::GetRaterAgreementResponse> {
        BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Assessment> judgements,
                               store_.assessments.assessments.All(reader, "", filters));
        const absl::Duration within =
            kDay * (request.has_within_days() ? request.within_days() : kWithinDays);
        v1::GetRaterAgreementResponse response;
        for (v1::RaterAgreement& agreement : RaterAgreements(judgements, within)) {
          *response.add_agreements() = std::move(agreement);
        }
        return response;
      });
}

}  // namespace banso::health
