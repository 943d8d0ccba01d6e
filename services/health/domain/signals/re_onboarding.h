#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_RE_ONBOARDING_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_RE_ONBOARDING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/handoff/v1/process.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "banso/health/v1/play.pb.h"
#include "banso/health/v1/signal.pb.h"

// What becomes of a play's wish to onboard a customer once more.
namespace banso::health {

// The onboarding of the account that runs, by name; empty when none does.
std::string RunningOnboarding(const std::vector<accounts::v1::Onboarding>& onboardings);

// What handoff is asked: the same in every attempt. The products and the rollout pattern are those
// of the onboarding that the signal looked at, if it is among `onboardings`; the first clock is the
// day of the signal in the account's zone. The owner is empty when nobody could be accountable.
handoff::v1::StartOnboardingRequest ReOnboardingRequest(
    const v1::Signal& signal, const v1::SignalAction& action,
    const v1::ReOnboardingReaction& reaction, const accounts::v1::Account& account,
    const std::vector<accounts::v1::Onboarding>& onboardings);

// What the state of the process says about the action that it came from.
void TakeOver(const handoff::v1::Process& process, v1::SignalAction& action);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_RE_ONBOARDING_H_
