#include "services/accounts/domain/deal.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"

namespace banso::accounts {

absl::Status CheckOpen(const v1::Deal& deal) {
  if (deal.stage() == v1::DEAL_STAGE_OPEN) return absl::OkStatus();
  return contract::FailedPrecondition(
      kReasonDealClosed, deal.name(),
      absl::StrCat("the deal is ", deal.stage() == v1::DEAL_STAGE_WON ? "won" : "lost", " already"),
      "Create another deal for another sale");
}

absl::Status Win(const v1::WinDealRequest& request, absl::CivilDay today, v1::Deal* deal) {
  BANSO_RETURN_IF_ERROR(CheckOpen(*deal));
  deal->set_stage(v1::DEAL_STAGE_WON);
  *deal->mutable_contract_start() = request.contract_start();
  *deal->mutable_close_date() =
      request.has_close_date() ? request.close_date() : calendar::ToDate(today);
  return absl::OkStatus();
}

absl::Status Lose(const v1::LoseDealRequest& request, absl::CivilDay today, v1::Deal* deal) {
  BANSO_RETURN_IF_ERROR(CheckOpen(*deal));
  deal->set_stage(v1::DEAL_STAGE_LOST);
  deal->set_loss_reason(request.reason());
  *deal->mutable_close_date() = calendar::ToDate(today);
  return absl::OkStatus();
}

}  // namespace banso::accounts
