#include "services/accounts/api/member_roles.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/strip.h"
#include "common/status_macros.h"

namespace banso::accounts {

server::RoleSource MemberRoles(storage::Database& database, const Store& store) {
  using Roles = std::vector<std::string>;
  return [&database, &store](const Call& call) -> absl::StatusOr<std::optional<Roles>> {
    std::optional<Roles> roles;
    BANSO_RETURN_IF_ERROR(database.Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(const auto member, store.team.members.Find(reader, call.actor));
      if (!member.has_value()) return absl::OkStatus();
      roles.emplace();
      if (member->has_last_day() || member->has_erase_time()) return absl::OkStatus();
      for (const int role : member->roles()) {
        absl::string_view name = v1::MemberRole_Name(role);
        absl::ConsumePrefix(&name, "MEMBER_ROLE_");
        roles->emplace_back(name);
      }
      return absl::OkStatus();
    }));
    return roles;
  };
}

}  // namespace banso::accounts
