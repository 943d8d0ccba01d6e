#ifndef BANSO_CLIENTS_CLI_IMPORT_APP_H_
#define BANSO_CLIENTS_CLI_IMPORT_APP_H_

#include "clients/cli/context.h"

namespace CLI {
class App;
}

namespace banso::cli {

// Adds `banso import` with a command for each table that can be imported. The one that is chosen is
// put into `command`; both must outlive the parsing of the command line.
void AddImports(CLI::App* app, Command* command);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_IMPORT_APP_H_
