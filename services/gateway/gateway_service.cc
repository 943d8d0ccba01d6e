#include "services/gateway/gateway_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/contract/ids.h"
#include "common/server/follower.h"
#include "common/server/service_definition.h"
#include "common/server/service_store.h"
#include "common/status_macros.h"
#include "services/gateway/api/operations.h"
#include "services/gateway/api/programs_api.h"
#include "services/gateway/api/router.h"
#include "services/gateway/api/tokens_api.h"
#include "services/gateway/store/store.h"

namespace banso::gateway {
namespace {

// Learns from accounts which members are erased or have left.
std::unique_ptr<server::Follower> FollowMembers(const server::Environment& environment,
                                                storage::Database* database, const Store* store,
                                                TokensApi* tokens) {
  server::ChangesFollowerOptions options;
  options.method = "banso.accounts.v1.AccountsService/WatchChanges";
  options.service = "gateway";
  options.name = "members";
  options.database = database;
  options.peer = &environment.peers->accounts();
  options.clock = environment.clock;
  options.kinds = {"banso.accounts.v1.Member"};
  options.reset = [store](storage::Writer& writer) { return store->LiftAllBars(writer); };
  options.apply = [tokens](storage::Writer& writer, const type::v1::Change& change) {
    return tokens->FollowMembers(writer, change);
  };
  return server::FollowChanges(std::move(options));
}

absl::StatusOr<std::unique_ptr<server::ServiceDefinition>> Build(
    const server::Environment& environment) {
  auto service = std::make_unique<server::ServiceDefinition>(environment);
  const Store* store = service->Own(std::make_unique<Store>());
  BANSO_ASSIGN_OR_RETURN(
      storage::Database * database,
      server::OpenStore(
          environment, Schema(),
          [store](storage::Reader& reader) { return store->CheckSchema(reader); }, service.get()));
  contract::IdSource* ids = service->Own(std::make_unique<contract::SystemIdSource>());
  TokensApi* tokens = service->Own(std::make_unique<TokensApi>(*database, *store, *ids));
  ProgramsApi* programs =
      service->Own(std::make_unique<ProgramsApi>(*database, *store, *environment.peers, *ids));
  BANSO_RETURN_IF_ERROR(
      tokens->EnsureOperatorToken(ServiceCall("gateway", environment.clock->TimeNow()),
                                  environment.DataFile("operator.token")));
  service->SetAuthenticator([tokens](const server::Incoming& incoming, Call* call) {
    return tokens->Authenticate(incoming, call);
  });
  service->Add(GatewayRouter(*tokens, *programs, *environment.peers));
  for (server::Router& router : PassedOnRouters(*environment.peers)) {
    service->Add(std::move(router));
  }
  server::Follower* members =
      service->AddFollower(FollowMembers(environment, database, store, tokens));
  service->Add(
      OperationsRouter(*environment.peers, *members, environment.clock, environment.test_clock));
  service->AddSweep({"roll_forward", absl::Seconds(1),
                     [programs](const Call& call) { return programs->RollForward(call); }});
  return service;
}

}  // namespace

server::ServiceModule Module() { return {"gateway", Build, Schema}; }

}  // namespace banso::gateway
