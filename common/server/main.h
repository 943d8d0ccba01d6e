#ifndef BANSO_COMMON_SERVER_MAIN_H_
#define BANSO_COMMON_SERVER_MAIN_H_

#include <vector>

#include "common/server/environment.h"

namespace banso::server {

// The whole of a service's main function: reads the flags, builds the modules, serves each on a
// port of its own, tells the services that live together each other's addresses, writes the port
// file, waits for SIGTERM or SIGINT, drains, and returns the exit status (0; 1 after a sentence on
// standard error when it could not start).
//
//   int main(int argc, char** argv) {
//     return banso::server::Main(argc, argv, {banso::accounts::Module()});
//   }
//
// Of several modules, the one named `gateway` gets --port; the others take free ports. With
// --ops_port it also tells how it is doing, from before the first module is built.
int Main(int argc, char** argv, const std::vector<ServiceModule>& modules);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_MAIN_H_
