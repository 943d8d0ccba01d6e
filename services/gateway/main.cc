#include "common/server/main.h"
#include "services/gateway/gateway_service.h"

int main(int argc, char** argv) {
  return banso::server::Main(argc, argv, {banso::gateway::Module()});
}
