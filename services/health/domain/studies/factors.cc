#include "services/health/domain/studies/factors.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/health/domain/statistics/amounts.h"
#include "services/health/domain/statistics/clustered.h"
#include "services/health/domain/statistics/correction.h"
#include "services/health/domain/statistics/stratified.h"

namespace banso::health {
namespace {

using statistics::GroupedValue;

// The known values of one measure. Groups are numbered by name.
struct KnownValues {
  std::vector<std::string> names;
  std::vector<GroupedValue> values;
  // Of each value.
  std::vector<int64_t> accounts;

  bool has_clusters() const {
    return std::set<int64_t>(accounts.begin(), accounts.end()).size() < accounts.size();
  }
};

KnownValues KnownValuesOf(absl::Span<const GroupedCase> cases, size_t measure) {
  std::map<std::string, int> numbers;
  for (const GroupedCase& one : cases) numbers.emplace(one.group, 0);
  KnownValues known;
  for (auto& [name, number] : numbers) {
    number = static_cast<int>(known.names.size());
    known.names.push_back(name);
  }
  statistics::ClusterNumbers accounts;
  for (const GroupedCase& one : cases) {
    if (!one.values[measure].has_value()) continue;
    known.values.push_back({one.stratum, numbers[one.group], *one.values[measure]});
    known.accounts.push_back(accounts.Of(one.account));
  }
  return known;
}

// Those values for which `is_kept` holds of value and account.
template <typename Predicate>
KnownValues KeepValues(const KnownValues& known, Predicate is_kept) {
  KnownValues kept{known.names, {}, {}};
  for (size_t i = 0; i < known.values.size(); ++i) {
    if (!is_kept(known.values[i], known.accounts[i])) continue;
    kept.values.push_back(known.values[i]);
    kept.accounts.push_back(known.accounts[i]);
  }
  return kept;
}

// Each account's values in the group and stratum where it has most of them, the first when there
// are several such: one account is one draw, in whichever groups its cases are.
KnownValues OfMainCells(const KnownValues& known) {
  using Cell = std::pair<int, int>;
  std::map<int64_t, std::map<Cell, int>> sizes;
  for (size_t i = 0; i < known.values.size(); ++i) {
    ++sizes[known.accounts[i]][{known.values[i].group, known.values[i].stratum}];
  }
  std::map<int64_t, Cell> main_cells;
  for (const auto& [account, cells] : sizes) {
    main_cells[account] =
        std::ranges::max_element(cells, {}, [](const auto& cell) { return cell.second; })->first;
  }
  return KeepValues(known, [&](const GroupedValue& one, int64_t account) {
    return main_cells[account] == Cell(one.group, one.stratum);
  });
}

// The groups that have enough accounts in strata that they share with another such group.
std::set<int> LargeGroups(const KnownValues& known, int min_n) {
  std::set<int> large;
  for (const GroupedValue& one : known.values) large.insert(one.group);
  while (true) {
    const KnownValues of_large = KeepValues(
        known, [&](const GroupedValue& one, int64_t) { return large.contains(one.group); });
    const std::set<int> shared = statistics::SharedStrata(of_large.values);
    std::map<int, std::set<int64_t>> accounts;
    for (size_t i = 0; i < of_large.values.size(); ++i) {
      const GroupedValue& one = of_large.values[i];
      if (shared.contains(one.stratum)) accounts[one.group].insert(of_large.accounts[i]);
    }
    // A group that goes may leave others alone in a stratum.
    const size_t gone = std::erase_if(
        large, [&](int group) { return static_cast<int>(accounts[group].size()) < min_n; });
    if (gone == 0) return large;
  }
}

// One value for each account: the mean of those it has. They are of one group and stratum.
std::vector<GroupedValue> MeansOfAccounts(const std::vector<GroupedValue>& values,
                                          const std::vector<int64_t>& accounts) {
  std::map<int64_t, std::pair<GroupedValue, int>> sums;
  for (size_t i = 0; i < values.size(); ++i) {
    auto& [sum, n] = sums[accounts[i]];
    sum = {values[i].stratum, values[i].group, sum.value + values[i].value};
    ++n;
  }
  std::vector<GroupedValue> means;
  for (const auto& [account, entry] : sums) {
    const auto& [sum, n] = entry;
    means.push_back({sum.stratum, sum.group, sum.value / n});
  }
  return means;
}

v1::GroupResult Describe(const KnownValues& known, int group, bool is_amount,
                         const Sureness& sureness) {
  std::vector<double> values;
  std::set<int64_t> accounts;
  for (size_t i = 0; i < known.values.size(); ++i) {
    if (known.values[i].group != group) continue;
    values.push_back(known.values[i].value);
    accounts.insert(known.accounts[i]);
  }
  v1::GroupResult result;
  result.set_group(known.names[static_cast<size_t>(group)]);
  result.set_n(static_cast<int64_t>(values.size()));
  result.set_accounts(static_cast<int64_t>(accounts.size()));
  result.set_finding(v1::FINDING_INSUFFICIENT);
  if (values.empty()) return result;
  result.set_observed(*statistics::Mean(values));
  if (is_amount) {
    if (const auto interval = statistics::MeanInterval(values, sureness.confidence)) {
      *result.mutable_observed_interval() = ToMessage(*interval);
    }
    return result;
  }
  statistics::Count count{0, static_cast<int64_t>(values.size())};
  for (const double value : values) count.events += value != 0 ? 1 : 0;
  *result.mutable_observed_interval() =
      ToMessage(statistics::WilsonInterval(count, sureness.confidence));
  return result;
}

// Tests the groups that are `large`, by accounts: `draws` are the values by which these go.
void TestGroups(const KnownValues& known, const KnownValues& draws, const std::set<int>& large,
                bool is_amount, v1::GroupedMeasure& measure) {
  const auto is_large = [&](const GroupedValue& one, int64_t) { return large.contains(one.group); };
  const KnownValues tested = KeepValues(draws, is_large);
  const std::vector<GroupedValue> compared = MeansOfAccounts(
      is_amount ? statistics::WithRanks(tested.values) : tested.values, tested.accounts);
  const statistics::ChiSquare test = statistics::MeanScoreTest(compared);
  measure.set_chi_square(test.statistic);
  measure.set_degrees_of_freedom(test.degrees_of_freedom);
  measure.set_p_value(test.p_value);
  std::vector<double> p_values;
  for (const statistics::Standardized& group : statistics::StandardizeGroups(compared)) {
    p_values.push_back(group.p_value);
  }
  const std::vector<double> holm = statistics::Holm(p_values);
  size_t next = 0;
  for (const statistics::Standardized& group :
       statistics::StandardizeGroups(KeepValues(known, is_large).values)) {
    v1::GroupResult& result = *measure.mutable_groups(group.group);
    result.set_expected(group.expected);
    result.set_holm_p_value(holm[next++]);
  }
}

v1::GroupedMeasure CompareMeasure(absl::Span<const GroupedCase> cases, size_t index,
                                  const Compared& what, const Sureness& sureness) {
  v1::GroupedMeasure measure;
  measure.set_key(what.key);
  measure.set_display_name(what.display_name);
  const KnownValues known = KnownValuesOf(cases, index);
  for (size_t group = 0; group < known.names.size(); ++group) {
    *measure.add_groups() = Describe(known, static_cast<int>(group), what.is_amount, sureness);
  }
  const bool clustered = known.has_clusters();
  const KnownValues draws = clustered ? OfMainCells(known) : known;
  const std::set<int> large = LargeGroups(draws, sureness.min_n);
  if (large.empty()) {
    measure.set_finding(v1::FINDING_INSUFFICIENT);
    measure.set_insufficient_because(
        absl::StrCat("fewer than two groups have ", sureness.min_n,
                     clustered ? " accounts with known cases" : " known cases",
                     sureness.stratified ? " in strata that they share" : ""));
    return measure;
  }
  TestGroups(known, draws, large, what.is_amount, measure);
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
