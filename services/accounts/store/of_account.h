#ifndef BANSO_SERVICES_ACCOUNTS_STORE_OF_ACCOUNT_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_OF_ACCOUNT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"

namespace banso::accounts {

// Adds a violation of `field` unless `name` is empty or one of `resources` that belongs to the
// same account as `owner`. `what` names the kind: `deal`.
template <class T>
absl::Status CheckOfAccount(storage::Reader& reader, const storage::Collection<T>& resources,
                            absl::string_view owner, const std::string& name,
                            absl::string_view field, absl::string_view what,
                            contract::Violations* violations) {
  if (name.empty()) return absl::OkStatus();
  const std::string account = contract::Ancestor(owner, "accounts");
  BANSO_ASSIGN_OR_RETURN(const bool exists, resources.Exists(reader, name));
  if (!exists || contract::Ancestor(name, "accounts") != account) {
    violations->Add(field, name, absl::StrCat("a ", what, " of ", account, " that exists"),
                    absl::StrCat("UNKNOWN_", absl::AsciiStrToUpper(what)));
  }
  return absl::OkStatus();
}

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_OF_ACCOUNT_H_
