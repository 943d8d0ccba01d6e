#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/page_token.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/api/judgements/judgements_api.h"
#include "services/health/domain/judgements/rater_agreement.h"
#include "services/health/domain/judgements/upkeep.h"
#include "services/health/domain/signals/signal.h"

namespace banso::health {
namespace {

using accounts::v1::Account;
using storage::Reader;
using v1::DueAssessment;

constexpr char kMethod[] = "banso.health.v1.JudgementsService/ListDueAssessments";
constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 1000;

// Where an entry stands in the order of the list: by account, then by item.
std::string PlaceOf(const DueAssessment& due) {
  return absl::StrCat(due.account(), "\n", due.item());
}

// Looks for what is due, account by account, until a page is full.
class DueSearch {
 public:
  DueSearch(const Store& store, Reader& reader, const v1::ListDueAssessmentsRequest& request,
            absl::Time now)
      : store_(store), reader_(reader), request_(request), now_(now), due_by_(now) {
    if (request.has_due_by()) due_by_ = std::max(now, calendar::ToTime(request.due_by()));
    size_ = request.page_size() == 0 ? kDefaultPage : std::min(request.page_size(), kMaxPage);
  }

  // Entries after `place`; one more than a page holds, when there are more.
  absl::StatusOr<std::vector<DueAssessment>> Find(std::string place) {
    place_ = std::move(place);
    BANSO_ASSIGN_OR_RETURN(rubrics_, store_.rubrics.AllActive(reader_, now_));
    storage::ListQuery query;
    query.page_size = query.max_page_size;
    query.filters = {storage::AtLeast("name", place_.substr(0, place_.find('\n')))};
    if (request_.parent() != "accounts/-") {
      query.filters.push_back(storage::Equal("name", request_.parent()));
    }
    do {
      BANSO_ASSIGN_OR_RETURN(storage::Page<Account> page, store_.accounts.List(reader_, query));
      for (const Account& account : page.items) {
        BANSO_RETURN_IF_ERROR(Add(account));
        if (full()) return found_;
      }
      query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
    return found_;
  }

  int size() const { return size_; }

 private:
  bool full() const { return static_cast<int>(found_.size()) > size_; }

  absl::Status Add(const Account& account) {
    const std::string owner = AccountableFor(account);
    if (account.has_archive_time() || (!request_.owner().empty() && request_.owner() != owner)) {
      return absl::OkStatus();
    }
    std::map<std::string, v1::Assessment> latest;
    BANSO_RETURN_IF_ERROR(
        store_.assessments.ForEach(reader_, account.name(), {}, [&](v1::Assessment& judged) {
          v1::Assessment& known = latest[judged.item()];
          if (known.name().empty() ||
              calendar::ToTime(known.assess_time()) <= calendar::ToTime(judged.assess_time())) {
            known = std::move(judged);
          }
          return absl::OkStatus();
        }));
    std::vector<DueAssessment> due;
    for (const v1::Rubric& rubric : rubrics_) {
      for (const v1::RubricItem& item : rubric.items()) {
        if (!request_.item().empty() && request_.item() != item.key()) continue;
        const auto judged = latest.find(item.key());
        const v1::Assessment* last = judged == latest.end() ? nullptr : &judged->second;
        const auto reason = WhyDue(last, now_, due_by_);
        if (reason.has_value()) due.push_back(Make(account, owner, rubric, item, last, *reason));
      }
    }
    std::sort(due.begin(), due.end(),
              [](const DueAssessment& a, const DueAssessment& b) { return a.item() < b.item(); });
    for (DueAssessment& entry : due) {
      if (!full() && PlaceOf(entry) > place_) found_.push_back(std::move(entry));
    }
    return absl::OkStatus();
  }

  static DueAssessment Make(const Account& account, const std::string& owner,
                            const v1::Rubric& rubric, const v1::RubricItem& item,
                            const v1::Assessment* last, v1::DueReason reason) {
    DueAssessment due;
    due.set_account(account.name());
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

  const Store& store_;
  Reader& reader_;
  const v1::ListDueAssessmentsRequest& request_;
  const absl::Time now_;
  absl::Time due_by_;
  int size_ = 0;
  std::string place_;
  std::vector<v1::Rubric> rubrics_;
  std::vector<DueAssessment> found_;
};

}  // namespace

absl::StatusOr<v1::ListDueAssessmentsResponse> JudgementsApi::ListDueAssessments(
    const Call& call, const v1::ListDueAssessmentsRequest& request) {
  const contract::TokenScope scope{.store_epoch = database_.epoch(),
                                   .query = contract::QueryKey(kMethod, request)};
  std::string place;
  if (!request.page_token().empty()) {
    BANSO_ASSIGN_OR_RETURN(place, contract::DecodePageToken(scope, request.page_token()));
  }
  return storage::Fetch<v1::ListDueAssessmentsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListDueAssessmentsResponse> {
        DueSearch search(store_, reader, request, call.now);
        BANSO_ASSIGN_OR_RETURN(std::vector<DueAssessment> found, search.Find(place));
        v1::ListDueAssessmentsResponse response;
        const bool more = static_cast<int>(found.size()) > search.size();
        if (more) found.pop_back();
        if (more) {
          response.set_next_page_token(contract::EncodePageToken(scope, PlaceOf(found.back())));
        }
        for (DueAssessment& due : found) *response.add_due_assessments() = std::move(due);
        return response;
      });
}

absl::StatusOr<v1::GetRaterAgreementResponse> JudgementsApi::GetRaterAgreement(
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
                               store_.assessments.All(reader, "", filters));
        v1::GetRaterAgreementResponse response;
        for (v1::RaterAgreement& agreement : RaterAgreements(judgements)) {
          *response.add_agreements() = std::move(agreement);
        }
        return response;
      });
}

}  // namespace banso::health
