#include "common/server/main.h"
#include "services/accounts/accounts_service.h"

int main(int argc, char** argv) {
  return banso::server::Main(argc, argv, {banso::accounts::Module()});
}
