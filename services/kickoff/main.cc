#include "common/server/main.h"
#include "services/kickoff/kickoff_service.h"

int main(int argc, char** argv) {
  return banso::server::Main(argc, argv, {banso::kickoff::Module()});
}
