#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_SIMULATION_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_SIMULATION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/accounts/v1/classification_service.pb.h"

namespace banso::accounts {

// Adds up what another classification would change, account by account.
class Simulation {
 public:
  // Names at most `max_moves` of the accounts that move.
  explicit Simulation(int max_moves) : max_moves_(max_moves) {}

  void Add(const v1::Account& account, const v1::Classification& after);

  v1::SimulatePolicyResponse Result() &&;

 private:
  // Axis (by when it is decided), class before, class after.
  using Transition = std::tuple<std::string, std::string, std::string>;

  const int max_moves_;
  v1::SimulatePolicyResponse response_;
  // In the order in which axes were first met.
  std::vector<std::string> axes_;
  std::map<Transition, v1::ClassTransition> transitions_;
};

// The accounts that could be more than they are, by potential score.
class Screening {
 public:
  // Tells at most `max_accounts`. A tier is above another one that `policy` lists later.
  Screening(const v1::ClassificationPolicy& policy, int max_accounts)
      : policy_(policy), max_accounts_(max_accounts) {}

  void Add(const v1::Account& account, const v1::Classification& classification);

  v1::ScreenPotentialResponse Result() &&;

 private:
  bool IsLatent(const v1::Classification& classification) const;

  const v1::ClassificationPolicy& policy_;
  const size_t max_accounts_;
  std::vector<v1::PotentialAccount> candidates_;
};

// Of one class: how many accounts, and how many of them are lost.
struct ClassOutcome {
  int64_t accounts = 0;
  int64_t lost = 0;
};

// Compares each class with all others of the axis.
std::vector<v1::AxisOutcome> CompareClasses(const std::map<std::string, ClassOutcome>& classes);

// `count` of `n` with its interval.
v1::Proportion ProportionOf(int64_t count, int64_t n);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_SIMULATION_H_
