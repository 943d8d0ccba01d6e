#ifndef BANSO_SERVICES_GATEWAY_API_TOKENS_API_H_
#define BANSO_SERVICES_GATEWAY_API_TOKENS_API_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/type/v1/change.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/server/service_definition.h"
#include "common/storage/database.h"
#include "services/gateway/api/token_cache.h"
#include "services/gateway/store/store.h"

namespace banso::gateway {

// Who may call: tokens, and the check that every call passes.
class TokensApi {
 public:
  // All must outlive it.
  TokensApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids), cache_(database, store) {}

  absl::StatusOr<v1::Token> CreateToken(const Call& call, const v1::CreateTokenRequest& request);
  absl::StatusOr<v1::ListTokensResponse> ListTokens(const Call& call,
                                                    const v1::ListTokensRequest& request);
  absl::StatusOr<v1::Token> RevokeToken(const Call& call, const v1::RevokeTokenRequest& request);

  // Takes over from accounts' feed that a member is erased: its tokens are revoked, and it gets no
  // more.
  absl::Status FollowMembers(storage::Writer& writer, const type::v1::Change& change);

  // Names the caller by the token in the `authorization` header; what the caller says about itself
  // does not count. UNAUTHENTICATED, PERMISSION_DENIED.
  absl::Status Authenticate(const server::Incoming& incoming, Call* call);

  // Makes `tokens/operator` for `members/operator` at the first start. Its secret is what the file
  // at `path` says; where there is no file, a new secret is made and written there, readable by its
  // owner only. FAILED_PRECONDITION, in words, when the file cannot be written or read, or holds
  // less than 32 characters.
  absl::Status EnsureOperatorToken(const Call& call, const std::string& path);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  TokenCache cache_;
};

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_TOKENS_API_H_
