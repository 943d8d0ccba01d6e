#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_ONBOARDING_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_ONBOARDING_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/type/v1/time.pb.h"

// One run of onboarding: its guarded states, its clocks, and the ledger of who had the ball.
namespace banso::accounts {

inline constexpr char kReasonWrongState[] = "WRONG_STATE";
inline constexpr char kReasonHandoffRequired[] = "HANDOFF_REQUIRED";
inline constexpr char kReasonClockIsSet[] = "CLOCK_IS_SET";
inline constexpr char kReasonNotYours[] = "SUITE_PROCESS_ONLY";

// Who does something, and when.
struct Act {
  std::string actor;
  absl::Time now;
};

// Begins an onboarding: RUNNING, the contract's start as its first clock, the ball with the
// onboarding team.
void Begin(const type::v1::Date& contract_start, const Act& act, v1::Onboarding* onboarding);

// Moves an onboarding on as AdvanceOnboarding says:
//   RUNNING -> COMPLETED      sets the clock COMPLETION; the ball goes to the onboarding team
//   COMPLETED -> RUNNING      takes the clock COMPLETION away; the ball goes to the onboarding team
//   COMPLETED -> HANDED_OFF   sets the clock HANDOFF_ACCEPTED; the ledger ends
//   RUNNING -> CANCELLED      the ledger ends; the reason is kept in `end_reason`
// FAILED_PRECONDITION: WRONG_STATE for any other move, HANDOFF_REQUIRED for HANDED_OFF without a
// handoff of the same account and a retention owner. INVALID_ARGUMENT when it is accepted before it
// was completed. On an error `onboarding` is unchanged.
absl::Status Advance(const v1::AdvanceOnboardingRequest& request, const Act& act,
                     v1::Onboarding* onboarding);

// Whether it runs, or waits for retention to accept.
bool IsUnderWay(const v1::Onboarding& onboarding);

// The customer is lost: what is under way ends, one that is RUNNING as CANCELLED, one that is
// COMPLETED as LOST. `end_reason` says so and the ledger ends. What had ended before stays.
void EndForLostCustomer(const Act& act, v1::Onboarding* onboarding);

// Sets the date of a clock. The date that it has already changes nothing. FAILED_PRECONDITION
// (CLOCK_IS_SET) when it has another one and `reason` is empty, or (WRONG_STATE) for a cancelled
// onboarding; PERMISSION_DENIED for COMPLETION and HANDOFF_ACCEPTED, which Advance sets.
absl::Status RecordClock(type::v1::Clock clock, const type::v1::Date& date,
                         absl::string_view reason, const Act& act, v1::Onboarding* onboarding);

// The day of a clock, if it has one.
std::optional<absl::CivilDay> ClockDay(const v1::Onboarding& onboarding, type::v1::Clock clock);

// Passes the ball. Passing it to its holder changes nothing. FAILED_PRECONDITION (WRONG_STATE) once
// the onboarding has ended.
absl::Status PassBall(v1::BallHolder holder, absl::string_view reason, const Act& act,
                      v1::Onboarding* onboarding);

// How long each holder has had the ball up to `now`. The sum is exactly the time from the beginning
// of the onboarding to its end, or to `now` while it is under way.
std::map<v1::BallHolder, absl::Duration> TimesInHand(const v1::Onboarding& onboarding,
                                                     absl::Time now);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_ONBOARDING_H_
