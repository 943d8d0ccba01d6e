#include "services/health/domain/scoring/model_difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/contract/resource_name.h"

namespace banso::health {
namespace {

constexpr char kNoBand[] = "-";
constexpr double kLeastChange = 1e-9;
// So many measures are named for each account.
constexpr size_t kNamedMeasures = 5;

absl::string_view BandOrNone(const JudgedAccount& judged) {
  return judged.band.empty() ? absl::string_view(kNoBand) : judged.band;
}

MeasureAmounts AmountsOf(const v1::Score& score) {
  MeasureAmounts amounts;
  for (const v1::Contribution& part : score.contributions()) {
    amounts.emplace_back(part.measure(), part.amount());
  }
  return amounts;
}

JudgedAccount JudgedBy(const v1::Score& score) {
  JudgedAccount judged{.state = score.state(), .value = {}, .band = score.computed_band()};
  if (score.has_value()) judged.value = score.value();
  return judged;
}

}  // namespace

std::string DifferenceText(const MeasureAmounts& before, const MeasureAmounts& after) {
  std::map<absl::string_view, double> change;
  for (const auto& [measure, amount] : before) change[measure] -= amount;
  for (const auto& [measure, amount] : after) change[measure] += amount;
  std::vector<std::pair<double, absl::string_view>> ranked;
  for (const auto& [measure, amount] : change) {
    if (std::abs(amount) > kLeastChange) ranked.emplace_back(amount, measure);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return std::abs(a.first) > std::abs(b.first);
  });
  if (ranked.size() > kNamedMeasures) ranked.resize(kNamedMeasures);
  return absl::StrJoin(ranked, ", ", [](std::string* out, const auto& entry) {
    absl::StrAppendFormat(out, "%s %+.4g", entry.second, entry.first);
  });
}

void ModelDifference::Add(const v1::Score& before, const v1::Score& after) {
  Add(contract::Ancestor(after.name(), "accounts"), JudgedBy(before), JudgedBy(after), [&] {
    if (before.has_value() && after.has_value()) {
      return DifferenceText(AmountsOf(before), AmountsOf(after));
    }
    return (after.has_value() ? before : after).no_value_because();
  });
}

void ModelDifference::Add(absl::string_view account, const JudgedAccount& before,
                          const JudgedAccount& after, absl::FunctionRef<std::string()> because) {
  ++accounts_;
  const absl::string_view from = BandOrNone(before);
  const absl::string_view to = BandOrNone(after);
  Count(from, to, 1);
  const bool moved = from != to || before.state != after.state;
  if (moved) ++moved_;
  const bool both = before.value.has_value() && after.value.has_value();
  const double change = both ? *after.value - *before.value : 0;
  if (both) {
    ++with_both_;
    sum_of_changes_ += change;
  }
  if (!moved && std::abs(change) <= kLeastChange) return;
  const double size = both ? std::abs(change) : std::numeric_limits<double>::infinity();
  if (!IsWanted(size, account)) return;
  Entry entry;
  entry.size = size;
  entry.difference.set_account(std::string(account));
  if (before.value.has_value()) entry.difference.set_before(*before.value);
  if (after.value.has_value()) entry.difference.set_after(*after.value);
  entry.difference.set_band_before(std::string(from));
  entry.difference.set_band_after(std::string(to));
  entry.difference.set_because(because());
  Keep(std::move(entry));
}

void ModelDifference::AddFirst(const v1::Score& score) {
  AddFirst(contract::Ancestor(score.name(), "accounts"), JudgedBy(score), [&] {
    return score.has_value() ? DifferenceText({}, AmountsOf(score)) : score.no_value_because();
  });
}

void ModelDifference::AddFirst(absl::string_view account, const JudgedAccount& judged,
                               absl::FunctionRef<std::string()> because) {
  Add(account, {.state = judged.state, .value = {}, .band = ""}, judged, because);
}

void ModelDifference::Merge(ModelDifference other) {
  accounts_ += other.accounts_;
  moved_ += other.moved_;
  with_both_ += other.with_both_;
  sum_of_changes_ += other.sum_of_changes_;
  for (const auto& [bands, accounts] : other.moves_) Count(bands.first, bands.second, accounts);
  for (Entry& entry : other.largest_) {
    if (IsWanted(entry.size, entry.difference.account())) Keep(std::move(entry));
  }
}

void ModelDifference::Count(absl::string_view from, absl::string_view to, int64_t accounts) {
  const auto known = moves_.find(std::pair(from, to));
  if (known != moves_.end()) {
    known->second += accounts;
  } else {
    moves_.emplace(Bands(from, to), accounts);
  }
}

bool ModelDifference::IsNamedBefore(const Entry& entry, double size, absl::string_view account) {
  return entry.size != size ? entry.size > size : entry.difference.account() < account;
}

bool ModelDifference::IsWanted(double size, absl::string_view account) const {
  if (largest_.size() < static_cast<size_t>(max_accounts_)) return true;
  return !largest_.empty() && !IsNamedBefore(largest_.front(), size, account);
}

void ModelDifference::Keep(Entry entry) {
  const auto earlier = [](const Entry& a, const Entry& b) {
    return IsNamedBefore(a, b.size, b.difference.account());
  };
  if (largest_.size() == static_cast<size_t>(max_accounts_)) {
    std::pop_heap(largest_.begin(), largest_.end(), earlier);
    largest_.pop_back();
  }
  largest_.push_back(std::move(entry));
  std::push_heap(largest_.begin(), largest_.end(), earlier);
}

v1::ScoreModelDifference ModelDifference::Finish() const {
  v1::ScoreModelDifference out;
  out.set_accounts(accounts_);
  out.set_moved(moved_);
  if (with_both_ > 0) out.set_mean_change(sum_of_changes_ / static_cast<double>(with_both_));
  for (const auto& [bands, accounts] : moves_) {
    v1::BandMove* move = out.add_moves();
    move->set_from(bands.first);
    move->set_to(bands.second);
    move->set_accounts(accounts);
  }
  std::stable_sort(
      out.mutable_moves()->begin(), out.mutable_moves()->end(),
      [](const v1::BandMove& a, const v1::BandMove& b) { return a.accounts() > b.accounts(); });
  std::vector<Entry> largest = largest_;
  std::sort(largest.begin(), largest.end(), [](const Entry& a, const Entry& b) {
    return IsNamedBefore(a, b.size, b.difference.account());
  });
  for (Entry& entry : largest) *out.add_largest() = std::move(entry.difference);
  return out;
}

}  // namespace banso::health
