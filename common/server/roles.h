#ifndef BANSO_COMMON_SERVER_ROLES_H_
#define BANSO_COMMON_SERVER_ROLES_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/contract/call.h"
#include "google/protobuf/descriptor.h"

namespace banso::server {

// The roles of the member who calls, as `banso.type.v1.access` names them: `MANAGER`. Nothing for
// somebody whom the service does not know as a member, such as the first operator. Runs on the
// executor before the handler; may read the database.
using RoleSource =
    std::function<absl::StatusOr<std::optional<std::vector<std::string>>>(const Call& call)>;

// Whether a method asks for a role.
bool AsksForRole(const google::protobuf::MethodDescriptor& method);

// PERMISSION_DENIED (ROLE_REQUIRED) when `method` asks for roles and whoever calls is a member
// without any of them, or one of a customer's people. `source` may be null for a method that asks
// for none.
absl::Status CheckRole(const google::protobuf::MethodDescriptor& method, const Call& call,
                       const RoleSource& source);

// The source of a service that knows no members, so that everybody may what their tokens say.
RoleSource NoMembers();

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_ROLES_H_
