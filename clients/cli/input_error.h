#ifndef BANSO_CLIENTS_CLI_INPUT_ERROR_H_
#define BANSO_CLIENTS_CLI_INPUT_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace banso::cli {

// An error of what the user gave: a file, a flag, a column. The exit code is kUsage.
absl::Status InputError(absl::string_view message);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_INPUT_ERROR_H_
