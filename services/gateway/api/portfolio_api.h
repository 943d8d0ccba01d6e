#ifndef BANSO_SERVICES_GATEWAY_API_PORTFOLIO_API_H_
#define BANSO_SERVICES_GATEWAY_API_PORTFOLIO_API_H_

#include "absl/status/statusor.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "common/contract/call.h"
#include "common/server/client.h"

namespace banso::gateway {

// Answers ListPortfolio: a page of accounts, then what the services know about all of them. A list
// that one page can hold is fetched once for all accounts; a longer one account by account. An
// error when accounts does not tell the accounts; what else is not told is named in `missing`.
absl::StatusOr<v1::ListPortfolioResponse> ListPortfolio(server::Peers& peers, const Call& call,
                                                        const v1::ListPortfolioRequest& request);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_PORTFOLIO_API_H_
