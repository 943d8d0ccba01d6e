#ifndef BANSO_SERVICES_ACCOUNTS_API_RUBRICS_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_RUBRICS_API_H_

#include "absl/status/statusor.h"
#include "banso/accounts/v1/role_play_rubrics_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.RolePlayRubricsService, one method per RPC and named like it.
// Requests have passed contract::Check. Thread-safe.
class RubricsApi {
 public:
  // Both must outlive the handlers.
  RubricsApi(storage::Database& database, const Store& store)
      : database_(database), store_(store) {}

  absl::StatusOr<v1::RolePlayRubric> SaveRolePlayRubric(
      const Call& call, const v1::SaveRolePlayRubricRequest& request);
  absl::StatusOr<v1::RolePlayRubric> ActivateRolePlayRubric(
      const Call& call, const v1::ActivateRolePlayRubricRequest& request);
  absl::StatusOr<v1::RolePlayRubric> GetRolePlayRubric(const Call& call,
                                                       const v1::GetRolePlayRubricRequest& request);
  absl::StatusOr<v1::ListRolePlayRubricRevisionsResponse> ListRolePlayRubricRevisions(
      const Call& call, const v1::ListRolePlayRubricRevisionsRequest& request);
  absl::StatusOr<v1::CompareRatersResponse> CompareRaters(const Call& call,
                                                          const v1::CompareRatersRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_RUBRICS_API_H_
