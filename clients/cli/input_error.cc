#include "clients/cli/input_error.h"

namespace banso::cli {

absl::Status InputError(absl::string_view message) { return absl::InvalidArgumentError(message); }

}  // namespace banso::cli
