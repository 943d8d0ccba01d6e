#include "services/gateway/api/router.h"

#include <utility>

#include "services/gateway/api/overview.h"
#include "services/gateway/api/parts.h"
#include "services/gateway/api/portfolio_api.h"
#include "services/gateway/api/watch_portfolio.h"

namespace banso::gateway {

server::Router GatewayRouter(TokensApi& tokens, ProgramsApi& programs, server::Peers& peers) {
  server::Router router("banso.gateway.v1.GatewayService");
  router.Unary("ApplyProgram", &ProgramsApi::ApplyProgram, &programs);
  router.Unary("GetProgramApplication", &ProgramsApi::GetProgramApplication, &programs);
  router.Unary("ListProgramApplications", &ProgramsApi::ListProgramApplications, &programs);
  router.Unary("GetAccountOverview",
               [&peers](const Call& call, const v1::GetAccountOverviewRequest& request) {
                 return GetAccountOverview(peers, call, request);
               });
  router.Unary("ListPortfolio",
               [&peers](const Call& call, const v1::ListPortfolioRequest& request) {
                 return ListPortfolio(peers, call, request);
               });
  router.Watch<v1::WatchPortfolioRequest, v1::WatchPortfolioResponse>(
      "WatchPortfolio", [&peers](const Call& call, const v1::WatchPortfolioRequest& request) {
        return WatchPortfolio(peers, call, request);
      });
  router.Unary("CreateToken", &TokensApi::CreateToken, &tokens);
  router.Unary("ListTokens", &TokensApi::ListTokens, &tokens);
  router.Unary("RevokeToken", &TokensApi::RevokeToken, &tokens);
  return router;
}

std::vector<server::Router> PassedOnRouters(server::Peers& peers) {
  std::vector<server::Router> routers;
  const auto pass_on = [&routers](absl::string_view service, server::Peer& peer) {
    server::Router router(service);
    router.Forward(peer);
    routers.push_back(std::move(router));
  };
  pass_on(kAccountsService, peers.accounts());
  pass_on(kHealthService, peers.health());
  pass_on(kKickoffService, peers.kickoff());
  pass_on(kHandoffService, peers.handoff());
  return routers;
}

}  // namespace banso::gateway
