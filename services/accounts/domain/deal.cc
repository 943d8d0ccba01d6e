#include "services/accounts/domain/deal.h"

#include <string>

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
      "Create another deal for another sale, or take it back (ReopenDeal)");
}

void CheckDeal(const v1::Deal& deal, contract::Violations* violations) {
  int64_t sum = 0;
  for (int i = 0; i < deal.lines_size(); ++i) {
    const v1::DealLine& line = deal.lines(i);
    if (!line.has_amount()) continue;
    const std::string field = absl::StrCat("deal.lines[", i, "].amount");
    if (line.amount().currency() != deal.amount().currency()) {
      violations->Add(absl::StrCat(field, ".currency"), line.amount().currency(),
                      "the currency of the deal's amount", "OTHER_CURRENCY");
      continue;
    }
    sum += line.amount().minor_units();
    if (sum > deal.amount().minor_units()) {
      violations->Add(field, absl::StrCat(line.amount().minor_units()),
                      "lines that are together worth no more than the deal", "TOO_MUCH");
    }
  }
}

absl::Status Win(const v1::WinDealRequest& request, absl::CivilDay today, v1::Deal* deal) {
  BANSO_RETURN_IF_ERROR(CheckOpen(*deal));
  deal->set_stage(v1::DEAL_STAGE_WON);
  deal->set_win_reason(request.reason());
  *deal->mutable_contract_start() = request.contract_start();
  *deal->mutable_close_date() =
      request.has_close_date() ? request.close_date() : calendar::ToDate(today);
  return absl::OkStatus();
}

absl::Status Lose(const v1::LoseDealRequest& request, absl::CivilDay today, v1::Deal* deal) {
  BANSO_RETURN_IF_ERROR(CheckOpen(*deal));
  if (request.has_close_date() && calendar::ToDay(request.close_date()) > today) {
    return contract::InvalidField("close_date", calendar::DayText(request.close_date()),
                                  "today or a day before", "IN_THE_FUTURE");
  }
  deal->set_stage(v1::DEAL_STAGE_LOST);
  deal->set_loss_reason(request.reason());
  *deal->mutable_close_date() =
      request.has_close_date() ? request.close_date() : calendar::ToDate(today);
  return absl::OkStatus();
}

absl::Status Reopen(const v1::ReopenDealRequest& request, const std::string& actor, absl::Time now,
                    v1::Deal* deal) {
  if (deal->stage() == v1::DEAL_STAGE_OPEN) {
    return contract::FailedPrecondition(kReasonDealOpen, deal->name(), "the deal is open", "");
  }
  v1::DealReopening* reopening = deal->add_reopenings();
  reopening->set_stage_before(deal->stage());
  *reopening->mutable_close_date_before() = deal->close_date();
  reopening->set_reason_before(deal->stage() == v1::DEAL_STAGE_WON ? deal->win_reason()
                                                                   : deal->loss_reason());
  reopening->set_reason(request.reason());
  *reopening->mutable_reopen_time() = calendar::ToTimestamp(now);
  reopening->set_reopened_by(actor);
  deal->set_stage(v1::DEAL_STAGE_OPEN);
  deal->clear_close_date();
  deal->clear_contract_start();
  deal->clear_win_reason();
  deal->clear_loss_reason();
  deal->clear_intake_exception();
  return absl::OkStatus();
}

absl::Status CheckIntake(const v1::IntakeReview* last, const v1::WinDealRequest& request,
                         v1::Deal* deal) {
  if (last == nullptr) return absl::OkStatus();
  const bool decided = last->state() == v1::INTAKE_STATE_DECIDED;
  if (decided && last->verdict() != v1::INTAKE_VERDICT_DECLINE) return absl::OkStatus();
  if (!request.intake_exception().empty()) {
    deal->set_intake_exception(request.intake_exception());
    return absl::OkStatus();
  }
  std::string answer = "is not answered";
  if (decided) answer = absl::StrCat("was declined: ", last->verdict_reason());
  if (last->state() == v1::INTAKE_STATE_WAITING) {
    answer = absl::StrCat("waits for the feature ", last->feature());
  }
  return contract::FailedPrecondition(
      kReasonIntakeNotAccepted, last->name(),
      absl::StrCat("what sales asked about the deal ", answer),
      "Wait for another answer, or say in `intake_exception` why it is won all the same");
}

}  // namespace banso::accounts
