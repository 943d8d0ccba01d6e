#ifndef BANSO_SERVICES_HEALTH_STORE_MIRROR_MIRROR_HASH_H_
#define BANSO_SERVICES_HEALTH_STORE_MIRROR_MIRROR_HASH_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/storage/database.h"

namespace banso::health {

// A hash of what was taken over from the other services: accounts, onboardings and facts, these in
// the order in which they supersede each other. 64 hexadecimal digits (BLAKE2b), the same for two
// stores that have taken over the same, in however many steps and with however many repetitions.
absl::StatusOr<std::string> MirrorHash(storage::Reader& reader);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_MIRROR_MIRROR_HASH_H_
