#include <iostream>

#include "clients/cli/app.h"
#include "grpc/support/log.h"

int main(int argc, char** argv) {
  // What the transport has to say reaches the user as the error of a call.
  gpr_set_log_function([](gpr_log_func_args*) {});
  return banso::cli::RunApp(argc, argv, std::cout, std::cerr);
}
