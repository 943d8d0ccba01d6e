#ifndef BANSO_SERVICES_ACCOUNTS_STORE_EXTERNAL_IDS_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_EXTERNAL_IDS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "common/storage/database.h"

namespace banso::accounts {

// Which account has which id in another system. Immutable and thread-safe.
class ExternalIds {
 public:
  // The name of the account with this external id, if there is one. An id that an account kept when
  // it was merged away leads to the account that took its place.
  absl::StatusOr<std::optional<std::string>> Find(storage::Reader& reader, absl::string_view system,
                                                  absl::string_view id) const;

  // Takes account of what changes when an account is stored; `before` is null for a new one.
  // ALREADY_EXISTS when one of its ids belongs to another account.
  absl::Status Save(storage::Writer& writer, const v1::Account* before,
                    const v1::Account& after) const;

  // Lets the external ids that `from` has still lead to `to`, which has another id in those
  // systems.
  absl::Status PassOn(storage::Writer& writer, absl::string_view from, absl::string_view to) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_EXTERNAL_IDS_H_
