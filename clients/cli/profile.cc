#include "clients/cli/profile.h"

#include <map>
#include <optional>

#include "absl/strings/ascii.h"
#include "clients/cli/spelling.h"

namespace banso::cli {
namespace {

constexpr size_t kMaxDistinct = 500;
constexpr int64_t kMeanRepeats = 2;
constexpr int64_t kTimesAsOften = 4;

using Counts = std::map<std::string, int64_t>;

std::vector<Suspicion> NearKnown(const Counts& counts, const std::vector<std::string>& known) {
  std::vector<Suspicion> result;
  for (const auto& [value, count] : counts) {
    const std::optional<std::string> near = NearestOf(value, known);
    if (!near.has_value()) continue;
    const auto found = counts.find(*near);
    result.push_back({value, count, *near, found == counts.end() ? 0 : found->second});
  }
  return result;
}

std::vector<Suspicion> NearFrequent(const Counts& counts) {
  std::vector<Suspicion> result;
  for (const auto& [value, count] : counts) {
    Suspicion suspicion{value, count, "", 0};
    for (const auto& [other, other_count] : counts) {
      if (other_count < count * kTimesAsOften || other_count <= suspicion.near_count) continue;
      if (!IsNearSpelling(value, other)) continue;
      suspicion.near = other;
      suspicion.near_count = other_count;
    }
    if (!suspicion.near.empty()) result.push_back(suspicion);
  }
  return result;
}

}  // namespace

ColumnProfile ProfileOf(const std::string& column, absl::Span<const std::string> values,
                        const std::vector<std::string>& known) {
  ColumnProfile profile;
  profile.column = column;
  Counts counts;
  int64_t filled = 0;
  for (const std::string& value : values) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(value);
    if (stripped.size() != value.size()) ++profile.padded;
    if (stripped.empty()) {
      ++profile.empty;
      continue;
    }
    ++filled;
    ++counts[std::string(stripped)];
  }
  profile.distinct = static_cast<int64_t>(counts.size());
  if (!known.empty()) {
    profile.suspicions = NearKnown(counts, known);
  } else if (counts.size() <= kMaxDistinct && filled >= profile.distinct * kMeanRepeats) {
    profile.suspicions = NearFrequent(counts);
  }
  return profile;
}

}  // namespace banso::cli
