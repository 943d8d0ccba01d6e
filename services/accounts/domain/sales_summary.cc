#include "services/accounts/domain/sales_summary.h"

#include "absl/strings/str_format.h"
#include "services/accounts/domain/churn.h"
#include "services/accounts/domain/classification/simulation.h"

namespace banso::accounts {
namespace {

const char* VerdictWord(v1::IntakeVerdict verdict) {
  switch (verdict) {
    case v1::INTAKE_VERDICT_ACCEPT:
      return "accept";
    case v1::INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS:
      return "accept_with_conditions";
    case v1::INTAKE_VERDICT_WAIT:
      return "wait";
    case v1::INTAKE_VERDICT_DECLINE:
      return "decline";
    default:
      return "not_asked";
  }
}

const char* PathWord(v1::AcquisitionPath path) {
  switch (path) {
    case v1::ACQUISITION_PATH_ALONE:
      return "alone";
    case v1::ACQUISITION_PATH_SALES:
      return "sales";
    case v1::ACQUISITION_PATH_PARTNER:
      return "partner";
    default:
      return "";
  }
}

}  // namespace

std::vector<std::string> ValuesOf(const SoldDeal& sold, v1::SalesDimension dimension) {
  switch (dimension) {
    case v1::SALES_DIMENSION_MONTH:
      return {absl::StrFormat("%04d-%02d", sold.deal.close_date().year(),
                              sold.deal.close_date().month())};
    case v1::SALES_DIMENSION_PRODUCT: {
      const std::set<std::string> products(sold.deal.products().begin(),
                                           sold.deal.products().end());
      if (products.empty()) return {""};
      return {products.begin(), products.end()};
    }
    case v1::SALES_DIMENSION_SEGMENT:
      return {sold.account.classification().segment()};
    case v1::SALES_DIMENSION_ACQUISITION_PATH:
      return {PathWord(sold.account.purchase().acquisition_path())};
    case v1::SALES_DIMENSION_INTAKE_VERDICT:
      return {VerdictWord(sold.verdict)};
    default:
      return {""};
  }
}

void SalesSummary::Sum::Add(const SoldDeal& sold) {
  ++deals;
  if (sold.deal.has_amount()) {
    amounts[sold.deal.amount().currency()] += sold.deal.amount().minor_units();
  }
  accounts.insert(sold.account.name());
  if (const v1::Churn* loss = LossOf(sold.account, sold.deal)) {
    lost[sold.account.name()] = loss->reason();
  }
  for (const v1::Voice& voice : sold.voices) {
    complaints += voice.kind() == v1::VOICE_KIND_COMPLAINT ? 1 : 0;
    praise += voice.kind() == v1::VOICE_KIND_PRAISE ? 1 : 0;
    std::set<std::string> fields;
    for (const v1::HandoffFault& fault : voice.faults()) fields.insert(fault.field());
    for (const std::string& field : fields) ++faults[field];
  }
}

v1::SalesRow SalesSummary::Sum::Row(const std::string& value) const {
  v1::SalesRow row;
  row.set_value(value);
  row.set_deals(deals);
  for (const auto& [currency, minor_units] : amounts) {
    type::v1::Money* amount = row.add_amounts();
    amount->set_currency(currency);
    amount->set_minor_units(minor_units);
  }
  *row.mutable_lost() =
      ProportionOf(static_cast<int64_t>(lost.size()), static_cast<int64_t>(accounts.size()));
  std::map<v1::ChurnReason, int64_t> reasons;
  for (const auto& [account, reason] : lost) ++reasons[reason];
  for (const auto& [reason, count] : reasons) {
    v1::ReasonCount* line = row.add_reasons();
    line->set_reason(reason);
    line->set_accounts(count);
  }
  row.set_complaints(complaints);
  row.set_praise(praise);
  for (const auto& [field, count] : faults) {
    v1::FaultCount* line = row.add_faults();
    line->set_field(field);
    line->set_voices(count);
  }
  return row;
}

void SalesSummary::Add(const std::vector<std::string>& values, const SoldDeal& sold) {
  for (const std::string& value : values) rows_[value].Add(sold);
  total_.Add(sold);
}

v1::SummarizeSalesResponse SalesSummary::Result() const {
  v1::SummarizeSalesResponse response;
  for (const auto& [value, sum] : rows_) *response.add_rows() = sum.Row(value);
  *response.mutable_total() = total_.Row("");
  response.set_definition(
      "Deals won by the day on which they closed. Lost: of their accounts, each counted once, "
      "those that were lost since, also when they were won back later; 95 % intervals. Classes are "
      "as of now.");
  return response;
}

}  // namespace banso::accounts
