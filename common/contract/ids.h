#ifndef BANSO_COMMON_CONTRACT_IDS_H_
#define BANSO_COMMON_CONTRACT_IDS_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace banso::contract {

// Makes ids for resources, requests and stores. Injected wherever an id is needed, so that tests
// know them. Implementations are thread-safe.
class IdSource {
 public:
  virtual ~IdSource() = default;
  // Returns an id that this source has not returned before and that is valid as the last part of a
  // resource name (see IsValidId).
  virtual std::string New() = 0;
};

// Ids of 20 characters that nobody can guess: 100 random bits from the operating system.
class SystemIdSource : public IdSource {
 public:
  std::string New() override;
};

// Ids for tests: `id-1`, `id-2`, ... with the prefix given.
class CountingIdSource : public IdSource {
 public:
  explicit CountingIdSource(std::string prefix = "id") : prefix_(std::move(prefix)) {}
  std::string New() override;

 private:
  const std::string prefix_;
  std::atomic<int64_t> count_{0};
};

// Returns `given` if it is not empty, else a new id: the way in which a create RPC treats the id
// that the caller may choose.
std::string IdOrNew(absl::string_view given, IdSource& source);

// Returns `size` random bytes from the operating system, for keys and secrets.
std::string RandomBytes(int size);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_IDS_H_
