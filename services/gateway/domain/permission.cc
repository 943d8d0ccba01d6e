#include "services/gateway/domain/permission.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "banso/type/v1/rules.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"

namespace banso::gateway {
namespace {

constexpr absl::string_view kScheme = "bearer ";

absl::string_view ScopeText(v1::TokenScope scope) {
  switch (scope) {
    case v1::TOKEN_SCOPE_OPERATE:
      return "OPERATE";
    case v1::TOKEN_SCOPE_WRITE:
      return "WRITE";
    default:
      return "READ";
  }
}

}  // namespace

absl::StatusOr<std::string> BearerSecret(absl::string_view header) {
  if (absl::StartsWithIgnoreCase(header, kScheme)) {
    const absl::string_view secret = absl::StripAsciiWhitespace(header.substr(kScheme.size()));
    if (!secret.empty()) return std::string(secret);
  }
  return contract::Unauthenticated(
      kReasonTokenRequired,
      "who calls is not known: send the header `authorization: Bearer <secret of a token>`");
}

v1::TokenScope RequiredScope(const google::protobuf::MethodDescriptor& method) {
  const bool mutates = method.options().GetExtension(type::v1::rpc).mutates();
  const std::string& package = method.file()->package();
  if (package == "banso.gateway.v1" && (mutates || method.name() == "ListTokens")) {
    return v1::TOKEN_SCOPE_OPERATE;
  }
  if (package == "banso.type.v1" && mutates) return v1::TOKEN_SCOPE_OPERATE;
  return mutates ? v1::TOKEN_SCOPE_WRITE : v1::TOKEN_SCOPE_READ;
}

bool IsSuiteService(absl::string_view subject) {
  for (const absl::string_view service : {"accounts", "health", "kickoff", "handoff", "gateway"}) {
    if (subject == absl::StrCat("services/", service)) return true;
  }
  return false;
}

absl::Status CheckToken(const v1::Token& token, const google::protobuf::MethodDescriptor& method,
                        absl::Time now) {
  if (token.has_revoke_time()) {
    return contract::Unauthenticated(kReasonTokenRevoked,
                                     absl::StrCat(token.name(), " has been revoked"));
  }
  if (token.has_expire_time() && calendar::ToTime(token.expire_time()) <= now) {
    return contract::Unauthenticated(kReasonTokenExpired,
                                     absl::StrCat(token.name(), " has expired"));
  }
  if (IsSuiteService(token.subject())) {
    return contract::PermissionDenied(
        kReasonReservedActor,
        absl::StrCat(token.subject(), " is a service of the suite itself; no client acts for it"));
  }
  const v1::TokenScope needed = RequiredScope(method);
  if (token.scope() >= needed) return absl::OkStatus();
  return contract::PermissionDenied(
      kReasonScopeTooNarrow,
      absl::StrCat(method.name(), " needs a token with the scope ", ScopeText(needed), "; ",
                   token.name(), " of ", token.subject(), " has ", ScopeText(token.scope())));
}

}  // namespace banso::gateway
