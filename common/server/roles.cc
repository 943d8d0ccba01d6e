#include "common/server/roles.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "banso/type/v1/access.pb.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"

namespace banso::server {
namespace {

constexpr char kReasonRoleRequired[] = "ROLE_REQUIRED";

}  // namespace

bool AsksForRole(const google::protobuf::MethodDescriptor& method) {
  return method.options().GetExtension(type::v1::access).roles_size() > 0;
}

absl::Status CheckRole(const google::protobuf::MethodDescriptor& method, const Call& call,
                       const RoleSource& source) {
  const auto& asked = method.options().GetExtension(type::v1::access).roles();
  if (asked.empty() || (!call.from_member() && !call.from_customer())) return absl::OkStatus();
  std::optional<std::vector<std::string>> held;
  if (call.from_member()) {
    BANSO_ASSIGN_OR_RETURN(held, source(call));
    if (!held.has_value()) return absl::OkStatus();
    const bool may = std::any_of(held->begin(), held->end(), [&](const std::string& role) {
      return std::find(asked.begin(), asked.end(), role) != asked.end();
    });
    if (may) return absl::OkStatus();
  }
  return contract::PermissionDenied(
      kReasonRoleRequired,
      absl::StrCat(method.name(), " takes the role ", absl::StrJoin(asked, " or "), ", which ",
                   call.actor, " does not have"));
}

RoleSource NoMembers() {
  return [](const Call&) { return std::optional<std::vector<std::string>>(); };
}

}  // namespace banso::server
