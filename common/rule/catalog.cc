#include "common/rule/catalog.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"

namespace banso::rule {
namespace {

// How many characters must be inserted, dropped, changed or swapped with their neighbour to make
// `b` of `a`: the restricted Damerau-Levenshtein distance (optimal string alignment).
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> table(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

FactCatalog::FactCatalog(std::vector<fact::v1::FactType> types) {
  for (fact::v1::FactType& type : types) Add(std::move(type));
}

void FactCatalog::Add(fact::v1::FactType type) {
  std::string name = type.name();
  types_.insert_or_assign(std::move(name), std::move(type));
}

const fact::v1::FactType* FactCatalog::Find(absl::string_view name) const {
  const auto found = types_.find(std::string(name));
  return found == types_.end() ? nullptr : &found->second;
}

std::vector<const fact::v1::FactType*> FactCatalog::List() const {
  std::vector<const fact::v1::FactType*> list;
  list.reserve(types_.size());
  for (const auto& [name, type] : types_) list.push_back(&type);
  return list;
}

std::optional<std::string> FactCatalog::Nearest(absl::string_view name) const {
  std::vector<std::string> names;
  names.reserve(types_.size());
  for (const auto& [known, type] : types_) names.push_back(known);
  return NearestWord(name, names);
}

std::optional<std::string> NearestWord(absl::string_view word,
                                       const std::vector<std::string>& candidates) {
  const std::string wanted = absl::AsciiStrToLower(word);
  size_t best = std::max<size_t>(1, wanted.size() / 3) + 1;
  const std::string* nearest = nullptr;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(wanted, absl::AsciiStrToLower(candidate));
    if (distance >= best) continue;
    best = distance;
    nearest = &candidate;
  }
  if (nearest == nullptr) return std::nullopt;
  return *nearest;
}

}  // namespace banso::rule
