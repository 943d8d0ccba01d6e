#include "services/health/domain/success/definition_comparison.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "services/health/domain/estimates.h"

namespace banso::health {
namespace {

using statistics::Count;

// The p value up to which a definition is said to go with the result.
constexpr double kAssociationLevel = 0.05;

bool IsDecided(v1::SuccessState state) {
  return state == v1::SUCCESS_STATE_MET || state == v1::SUCCESS_STATE_MISSED;
}

void AddState(v1::SuccessState state, v1::DefinitionFigures* figures) {
  switch (state) {
    case v1::SUCCESS_STATE_MET:
      figures->set_met(figures->met() + 1);
      break;
    case v1::SUCCESS_STATE_MISSED:
      figures->set_missed(figures->missed() + 1);
      break;
    case v1::SUCCESS_STATE_NOT_APPLICABLE:
      figures->set_not_applicable(figures->not_applicable() + 1);
      break;
    default:
      figures->set_undecided(figures->undecided() + 1);
  }
}

// Those of one definition whose result is decided, as `first` those that met it.
std::vector<statistics::ClusteredArm> DecidedArms(
    const std::vector<ComparedOnboarding>& onboardings,
    v1::SuccessState ComparedOnboarding::*definition) {
  std::vector<statistics::ClusteredArm> arms;
  statistics::ClusterNumbers accounts;
  for (const ComparedOnboarding& onboarding : onboardings) {
    const v1::SuccessState state = onboarding.*definition;
    if (!IsDecided(state) || !IsDecided(onboarding.result)) continue;
    arms.push_back({.stratum = 0,
                    .first = state == v1::SUCCESS_STATE_MET,
                    .value = onboarding.result == v1::SUCCESS_STATE_MET ? 1.0 : 0.0,
                    .cluster = accounts.Of(onboarding.account)});
  }
  return arms;
}

std::string PValueText(double p_value) {
  return p_value < 0.001 ? "p below 0.001" : absl::StrFormat("p = %.3f", p_value);
}

std::string ConclusionText(const v1::ResultAssociation& association) {
  const v1::ClusteredContrast& clustered = association.clustered();
  const double p_value = association.has_clustered() ? clustered.p_value() : association.p_value();
  statistics::Interval interval{association.difference().low(), association.difference().high()};
  if (clustered.has_difference_interval()) {
    interval = {clustered.difference_interval().low(), clustered.difference_interval().high()};
  }
  std::string text = absl::StrFormat(
      "%s: the share with the result differs by %+.0f points (%+.0f to %+.0f), %s",
      p_value <= kAssociationLevel ? "it goes with the result" : "no association is shown",
      100 * association.difference().value(), 100 * interval.low, 100 * interval.high,
      PValueText(p_value));
  if (association.has_clustered()) {
    absl::StrAppend(&text, " by ", clustered.accounts(), " accounts");
  }
  absl::StrAppend(&text, "; this says what goes together, not why");
  return text;
}

void Associate(const std::vector<statistics::ClusteredArm>& arms,
               v1::ResultAssociation& association) {
  Count met;
  Count missed;
  std::set<int64_t> accounts_met;
  std::set<int64_t> accounts_missed;
  std::set<int64_t> accounts;
  for (const statistics::ClusteredArm& one : arms) {
    Count& group = one.first ? met : missed;
    ++group.n;
    group.events += one.value != 0 ? 1 : 0;
    (one.first ? accounts_met : accounts_missed).insert(one.cluster);
    accounts.insert(one.cluster);
  }
  *association.mutable_share_if_met() = ShareOf(met);
  *association.mutable_share_if_missed() = ShareOf(missed);
  const auto n = static_cast<int64_t>(arms.size());
  const bool clustered = accounts.size() < arms.size();
  const auto least = static_cast<int64_t>(std::min(accounts_met.size(), accounts_missed.size()));
  if (least < kFewestCases) {
    association.set_conclusion(absl::StrCat("too few ", clustered ? "accounts" : "onboardings",
                                            " whose result is decided: a group has only ", least,
                                            ", and ", kFewestCases, " are the minimum"));
    return;
  }
  *association.mutable_difference() =
      MakeEstimate(*statistics::Share(met) - *statistics::Share(missed),
                   statistics::NewcombeInterval(met, missed), n);
  *association.mutable_ratio() =
      MakeEstimate(statistics::RiskRatio(met, missed), statistics::KoopmanInterval(met, missed), n);
  association.set_p_value(statistics::FisherExact(met, missed));
  if (clustered) {
    *association.mutable_clustered() = MakeClustered(*statistics::CompareClusters(arms));
  }
  association.set_conclusion(ConclusionText(association));
}

// How one of the two goes with the result.
v1::ResultAssociation AssociationOf(const std::vector<ComparedOnboarding>& onboardings,
                                    v1::SuccessState ComparedOnboarding::*definition,
                                    const std::string& result) {
  v1::ResultAssociation association;
  association.set_result(result);
  Associate(DecidedArms(onboardings, definition), association);
  return association;
}

void SetAgreement(const std::vector<ComparedOnboarding>& onboardings,
                  v1::CompareSuccessDefinitionsResponse* response) {
  // Rows: the first; columns: the second; met before missed.
  std::vector<std::vector<double>> table(2, std::vector<double>(2));
  statistics::ClusterNumbers numbers;
  std::set<int64_t> accounts;
  for (const ComparedOnboarding& onboarding : onboardings) {
    if (!IsDecided(onboarding.first) || !IsDecided(onboarding.second)) continue;
    table[onboarding.first == v1::SUCCESS_STATE_MET ? 0 : 1]
         [onboarding.second == v1::SUCCESS_STATE_MET ? 0 : 1] += 1;
    accounts.insert(numbers.Of(onboarding.account));
  }
  response->set_met_by_both(static_cast<int64_t>(table[0][0]));
  response->set_met_by_first_only(static_cast<int64_t>(table[0][1]));
  response->set_met_by_second_only(static_cast<int64_t>(table[1][0]));
  response->set_met_by_neither(static_cast<int64_t>(table[1][1]));
  const int64_t same = response->met_by_both() + response->met_by_neither();
  const int64_t n = same + response->met_by_first_only() + response->met_by_second_only();
  response->set_decided_by_both(n);
  *response->mutable_agreement() = ShareOf({.events = same, .n = n});
  const bool enough = static_cast<int64_t>(accounts.size()) >= kFewestCases;
  *response->mutable_kappa() = enough ? KappaOf(table, statistics::KappaWeights::kNone, n)
                                      : MakeEstimate(std::nullopt, {}, n);
}

}  // namespace

void CompareDefinitions(const std::vector<ComparedOnboarding>& onboardings,
                        const std::string& result, double minutes_per_entry,
                        v1::CompareSuccessDefinitionsResponse* response) {
  v1::DefinitionFigures* first = response->mutable_first();
  v1::DefinitionFigures* second = response->mutable_second();
  for (const ComparedOnboarding& onboarding : onboardings) {
    AddState(onboarding.first, first);
    AddState(onboarding.second, second);
    first->set_manual_entries(first->manual_entries() + onboarding.first_entries);
    second->set_manual_entries(second->manual_entries() + onboarding.second_entries);
  }
  response->set_minutes_per_entry(minutes_per_entry);
  for (v1::DefinitionFigures* figures : {first, second}) {
    if (onboardings.empty()) continue;
    figures->set_upkeep_minutes(static_cast<double>(figures->manual_entries()) * minutes_per_entry /
                                static_cast<double>(onboardings.size()));
  }
  SetAgreement(onboardings, response);
  if (result.empty()) return;
  *first->mutable_association() = AssociationOf(onboardings, &ComparedOnboarding::first, result);
  *second->mutable_association() = AssociationOf(onboardings, &ComparedOnboarding::second, result);
}

void DescribeDefinition(const v1::SuccessDefinition& definition,
                        const std::function<bool(absl::string_view fact)>& is_manual,
                        v1::DefinitionFigures* figures) {
  figures->set_success_definition(
      contract::JoinRevision(definition.name(), definition.revision().number()));
  figures->set_display_name(definition.display_name());
  figures->set_rule(rule::Print(definition.condition()));
  figures->set_comparisons(CountComparisons(definition.condition()));
  for (const std::string& fact : rule::FactsOf(definition.condition())) {
    figures->add_facts(fact);
    if (is_manual(fact)) figures->add_manual_facts(fact);
  }
}

int CountComparisons(const type::v1::Condition& condition) {
  int count = 0;
  switch (condition.kind_case()) {
    case type::v1::Condition::kAll:
      for (const auto& part : condition.all().conditions()) count += CountComparisons(part);
      return count;
    case type::v1::Condition::kAny:
      for (const auto& part : condition.any().conditions()) count += CountComparisons(part);
      return count;
    case type::v1::Condition::kNot:
      return CountComparisons(condition.not_());
    case type::v1::Condition::KIND_NOT_SET:
      return 0;
    default:
      return 1;
  }
}

}  // namespace banso::health
