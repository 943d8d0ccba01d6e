#ifndef BANSO_SERVICES_ACCOUNTS_STORE_PARTICIPANTS_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_PARTICIPANTS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/interaction.pb.h"
#include "common/storage/database.h"

namespace banso::accounts {

// Who took part in interactions, so that lists find them by that. Immutable and thread-safe.
class Participants {
 public:
  // Notes who took part in an interaction that has been stored.
  absl::Status Note(storage::Writer& writer, const v1::Interaction& interaction) const;
  // Forgets who took part in an interaction that has been deleted.
  absl::Status Forget(storage::Writer& writer, absl::string_view interaction) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_PARTICIPANTS_H_
