#ifndef BANSO_SERVICES_ACCOUNTS_STORE_ATTRIBUTE_STORE_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_ATTRIBUTE_STORE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/storage/database.h"

namespace banso::accounts {

// Which attributes accounts have, and of which type each is: one type while any account has it.
// Immutable and thread-safe.
class AttributeStore {
 public:
  // Takes account of what changes when an account is stored; `before` is empty for a new one.
  absl::Status Save(storage::Writer& writer, const v1::Account& before,
                    const v1::Account& after) const;

  // Adds a violation below `field` for each attribute of `after` that has another type in other
  // accounts. `before` is the account as it is stored; empty for a new one.
  absl::Status Check(storage::Reader& reader, const v1::Account& before, const v1::Account& after,
                     absl::string_view field, contract::Violations* violations) const;

  // The types of the attributes that accounts have, as facts, by name.
  absl::StatusOr<std::vector<fact::v1::FactType>> Types(storage::Reader& reader) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_ATTRIBUTE_STORE_H_
