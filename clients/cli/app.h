#ifndef BANSO_CLIENTS_CLI_APP_H_
#define BANSO_CLIENTS_CLI_APP_H_

#include <ostream>

// `banso`, the command line client.
namespace banso::cli {

// Reads the command line, carries it out and returns the exit code (see ExitCode in context.h).
int RunApp(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_APP_H_
