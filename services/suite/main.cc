#include "common/server/main.h"
#include "services/accounts/accounts_service.h"
#include "services/gateway/gateway_service.h"
#include "services/handoff/handoff_service.h"
#include "services/health/health_service.h"
#include "services/kickoff/kickoff_service.h"

// The whole suite in one process, for a small team or a test. Each service keeps its own database
// and port, and they talk as they would on different machines.
int main(int argc, char** argv) {
  return banso::server::Main(
      argc, argv,
      {banso::accounts::Module(), banso::kickoff::Module(), banso::health::Module(),
       banso::handoff::Module(), banso::gateway::Module()});
}
