#include "services/gateway/api/tokens_api.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/member.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/gateway/api/secrets.h"
#include "services/gateway/domain/permission.h"

namespace banso::gateway {

using storage::Reader;
using storage::Writer;
using v1::Token;

namespace {

constexpr char kOperatorToken[] = "tokens/operator";
constexpr char kOperator[] = "members/operator";

absl::Status CheckNewToken(const Token& token, absl::Time now) {
  contract::Violations violations;
  if (IsSuiteService(token.subject())) {
    violations.Add("token.subject", token.subject(),
                   "a member, or a service that is not one of the suite's own",
                   kReasonReservedActor);
  }
  if (token.has_expire_time() && calendar::ToTime(token.expire_time()) <= now) {
    violations.Add("token.expire_time", absl::FormatTime(calendar::ToTime(token.expire_time())),
                   "a time in the future", "OUT_OF_RANGE");
  }
  return violations.ToStatus();
}

// What was revoked before stays as it is.
absl::StatusOr<Token> Revoke(Writer& writer, const Store& store, const std::string& name) {
  return store.tokens.Modify(writer, name, "", [&](Token& token) {
    if (!token.has_revoke_time()) {
      *token.mutable_revoke_time() = calendar::ToTimestamp(writer.now());
    }
    return absl::OkStatus();
  });
}

// FAILED_PRECONDITION for a member who has been erased (PERSON_ERASED) or has left (MEMBER_LEFT).
absl::Status CheckNotBarred(Reader& reader, const Store& store, const std::string& subject) {
  BANSO_ASSIGN_OR_RETURN(const std::string reason, store.WhyBarred(reader, subject));
  if (reason.empty()) return absl::OkStatus();
  if (reason == kReasonPersonErased) {
    return contract::FailedPrecondition(reason, subject, "the member has been erased",
                                        "Make the token for somebody else");
  }
  return contract::FailedPrecondition(
      reason, subject, "the member has left",
      "Make the token for somebody else, or let the member come back first (ResumeEmployment)");
}

}  // namespace

absl::StatusOr<Token> TokensApi::CreateToken(const Call& call,
                                             const v1::CreateTokenRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckNewToken(request.token(), call.now));
  // Stays empty when the call was answered before: then the answer is the kept one, without secret.
  std::string secret;
  BANSO_ASSIGN_OR_RETURN(
      Token token,
      storage::Mutate<Token>(
          database_, call, request, [&](Writer& writer) -> absl::StatusOr<Token> {
            BANSO_RETURN_IF_ERROR(CheckNotBarred(writer, store_, request.token().subject()));
            secret = NewSecret();
            Token token = request.token();
            token.set_name(
                contract::Join("", "tokens", contract::IdOrNew(request.token_id(), ids_)));
            return store_.CreateToken(writer, token, secret);
          }));
  token.set_secret(secret);
  return token;
}

absl::StatusOr<v1::ListTokensResponse> TokensApi::ListTokens(const Call& /*call*/,
                                                             const v1::ListTokensRequest& request) {
  storage::ListQuery query;
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return storage::Fetch<v1::ListTokensResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListTokensResponse> {
        BANSO_ASSIGN_OR_RETURN(const storage::Page<Token> page, store_.tokens.List(reader, query));
        v1::ListTokensResponse response;
        response.mutable_tokens()->Assign(page.items.begin(), page.items.end());
        response.set_next_page_token(page.next_page_token);
        return response;
      });
}

absl::StatusOr<Token> TokensApi::RevokeToken(const Call& call,
                                             const v1::RevokeTokenRequest& request) {
  return storage::Mutate<Token>(database_, call, request, [&](Writer& writer) {
    return Revoke(writer, store_, request.name());
  });
}

absl::Status TokensApi::FollowMembers(Writer& writer, const type::v1::Change& change) {
  accounts::v1::Member member;
  if (!change.resource().UnpackTo(&member)) return absl::OkStatus();
  if (!member.has_erase_time() && !member.has_last_day()) {
    return store_.LiftBar(writer, member.name());
  }
  BANSO_RETURN_IF_ERROR(store_.Bar(
      writer, member.name(), member.has_erase_time() ? kReasonPersonErased : kReasonMemberLeft));
  BANSO_ASSIGN_OR_RETURN(const std::vector<Token> tokens, store_.tokens.All(writer, ""));
  for (const Token& token : tokens) {
    if (token.subject() != member.name()) continue;
    BANSO_RETURN_IF_ERROR(Revoke(writer, store_, token.name()).status());
  }
  return absl::OkStatus();
}

absl::Status TokensApi::Authenticate(const server::Incoming& incoming, Call* call) {
  BANSO_ASSIGN_OR_RETURN(const std::string secret, BearerSecret(incoming.header("authorization")));
  BANSO_ASSIGN_OR_RETURN(const std::optional<Token> token, cache_.Find(secret));
  if (!token.has_value()) {
    return contract::Unauthenticated(kReasonTokenUnknown, "there is no token with that secret");
  }
  std::string method_name = incoming.method;
  for (char& c : method_name) c = c == '/' ? '.' : c;
  const google::protobuf::MethodDescriptor* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(method_name);
  if (method == nullptr) return contract::Unimplemented(incoming.method);
  BANSO_RETURN_IF_ERROR(CheckToken(*token, *method, call->now));
  call->actor = token->subject();
  return absl::OkStatus();
}

absl::Status TokensApi::EnsureOperatorToken(const Call& call, const std::string& path) {
  bool exists = false;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(exists, store_.tokens.Exists(reader, kOperatorToken));
    return absl::OkStatus();
  }));
  if (exists) return absl::OkStatus();
  // The file comes first: after a crash in between, the next start takes its secret.
  BANSO_ASSIGN_OR_RETURN(const std::string secret, ReadOrWriteSecret(path));
  Token token;
  token.set_name(kOperatorToken);
  token.set_subject(kOperator);
  token.set_purpose("made at the first start");
  token.set_scope(v1::TOKEN_SCOPE_OPERATE);
  return database_
      .Write(call,
             [&](Writer& writer) { return store_.CreateToken(writer, token, secret).status(); })
      .status();
}

}  // namespace banso::gateway
