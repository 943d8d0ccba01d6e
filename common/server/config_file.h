#ifndef BANSO_COMMON_SERVER_CONFIG_FILE_H_
#define BANSO_COMMON_SERVER_CONFIG_FILE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace banso::server {

// Reads a file that people wrote for --`flag`, up to 1 MiB. FAILED_PRECONDITION with `reason` when
// it cannot be read or is longer.
absl::StatusOr<std::string> ReadSettings(const std::string& path, absl::string_view flag,
                                         absl::string_view reason);

// Reads flags from a YAML file: one mapping from flags' names, without dashes, to values.
//
//   data_dir: /var/lib/banso
//   port: 7001
//   drain_timeout: 30s
//
// Returns the values as texts. INVALID_ARGUMENT with all violations for what is no such mapping,
// for a key that is none of `known` (it names the nearest that is), and for a value that is a list,
// a mapping or missing; FAILED_PRECONDITION when the file cannot be read or is longer than 1 MiB.
absl::StatusOr<std::map<std::string, std::string>> ReadConfigFile(
    const std::string& path, const std::vector<std::string>& known);

// The same of what stands in the file; violations name `path`.
absl::StatusOr<std::map<std::string, std::string>> ReadConfig(
    absl::string_view text, const std::string& path, const std::vector<std::string>& known);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_CONFIG_FILE_H_
