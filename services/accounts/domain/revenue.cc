#include "services/accounts/domain/revenue.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/accounts/domain/classification/simulation.h"
#include "services/accounts/domain/contract.h"

namespace banso::accounts {
namespace {

using calendar::ToDay;

// Stays at the largest (or smallest) number rather than going round.
void AddSafely(int64_t amount, int64_t* sum) {
  if (!__builtin_add_overflow(*sum, amount, sum)) return;
  *sum = amount > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

std::optional<absl::CivilDay> Earlier(std::optional<absl::CivilDay> day, absl::CivilDay other) {
  return day.has_value() ? std::min(*day, other) : other;
}

}  // namespace

RevenueSummary::RevenueSummary(const v1::SummarizeRevenueRequest& request)
    : request_(request),
      first_day_(ToDay(request.first_day())),
      last_day_(ToDay(request.last_day())) {}

void RevenueSummary::AddContract(const v1::Contract& contract) {
  const absl::CivilDay start = ToDay(contract.start_date());
  const std::optional<absl::CivilDay> end = LastDay(contract);
  if (end.has_value() && *end < start) return;
  Ledger& ledger = ledgers_[contract::Ancestor(contract.name(), "accounts")];
  ledger.first_contract = Earlier(ledger.first_contract, start);
  const bool matters = start <= last_day_ && (!end.has_value() || *end >= first_day_ - 1);
  if (!matters) return;
  if (!contract.has_monthly_amount()) {
    ++without_amount_;
  } else if (contract.monthly_amount().currency() != request_.currency()) {
    ++other_currency_;
  } else {
    ledger.charges.push_back(
        {.start = start, .end = end, .amount = contract.monthly_amount().minor_units()});
  }
}

void RevenueSummary::AddDeal(const v1::Deal& deal) {
  if (deal.stage() == v1::DEAL_STAGE_OPEN || !deal.has_close_date()) return;
  Ledger& ledger = ledgers_[contract::Ancestor(deal.name(), "accounts")];
  const bool won = deal.stage() == v1::DEAL_STAGE_WON;
  if (won && deal.has_contract_start()) {
    ledger.first_sold = Earlier(ledger.first_sold, ToDay(deal.contract_start()));
  }
  const absl::CivilDay day = ToDay(deal.close_date());
  if (!InPeriod(day)) return;
  if (!deal.tossed_up_by().empty()) {
    ++ledger.tossed_up;
    ledger.tossed_up_won += won ? 1 : 0;
  }
  if (!won || !deal.has_amount()) return;
  if (deal.amount().currency() != request_.currency()) {
    ++other_currency_;
  } else {
    ledger.sales.push_back({.day = day, .amount = deal.amount().minor_units()});
  }
}

int64_t RevenueSummary::PaidOn(const Ledger& ledger, absl::CivilDay day) {
  int64_t paid = 0;
  for (const Charge& charge : ledger.charges) {
    if (charge.start <= day && (!charge.end.has_value() || day <= *charge.end)) {
      AddSafely(charge.amount, &paid);
    }
  }
  return paid;
}

void RevenueSummary::AddTo(const Ledger& ledger, Sum* sum) const {
  const int64_t opening = PaidOn(ledger, first_day_ - 1);
  const int64_t closing = PaidOn(ledger, last_day_);
  AddSafely(opening, &sum->opening);
  AddSafely(closing, &sum->closing);
  if (opening != 0) ++sum->opening_accounts;
  if (opening == 0) {
    AddSafely(closing, &sum->new_business);
  } else if (closing == 0) {
    AddSafely(opening, &sum->churned);
    ++sum->churned_accounts;
  } else {
    AddSafely(std::max<int64_t>(0, closing - opening), &sum->expansion);
    AddSafely(std::max<int64_t>(0, opening - closing), &sum->contraction);
  }
  const std::optional<absl::CivilDay> contract =
      ledger.first_contract.has_value() ? ledger.first_contract : ledger.first_sold;
  for (const Sale& sale : ledger.sales) {
    const bool before = !contract.has_value() || sale.day <= *contract;
    AddSafely(sale.amount, before ? &sum->sold_before : &sum->sold_after);
  }
  sum->tossed_up += ledger.tossed_up;
  sum->tossed_up_won += ledger.tossed_up_won;
}

std::string RevenueSummary::ValueOf(const v1::Account& account, const Ledger& ledger) const {
  switch (request_.dimension()) {
    case v1::REVENUE_DIMENSION_SEGMENT:
      return account.classification().segment();
    case v1::REVENUE_DIMENSION_TIER:
      return account.classification().tier();
    case v1::REVENUE_DIMENSION_TOUCH:
      return account.classification().touch();
    case v1::REVENUE_DIMENSION_INDUSTRY:
      return account.industry();
    case v1::REVENUE_DIMENSION_COHORT:
      if (!ledger.first_contract.has_value()) return "";
      return absl::StrFormat("%04d-%02d", ledger.first_contract->year(),
                             ledger.first_contract->month());
    default:
      return "";
  }
}

void RevenueSummary::AddAccount(const v1::Account& account) {
  const auto ledger = ledgers_.find(account.name());
  if (ledger == ledgers_.end()) return;
  AddTo(ledger->second, &total_);
  if (request_.dimension() == v1::REVENUE_DIMENSION_UNSPECIFIED) return;
  AddTo(ledger->second, &rows_[ValueOf(account, ledger->second)]);
}

v1::RevenueRow RevenueSummary::RowOf(const std::string& value, const Sum& sum) const {
  v1::RevenueRow row;
  row.set_value(value);
  const auto set = [&](int64_t amount, type::v1::Money* money) {
    money->set_minor_units(amount);
    money->set_currency(request_.currency());
  };
  row.set_opening_accounts(sum.opening_accounts);
  row.set_churned_accounts(sum.churned_accounts);
  set(sum.opening, row.mutable_opening());
  set(sum.new_business, row.mutable_new_business());
  set(sum.expansion, row.mutable_expansion());
  set(sum.contraction, row.mutable_contraction());
  set(sum.churned, row.mutable_churned());
  set(sum.closing, row.mutable_closing());
  set(sum.sold_before, row.mutable_sold_before_contract());
  set(sum.sold_after, row.mutable_sold_after_contract());
  *row.mutable_tossed_up() = ProportionOf(sum.tossed_up_won, sum.tossed_up);
  if (sum.opening == 0) return row;
  const auto opening = static_cast<double>(sum.opening);
  const int64_t kept = sum.opening - sum.contraction - sum.churned;
  row.set_gross_retention(static_cast<double>(kept) / opening);
  row.set_net_retention(static_cast<double>(kept + sum.expansion) / opening);
  return row;
}

v1::SummarizeRevenueResponse RevenueSummary::Result() const {
  v1::SummarizeRevenueResponse response;
  for (const auto& [value, sum] : rows_) *response.add_rows() = RowOf(value, sum);
  *response.mutable_total() = RowOf("", total_);
  response.set_contracts_without_amount(without_amount_);
  response.set_other_currency(other_currency_);
  response.set_definition(absl::StrCat(
      "Recurring revenue per month in ", request_.currency(),
      " by the contracts in force on the evening of ", calendar::DayText(first_day_ - 1),
      " (opening) and of ", calendar::DayText(last_day_),
      " (closing), account by account; a lost customer's contracts end on the last day that was "
      "recorded with its loss. Net retention is (opening + expansion - contraction - churned) / "
      "opening, gross retention the same without expansion; new business is in neither. Deals "
      "won up to the first day of the account's first contract, that day included, are sales'; "
      "later ones are the success team's."));
  return response;
}

}  // namespace banso::accounts
