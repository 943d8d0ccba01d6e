#include "services/accounts/store/external_ids.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/accounts/domain/account.h"

namespace banso::accounts {
namespace {

using storage::Reader;
using storage::Row;
using storage::Writer;
using v1::Account;

bool HasExternalId(const Account& account, const v1::ExternalId& id) {
  return ExternalIdIn(account, id.system()) == id.id();
}

}  // namespace

absl::StatusOr<std::optional<std::string>> ExternalIds::Find(Reader& reader,
                                                             absl::string_view system,
                                                             absl::string_view id) const {
  std::optional<std::string> account;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne("SELECT account FROM external_id WHERE system = $system AND id = $id",
                    {{"system", system}, {"id", id}},
                    [&](const Row& row) {
                      account = std::string(row.Text(0));
                      return absl::OkStatus();
                    })
          .status());
  return account;
}

absl::Status ExternalIds::Save(Writer& writer, const Account* before, const Account& after) const {
  if (before != nullptr) {
    for (const v1::ExternalId& id : before->external_ids()) {
      if (HasExternalId(after, id)) continue;
      BANSO_RETURN_IF_ERROR(
          writer
              .Execute("DELETE FROM external_id WHERE system = $system AND id = $id",
                       {{"system", id.system()}, {"id", id.id()}})
              .status());
    }
  }
  for (const v1::ExternalId& id : after.external_ids()) {
    if (before != nullptr && HasExternalId(*before, id)) continue;
    BANSO_ASSIGN_OR_RETURN(
        const int64_t added,
        writer.Execute("INSERT INTO external_id (system, id, account) "
                       "VALUES ($system, $id, $account) ON CONFLICT (system, id) DO NOTHING",
                       {{"system", id.system()}, {"id", id.id()}, {"account", after.name()}}));
    if (added > 0) continue;
    BANSO_ASSIGN_OR_RETURN(const std::optional<std::string> owner,
                           Find(writer, id.system(), id.id()));
    if (owner == after.name()) continue;
    return contract::AlreadyExists(
        after.name(), absl::StrCat("the id ", contract::Quote(id.id()), " of ", id.system(),
                                   " belongs to ", owner.value_or("another account")));
  }
  return absl::OkStatus();
}

absl::Status ExternalIds::PassOn(Writer& writer, absl::string_view from,
                                 absl::string_view to) const {
  return writer
      .Execute("UPDATE external_id SET account = $to WHERE account = $from",
               {{"from", from}, {"to", to}})
      .status();
}

}  // namespace banso::accounts
