#ifndef BANSO_COMMON_SERVER_MIRRORS_H_
#define BANSO_COMMON_SERVER_MIRRORS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/environment.h"

// What the services of a suite have taken over from each other, seen by whoever runs them. For
// stores in `data_dir` that are not in use.
namespace banso::server {

// Lets the stores of `modules` forget how far they have come in following others: at its next start
// each service clears what it had taken over and takes it over again from the beginning.
// FAILED_PRECONDITION, in words, when a store is missing or in use.
absl::Status RebuildMirrors(const std::vector<ServiceModule>& modules, const std::string& data_dir);

// ServiceModule::mirror_hash of those modules that have it, by name. Errors as above;
// INVALID_ARGUMENT when none has.
absl::StatusOr<std::map<std::string, std::string>> MirrorHashes(
    const std::vector<ServiceModule>& modules, const std::string& data_dir);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_MIRRORS_H_
