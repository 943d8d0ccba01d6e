#include "common/server/main.h"
#include "services/handoff/handoff_service.h"

int main(int argc, char** argv) {
  return banso::server::Main(argc, argv, {banso::handoff::Module()});
}
