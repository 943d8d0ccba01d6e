#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "services/accounts/domain/facts.h"

// Classifying accounts: on each axis of a policy the first rule that is true decides.
namespace banso::accounts {

// Checks the rules of a policy: known facts of accounts with fitting values, no windows or ages
// (rules read what the account says now), an axis reads only axes that are decided before it
// (segment, tier, potential_tier, touch, team, in this order). `attributes` are the types of the
// attributes that accounts have so far; another attribute's type is that of the values it is
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
  // rules stays empty and has no reason. When nothing but the time would differ, the account's
  // present classification is returned.
  v1::Classification Classify(const v1::Account& account, absl::Time now) const;

  const v1::ClassificationPolicy& policy() const { return policy_; }

 private:
  struct Rule {
    const v1::ClassRule* rule;
    std::string text;
    // Of each fact that the rule reads: its name, and the key under which it is asked for.
    std::vector<std::pair<std::string, std::string>> reads;
  };
  struct Axis {
    std::string name;
    std::vector<Rule> rules;
  };

  void AddAxis(const char* name, const google::protobuf::RepeatedPtrField<v1::ClassRule>& rules);
  v1::ClassificationReason Decide(const Axis& axis, const rule::Moment& moment,
                                  const FactValues& facts) const;
  rule::Readings ReadingsFor(const Rule& rule, const FactValues& facts) const;

  const v1::ClassificationPolicy policy_;
  rule::FactCatalog catalog_;
  std::vector<Axis> axes_;
};

// Whether two classifications put an account into the same class on every axis.
bool SameClass(const v1::Classification& a, const v1::Classification& b);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_H_
