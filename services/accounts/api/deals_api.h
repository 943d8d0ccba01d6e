#ifndef BANSO_SERVICES_ACCOUNTS_API_DEALS_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_DEALS_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.DealsService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
class DealsApi {
 public:
  // All must outlive the handlers.
  DealsApi(storage::Database& database, const Store& store, contract::IdSource& ids,
           ActivePolicy& policy)
      : database_(database), store_(store), ids_(ids), policy_(policy) {}

  absl::StatusOr<v1::Deal> CreateDeal(const Call& call, const v1::CreateDealRequest& request);
  absl::StatusOr<v1::Deal> GetDeal(const Call& call, const v1::GetDealRequest& request);
  absl::StatusOr<v1::ListDealsResponse> ListDeals(const Call& call,
                                                  const v1::ListDealsRequest& request);
  absl::StatusOr<v1::Deal> UpdateDeal(const Call& call, const v1::UpdateDealRequest& request);
  absl::StatusOr<v1::Deal> WinDeal(const Call& call, const v1::WinDealRequest& request);
  absl::StatusOr<v1::Deal> LoseDeal(const Call& call, const v1::LoseDealRequest& request);
  absl::StatusOr<v1::Deal> ReopenDeal(const Call& call, const v1::ReopenDealRequest& request);
  absl::StatusOr<v1::DeleteDealResponse> DeleteDeal(const Call& call,
                                                    const v1::DeleteDealRequest& request);

 private:
  // The member who sells a deal: its sales owner, else the member who calls; empty if neither is.
  absl::StatusOr<std::string> SellerOf(storage::Writer& writer, const v1::Deal& deal) const;

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  ActivePolicy& policy_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_DEALS_API_H_
