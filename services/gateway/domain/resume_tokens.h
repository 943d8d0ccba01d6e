#ifndef BANSO_SERVICES_GATEWAY_DOMAIN_RESUME_TOKENS_H_
#define BANSO_SERVICES_GATEWAY_DOMAIN_RESUME_TOKENS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/gateway/v1/gateway_service.pb.h"

// The place of a portfolio's watcher in the streams of all services, as one token.
namespace banso::gateway {

// The token of `tokens`, resume tokens by service, for those who ask `request` (whatever its own
// token and start).
std::string JoinResumeTokens(const v1::WatchPortfolioRequest& request,
                             const std::map<std::string, std::string>& tokens);

// The services' tokens in the token of `request`; none when it has none. INVALID_ARGUMENT
// (INVALID_RESUME_TOKEN) when it is damaged or belongs to another question.
absl::StatusOr<std::map<std::string, std::string>> SplitResumeTokens(
    const v1::WatchPortfolioRequest& request);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_DOMAIN_RESUME_TOKENS_H_
