#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_ACCEPTANCE_SIMULATION_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_ACCEPTANCE_SIMULATION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "banso/accounts/v1/acceptance.pb.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/intake_service.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "services/accounts/domain/intake.h"

namespace banso::accounts {

// What another acceptance policy would suggest for deals, against the one in force.
class AcceptanceSimulation {
 public:
  // `present` is null when none is in force: then nothing is suggested. `types` as for an Adviser.
  // Names at most `max_deals` of the deals. What it is given must outlive it.
  AcceptanceSimulation(const v1::AcceptancePolicy* present, const v1::AcceptancePolicy& other,
                       const std::vector<fact::v1::FactType>& types, int max_deals)
      : other_(other, types), max_deals_(max_deals) {
    if (present != nullptr) present_.emplace(*present, types);
  }

  // Asks both about selling the deal to the account, with what is known at `now`.
  void Add(const v1::Account& account, const v1::Deal& deal, absl::Time now);

  // What was found; the deals by name.
  v1::SimulateAcceptancePolicyResponse Result() &&;

 private:
  std::optional<Adviser> present_;
  const Adviser other_;
  const int max_deals_;
  v1::SimulateAcceptancePolicyResponse response_;
  // By the suggestion before and after.
  std::map<std::pair<v1::IntakeVerdict, v1::IntakeVerdict>, int64_t> transitions_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_ACCEPTANCE_SIMULATION_H_
