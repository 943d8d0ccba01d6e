#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_STAGES_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_STAGES_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/rule/catalog.h"
#include "google/protobuf/repeated_field.h"

// The order in which a policy decides: one stage after the other, each reading the facts of those
// before it.
namespace banso::accounts {

enum class StageKind {
  // Classes by rules.
  kRules,
  // The arms of an experiment.
  kArms,
  // A sum of viewpoints.
  kScore,
  // The expected hours, which follow from touch and touch score.
  kWork,
};

// One step of deciding. Points into the policy.
struct Stage {
  StageKind kind = StageKind::kRules;
  // `segment`, the key of a further axis, `touch_score`...
  std::string name;
  // Where its rules stand in the policy, such as `segments` or `custom_axes[1].rules`.
  std::string field;
  // The facts that tell its result; rules of this stage and those before it cannot read them.
  std::vector<std::string> facts;
  // Of kRules.
  const google::protobuf::RepeatedPtrField<v1::ClassRule>* rules = nullptr;
  // Of an axis that the vendor added.
  const v1::CustomAxis* custom = nullptr;
  // Of kScore.
  const google::protobuf::RepeatedPtrField<v1::ScoreAxis>* viewpoints = nullptr;
};

// All stages in order, also those for which the policy has no rules. `policy` must outlive them.
std::vector<Stage> StagesOf(const v1::ClassificationPolicy& policy);

// The place of the stage that decides the fact; -1 when none does.
int StageOfFact(const std::vector<Stage>& stages, absl::string_view fact);

// `account.axis.<key>`.
std::string AxisFact(absl::string_view key);

// The classes that a stage can give, each once, in order.
std::vector<std::string> ClassesOf(const Stage& stage);

// A condition of a policy, with its path below `field`.
struct PolicyCondition {
  int stage;
  const type::v1::Condition* condition;
  std::string path;
};
std::vector<PolicyCondition> ConditionsOf(const std::vector<Stage>& stages,
                                          absl::string_view field);

// One place in a condition that reads a fact; `compare` is null for `known`.
struct FactUse {
  const type::v1::FactRef& ref;
  const type::v1::Comparison* compare;
  std::string path;
};
void VisitUses(const type::v1::Condition& condition, const std::string& path,
               absl::FunctionRef<void(const FactUse&)> visit);

// The facts that the policy's rules may use: those of accounts, `attributes`, the policy's own
// further axes, and attributes that the policy itself compares, with the type of the values they
// are compared with. One that it only asks to be known may be of any type.
rule::FactCatalog CatalogFor(const std::vector<Stage>& stages,
                             const std::vector<fact::v1::FactType>& attributes);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_STAGES_H_
