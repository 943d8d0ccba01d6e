#ifndef BANSO_COMMON_CONTRACT_FINGERPRINT_H_
#define BANSO_COMMON_CONTRACT_FINGERPRINT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"

namespace banso::contract {

// Returns the BLAKE2b hash of `data`: `size` bytes, 16 to 64.
std::string Hash(absl::string_view data, int size = 32);

// Returns the same 32 bytes for messages of the same type with the same content, whatever the
// order of their maps, and different ones otherwise. Top-level fields named in `without` do not
// count. Stable across processes of the same version of the contract.
std::string Fingerprint(const google::protobuf::Message& message,
                        absl::Span<const absl::string_view> without = {});

// Returns `message` on the wire, with maps in order: equal messages have equal bytes.
std::string DeterministicBytes(const google::protobuf::Message& message);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_FINGERPRINT_H_
