#ifndef BANSO_SERVICES_HEALTH_API_OUTCOMES_OUTCOMES_API_H_
#define BANSO_SERVICES_HEALTH_API_OUTCOMES_OUTCOMES_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/outcomes_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/server/stream.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.OutcomesService, one method per RPC and named like it. Requests
// have passed contract::Check, except the rows of ImportOutcomes. Thread-safe.
class OutcomesApi {
 public:
  // All must outlive the handlers.
  OutcomesApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Outcome> CreateOutcome(const Call& call,
                                            const v1::CreateOutcomeRequest& request);
  absl::StatusOr<v1::Outcome> GetOutcome(const Call& call, const v1::GetOutcomeRequest& request);
  absl::StatusOr<v1::ListOutcomesResponse> ListOutcomes(const Call& call,
                                                        const v1::ListOutcomesRequest& request);
  absl::StatusOr<v1::DeleteOutcomeResponse> DeleteOutcome(const Call& call,
                                                          const v1::DeleteOutcomeRequest& request);
  absl::StatusOr<v1::ImportOutcomesResponse> ImportOutcomes(
      const Call& call, server::Source<v1::ImportOutcomesRequest>& source);

 private:
  // Stores the good rows of a message in one transaction and counts all of them.
  absl::Status Import(const Call& call, const v1::ImportOutcomesRequest& message,
                      v1::ImportOutcomesResponse& response);

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_OUTCOMES_OUTCOMES_API_H_
