#ifndef BANSO_SERVICES_ACCOUNTS_API_VOICE_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_VOICE_API_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/accounts/v1/voice_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/domain/sales_summary.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.VoiceService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
class VoiceApi {
 public:
  // All must outlive the handlers.
  VoiceApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Voice> CreateVoice(const Call& call, const v1::CreateVoiceRequest& request);
  absl::StatusOr<v1::Voice> GetVoice(const Call& call, const v1::GetVoiceRequest& request);
  absl::StatusOr<v1::ListVoicesResponse> ListVoices(const Call& call,
                                                    const v1::ListVoicesRequest& request);
  absl::StatusOr<v1::Voice> UpdateVoice(const Call& call, const v1::UpdateVoiceRequest& request);

  absl::StatusOr<v1::DeleteVoiceResponse> DeleteVoice(const Call& call,
                                                      const v1::DeleteVoiceRequest& request);
  absl::StatusOr<v1::SummarizeSalesResponse> SummarizeSales(
      const Call& call, const v1::SummarizeSalesRequest& request);
  absl::StatusOr<v1::SummarizeSalesResponse> SummarizeSalesByPerson(
      const Call& call, const v1::SummarizeSalesByPersonRequest& request);
  absl::StatusOr<v1::ListSalesSummaryAccessesResponse> ListSalesSummaryAccesses(
      const Call& call, const v1::ListSalesSummaryAccessesRequest& request);
  absl::StatusOr<v1::SalesReview> GetSalesReview(const Call& call,
                                                 const v1::GetSalesReviewRequest& request);

 private:
  // Checks what a voice says and refers to, and sets what follows from its deal.
  absl::Status Complete(storage::Reader& reader, absl::Time now, v1::Voice* voice) const;

  // Calls `visit` for each deal won in these months.
  absl::Status ForEachSold(storage::Reader& reader, const v1::Month& from, const v1::Month& to,
                           absl::FunctionRef<void(const SoldDeal&)> visit) const;

  // A customer that was lost, traced back to its sale.
  absl::StatusOr<v1::LostCustomer> Trace(storage::Reader& reader, const v1::Account& account,
                                         const v1::Churn& churn) const;

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_VOICE_API_H_
