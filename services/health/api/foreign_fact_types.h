#ifndef BANSO_SERVICES_HEALTH_API_FOREIGN_FACT_TYPES_H_
#define BANSO_SERVICES_HEALTH_API_FOREIGN_FACT_TYPES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/contract/call.h"
#include "common/server/client.h"
#include "common/storage/database.h"

namespace banso::health {

// Takes over which facts the other services have, so that rules about them can be checked. Not for
// two threads at a time.
class ForeignFactTypes {
 public:
  // All must outlive this.
  ForeignFactTypes(storage::Database& database, std::vector<server::Peer*> owners)
      : database_(database), owners_(std::move(owners)), known_(owners_.size()) {}

  // Asks every service, and stores what is new. A service that is away is passed over. A sweep.
  absl::Status TakeOver(const Call& call);

 private:
  storage::Database& database_;
  const std::vector<server::Peer*> owners_;
  // What each of them said last, in bytes; empty: nothing yet.
  std::vector<std::string> known_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_FOREIGN_FACT_TYPES_H_
