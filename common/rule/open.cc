#include "common/rule/open.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace banso::rule {

bool IsOnlyOpen(const type::v1::Explanation& explanation) {
  if (explanation.result() != type::v1::TRUTH_UNKNOWN) return false;
  // What reads a fact says itself why it is unknown; other parts only repeat it.
  if (!explanation.fact().empty() || explanation.parts().empty()) {
    const std::vector<absl::string_view> reasons =
        absl::StrSplit(explanation.unknown_because(), "; ");
    return std::ranges::all_of(
        reasons, [](absl::string_view reason) { return absl::StartsWith(reason, kOpenUntil); });
  }
  return std::ranges::all_of(explanation.parts(), [](const type::v1::Explanation& part) {
    return part.result() != type::v1::TRUTH_UNKNOWN || IsOnlyOpen(part);
  });
}

}  // namespace banso::rule
