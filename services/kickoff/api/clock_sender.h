#ifndef BANSO_SERVICES_KICKOFF_API_CLOCK_SENDER_H_
#define BANSO_SERVICES_KICKOFF_API_CLOCK_SENDER_H_

#include "absl/status/status.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// Tells accounts the clocks that held kickoffs set. Thread-safe.
class ClockSender {
 public:
  // All must outlive it.
  ClockSender(storage::Database& database, const Store& store, AccountsClient& accounts)
      : database_(database), store_(store), accounts_(accounts) {}

  // Tells those that accounts has not been told of: the form of a sweep. One that accounts refuses
  // is not sent again. The error of accounts while it is away.
  absl::Status Send(const Call& call);

 private:
  storage::Database& database_;
  const Store& store_;
  AccountsClient& accounts_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_CLOCK_SENDER_H_
