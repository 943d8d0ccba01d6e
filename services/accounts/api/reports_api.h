#ifndef BANSO_SERVICES_ACCOUNTS_API_REPORTS_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_REPORTS_API_H_

#include "absl/status/statusor.h"
#include "banso/accounts/v1/reports_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.ReportsService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
class ReportsApi {
 public:
  // All must outlive the handlers.
  ReportsApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::OperatingChange> CreateOperatingChange(
      const Call& call, const v1::CreateOperatingChangeRequest& request);
  absl::StatusOr<v1::OperatingChange> GetOperatingChange(
      const Call& call, const v1::GetOperatingChangeRequest& request);
  absl::StatusOr<v1::ListOperatingChangesResponse> ListOperatingChanges(
      const Call& call, const v1::ListOperatingChangesRequest& request);
  absl::StatusOr<v1::DeleteOperatingChangeResponse> DeleteOperatingChange(
      const Call& call, const v1::DeleteOperatingChangeRequest& request);

  absl::StatusOr<v1::SummarizeTimesResponse> SummarizeTimes(
      const Call& call, const v1::SummarizeTimesRequest& request);
  absl::StatusOr<v1::SummarizeRevenueResponse> SummarizeRevenue(
      const Call& call, const v1::SummarizeRevenueRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_REPORTS_API_H_
