#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/page_token.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "common/storage/page_size.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/domain/scoring/score_told.h"
#include "services/health/store/scoring/score_told.h"

namespace banso::health {

using storage::Reader;

namespace {

// The moments at which the value, the band or what they were made of changed.
void AddTimes(const std::map<absl::Time, std::string>& told,
              std::vector<v1::ScoreMoment>& history) {
  if (history.empty()) return;
  std::vector<v1::ScoreMoment> all;
  auto next = told.begin();
  const auto add_before = [&](absl::Time end) {
    for (; next != told.end() && next->first < end; ++next) {
      if (all.empty() || calendar::ToTime(all.back().time()) == next->first) continue;
      all.push_back(all.back());
      *all.back().mutable_time() = calendar::ToTimestamp(next->first);
    }
  };
  for (v1::ScoreMoment& moment : history) {
    add_before(calendar::ToTime(moment.time()));
    all.push_back(std::move(moment));
  }
  add_before(absl::InfiniteFuture());
  history = std::move(all);
}

// Says of moments what they were made of, by the revisions that computed them.
class Explainer {
 public:
  Explainer(const Store& store, Reader& reader, absl::Time now,
            const std::map<absl::Time, std::string>& told)
      : store_(store), reader_(reader), now_(now), told_(told) {}

  absl::Status Explain(v1::ScoreMoment& moment) {
    const auto found = told_.find(calendar::ToTime(moment.time()));
    if (found == told_.end()) return absl::OkStatus();
    std::optional<v1::Score> told = UnpackTold(found->second);
    if (!told.has_value()) return contract::Internal("what a score was made of cannot be read");
    auto model = models_.find(told->score_model());
    if (model == models_.end()) {
      BANSO_ASSIGN_OR_RETURN(v1::ScoreModel revision,
                             store_.scoring.models.Get(reader_, told->score_model(), now_));
      model = models_.emplace(told->score_model(), std::move(revision)).first;
    }
    FillTold(*std::move(told), model->second, moment);
    return absl::OkStatus();
  }

 private:
  const Store& store_;
  Reader& reader_;
  const absl::Time now_;
  const std::map<absl::Time, std::string>& told_;
  std::map<std::string, v1::ScoreModel> models_;
};

}  // namespace

absl::StatusOr<v1::ListScoreHistoryResponse> ScoringApi::ListScoreHistory(
    const Call& call, const v1::ListScoreHistoryRequest& request) {
  using Response = v1::ListScoreHistoryResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    const std::string account = contract::Ancestor(request.parent(), "accounts");
    BANSO_RETURN_IF_ERROR(store_.accounts.headers.Get(reader, account).status());
    BANSO_ASSIGN_OR_RETURN(std::vector<v1::ScoreMoment> history,
                           store_.scoring.HistoryOf(reader, request.parent()));
    BANSO_ASSIGN_OR_RETURN(const auto told, ToldOf(reader, request.parent()));
    AddTimes(told, history);
    // A token holds how many older moments are left: newer ones do not move the page.
    const contract::TokenScope scope{reader.epoch(), contract::QueryKey(call.method, request)};
    size_t left = history.size();
    if (!request.page_token().empty()) {
      BANSO_ASSIGN_OR_RETURN(const std::string position,
                             contract::DecodePageToken(scope, request.page_token()));
      if (!absl::SimpleAtoi(position, &left)) return contract::Internal("a token's position");
      left = std::min(left, history.size());
    }
    const size_t size = storage::EffectivePageSize(request.page_size());
    const size_t end = left > size ? left - size : 0;
    Response response;
    Explainer explainer(store_, reader, call.now, told);
    while (left > end) {
      v1::ScoreMoment* moment = response.add_moments();
      *moment = std::move(history[--left]);
      BANSO_RETURN_IF_ERROR(explainer.Explain(*moment));
    }
    if (end > 0) {
      response.set_next_page_token(contract::EncodePageToken(scope, absl::StrCat(end)));
    }
    return response;
  });
}

}  // namespace banso::health
