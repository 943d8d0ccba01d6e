#include <string>
#include <utility>

#include "common/calendar/period.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/deals_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/deal.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Deal;

absl::StatusOr<Deal> DealsApi::CreateDeal(const Call& call, const v1::CreateDealRequest& request) {
  return storage::Mutate<Deal>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Deal> {
        BANSO_RETURN_IF_ERROR(store_.AccountForChange(writer, request.parent()).status());
        Deal deal = request.deal();
        deal.set_name(
            contract::Join(request.parent(), "deals", contract::IdOrNew(request.deal_id(), ids_)));
        deal.set_stage(v1::DEAL_STAGE_OPEN);
        contract::Violations violations;
        CheckDeal(deal, &violations);
        BANSO_RETURN_IF_ERROR(
            store_.CheckMember(writer, deal.sales_owner(), "deal.sales_owner", &violations));
        BANSO_RETURN_IF_ERROR(
            store_.CheckMember(writer, deal.tossed_up_by(), "deal.tossed_up_by", &violations));
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        return store_.deals.Create(writer, std::move(deal));
      });
}

absl::StatusOr<Deal> DealsApi::GetDeal(const Call& /*call*/, const v1::GetDealRequest& request) {
  return storage::Fetch<Deal>(
      database_, [&](Reader& reader) { return store_.deals.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListDealsResponse> DealsApi::ListDeals(const Call& /*call*/,
                                                          const v1::ListDealsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.stages_size() > 0) {
    query.filters.push_back(storage::InEnums("stage", request.stages()));
  }
  return storage::ListPage(database_, store_.deals, query, &v1::ListDealsResponse::mutable_deals);
}

absl::StatusOr<Deal> DealsApi::UpdateDeal(const Call& call, const v1::UpdateDealRequest& request) {
  return storage::Mutate<Deal>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Deal> {
        BANSO_ASSIGN_OR_RETURN(const Deal before, store_.deals.Get(writer, request.deal().name()));
        BANSO_RETURN_IF_ERROR(store_.AccountForChange(writer, before.name()).status());
        BANSO_RETURN_IF_ERROR(CheckOpen(before));
        Deal deal = before;
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), request.deal(), "deal", &deal));
        contract::Violations violations;
        CheckDeal(deal, &violations);
        if (deal.sales_owner() != before.sales_owner()) {
          BANSO_RETURN_IF_ERROR(
              store_.CheckMember(writer, deal.sales_owner(), "deal.sales_owner", &violations));
        }
        if (deal.tossed_up_by() != before.tossed_up_by()) {
          BANSO_RETURN_IF_ERROR(
              store_.CheckMember(writer, deal.tossed_up_by(), "deal.tossed_up_by", &violations));
        }
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        return store_.deals.Update(writer, std::move(deal), request.deal().etag());
      });
}

absl::StatusOr<Deal> DealsApi::WinDeal(const Call& call, const v1::WinDealRequest& request) {
  return storage::Mutate<Deal>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Deal> {
        BANSO_ASSIGN_OR_RETURN(Deal deal, store_.deals.Get(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(const Account before, store_.AccountForChange(writer, deal.name()));
        BANSO_RETURN_IF_ERROR(CheckNotChurned(before));
        BANSO_RETURN_IF_ERROR(Win(request, Today(before, writer.now()), &deal));
        BANSO_ASSIGN_OR_RETURN(const auto asked, store_.intake.LastFor(writer, deal.name()));
        BANSO_RETURN_IF_ERROR(CheckIntake(asked.has_value() ? &*asked : nullptr, request, &deal));
        Account account = before;
        BANSO_ASSIGN_OR_RETURN(const std::string seller, SellerOf(writer, deal));
        BANSO_RETURN_IF_ERROR(WinAccount(seller, writer.now(), &account));
        BANSO_RETURN_IF_ERROR(policy_.Classify(writer, writer.now(), &account));
        BANSO_RETURN_IF_ERROR(store_.Save(writer, &before, account).status());
        return store_.deals.Update(writer, std::move(deal));
      });
}

absl::StatusOr<std::string> DealsApi::SellerOf(Writer& writer, const Deal& deal) const {
  if (!deal.sales_owner().empty() || !writer.call().from_member()) return deal.sales_owner();
  BANSO_ASSIGN_OR_RETURN(const auto actor, store_.members.Find(writer, writer.call().actor));
  const bool sells = actor.has_value() && !actor->has_erase_time();
  return sells ? actor->name() : std::string();
}

absl::StatusOr<Deal> DealsApi::LoseDeal(const Call& call, const v1::LoseDealRequest& request) {
  return storage::Mutate<Deal>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Deal> {
        BANSO_ASSIGN_OR_RETURN(Deal deal, store_.deals.Get(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(const Account account, store_.AccountForChange(writer, deal.name()));
        BANSO_RETURN_IF_ERROR(Lose(request, Today(account, writer.now()), &deal));
        return store_.deals.Update(writer, std::move(deal));
      });
}

}  // namespace banso::accounts
