#ifndef BANSO_SERVICES_ACCOUNTS_STORE_ATTRIBUTE_STORE_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_ATTRIBUTE_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/attribute_definition.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "google/protobuf/repeated_field.h"

namespace banso::accounts {

// Which attributes accounts may have, and have: declared ones, and others of one type each while
// any account has them. Immutable and thread-safe.
class AttributeStore {
 public:
  AttributeStore();

  const storage::Collection<v1::AttributeDefinition> definitions;

  // Takes account of what changes when an account is stored; `before` is empty for a new one.
  absl::Status Save(storage::Writer& writer, const v1::Account& before,
                    const v1::Account& after) const;

  // Adds a violation below `field` for each attribute of `after` that is not as it is declared
  // (OTHER_TYPE, NOT_ALLOWED) or, where it is not declared, has another type in other accounts
  // (OTHER_TYPE). `before` is the account as it is stored; empty for a new one.
  absl::Status Check(storage::Reader& reader, const v1::Account& before, const v1::Account& after,
                     absl::string_view field, contract::Violations* violations) const;

  // Adds a violation below `field` when accounts have the attribute otherwise than it would be
  // declared (IN_USE_OTHERWISE).
  absl::Status CheckFits(storage::Reader& reader, const v1::AttributeDefinition& definition,
                         absl::string_view field, contract::Violations* violations) const;

  // How many accounts have the attribute.
  absl::StatusOr<int64_t> CountAccounts(storage::Reader& reader, const std::string& key) const;

  // The types of the attributes that are declared or that accounts have, as facts, by name.
  absl::StatusOr<std::vector<fact::v1::FactType>> Types(storage::Reader& reader) const;
};

// Those accounts that have all these attributes, as ListAccounts understands it.
std::vector<storage::Filter> HasAttributes(
    const google::protobuf::RepeatedPtrField<v1::AttributeFilter>& attributes);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_ATTRIBUTE_STORE_H_
