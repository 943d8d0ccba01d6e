#include "services/gateway/api/token_cache.h"

#include "common/status_macros.h"

namespace banso::gateway {

absl::StatusOr<std::optional<v1::Token>> TokenCache::Find(absl::string_view secret) {
  const std::string hash = SecretHash(secret);
  const int64_t position = database_.position();
  {
    const std::lock_guard lock(mutex_);
    if (position > position_) {
      tokens_.clear();
      position_ = position;
    }
    const auto it = tokens_.find(hash);
    if (it != tokens_.end()) return std::optional<v1::Token>(it->second);
  }
  BANSO_ASSIGN_OR_RETURN(
      const std::optional<v1::Token> token,
      storage::Fetch<std::optional<v1::Token>>(
          database_, [&](storage::Reader& reader) { return store_.FindBySecret(reader, secret); }));
  const std::lock_guard lock(mutex_);
  if (token.has_value() && position == position_) tokens_.emplace(hash, *token);
  return token;
}

}  // namespace banso::gateway
