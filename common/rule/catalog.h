#ifndef BANSO_COMMON_RULE_CATALOG_H_
#define BANSO_COMMON_RULE_CATALOG_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/fact/v1/fact.pb.h"

namespace banso::rule {

// The fact types that conditions may use, by name. A value: copy it to check a program that brings
// its own types along without changing what everybody else sees.
class FactCatalog {
 public:
  FactCatalog() = default;
  explicit FactCatalog(std::vector<fact::v1::FactType> types);

  // Adds a type; one of the same name is replaced.
  void Add(fact::v1::FactType type);

  // The type of that name, or null. Valid until the catalog changes.
  const fact::v1::FactType* Find(absl::string_view name) const;

  // All types by name. Valid until the catalog changes.
  std::vector<const fact::v1::FactType*> List() const;

  // The known name that is likely meant by `name`, for "did you mean"; absent when none is near.
  std::optional<std::string> Nearest(absl::string_view name) const;

  size_t size() const { return types_.size(); }

 private:
  std::map<std::string, fact::v1::FactType, std::less<>> types_;
};

// Of `candidates` the one that differs from `word` by the fewest slips (a character inserted,
// dropped, changed or swapped with its neighbour), when that is at most a third of the word's
// length (and at least 1 is allowed); the first such in order. Upper and lower case count as the
// same.
std::optional<std::string> NearestWord(absl::string_view word,
                                       const std::vector<std::string>& candidates);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_CATALOG_H_
