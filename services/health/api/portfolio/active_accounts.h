#ifndef BANSO_SERVICES_HEALTH_API_PORTFOLIO_ACTIVE_ACCOUNTS_H_
#define BANSO_SERVICES_HEALTH_API_PORTFOLIO_ACTIVE_ACCOUNTS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/type/v1/value.pb.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/store/store.h"

namespace banso::health {

// A customer, as it is followed from accounts.
struct ActiveAccount {
  std::string name;
  std::string time_zone;
  // Of its recurring revenue; empty when none is on record.
  std::string currency;
};

// The accounts that were customers at a time, by name: not archived, neither prospect nor churned.
// An account of which accounts has never told a lifecycle stage counts.
absl::StatusOr<std::vector<ActiveAccount>> ActiveAccounts(const Store& store,
                                                          storage::Reader& reader,
                                                          const AsOf& as_of);

using FactValues = absl::flat_hash_map<std::string, type::v1::Value>;

// The values by which accounts are told apart, as of a time; none for an empty `fact`.
// INVALID_ARGUMENT with `field` when it is no fact of accounts that can tell them apart.
absl::StatusOr<FactValues> GroupingValues(const Store& store, storage::Reader& reader,
                                          absl::string_view field, const std::string& fact,
                                          const AsOf& as_of, absl::Time now);

// The group that a value puts an account into: a text as it is, any other value in words; empty
// for an account that is not among the values.
std::string GroupOf(const FactValues& values, absl::string_view account);
std::string GroupText(const type::v1::Value& value);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_PORTFOLIO_ACTIVE_ACCOUNTS_H_
