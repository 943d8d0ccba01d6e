#ifndef BANSO_SERVICES_GATEWAY_API_TOKEN_CACHE_H_
#define BANSO_SERVICES_GATEWAY_API_TOKEN_CACHE_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/gateway/v1/token.pb.h"
#include "common/storage/database.h"
#include "services/gateway/store/store.h"

namespace banso::gateway {

// The tokens in use, so that a call need not read the store to know its caller. Secrets that are
// not known are not remembered. What has changed in the store since is read anew. Thread-safe.
class TokenCache {
 public:
  // Both must outlive the cache.
  TokenCache(storage::Database& database, const Store& store)
      : database_(database), store_(store) {}

  // The token with this secret, revoked or not; nothing if there is none.
  absl::StatusOr<std::optional<v1::Token>> Find(absl::string_view secret);

 private:
  storage::Database& database_;
  const Store& store_;
  std::mutex mutex_;
  // The store's position as of which the tokens are remembered. Guarded by mutex_.
  int64_t position_ = 0;
  std::map<std::string, v1::Token> tokens_;  // By hash of the secret. Guarded by mutex_.
};

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_TOKEN_CACHE_H_
