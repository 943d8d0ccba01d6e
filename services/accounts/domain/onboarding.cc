#include "services/accounts/domain/onboarding.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::accounts {
namespace {

using calendar::ToDay;
using calendar::ToTime;
using calendar::ToTimestamp;
using v1::Onboarding;

std::string StateText(v1::OnboardingState state) {
  absl::string_view word = v1::OnboardingState_Name(state);
  absl::ConsumePrefix(&word, "ONBOARDING_STATE_");
  return std::string(word);
}

absl::Status WrongState(const Onboarding& onboarding, absl::string_view what_is_wrong) {
  return contract::FailedPrecondition(kReasonWrongState, onboarding.name(), what_is_wrong, "");
}

bool IsMove(v1::OnboardingState from, v1::OnboardingState to) {
  switch (to) {
    case v1::ONBOARDING_STATE_COMPLETED:
    case v1::ONBOARDING_STATE_CANCELLED:
      return from == v1::ONBOARDING_STATE_RUNNING;
    case v1::ONBOARDING_STATE_RUNNING:
    case v1::ONBOARDING_STATE_HANDED_OFF:
      return from == v1::ONBOARDING_STATE_COMPLETED;
    default:
      return false;
  }
}

absl::Status CheckHandoff(const v1::AdvanceOnboardingRequest& request,
                          const Onboarding& onboarding) {
  const std::string account = contract::Ancestor(onboarding.name(), "accounts");
  if (request.handoff().empty() || request.retention_owner().empty()) {
    return contract::FailedPrecondition(
        kReasonHandoffRequired, onboarding.name(),
        "an account becomes retention's only through an accepted handoff",
        "Have the handoff accepted (AcceptHandoff): it names the handoff and the retention owner");
  }
  if (contract::Ancestor(request.handoff(), "accounts") != account) {
    return contract::InvalidField("handoff", request.handoff(),
                                  absl::StrCat("a handoff of ", account));
  }
  const auto completed = ClockDay(onboarding, type::v1::CLOCK_COMPLETION);
  if (completed.has_value() && ToDay(request.date()) < *completed) {
    return contract::InvalidField(
        "date", calendar::DayText(request.date()),
        absl::StrCat("a day on or after the completion, ", calendar::DayText(*completed)));
  }
  return absl::OkStatus();
}

v1::ClockReading* FindClock(type::v1::Clock clock, Onboarding* onboarding) {
  for (v1::ClockReading& reading : *onboarding->mutable_clocks()) {
    if (reading.clock() == clock) return &reading;
  }
  return nullptr;
}

// Clocks are kept in the order of their numbers, so that equal sets of them are equal messages.
void PutClock(type::v1::Clock clock, const type::v1::Date& date, absl::string_view reason,
              const Act& act, Onboarding* onboarding) {
  v1::ClockReading* reading = FindClock(clock, onboarding);
  if (reading == nullptr) reading = onboarding->add_clocks();
  reading->set_clock(clock);
  *reading->mutable_date() = date;
  *reading->mutable_record_time() = ToTimestamp(act.now);
  reading->set_recorded_by(act.actor);
  reading->set_reason(std::string(reason));
  std::sort(onboarding->mutable_clocks()->begin(), onboarding->mutable_clocks()->end(),
            [](const auto& a, const auto& b) { return a.clock() < b.clock(); });
}

void RemoveClock(type::v1::Clock clock, Onboarding* onboarding) {
  auto* clocks = onboarding->mutable_clocks();
  clocks->erase(std::remove_if(clocks->begin(), clocks->end(),
                               [&](const auto& reading) { return reading.clock() == clock; }),
                clocks->end());
}

// Ends the present holder's time. The time of a machine may step back: the ledger does not.
absl::Time CloseBall(absl::Time now, Onboarding* onboarding) {
  if (!onboarding->has_ball()) return now;
  const absl::Time until = std::max(now, ToTime(onboarding->ball().since()));
  v1::Ball* past = onboarding->add_ball_history();
  past->Swap(onboarding->mutable_ball());
  *past->mutable_until() = ToTimestamp(until);
  onboarding->clear_ball();
  return until;
}

void GiveBall(v1::BallHolder holder, absl::string_view reason, absl::Time now,
              Onboarding* onboarding) {
  if (onboarding->has_ball() && onboarding->ball().holder() == holder) return;
  const absl::Time since = CloseBall(now, onboarding);
  v1::Ball* ball = onboarding->mutable_ball();
  ball->set_holder(holder);
  *ball->mutable_since() = ToTimestamp(since);
  ball->set_reason(std::string(reason));
}

}  // namespace

void Begin(const type::v1::Date& contract_start, const Act& act, Onboarding* onboarding) {
  onboarding->set_state(v1::ONBOARDING_STATE_RUNNING);
  onboarding->clear_clocks();
  onboarding->clear_ball();
  onboarding->clear_ball_history();
  PutClock(type::v1::CLOCK_CONTRACT_START, contract_start, "", act, onboarding);
  GiveBall(v1::BALL_HOLDER_ONBOARDING, "the onboarding has begun", act.now, onboarding);
}

