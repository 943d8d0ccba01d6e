#include "services/gateway/domain/resume_tokens.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/contract/page_token.h"
#include "common/status_macros.h"

namespace banso::gateway {
namespace {

// Services' tokens are made of URL-safe characters, so these can stand between them.
constexpr char kBetween[] = ";";
constexpr char kBehindName[] = "=";

// The gateway has no stream of its own: each service's token tells its store.
contract::TokenScope ScopeOf(v1::WatchPortfolioRequest request) {
  request.clear_start();
  std::sort(request.mutable_services()->begin(), request.mutable_services()->end());
  return {.store_epoch = "gateway", .query = contract::QueryKey("WatchPortfolio", request)};
}

}  // namespace

std::string JoinResumeTokens(const v1::WatchPortfolioRequest& request,
                             const std::map<std::string, std::string>& tokens) {
  return contract::EncodeResumeToken(
      ScopeOf(request), absl::StrJoin(tokens, kBetween, absl::PairFormatter(kBehindName)));
}

absl::StatusOr<std::map<std::string, std::string>> SplitResumeTokens(
    const v1::WatchPortfolioRequest& request) {
  std::map<std::string, std::string> tokens;
  if (request.resume_token().empty()) return tokens;
  BANSO_ASSIGN_OR_RETURN(const std::string text,
                         contract::DecodeResumeToken(ScopeOf(request), request.resume_token()));
  for (const absl::string_view entry : absl::StrSplit(text, kBetween, absl::SkipEmpty())) {
    const std::pair<std::string, std::string> pair =
        absl::StrSplit(entry, absl::MaxSplits(kBehindName, 1));
    tokens.insert(pair);
  }
  return tokens;
}

}  // namespace banso::gateway
