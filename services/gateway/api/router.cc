#include "services/gateway/api/router.h"

#include <utility>

#include "common/contract/proto_services.h"
#include "common/server/proxy.h"
#include "services/gateway/api/overview.h"
#include "services/gateway/api/parts.h"
#include "services/gateway/api/portfolio_api.h"
#include "services/gateway/api/revisions.h"
#include "services/gateway/api/watch_portfolio.h"

namespace banso::gateway {

server::Router GatewayRouter(TokensApi& tokens, ProgramsApi& programs, server::Peers& peers) {
  server::Router router("banso.gateway.v1.GatewayService");
  router.Unary("ApplyProgram", &ProgramsApi::ApplyProgram, &programs);
  router.Unary("GetProgramApplication", &ProgramsApi::GetProgramApplication, &programs);
  router.Unary("ListProgramApplications", &ProgramsApi::ListProgramApplications, &programs);
  router.Unary("DiffRevisions",
               [&peers](const Call& call, const v1::DiffRevisionsRequest& request) {
                 return DiffRevisions(peers, call, request);
               });
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
  const auto pass_on = [&routers](absl::string_view package, server::Peer& peer) {
    for (const google::protobuf::ServiceDescriptor* service : contract::ServicesOf(package)) {
      routers.push_back(server::ProxyService(service, peer));
    }
  };
  pass_on("banso.accounts.v1", peers.accounts());
  pass_on("banso.health.v1", peers.health());
  pass_on("banso.kickoff.v1", peers.kickoff());
  pass_on("banso.handoff.v1", peers.handoff());
  return routers;
}

}  // namespace banso::gateway
