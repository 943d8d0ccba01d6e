#ifndef BANSO_SERVICES_HANDOFF_API_CRITERIA_API_H_
#define BANSO_SERVICES_HANDOFF_API_CRITERIA_API_H_

#include "absl/status/statusor.h"
#include "banso/handoff/v1/criteria_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/handoff/api/inquiry.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// The handlers of banso.handoff.v1.CriteriaService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
class CriteriaApi {
 public:
  // All must outlive the handlers.
  CriteriaApi(storage::Database& database, const Store& store, Inquiry& inquiry)
      : database_(database), store_(store), inquiry_(inquiry) {}

  absl::StatusOr<v1::CriteriaSet> SaveCriteriaSet(const Call& call,
                                                  const v1::SaveCriteriaSetRequest& request);
  absl::StatusOr<v1::CriteriaSet> ActivateCriteriaSet(
      const Call& call, const v1::ActivateCriteriaSetRequest& request);
  absl::StatusOr<v1::CriteriaSet> GetCriteriaSet(const Call& call,
                                                 const v1::GetCriteriaSetRequest& request);
  absl::StatusOr<v1::ListCriteriaSetRevisionsResponse> ListCriteriaSetRevisions(
      const Call& call, const v1::ListCriteriaSetRevisionsRequest& request);
  absl::StatusOr<v1::ResolveCriteriaResponse> ResolveCriteria(
      const Call& call, const v1::ResolveCriteriaRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  Inquiry& inquiry_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_CRITERIA_API_H_
