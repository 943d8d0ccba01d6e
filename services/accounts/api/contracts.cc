#include <string>
#include <utility>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/relations_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/contract.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/store/of_account.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Contract;
using v1::DeleteContractResponse;

absl::Status RelationsApi::CheckContract(Reader& reader, const Contract& contract) const {
  contract::Violations violations;
  accounts::CheckContract(contract, &violations);
  BANSO_RETURN_IF_ERROR(CheckOfAccount(reader, store_.deals, contract.name(), contract.deal(),
                                       "contract.deal", "deal", &violations));
  return violations.ToStatus();
}

absl::StatusOr<bool> RelationsApi::IsContinued(Reader& reader, const std::string& contract) const {
  BANSO_ASSIGN_OR_RETURN(const int64_t next,
                         store_.contracts.Count(reader, contract::Ancestor(contract, "accounts"),
                                                {storage::Equal("previous_contract", contract)}));
  return next > 0;
}

absl::StatusOr<Contract> RelationsApi::StoreContract(Writer& writer, const Account& account,
                                                     Contract contract, bool is_new,
                                                     absl::string_view etag) const {
  if (account.has_churn()) {
    const absl::CivilDay lost = calendar::ToDay(account.churn().date());
    const bool begins_later = calendar::ToDay(contract.start_date()) > lost;
    if (begins_later && !contract.has_terminate_date()) return CheckNotChurned(account);
    Terminate(lost, &contract);
  }
  contract.set_state(StateOn(contract, Today(account, writer.now())));
  BANSO_ASSIGN_OR_RETURN(Contract stored,
                         is_new ? store_.contracts.Create(writer, std::move(contract))
                                : store_.contracts.Update(writer, std::move(contract), etag));
  BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
  return stored;
}

absl::StatusOr<Contract> RelationsApi::CreateContract(const Call& call,
                                                      const v1::CreateContractRequest& request) {
  return storage::Mutate<Contract>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Contract> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.parent()));
        Contract contract = request.contract();
        contract.set_name(contract::Join(request.parent(), "contracts",
                                         contract::IdOrNew(request.contract_id(), ids_)));
        BANSO_RETURN_IF_ERROR(CheckContract(writer, contract));
        return StoreContract(writer, account, std::move(contract), true, "");
      });
}

absl::StatusOr<Contract> RelationsApi::GetContract(const Call& /*call*/,
                                                   const v1::GetContractRequest& request) {
  return storage::Fetch<Contract>(
      database_, [&](Reader& reader) { return store_.contracts.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListContractsResponse> RelationsApi::ListContracts(
    const Call& /*call*/, const v1::ListContractsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  auto& filters = query.filters;
  if (request.has_in_force_on()) {
    const absl::CivilDay day = calendar::ToDay(request.in_force_on());
    filters.push_back(storage::AtMost("start_day", day));
    filters.push_back(
        storage::AnyOf({storage::IsNull("end_day"), storage::AtLeast("end_day", day)}));
  }
  if (request.has_end_date_until()) {
    filters.push_back(storage::AtMost("end_day", calendar::ToDay(request.end_date_until())));
  }
  if (request.states_size() > 0) filters.push_back(storage::InEnums("state", request.states()));
  return storage::ListPage(database_, store_.contracts, query,
                           &v1::ListContractsResponse::mutable_contracts);
}

absl::StatusOr<Contract> RelationsApi::UpdateContract(const Call& call,
                                                      const v1::UpdateContractRequest& request) {
  const Contract& patch = request.contract();
  return storage::Mutate<Contract>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Contract> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, patch.name()));
        BANSO_ASSIGN_OR_RETURN(const Contract before, store_.contracts.Get(writer, patch.name()));
        Contract contract = before;
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), patch, "contract", &contract));
        BANSO_RETURN_IF_ERROR(CheckContract(writer, contract));
        BANSO_ASSIGN_OR_RETURN(const bool continued, IsContinued(writer, before.name()));
        BANSO_RETURN_IF_ERROR(CheckDaysKept(before, contract, continued));
        return StoreContract(writer, account, std::move(contract), false, patch.etag());
      });
}

absl::StatusOr<Contract> RelationsApi::RenewContract(const Call& call,
                                                     const v1::RenewContractRequest& request) {
  return storage::Mutate<Contract>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Contract> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(const Contract before, store_.contracts.Get(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(const bool continued, IsContinued(writer, before.name()));
        BANSO_ASSIGN_OR_RETURN(Contract contract, Renewed(before, request, continued));
        contract.set_name(contract::Join(account.name(), "contracts",
                                         contract::IdOrNew(request.contract_id(), ids_)));
        return StoreContract(writer, account, std::move(contract), true, "");
      });
}

absl::StatusOr<DeleteContractResponse> RelationsApi::DeleteContract(
    const Call& call, const v1::DeleteContractRequest& request) {
  return storage::Mutate<DeleteContractResponse>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<DeleteContractResponse> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(const bool continued, IsContinued(writer, request.name()));
        if (continued) {
          return contract::FailedPrecondition(kReasonInUse, request.name(),
                                              "another contract continues it",
                                              "Delete that one first");
        }
        BANSO_RETURN_IF_ERROR(store_.contracts.Delete(writer, request.name(), request.etag()));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
        return DeleteContractResponse();
      });
}

}  // namespace banso::accounts
