#include <cstdlib>
#include <iostream>

#include "clients/cli/app.h"
#include "grpc/support/log.h"

int main(int argc, char** argv) {
  // What the transport has to say reaches the user as the error of a call.
  gpr_set_log_function([](gpr_log_func_args*) {});
  const int exit_code = banso::cli::RunApp(argc, argv, std::cout, std::cerr);
  std::cout.flush();
  std::cerr.flush();
  // Threads of the transport may outlive the last channel. They must not meet globals that are
  // destroyed already, so none are.
  std::_Exit(exit_code);
}
