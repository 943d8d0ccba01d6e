#ifndef BANSO_SERVICES_ACCOUNTS_API_RELATIONS_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_RELATIONS_API_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/relations_service.pb.h"
#include "common/calendar/calendars.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/api/in_use.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.RelationsService, one method per RPC and named like it.
// Requests have passed contract::Check. Thread-safe.
//
// contracts.cc, sites.cc, interactions.cc and upsell_conditions.cc hold them by topic.
class RelationsApi {
 public:
  // All must outlive the handlers.
  RelationsApi(storage::Database& database, const Store& store, contract::IdSource& ids,
               const calendar::Calendars& calendars)
      : database_(database), store_(store), ids_(ids), calendars_(calendars) {}

  absl::StatusOr<v1::Contract> CreateContract(const Call& call,
                                              const v1::CreateContractRequest& request);
  absl::StatusOr<v1::Contract> GetContract(const Call& call, const v1::GetContractRequest& request);
  absl::StatusOr<v1::ListContractsResponse> ListContracts(const Call& call,
                                                          const v1::ListContractsRequest& request);
  absl::StatusOr<v1::Contract> UpdateContract(const Call& call,
                                              const v1::UpdateContractRequest& request);
  absl::StatusOr<v1::Contract> RenewContract(const Call& call,
                                             const v1::RenewContractRequest& request);
  absl::StatusOr<v1::DeleteContractResponse> DeleteContract(
      const Call& call, const v1::DeleteContractRequest& request);

  absl::StatusOr<v1::Site> CreateSite(const Call& call, const v1::CreateSiteRequest& request);
  absl::StatusOr<v1::Site> GetSite(const Call& call, const v1::GetSiteRequest& request);
  absl::StatusOr<v1::ListSitesResponse> ListSites(const Call& call,
                                                  const v1::ListSitesRequest& request);
  absl::StatusOr<v1::Site> UpdateSite(const Call& call, const v1::UpdateSiteRequest& request);
  absl::StatusOr<v1::DeleteSiteResponse> DeleteSite(const Call& call,
                                                    const v1::DeleteSiteRequest& request);

  absl::StatusOr<v1::Interaction> CreateInteraction(const Call& call,
                                                    const v1::CreateInteractionRequest& request);
  absl::StatusOr<v1::Interaction> GetInteraction(const Call& call,
                                                 const v1::GetInteractionRequest& request);
  absl::StatusOr<v1::ListInteractionsResponse> ListInteractions(
      const Call& call, const v1::ListInteractionsRequest& request);
  absl::StatusOr<v1::Interaction> UpdateInteraction(const Call& call,
                                                    const v1::UpdateInteractionRequest& request);
  absl::StatusOr<v1::DeleteInteractionResponse> DeleteInteraction(
      const Call& call, const v1::DeleteInteractionRequest& request);

  absl::StatusOr<v1::UpsellCondition> CreateUpsellCondition(
      const Call& call, const v1::CreateUpsellConditionRequest& request);
  absl::StatusOr<v1::UpsellCondition> GetUpsellCondition(
      const Call& call, const v1::GetUpsellConditionRequest& request);
  absl::StatusOr<v1::ListUpsellConditionsResponse> ListUpsellConditions(
      const Call& call, const v1::ListUpsellConditionsRequest& request);
  absl::StatusOr<v1::UpsellCondition> UpdateUpsellCondition(
      const Call& call, const v1::UpdateUpsellConditionRequest& request);
  absl::StatusOr<v1::DeleteUpsellConditionResponse> DeleteUpsellCondition(
      const Call& call, const v1::DeleteUpsellConditionRequest& request);

 private:
  // Check a resource and what it refers to.
  absl::Status CheckContract(storage::Reader& reader, const v1::Contract& contract) const;
  absl::Status CheckInteraction(storage::Reader& reader, const v1::Interaction& before,
                                const v1::Interaction& interaction, absl::Time now) const;

  // Whether another contract continues this one.
  absl::StatusOr<bool> IsContinued(storage::Reader& reader, const std::string& contract) const;

  // Stores a contract and what follows from it.
  absl::StatusOr<v1::Contract> StoreContract(storage::Writer& writer, const v1::Account& account,
                                             v1::Contract contract, bool is_new,
                                             absl::string_view etag) const;

  // Checks an upsell condition, and stores it with how firm its evidence is.
  absl::StatusOr<v1::UpsellCondition> StoreUpsellCondition(storage::Writer& writer,
                                                           const v1::Account& account,
                                                           v1::UpsellCondition condition,
                                                           bool is_new,
                                                           absl::string_view etag) const;

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  const calendar::Calendars& calendars_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_RELATIONS_API_H_
