#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/page_token.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "common/storage/page_size.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/contract.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/onboarding.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Onboarding;

namespace {

// Ends what is under way for a customer that is lost.
absl::Status EndOnboardings(Writer& writer, const Store& store, const std::string& account) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<Onboarding> onboardings,
                         store.onboardings.All(writer, account));
  for (const Onboarding& before : onboardings) {
    if (!IsUnderWay(before)) continue;
    Onboarding onboarding = before;
    EndForLostCustomer({writer.call().actor, writer.now()}, &onboarding);
    BANSO_RETURN_IF_ERROR(store.Save(writer, &before, onboarding).status());
  }
  return absl::OkStatus();
}

// Ends the contracts of a customer that is lost.
absl::Status TerminateContracts(Writer& writer, const Store& store, const Account& account) {
  const absl::CivilDay last = calendar::ToDay(account.churn().date());
  BANSO_ASSIGN_OR_RETURN(std::vector<v1::Contract> contracts,
                         store.contracts.All(writer, account.name()));
  for (v1::Contract& contract : contracts) {
    Terminate(last, &contract);
    contract.set_state(StateOn(contract, Today(account, writer.now())));
    BANSO_RETURN_IF_ERROR(store.contracts.Update(writer, std::move(contract)).status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Account> AccountsApi::ChurnAccount(const Call& call,
                                                  const v1::ChurnAccountRequest& request) {
  return storage::Mutate<Account>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Account> {
        BANSO_ASSIGN_OR_RETURN(const Account before,
                               store_.AccountForChange(writer, request.name()));
        Account account = before;
        BANSO_RETURN_IF_ERROR(
            accounts::ChurnAccount(request, writer.call().actor, writer.now(), &account));
        BANSO_RETURN_IF_ERROR(EndOnboardings(writer, store_, request.name()));
        BANSO_RETURN_IF_ERROR(TerminateContracts(writer, store_, account));
        BANSO_RETURN_IF_ERROR(policy_.Classify(writer, writer.now(), &account));
        return store_.Save(writer, &before, account, request.etag());
      });
}

absl::StatusOr<Account> AccountsApi::ReopenAccount(const Call& call,
                                                   const v1::ReopenAccountRequest& request) {
  return storage::Mutate<Account>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Account> {
        BANSO_ASSIGN_OR_RETURN(const Account before,
                               store_.AccountForChange(writer, request.name()));
        contract::Violations violations;
        BANSO_RETURN_IF_ERROR(
            store_.team.CheckEmployed(writer, request.sales_owner(), "sales_owner", &violations));
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        Account account = before;
        BANSO_RETURN_IF_ERROR(
            accounts::ReopenAccount(request.sales_owner(), writer.now(), &account));
        BANSO_RETURN_IF_ERROR(policy_.Classify(writer, writer.now(), &account));
        return store_.Save(writer, &before, account, request.etag());
      });
}

absl::StatusOr<v1::ListStageHistoryResponse> AccountsApi::ListStageHistory(
    const Call& call, const v1::ListStageHistoryRequest& request) {
  using Response = v1::ListStageHistoryResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_RETURN_IF_ERROR(store_.accounts.Get(reader, request.parent()).status());
    const contract::TokenScope scope{reader.epoch(), contract::QueryKey(call.method, request)};
    absl::Time after = absl::InfinitePast();
    if (!request.page_token().empty()) {
      BANSO_ASSIGN_OR_RETURN(const std::string position,
                             contract::DecodePageToken(scope, request.page_token()));
      int64_t micros = 0;
      if (!absl::SimpleAtoi(position, &micros)) return contract::Internal("a token's position");
      after = absl::FromUnixMicros(micros);
    }
    BANSO_ASSIGN_OR_RETURN(
        const std::vector<v1::StagePeriod> periods,
        store_.history.StagePeriods(reader, request.parent(), after,
                                    storage::EffectivePageSize(request.page_size())));
    Response response;
    response.mutable_periods()->Assign(periods.begin(), periods.end());
    if (!periods.empty() && periods.back().has_end_time()) {
      const absl::Time last = calendar::ToTime(periods.back().start_time());
      response.set_next_page_token(
          contract::EncodePageToken(scope, absl::StrCat(absl::ToUnixMicros(last))));
    }
    return response;
  });
}

}  // namespace banso::accounts
