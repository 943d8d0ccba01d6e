#include "services/health/domain/success/definition_comparison.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "services/health/domain/estimates.h"

namespace banso::health {
namespace {

using statistics::Count;

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

v1::ResultAssociation Associate(const Count& met, const Count& missed, const std::string& result) {
  v1::ResultAssociation association;
  association.set_result(result);
  *association.mutable_share_if_met() = ShareOf(met);
  *association.mutable_share_if_missed() = ShareOf(missed);
  const int64_t n = met.n + missed.n;
  const int64_t least = std::min(met.n, missed.n);
  if (least < kFewestCases) {
    association.set_conclusion(
        absl::StrCat("too few onboardings whose result is decided: a group has only ", least,
                     ", and ", kFewestCases, " are the minimum"));
    return association;
  }
  const double difference = *statistics::Share(met) - *statistics::Share(missed);
  const statistics::Interval interval = statistics::NewcombeInterval(met, missed);
  *association.mutable_difference() = MakeEstimate(difference, interval, n);
  *association.mutable_ratio() =
      MakeEstimate(statistics::RiskRatio(met, missed), statistics::KoopmanInterval(met, missed), n);
  association.set_p_value(statistics::FisherExact(met, missed));
  association.set_conclusion(absl::StrFormat(
      "%s: the share with the result differs by %+.0f points (%+.0f to %+.0f); this says what goes "
      "together, not why",
      interval.low > 0 || interval.high < 0 ? "it goes with the result" : "no association is shown",
      100 * difference, 100 * interval.low, 100 * interval.high));
  return association;
}

// How one of the two goes with the result.
v1::ResultAssociation AssociationOf(const std::vector<ComparedOnboarding>& onboardings,
                                    v1::SuccessState ComparedOnboarding::*definition,
                                    const std::string& result) {
  Count met;
  Count missed;
  for (const ComparedOnboarding& onboarding : onboardings) {
    const v1::SuccessState state = onboarding.*definition;
    if (!IsDecided(state) || !IsDecided(onboarding.result)) continue;
    Count& group = state == v1::SUCCESS_STATE_MET ? met : missed;
    ++group.n;
    if (onboarding.result == v1::SUCCESS_STATE_MET) ++group.events;
  }
  return Associate(met, missed, result);
}

void SetAgreement(const std::vector<ComparedOnboarding>& onboardings,
                  v1::CompareSuccessDefinitionsResponse* response) {
  // Rows: the first; columns: the second; met before missed.
  std::vector<std::vector<double>> table(2, std::vector<double>(2));
  for (const ComparedOnboarding& onboarding : onboardings) {
    if (!IsDecided(onboarding.first) || !IsDecided(onboarding.second)) continue;
    table[onboarding.first == v1::SUCCESS_STATE_MET ? 0 : 1]
         [onboarding.second == v1::SUCCESS_STATE_MET ? 0 : 1] += 1;
  }
  response->set_met_by_both(static_cast<int64_t>(table[0][0]));
  response->set_met_by_first_only(static_cast<int64_t>(table[0][1]));
  response->set_met_by_second_only(static_cast<int64_t>(table[1][0]));
  response->set_met_by_neither(static_cast<int64_t>(table[1][1]));
  const int64_t same = response->met_by_both() + response->met_by_neither();
  const int64_t n = same + response->met_by_first_only() + response->met_by_second_only();
  response->set_decided_by_both(n);
  *response->mutable_agreement() = ShareOf({.events = same, .n = n});
  *response->mutable_kappa() = KappaOf(table, statistics::KappaWeights::kNone, n);
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
