#ifndef BANSO_COMMON_SERVER_BACKUP_H_
#define BANSO_COMMON_SERVER_BACKUP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

// The stores of a suite as a folder of files, `<service>.db`, one for each service.
//
// Each store is copied as it is at one moment, the stores one after the other. What this means for
// a suite that is restored from them:
//   * Followers begin anew: every restored store has a new epoch, at which their tokens are
//   refused.
//   * A process that changes several services may find that a step which it has not noted has had
//     its effect; it tries again under the same request id, whose answer is in the backup too. That
//     is so when callers are copied before those whom they call: in the order that is the reverse
//     of that in which a program starts its services.
namespace banso::server {

// Copies the store of each of `services` in `data_dir` to `folder`, which is made if it is missing.
// The services may be running, here or elsewhere. `services` are in the order in which they are
// started. FAILED_PRECONDITION, in words, when a store is missing or a file is there already; what
// this call has made is then removed again.
absl::Status BackUpStores(const std::vector<std::string>& services, const std::string& data_dir,
                          const std::string& folder);

// Puts the stores of `services` from `folder` into `data_dir`, which holds none of them and is made
// if it is missing. All or none, as above. See storage::RestoreSqlite.
absl::Status RestoreStores(const std::vector<std::string>& services, const std::string& folder,
                           const std::string& data_dir);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_BACKUP_H_
