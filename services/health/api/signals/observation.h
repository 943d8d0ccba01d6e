#ifndef BANSO_SERVICES_HEALTH_API_SIGNALS_OBSERVATION_H_
#define BANSO_SERVICES_HEALTH_API_SIGNALS_OBSERVATION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/health/v1/signal.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/rule/catalog.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/store/store.h"

namespace banso::health {

// What a rule comes to for an account now.
struct SignalObservation {
  v1::SignalRule rule;
  std::string account;
  // The onboarding whose facts were read; empty when there is none.
  std::string onboarding;
  type::v1::Explanation explanation;
  // Since when it holds, if it is true and has held for long enough.
  std::optional<absl::CivilDay> held_since;
  // In the account's zone.
  absl::CivilDay today;
};

// Evaluates a rule for an account.
absl::StatusOr<SignalObservation> Observe(const v1::SignalRule& rule, AccountEvaluation& account,
                                          const rule::FactCatalog& catalog, absl::Time now);

// Raises a signal with what its play says, or notes that a cause has ended, as DecideSignal says.
// Doing it again changes nothing.
absl::Status Apply(const Store& store, storage::Writer& writer,
                   const SignalObservation& observation);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SIGNALS_OBSERVATION_H_
