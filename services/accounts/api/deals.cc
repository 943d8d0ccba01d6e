#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/day_range.h"
#include "services/accounts/api/deals_api.h"
#include "services/accounts/api/in_use.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/deal.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/onboarding.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Deal;

namespace {

// The order in terms of the columns.
absl::StatusOr<std::string> OrderOf(const std::string& order_by) {
  absl::string_view field = order_by;
  const bool descending = absl::ConsumeSuffix(&field, " desc");
  for (const auto& [accepted, column] :
       std::initializer_list<std::pair<const char*, const char*>>{{"name", "name"},
                                                                  {"close_date", "close_day"},
                                                                  {"create_time", "create_time"},
                                                                  {"update_time", "update_time"}}) {
    if (field == accepted) return absl::StrCat(column, descending ? " desc" : "");
  }
  if (order_by.empty()) return std::string();
  return contract::InvalidField(
      "order_by", order_by,
      "name, close_date, create_time or update_time, each with or without \" desc\"");
}

// Looks for contracts and onboardings that come from a deal; of the onboardings those that were
// cancelled count only with `cancelled`.
absl::Status LookForWork(const Store& store, const std::string& deal, bool cancelled,
                         InUse* in_use) {
  BANSO_RETURN_IF_ERROR(in_use->Look<v1::Contract>(
      store.contracts, [&](const v1::Contract& contract) { return contract.deal() == deal; },
      "Delete the contract first, or take the deal out of it"));
  return in_use->Look<v1::Onboarding>(
      store.onboardings,
      [&](const v1::Onboarding& onboarding) {
        return onboarding.deal() == deal &&
               (cancelled || onboarding.state() != v1::ONBOARDING_STATE_CANCELLED);
      },
      "Give the onboarding up first (CancelOnboarding), or take the deal out of it");
}

// An onboarding needs a deal that is won, whether it names one or not. `deal` is the last such deal
// of its account.
absl::Status CheckNothingUnderWay(Reader& reader, const Store& store, const std::string& deal) {
  std::vector<contract::Precondition> causes;
  BANSO_RETURN_IF_ERROR(store.onboardings.ForEach(
      reader, contract::Ancestor(deal, "accounts"), {}, [&](const v1::Onboarding& onboarding) {
        if (IsUnderWay(onboarding)) {
          causes.push_back(
              {deal,
               absl::StrCat("no other deal of the account is won, and ", onboarding.name(),
                            " is under way"),
               "Give the onboarding up first (CancelOnboarding), or win another deal"});
        }
        return absl::OkStatus();
      }));
  return causes.empty() ? absl::OkStatus() : contract::FailedPrecondition(kReasonInUse, causes);
}

}  // namespace

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
            store_.team.CheckEmployed(writer, deal.sales_owner(), "deal.sales_owner", &violations));
        BANSO_RETURN_IF_ERROR(
            store_.team.CheckMember(writer, deal.tossed_up_by(), "deal.tossed_up_by", &violations));
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
  BANSO_RETURN_IF_ERROR(CheckDayRange(
      "close_date", request.has_close_date_from() ? &request.close_date_from() : nullptr,
      request.has_close_date_to() ? &request.close_date_to() : nullptr));
  storage::ListQuery query = storage::QueryOf(request);
  BANSO_ASSIGN_OR_RETURN(query.order_by, OrderOf(request.order_by()));
  auto& filters = query.filters;
  if (request.stages_size() > 0) filters.push_back(storage::InEnums("stage", request.stages()));
  if (!request.sales_owner().empty()) {
    filters.push_back(storage::Equal("sales_owner", request.sales_owner()));
  }
  if (request.has_close_date_from()) {
    filters.push_back(storage::AtLeast("close_day", calendar::ToDay(request.close_date_from())));
  }
  if (request.has_close_date_to()) {
    filters.push_back(storage::AtMost("close_day", calendar::ToDay(request.close_date_to())));
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
          BANSO_RETURN_IF_ERROR(store_.team.CheckEmployed(writer, deal.sales_owner(),
                                                          "deal.sales_owner", &violations));
        }
        if (deal.tossed_up_by() != before.tossed_up_by()) {
          BANSO_RETURN_IF_ERROR(store_.team.CheckMember(writer, deal.tossed_up_by(),
                                                        "deal.tossed_up_by", &violations));
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
        if (!deal.intake_exception().empty()) {
          BANSO_RETURN_IF_ERROR(store_.team.CheckActorRole(
              writer, {v1::MEMBER_ROLE_MANAGER, v1::MEMBER_ROLE_OPERATIONS},
              "winning a deal against the answer to sales"));
        }
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
  BANSO_ASSIGN_OR_RETURN(const auto actor, store_.team.members.Find(writer, writer.call().actor));
  const bool sells = actor.has_value() && !actor->has_erase_time() && !actor->has_last_day();
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

absl::StatusOr<Deal> DealsApi::ReopenDeal(const Call& call, const v1::ReopenDealRequest& request) {
  return storage::Mutate<Deal>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Deal> {
        BANSO_ASSIGN_OR_RETURN(Deal deal, store_.deals.Get(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(const Account before, store_.AccountForChange(writer, deal.name()));
        BANSO_RETURN_IF_ERROR(CheckNotChurned(before));
        const bool was_won = deal.stage() == v1::DEAL_STAGE_WON;
        BANSO_RETURN_IF_ERROR(Reopen(request, writer.call().actor, writer.now(), &deal));
        InUse in_use(writer, deal.name());
        BANSO_RETURN_IF_ERROR(LookForWork(store_, deal.name(), false, &in_use));
        BANSO_RETURN_IF_ERROR(in_use.ToStatus());
        BANSO_ASSIGN_OR_RETURN(Deal stored,
                               store_.deals.Update(writer, std::move(deal), request.etag()));
        if (!was_won) return stored;
        BANSO_ASSIGN_OR_RETURN(const std::vector<Deal> deals,
                               store_.deals.All(writer, before.name()));
        if (IsWonBy(deals, before)) return stored;
        BANSO_RETURN_IF_ERROR(CheckNothingUnderWay(writer, store_, stored.name()));
        Account account = before;
        UnwinAccount(writer.now(), &account);
        BANSO_RETURN_IF_ERROR(policy_.Classify(writer, writer.now(), &account));
        BANSO_RETURN_IF_ERROR(store_.Save(writer, &before, account).status());
        return stored;
      });
}

absl::StatusOr<v1::DeleteDealResponse> DealsApi::DeleteDeal(const Call& call,
                                                            const v1::DeleteDealRequest& request) {
  using Response = v1::DeleteDealResponse;
  return storage::Mutate<Response>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Response> {
        const std::string& name = request.name();
        BANSO_ASSIGN_OR_RETURN(const Deal deal, store_.deals.Get(writer, name));
        BANSO_RETURN_IF_ERROR(store_.AccountForChange(writer, name).status());
        BANSO_RETURN_IF_ERROR(CheckOpen(deal));
        InUse in_use(writer, name);
        BANSO_RETURN_IF_ERROR(LookForWork(store_, name, true, &in_use));
        BANSO_RETURN_IF_ERROR(in_use.Look<v1::IntakeReview>(
            store_.intake.reviews,
            [&](const v1::IntakeReview& review) { return review.deal() == name; },
            "Delete the question first if it is not answered (DeleteIntakeReview), else lose the "
            "deal (LoseDeal)"));
        BANSO_RETURN_IF_ERROR(in_use.Look<v1::Voice>(
            store_.intake.voices, [&](const v1::Voice& voice) { return voice.deal() == name; },
            "Tie the voice to another deal, or delete it first"));
        BANSO_RETURN_IF_ERROR(in_use.ToStatus());
        BANSO_RETURN_IF_ERROR(store_.deals.Delete(writer, name, request.etag()));
        return Response();
      });
}

}  // namespace banso::accounts
