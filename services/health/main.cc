#include "common/server/main.h"
#include "services/health/health_service.h"

int main(int argc, char** argv) {
  return banso::server::Main(argc, argv, {banso::health::Module()});
}
