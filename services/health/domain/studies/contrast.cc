#include "services/health/domain/studies/contrast.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/health/domain/estimates.h"
#include "services/health/domain/statistics/amounts.h"
#include "services/health/domain/statistics/clustered.h"
#include "services/health/domain/statistics/correction.h"
#include "services/health/domain/statistics/stratified.h"
#include "services/health/domain/studies/wording.h"

namespace banso::health {
namespace {

using statistics::Count;

// The known values of one group, and how many are not known.
struct Group {
  std::vector<double> values;
  int64_t unknown = 0;
  // Of the known values: the accounts that may have several, and how many others there are.
  std::set<int64_t> accounts;
  int64_t other_accounts = 0;

  int64_t account_count() const { return static_cast<int64_t>(accounts.size()) + other_accounts; }
  bool has_several() const { return account_count() < static_cast<int64_t>(values.size()); }
  Count count() const {
    Count count{0, static_cast<int64_t>(values.size())};
    for (const double value : values) count.events += value != 0 ? 1 : 0;
    return count;
  }
};

struct Groups {
  Group with;
  Group without;

  // Of the smaller group.
  int64_t fewest_cases() const {
    return static_cast<int64_t>(std::min(with.values.size(), without.values.size()));
  }
  int64_t fewest_accounts() const {
    return std::min(with.account_count(), without.account_count());
  }
};

// The cases of all strata, or of some.
Groups Split(absl::Span<const Case> cases, size_t value, const std::set<int>* strata = nullptr) {
  Groups groups;
  for (const Case& one : cases) {
    if (!one.with.has_value()) continue;
    if (strata != nullptr && !strata->contains(one.stratum)) continue;
    Group& group = *one.with ? groups.with : groups.without;
    if (!one.values[value].has_value()) {
      ++group.unknown;
      continue;
    }
    group.values.push_back(*one.values[value]);
    if (one.account.has_value()) {
      group.accounts.insert(*one.account);
    } else {
      ++group.other_accounts;
    }
  }
  return groups;
}

// Whether an account has several cases, in one group or in both.
bool HasClusters(const Groups& groups) {
  const auto& other = groups.without.accounts;
  return groups.with.has_several() || groups.without.has_several() ||
         std::ranges::any_of(groups.with.accounts,
                             [&](int64_t account) { return other.contains(account); });
}

v1::GroupFigures FiguresOf(const Group& group, bool is_amount, double confidence) {
  v1::GroupFigures figures;
  figures.set_n(static_cast<int64_t>(group.values.size()));
  figures.set_unknown(group.unknown);
  figures.set_accounts(group.account_count());
  if (group.values.empty()) return figures;
  if (is_amount) {
    figures.set_mean(*statistics::Mean(group.values));
    figures.set_lower_quartile(*statistics::Quantile(group.values, 0.25));
    figures.set_median(*statistics::Quantile(group.values, 0.5));
    figures.set_upper_quartile(*statistics::Quantile(group.values, 0.75));
    return figures;
  }
  const Count count = group.count();
  figures.set_having(count.events);
  figures.set_share(*statistics::Share(count));
  *figures.mutable_share_interval() = ToMessage(statistics::WilsonInterval(count, confidence));
  return figures;
}

void CompareShares(const Groups& groups, double confidence, v1::Contrast& contrast) {
  const Count a = groups.with.count();
  const Count b = groups.without.count();
  contrast.set_difference(*statistics::Share(a) - *statistics::Share(b));
  *contrast.mutable_difference_interval() =
      ToMessage(statistics::NewcombeInterval(a, b, confidence));
  if (const auto ratio = statistics::RiskRatio(a, b)) contrast.set_ratio(*ratio);
  *contrast.mutable_ratio_interval() = ToMessage(statistics::KatzInterval(a, b, confidence));
  *contrast.mutable_ratio_score_interval() =
      ToMessage(statistics::KoopmanInterval(a, b, confidence));
  if (const auto odds = statistics::OddsRatio(a, b)) contrast.set_odds_ratio(*odds);
  *contrast.mutable_odds_ratio_interval() = ToMessage(statistics::WoolfInterval(a, b, confidence));
  contrast.set_p_value(statistics::FisherExact(a, b));
}

void CompareAmounts(const Groups& groups, double confidence, v1::Contrast& contrast) {
  const auto shift = statistics::MannWhitney(groups.with.values, groups.without.values, confidence);
  if (!shift.has_value()) return;
  contrast.set_difference(shift->value);
  *contrast.mutable_difference_interval() = ToMessage(shift->interval);
  contrast.set_superiority(shift->superiority);
  contrast.set_p_value(shift->p_value);
}

// The known values, those of the first group as 0.
std::vector<statistics::GroupedValue> ToGrouped(absl::Span<const Case> cases, size_t value) {
  std::vector<statistics::GroupedValue> values;
  for (const Case& one : cases) {
    if (!one.with.has_value() || !one.values[value].has_value()) continue;
    values.push_back({one.stratum, *one.with ? 0 : 1, *one.values[value]});
  }
  return values;
}

// The same among cases of one stratum at a time.
void Adjust(const std::vector<statistics::GroupedValue>& values, bool is_amount, double confidence,
            v1::AdjustedContrast& adjusted) {
  if (is_amount) {
    adjusted.set_p_value(statistics::MeanScoreTest(statistics::WithRanks(values)).p_value);
    return;
  }
  std::map<int, statistics::Stratum> by_stratum;
  for (const statistics::GroupedValue& one : values) {
    statistics::Stratum& stratum = by_stratum[one.stratum];
    Count& count = one.group == 0 ? stratum.a : stratum.b;
    ++count.n;
    count.events += one.value != 0 ? 1 : 0;
  }
  std::vector<statistics::Stratum> tables;
  for (const auto& [number, stratum] : by_stratum) tables.push_back(stratum);
  if (const auto difference = statistics::MantelHaenszelDifference(tables, confidence)) {
    adjusted.set_difference(difference->value);
    *adjusted.mutable_difference_interval() = ToMessage(difference->interval);
  }
  if (const auto ratio = statistics::MantelHaenszelRatio(tables, confidence)) {
    adjusted.set_ratio(ratio->value);
    *adjusted.mutable_ratio_interval() = ToMessage(ratio->interval);
  }
  adjusted.set_p_value(statistics::MeanScoreTest(values).p_value);
}

// The same by accounts, of which some have several cases.
v1::ClusteredContrast CompareByAccount(absl::Span<const Case> cases, size_t value, bool is_amount,
                                       const Sureness& sureness) {
  std::vector<statistics::GroupedValue> values;
  std::vector<statistics::ClusteredArm> arms;
  statistics::ClusterNumbers numbers;
  for (const Case& one : cases) {
    if (!one.with.has_value() || !one.values[value].has_value()) continue;
    const int stratum = sureness.stratified ? one.stratum : 0;
    values.push_back({stratum, *one.with ? 0 : 1, *one.values[value]});
    arms.push_back({stratum, *one.with, *one.values[value], numbers.Of(one.account)});
  }
  if (is_amount) {
    values = statistics::WithRanks(values);
    for (size_t i = 0; i < arms.size(); ++i) arms[i].value = values[i].value;
  }
  const auto found = statistics::CompareClusters(arms, sureness.confidence);
  if (!found.has_value()) return {};
  v1::ClusteredContrast clustered = MakeClustered(*found);
  if (is_amount) {
    clustered.clear_difference();
    clustered.clear_difference_interval();
  }
  return clustered;
}

void SetInsufficient(const std::string& because, v1::Contrast& contrast) {
  contrast.set_finding(v1::FINDING_INSUFFICIENT);
  contrast.set_insufficient_because(because);
}

// Whether each group has as many cases as are asked for, accounts where these have several. `where`
// says of which cases; else it is made INSUFFICIENT.
bool CheckEnough(const Groups& groups, bool clustered, const std::string& where,
                 const Sureness& sureness, v1::Contrast& contrast) {
  const int64_t least = clustered ? groups.fewest_accounts() : groups.fewest_cases();
  if (least >= sureness.min_n) return true;
  SetInsufficient(
      absl::StrCat(where, "a group has only ", least,
                   clustered ? " accounts with known cases, and " : " known cases, and ",
                   sureness.min_n, " are the minimum"),
      contrast);
  return false;
}

// The comparison among like cases, if there are enough of them.
void CompareLike(absl::Span<const Case> cases, size_t value, bool is_amount, bool clustered,
                 const Sureness& sureness, v1::Contrast& contrast) {
  const std::vector<statistics::GroupedValue> values = ToGrouped(cases, value);
  const std::set<int> shared = statistics::SharedStrata(values);
  const Groups like = Split(cases, value, &shared);
  v1::AdjustedContrast& adjusted = *contrast.mutable_adjusted();
  adjusted.set_strata(static_cast<int32_t>(shared.size()));
  adjusted.set_cases(static_cast<int64_t>(like.with.values.size() + like.without.values.size()));
  if (shared.empty()) {
    SetInsufficient("no stratum has known cases of both groups", contrast);
  } else if (CheckEnough(like, clustered, "in the strata that have both groups, ", sureness,
                         contrast)) {
    Adjust(values, is_amount, sureness.confidence, adjusted);
  }
}

// The p value by which a comparison is judged, where it has one.
std::optional<double> JudgedBy(const v1::Contrast& contrast, const Sureness& sureness) {
  if (contrast.finding() == v1::FINDING_INSUFFICIENT) return std::nullopt;
  if (contrast.has_clustered()) {
    if (!contrast.clustered().has_p_value()) return std::nullopt;
    return contrast.clustered().p_value();
  }
  if (sureness.stratified) {
    if (!contrast.adjusted().has_p_value()) return std::nullopt;
    return contrast.adjusted().p_value();
  }
  if (!contrast.has_p_value()) return std::nullopt;
  return contrast.p_value();
}

}  // namespace

v1::ConfidenceInterval ToMessage(const statistics::Interval& interval) {
  v1::ConfidenceInterval message;
  if (std::isfinite(interval.low)) message.set_low(interval.low);
  if (std::isfinite(interval.high)) message.set_high(interval.high);
  return message;
}

double FoundDifference(const v1::Contrast& contrast) {
  return contrast.adjusted().has_difference() ? contrast.adjusted().difference()
                                              : contrast.difference();
}

v1::Contrast Compare(absl::Span<const Case> cases, size_t value, const Compared& what,
                     const Sureness& sureness) {
  const Groups groups = Split(cases, value);
  v1::Contrast contrast;
  contrast.set_key(what.key);
  contrast.set_display_name(what.display_name);
  *contrast.mutable_with() = FiguresOf(groups.with, what.is_amount, sureness.confidence);
  *contrast.mutable_without() = FiguresOf(groups.without, what.is_amount, sureness.confidence);
  const bool clustered = HasClusters(groups);
  if (!CheckEnough(groups, clustered, "", sureness, contrast)) return contrast;
  if (what.is_amount) {
    CompareAmounts(groups, sureness.confidence, contrast);
  } else {
    CompareShares(groups, sureness.confidence, contrast);
  }
  if (sureness.stratified) {
    CompareLike(cases, value, what.is_amount, clustered, sureness, contrast);
  }
  if (clustered && contrast.finding() != v1::FINDING_INSUFFICIENT) {
    *contrast.mutable_clustered() = CompareByAccount(cases, value, what.is_amount, sureness);
  }
  return contrast;
}

void CorrectForMany(const std::vector<v1::Contrast*>& contrasts, const Sureness& sureness) {
  std::vector<v1::Contrast*> tested;
  std::vector<double> p_values;
  for (v1::Contrast* contrast : contrasts) {
    const std::optional<double> p_value = JudgedBy(*contrast, sureness);
    if (!p_value.has_value()) continue;
    tested.push_back(contrast);
    p_values.push_back(*p_value);
  }
  const std::vector<double> holm = statistics::Holm(p_values);
  const std::vector<double> q_values = statistics::BenjaminiHochberg(p_values);
  for (size_t i = 0; i < tested.size(); ++i) {
    tested[i]->set_holm_p_value(holm[i]);
    tested[i]->set_q_value(q_values[i]);
    tested[i]->set_finding(q_values[i] <= sureness.level ? v1::FINDING_DIFFERENT
                                                         : v1::FINDING_NOT_DIFFERENT);
  }
  for (v1::Contrast* contrast : contrasts) {
    contrast->set_sentence(ContrastSentence(*contrast, sureness.confidence));
  }
}

std::vector<v1::Contrast> CompareAll(absl::Span<const Case> cases, absl::Span<const Compared> what,
                                     const Sureness& sureness) {
  std::vector<v1::Contrast> contrasts;
  for (size_t i = 0; i < what.size(); ++i) {
    contrasts.push_back(Compare(cases, i, what[i], sureness));
  }
  std::vector<v1::Contrast*> all;
  for (v1::Contrast& contrast : contrasts) all.push_back(&contrast);
  CorrectForMany(all, sureness);
  return contrasts;
}

}  // namespace banso::health
