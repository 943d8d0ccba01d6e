#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "services/accounts/domain/classification/local_rule.h"
#include "services/accounts/domain/classification/stages.h"
#include "services/accounts/domain/facts.h"

// Classifying accounts: on each axis of a policy the first rule that is true decides.
namespace banso::accounts {

// Checks the rules of a policy: known facts of accounts with fitting values, no windows or ages
// (rules read what the account says now), an axis reads only what is decided before it (see
// StagesOf), keys that are unique, hours for touches that there are. `attributes` are the types of
// the attributes that accounts have so far; another attribute's type is that of the values it is
// compared with, the same in all rules. Adds to `violations`, with paths below `field`.
void CheckPolicy(const v1::ClassificationPolicy& policy,
                 const std::vector<fact::v1::FactType>& attributes, absl::string_view field,
                 contract::Violations* violations);

// A policy made ready for many accounts. Immutable, so safe for use by many threads.
class Classifier {
 public:
  // `policy` has passed CheckPolicy.
  explicit Classifier(v1::ClassificationPolicy policy);
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;

  // Classifies an account from its own data, with a reason per axis that has rules. An axis without
  // rules stays empty and has no reason. The overrides of its present classification hold until
  // their last day. When nothing but the time would differ, the account's present classification is
  // returned.
  v1::Classification Classify(const v1::Account& account, absl::Time now) const;

  const v1::ClassificationPolicy& policy() const { return policy_; }

 private:
  struct Viewpoint {
    const v1::ScoreAxis* axis;
    std::vector<LocalRule> steps;
  };
  // A stage with its conditions made ready: one rule per class rule, or the one that says who takes
  // part in an experiment.
  struct Ready {
    Stage stage;
    std::vector<LocalRule> rules;
    std::vector<Viewpoint> viewpoints;
  };

  Ready MakeReady(const Stage& stage) const;
  v1::ClassificationReason Decide(const Ready& ready, const rule::Moment& moment,
                                  const FactValues& facts) const;
  // Why the account has its class on an axis, by an override that holds or by the policy; nothing
  // when neither says anything. Adds the override to `result`.
  std::optional<v1::ClassificationReason> DecideAxis(const Ready& ready, const rule::Moment& moment,
                                                     const FactValues& facts,
                                                     const v1::Account& account,
                                                     v1::Classification* result) const;
  v1::ClassificationReason Draw(const Ready& ready, const rule::Moment& moment,
                                const FactValues& facts, const std::string& account) const;
  v1::ScoreSum Score(const Ready& ready, const rule::Moment& moment, const FactValues& facts) const;

  const v1::ClassificationPolicy policy_;
  rule::FactCatalog catalog_;
  std::vector<Ready> stages_;
};

// The work of an account's onboarding by the policy, from the account's touch and the contributions
// of its touch score. Nothing when the policy does not list the touch.
std::optional<v1::WorkEstimate> EstimateWork(const v1::ClassificationPolicy& policy,
                                             const v1::Classification& classification,
                                             const v1::Account& account);

// The class on an axis: `segment`, `tier`, `potential_tier`, `touch`, `team`, or the key of a
// further one. Empty: none.
std::string ClassOn(const v1::Classification& classification, absl::string_view axis);

// The axes on which at least one of the two has a class, in the order in which they are decided.
std::vector<std::string> AxesOf(const v1::Classification& a, const v1::Classification& b);

// Whether two classifications put an account into the same class on every axis.
bool SameClass(const v1::Classification& a, const v1::Classification& b);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_H_
