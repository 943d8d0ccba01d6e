#ifndef BANSO_SERVICES_GATEWAY_DOMAIN_PERMISSION_H_
#define BANSO_SERVICES_GATEWAY_DOMAIN_PERMISSION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/gateway/v1/token.pb.h"
#include "google/protobuf/descriptor.h"

// Who may do what with a token.
namespace banso::gateway {

// Error reasons of this area.
inline constexpr char kReasonTokenRequired[] = "TOKEN_REQUIRED";
inline constexpr char kReasonTokenUnknown[] = "TOKEN_UNKNOWN";
inline constexpr char kReasonTokenExpired[] = "TOKEN_EXPIRED";
inline constexpr char kReasonTokenRevoked[] = "TOKEN_REVOKED";
inline constexpr char kReasonScopeTooNarrow[] = "SCOPE_TOO_NARROW";
inline constexpr char kReasonReservedActor[] = "RESERVED_ACTOR";
inline constexpr char kReasonPersonErased[] = "PERSON_ERASED";
inline constexpr char kReasonMemberLeft[] = "MEMBER_LEFT";

// The secret in an `authorization` header, `Bearer <secret>`. UNAUTHENTICATED (TOKEN_REQUIRED) when
// there is none.
absl::StatusOr<std::string> BearerSecret(absl::string_view header);

// The scope that a method needs: READ for what changes nothing, WRITE for what does, OPERATE for
// applying programs, for tokens (also listing them) and for setting the business time.
v1::TokenScope RequiredScope(const google::protobuf::MethodDescriptor& method);

// True for the names of the suite's own services, `services/accounts` and so on: what they may do
// no client may, so no token names them.
bool IsSuiteService(absl::string_view subject);

// Checks that `token` works at `now` and may be used to call `method`. UNAUTHENTICATED when it has
// been revoked or has expired, PERMISSION_DENIED when its scope is too narrow or its subject is
// reserved.
absl::Status CheckToken(const v1::Token& token, const google::protobuf::MethodDescriptor& method,
                        absl::Time now);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_DOMAIN_PERMISSION_H_
