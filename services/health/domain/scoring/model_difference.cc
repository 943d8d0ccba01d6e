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
constexpr double kTolerance = 1e-9;
// So many measures are named for each account.
constexpr size_t kNamedMeasures = 5;

std::string BandOrNone(const v1::Score& score) {
  return score.computed_band().empty() ? kNoBand : score.computed_band();
}

// The measures whose amounts differ, those with the largest difference first.
std::string Because(const v1::Score& before, const v1::Score& after) {
  std::map<std::string, double> change;
  for (const v1::Contribution& part : before.contributions()) {
    change[part.measure()] -= part.amount();
  }
  for (const v1::Contribution& part : after.contributions()) {
    change[part.measure()] += part.amount();
  }
  std::vector<std::pair<double, std::string>> ranked;
  for (const auto& [measure, amount] : change) {
    if (std::abs(amount) > kTolerance) ranked.emplace_back(amount, measure);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return std::abs(a.first) > std::abs(b.first);
  });
  if (ranked.size() > kNamedMeasures) ranked.resize(kNamedMeasures);
  return absl::StrJoin(ranked, ", ", [](std::string* out, const auto& entry) {
    absl::StrAppendFormat(out, "%s %+.4g", entry.second, entry.first);
  });
}

}  // namespace

void ModelDifference::Add(const v1::Score& before, const v1::Score& after) {
  ++accounts_;
  const std::string from = BandOrNone(before);
  const std::string to = BandOrNone(after);
  ++moves_[{from, to}];
  const bool moved = from != to || before.state() != after.state();
  if (moved) ++moved_;
  const bool both = before.has_value() && after.has_value();
  const double change = both ? after.value() - before.value() : 0;
  if (both) {
    ++with_both_;
    sum_of_changes_ += change;
  }
  if (!moved && std::abs(change) <= kTolerance) return;
  Entry entry;
  entry.size = both ? std::abs(change) : std::numeric_limits<double>::infinity();
  entry.difference.set_account(contract::Ancestor(after.name(), "accounts"));
  if (before.has_value()) entry.difference.set_before(before.value());
  if (after.has_value()) entry.difference.set_after(after.value());
  entry.difference.set_band_before(from);
  entry.difference.set_band_after(to);
  entry.difference.set_because(both ? Because(before, after)
                                    : (after.has_value() ? before : after).no_value_because());
  Keep(std::move(entry));
}

void ModelDifference::Keep(Entry entry) {
  const auto larger = [](const Entry& a, const Entry& b) { return a.size > b.size; };
  largest_.push_back(std::move(entry));
  std::push_heap(largest_.begin(), largest_.end(), larger);
  if (largest_.size() <= static_cast<size_t>(max_accounts_)) return;
  std::pop_heap(largest_.begin(), largest_.end(), larger);
  largest_.pop_back();
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
    if (a.size != b.size) return a.size > b.size;
    return a.difference.account() < b.difference.account();
  });
  for (Entry& entry : largest) *out.add_largest() = std::move(entry.difference);
  return out;
}

}  // namespace banso::health
