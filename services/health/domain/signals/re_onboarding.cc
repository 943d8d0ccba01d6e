#include "services/health/domain/signals/re_onboarding.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/signals/signal.h"

namespace banso::health {
namespace {

constexpr size_t kMaxReasonLength = 500;

}  // namespace

std::string RunningOnboarding(const std::vector<accounts::v1::Onboarding>& onboardings) {
  const auto running =
      std::find_if(onboardings.begin(), onboardings.end(), [](const auto& onboarding) {
        return onboarding.state() == accounts::v1::ONBOARDING_STATE_RUNNING;
      });
  return running == onboardings.end() ? "" : running->name();
}

handoff::v1::StartOnboardingRequest ReOnboardingRequest(
    const v1::Signal& signal, const v1::SignalAction& action,
    const v1::ReOnboardingReaction& reaction, const accounts::v1::Account& account,
    const std::vector<accounts::v1::Onboarding>& onboardings) {
  handoff::v1::StartOnboardingRequest request;
  request.set_parent(account.name());
  request.set_onboarding_id(TaskId(signal.name(), action.id()));
  request.set_request_id(request.onboarding_id());
  request.set_kind(accounts::v1::ONBOARDING_KIND_RE_ONBOARDING);
  request.set_rollout_pattern(accounts::v1::ROLLOUT_PATTERN_SINGLE);
  for (const accounts::v1::Onboarding& before : onboardings) {
    if (before.name() != signal.onboarding()) continue;
    *request.mutable_products() = before.products();
    *request.mutable_sites() = before.sites();
    if (before.rollout_pattern() != accounts::v1::ROLLOUT_PATTERN_UNSPECIFIED) {
      request.set_rollout_pattern(before.rollout_pattern());
    }
  }
  request.set_owner(reaction.owner());
  if (request.owner().empty()) request.set_owner(account.owners().onboarding());
  if (request.owner().empty()) request.set_owner(signal.owner());
  *request.mutable_contract_start() = calendar::ToDate(calendar::DayOf(
      calendar::ToTime(signal.raise_time()), calendar::ZoneOrUtc(account.time_zone())));
  if (!reaction.plan_template().empty()) {
    request.set_plan_template(reaction.plan_template());
    request.set_plan_template_reason(
        absl::StrCat(signal.name(), ": ", signal.reason()).substr(0, kMaxReasonLength));
  }
  return request;
}

void TakeOver(const handoff::v1::Process& process, v1::SignalAction& action) {
  action.set_target(process.name());
  action.clear_last_error();
  switch (process.state()) {
    case handoff::v1::PROCESS_STATE_SUCCEEDED:
      action.set_state(v1::SIGNAL_ACTION_STATE_DONE);
      action.set_result(process.onboarding());
      break;
    case handoff::v1::PROCESS_STATE_CANCELLED:
      action.set_state(v1::SIGNAL_ACTION_STATE_SKIPPED);
      action.set_result(process.cancel_reason());
      break;
    case handoff::v1::PROCESS_STATE_WAITING_FOR_PERSON:
      action.set_last_error(process.status_text());
      action.set_state(v1::SIGNAL_ACTION_STATE_HANDED_OVER);
      return;
    default:
      action.set_state(v1::SIGNAL_ACTION_STATE_HANDED_OVER);
      return;
  }
  if (process.has_end_time()) *action.mutable_close_time() = process.end_time();
}

}  // namespace banso::health
