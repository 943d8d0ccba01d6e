#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/page_token.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "common/storage/page_size.h"
#include "services/health/api/scoring/scoring_api.h"

namespace banso::health {

using storage::Reader;

absl::StatusOr<v1::ListScoreHistoryResponse> ScoringApi::ListScoreHistory(
    const Call& call, const v1::ListScoreHistoryRequest& request) {
  using Response = v1::ListScoreHistoryResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    const std::string account = contract::Ancestor(request.parent(), "accounts");
    BANSO_RETURN_IF_ERROR(store_.accounts.Get(reader, account).status());
    BANSO_ASSIGN_OR_RETURN(const std::vector<v1::ScoreMoment> history,
                           store_.HistoryOf(reader, request.parent()));
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
    while (left > end) *response.add_moments() = history[--left];
    if (end > 0) {
      response.set_next_page_token(contract::EncodePageToken(scope, absl::StrCat(end)));
    }
    return response;
  });
}

}  // namespace banso::health
