#include "services/health/domain/studies/factors.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "services/health/domain/statistics/amounts.h"
#include "services/health/domain/statistics/correction.h"
#include "services/health/domain/statistics/stratified.h"

namespace banso::health {
namespace {

using statistics::GroupedValue;

// The known values of a measure by group.
std::map<std::string, std::vector<double>> ByGroup(absl::Span<const GroupedCase> cases,
                                                   size_t measure) {
  std::map<std::string, std::vector<double>> groups;
  for (const GroupedCase& one : cases) {
    std::vector<double>& values = groups[one.group];
    if (one.values[measure].has_value()) values.push_back(*one.values[measure]);
  }
  return groups;
}

v1::GroupResult Describe(const std::string& name, const std::vector<double>& values, bool is_amount,
                         const Sureness& sureness) {
  v1::GroupResult result;
  result.set_group(name);
  result.set_n(static_cast<int64_t>(values.size()));
  result.set_finding(v1::FINDING_INSUFFICIENT);
  if (values.empty()) return result;
  result.set_observed(*statistics::Mean(values));
  if (is_amount) return result;
  statistics::Count count{0, static_cast<int64_t>(values.size())};
  for (const double value : values) count.events += value != 0 ? 1 : 0;
  *result.mutable_observed_interval() =
      ToMessage(statistics::WilsonInterval(count, sureness.confidence));
  return result;
}

// The cases of groups that are large enough, numbered by `numbers`.
std::vector<GroupedValue> TestedValues(absl::Span<const GroupedCase> cases, size_t measure,
                                       const std::map<std::string, int>& numbers) {
  std::vector<GroupedValue> values;
  for (const GroupedCase& one : cases) {
    const auto number = numbers.find(one.group);
    if (number == numbers.end() || !one.values[measure].has_value()) continue;
    values.push_back({one.stratum, number->second, *one.values[measure]});
  }
  return values;
}

void TestGroups(const std::vector<GroupedValue>& values, bool is_amount,
                const std::vector<v1::GroupResult*>& tested, v1::GroupedMeasure& measure) {
  const std::vector<GroupedValue> compared = is_amount ? statistics::WithRanks(values) : values;
  const statistics::ChiSquare test = statistics::MeanScoreTest(compared);
  measure.set_chi_square(test.statistic);
  measure.set_degrees_of_freedom(test.degrees_of_freedom);
  measure.set_p_value(test.p_value);
  std::vector<double> p_values;
  for (const statistics::Standardized& group : statistics::StandardizeGroups(compared)) {
    p_values.push_back(group.p_value);
  }
  const std::vector<double> holm = statistics::Holm(p_values);
  const std::vector<statistics::Standardized> standardized = statistics::StandardizeGroups(values);
  for (size_t i = 0; i < tested.size(); ++i) {
    tested[i]->set_expected(standardized[i].expected);
    tested[i]->set_holm_p_value(holm[i]);
  }
}

v1::GroupedMeasure CompareMeasure(absl::Span<const GroupedCase> cases, size_t index,
                                  const Compared& what, const Sureness& sureness) {
  v1::GroupedMeasure measure;
  measure.set_key(what.key);
  measure.set_display_name(what.display_name);
  std::map<std::string, int> numbers;
  for (const auto& [name, values] : ByGroup(cases, index)) {
    *measure.add_groups() = Describe(name, values, what.is_amount, sureness);
    if (static_cast<int>(values.size()) >= sureness.min_n) {
      numbers.emplace(name, static_cast<int>(numbers.size()));
    }
  }
  if (numbers.size() < 2) {
    measure.set_finding(v1::FINDING_INSUFFICIENT);
    measure.set_insufficient_because(
        absl::StrCat("fewer than two groups have ", sureness.min_n, " known cases"));
    return measure;
  }
  std::vector<v1::GroupResult*> tested;
  for (v1::GroupResult& group : *measure.mutable_groups()) {
    if (numbers.contains(group.group())) tested.push_back(&group);
  }
  TestGroups(TestedValues(cases, index, numbers), what.is_amount, tested, measure);
  return measure;
}

// Says what was found, now that the number of measures is known.
void Conclude(v1::GroupReport& report, const Sureness& sureness) {
  std::vector<double> p_values;
  for (const v1::GroupedMeasure& measure : report.measures()) {
    if (measure.has_p_value()) p_values.push_back(measure.p_value());
  }
  const std::vector<double> q_values = statistics::BenjaminiHochberg(p_values);
  size_t next = 0;
  for (v1::GroupedMeasure& measure : *report.mutable_measures()) {
    if (!measure.has_p_value()) continue;
    measure.set_q_value(q_values[next++]);
    const bool differ = measure.q_value() <= sureness.level;
    measure.set_finding(differ ? v1::FINDING_DIFFERENT : v1::FINDING_NOT_DIFFERENT);
    for (v1::GroupResult& group : *measure.mutable_groups()) {
      if (!group.has_holm_p_value()) continue;
      group.set_finding(differ && group.holm_p_value() <= sureness.level
                            ? v1::FINDING_DIFFERENT
                            : v1::FINDING_NOT_DIFFERENT);
    }
  }
}

}  // namespace

v1::FactorReport CompareFactors(absl::Span<const FactorCase> cases,
                                absl::Span<const Compared> factors, const Sureness& sureness) {
  v1::FactorReport report;
  std::vector<v1::Contrast*> contrasts;
  for (size_t i = 0; i < factors.size(); ++i) {
    std::vector<Case> arms;
    for (const FactorCase& one : cases) {
      std::optional<double> result;
      if (one.result.has_value()) result = *one.result ? 1 : 0;
      arms.push_back({one.factors[i], one.stratum, {result}, one.account});
    }
    *report.add_factors() = Compare(arms, 0, factors[i], sureness);
  }
  for (v1::Contrast& contrast : *report.mutable_factors()) contrasts.push_back(&contrast);
  CorrectForMany(contrasts, sureness);
  return report;
}

v1::GroupReport CompareGroups(absl::Span<const GroupedCase> cases,
                              absl::Span<const Compared> measures, const Sureness& sureness) {
  v1::GroupReport report;
  for (size_t i = 0; i < measures.size(); ++i) {
    *report.add_measures() = CompareMeasure(cases, i, measures[i], sureness);
  }
  Conclude(report, sureness);
  return report;
}

}  // namespace banso::health