absl::Status Advance(const v1::AdvanceOnboardingRequest& request, const Act& act,
                     Onboarding* onboarding) {
  if (!IsMove(onboarding->state(), request.state())) {
    return WrongState(*onboarding,
                      absl::StrCat("the onboarding is ", StateText(onboarding->state()),
                                   " and cannot become ", StateText(request.state())));
  }
  switch (request.state()) {
    case v1::ONBOARDING_STATE_COMPLETED:
      PutClock(type::v1::CLOCK_COMPLETION, request.date(), request.reason(), act, onboarding);
      GiveBall(v1::BALL_HOLDER_ONBOARDING, "completed; the handoff is to be offered", act.now,
               onboarding);
      break;
    case v1::ONBOARDING_STATE_RUNNING:
      RemoveClock(type::v1::CLOCK_COMPLETION, onboarding);
      GiveBall(v1::BALL_HOLDER_ONBOARDING,
               request.reason().empty() ? "the onboarding continues" : request.reason(), act.now,
               onboarding);
      break;
    case v1::ONBOARDING_STATE_HANDED_OFF:
      BANSO_RETURN_IF_ERROR(CheckHandoff(request, *onboarding));
      PutClock(type::v1::CLOCK_HANDOFF_ACCEPTED, request.date(), request.reason(), act, onboarding);
      CloseBall(act.now, onboarding);
      break;
    default:
      onboarding->set_end_reason(request.reason());
      CloseBall(act.now, onboarding);
      break;
  }
  onboarding->set_state(request.state());
  return absl::OkStatus();
}

bool IsUnderWay(const Onboarding& onboarding) {
  return onboarding.state() == v1::ONBOARDING_STATE_RUNNING ||
         onboarding.state() == v1::ONBOARDING_STATE_COMPLETED;
}

void EndForLostCustomer(const Act& act, Onboarding* onboarding) {
  if (!IsUnderWay(*onboarding)) return;
  const bool completed = onboarding->state() == v1::ONBOARDING_STATE_COMPLETED;
  onboarding->set_state(completed ? v1::ONBOARDING_STATE_LOST : v1::ONBOARDING_STATE_CANCELLED);
  onboarding->set_end_reason("the customer is lost");
  CloseBall(act.now, onboarding);
}

absl::Status RecordClock(type::v1::Clock clock, const type::v1::Date& date,
                         absl::string_view reason, const Act& act, Onboarding* onboarding) {
  if (clock == type::v1::CLOCK_COMPLETION || clock == type::v1::CLOCK_HANDOFF_ACCEPTED) {
    return contract::PermissionDenied(
        kReasonNotYours,
        "the clocks COMPLETION and HANDOFF_ACCEPTED are set by CompleteOnboarding "
        "and AcceptHandoff only");
  }
  if (onboarding->state() == v1::ONBOARDING_STATE_CANCELLED) {
    return WrongState(*onboarding, "the onboarding is CANCELLED");
  }
  const auto day = ClockDay(*onboarding, clock);
  if (day == ToDay(date)) return absl::OkStatus();
  if (day.has_value() && reason.empty()) {
    return contract::FailedPrecondition(
        kReasonClockIsSet, onboarding->name(),
        absl::StrCat("the clock already has the date ", calendar::DayText(*day)),
        "Give a reason to correct it");
  }
  PutClock(clock, date, reason, act, onboarding);
  return absl::OkStatus();
}

std::optional<absl::CivilDay> ClockDay(const Onboarding& onboarding, type::v1::Clock clock) {
  for (const v1::ClockReading& reading : onboarding.clocks()) {
    if (reading.clock() == clock) return ToDay(reading.date());
  }
  return std::nullopt;
}

absl::Status PassBall(v1::BallHolder holder, absl::string_view reason, const Act& act,
                      Onboarding* onboarding) {
  if (!IsUnderWay(*onboarding)) {
    return WrongState(*onboarding,
                      absl::StrCat("the onboarding is ", StateText(onboarding->state()),
                                   " and nobody has to act for it any more"));
  }
  GiveBall(holder, reason, act.now, onboarding);
  return absl::OkStatus();
}

std::map<v1::BallHolder, absl::Duration> TimesInHand(const Onboarding& onboarding, absl::Time now) {
  std::map<v1::BallHolder, absl::Duration> times;
  for (const v1::Ball& past : onboarding.ball_history()) {
    times[past.holder()] += ToTime(past.until()) - ToTime(past.since());
  }
  if (onboarding.has_ball()) {
    const absl::Time since = ToTime(onboarding.ball().since());
    times[onboarding.ball().holder()] += std::max(now, since) - since;
  }
  return times;
}

}  // namespace banso::accounts
