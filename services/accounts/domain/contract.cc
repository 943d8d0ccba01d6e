#include "services/accounts/domain/contract.h"

#include <algorithm>

#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "google/protobuf/util/message_differencer.h"

namespace banso::accounts {
namespace {

using calendar::DayText;
using calendar::ToDay;
using google::protobuf::util::MessageDifferencer;
using v1::Contract;

absl::Status Continued(const Contract& contract, const char* what_to_do) {
  return contract::FailedPrecondition(kReasonContractContinued, contract.name(),
                                      "another contract continues it, or it another one",
                                      what_to_do);
}

}  // namespace

std::optional<absl::CivilDay> LastDay(const Contract& contract) {
  std::optional<absl::CivilDay> last;
  if (contract.has_end_date()) last = ToDay(contract.end_date());
  if (!contract.has_terminate_date()) return last;
  const absl::CivilDay terminated = ToDay(contract.terminate_date());
  return last.has_value() ? std::min(*last, terminated) : terminated;
}

void Terminate(absl::CivilDay day, Contract* contract) {
  const std::optional<absl::CivilDay> last = LastDay(*contract);
  if (last.has_value() && *last <= day) return;
  *contract->mutable_terminate_date() = calendar::ToDate(day);
}

v1::ContractState StateOn(const Contract& contract, absl::CivilDay day) {
  const std::optional<absl::CivilDay> last = LastDay(contract);
  if (last.has_value() && day > *last) return v1::CONTRACT_STATE_ENDED;
  return day < ToDay(contract.start_date()) ? v1::CONTRACT_STATE_UPCOMING
                                            : v1::CONTRACT_STATE_IN_FORCE;
}

void CheckContract(const Contract& contract, contract::Violations* violations) {
  if (contract.has_end_date() && ToDay(contract.end_date()) < ToDay(contract.start_date())) {
    violations->Add("contract.end_date", DayText(contract.end_date()),
                    "the first day or one after it", "OUT_OF_ORDER");
  }
}

absl::StatusOr<Contract> Renewed(const Contract& before, const v1::RenewContractRequest& request,
                                 bool continued_already) {
  if (before.has_terminate_date()) {
    return contract::FailedPrecondition(kReasonContractTerminated, before.name(),
                                        "the contract ended with the loss of the customer",
                                        "Create the contract with which it begins anew");
  }
  if (!before.has_end_date()) {
    return contract::FailedPrecondition(kReasonContractWithoutEnd, before.name(),
                                        "the contract has no end", "Give it an end first");
  }
  if (continued_already) return Continued(before, "Renew the one that continues it");
  const absl::CivilDay start = ToDay(before.end_date()) + 1;
  if (request.has_end_date() && ToDay(request.end_date()) < start) {
    return contract::InvalidField("end_date", DayText(request.end_date()),
                                  DayText(start) + " or a day after it", "OUT_OF_ORDER");
  }
  Contract contract;
  contract.set_display_name(before.display_name());
  *contract.mutable_start_date() = calendar::ToDate(start);
  if (request.has_end_date()) *contract.mutable_end_date() = request.end_date();
  contract.set_plan(before.plan());
  *contract.mutable_products() = before.products();
  *contract.mutable_options() = before.options();
  if (before.has_monthly_amount()) *contract.mutable_monthly_amount() = before.monthly_amount();
  if (request.has_monthly_amount()) *contract.mutable_monthly_amount() = request.monthly_amount();
  contract.set_deal(before.deal());
  contract.set_previous_contract(before.name());
  return contract;
}

absl::Status CheckDaysKept(const Contract& before, const Contract& after, bool continued) {
  const bool start_moves = !MessageDifferencer::Equals(before.start_date(), after.start_date());
  const bool end_moves = before.has_end_date() != after.has_end_date() ||
                         !MessageDifferencer::Equals(before.end_date(), after.end_date());
  if ((start_moves && !before.previous_contract().empty()) || (end_moves && continued)) {
    return Continued(before, "Delete the one that continues it, change the days, and renew again");
  }
  return absl::OkStatus();
}

}  // namespace banso::accounts
