#ifndef BANSO_SERVICES_HANDOFF_API_ACCOUNTS_MIRROR_H_
#define BANSO_SERVICES_HANDOFF_API_ACCOUNTS_MIRROR_H_

#include "absl/status/status.h"
#include "banso/type/v1/change.pb.h"
#include "common/storage/database.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// Takes over a change of an account, an onboarding or a person from accounts' feed: keeps a copy of
// what handoff needs of it, and brings the accountable members, and deadlines that count from a
// clock, into line. Erases what is kept of people who are erased. May see a change twice.
absl::Status ApplyAccountsChange(const Store& store, storage::Writer& writer,
                                 const type::v1::Change& change);

// Forgets the copies, before a stream that begins anew.
absl::Status ResetAccountsMirror(storage::Writer& writer);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_ACCOUNTS_MIRROR_H_
