#ifndef BANSO_SERVICES_GATEWAY_API_SECRETS_H_
#define BANSO_SERVICES_GATEWAY_API_SECRETS_H_

#include <string>

#include "absl/status/statusor.h"

// Secrets of tokens, and the file that holds the first one.
namespace banso::gateway {

// A secret that nobody can guess: `banso_` and 256 random bits in URL-safe characters.
std::string NewSecret();

// The secret in the file at `path`, without surrounding white space. Where there is no such file it
// is made with a new secret in it, durably, readable and writable by its owner only.
// FAILED_PRECONDITION, in words, when that cannot be done or the file holds less than 32
// characters.
absl::StatusOr<std::string> ReadOrWriteSecret(const std::string& path);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_SECRETS_H_
