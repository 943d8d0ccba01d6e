#ifndef BANSO_COMMON_CONTRACT_RESOURCE_NAME_H_
#define BANSO_COMMON_CONTRACT_RESOURCE_NAME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Resource names such as `accounts/acme/onboardings/o1`: collections and ids in turn, without a
// leading slash (AIP-122). A singleton (AIP-156) has no id and may have children of its own:
// `accounts/acme/onboardings/o1/plan/tasks/t1`. Collections are plurals, singletons are not: that
// is how they are told apart.
namespace banso::contract {

// Returns true if `id` is 1 to 63 characters of a-z, 0-9 and `-`, begins with a letter or digit
// and does not end with `-`.
bool IsValidId(absl::string_view id);

// Returns true if `name` is a resource name of any kind: at least one pair of a collection
// (a lower-case letter, then letters and digits) and a valid id. A single trailing segment without
// an id names a singleton (`accounts/acme/profile`).
bool IsValidName(absl::string_view name);

// A pattern of resource names, such as `accounts/{account}/deals/{deal}`. `{x}` stands for one
// valid id, everything else for itself. Immutable and cheap to match.
class NamePattern {
 public:
  // INVALID_ARGUMENT if `text` is no pattern.
  static absl::StatusOr<NamePattern> Parse(absl::string_view text);

  // Returns true if `name` matches. `ids`, unless null, then holds the ids in order, as views into
  // `name`.
  bool Match(absl::string_view name, std::vector<absl::string_view>* ids = nullptr) const;

  const std::string& text() const { return text_; }

 private:
  struct Segment {
    std::string literal;
    bool is_id = false;
  };
  std::string text_;
  std::vector<Segment> segments_;
};

// Returns the ids of `name` in the order of the pattern's `{x}`, or nothing if it does not match
// or `pattern` is no pattern. Match("accounts/{a}/deals/{d}", "accounts/x/deals/y") is {"x", "y"}.
std::optional<std::vector<std::string>> Match(absl::string_view pattern, absl::string_view name);

// Returns the name of the parent: `accounts/a` of `accounts/a/onboardings/o`, "" of `accounts/a`.
// For a singleton, its owner: `accounts/a` of `accounts/a/profile`.
std::string Parent(absl::string_view name);
// Returns the last id: `o` of `accounts/a/onboardings/o`; "" if the name ends with no id.
std::string LastId(absl::string_view name);
// Returns the id in `collection`: Id("accounts/a/onboardings/o", "accounts") is `a`; "" if the
// name has no such collection.
std::string Id(absl::string_view name, absl::string_view collection);
// Returns the prefix of `name` that ends with the id in `collection`:
// Ancestor("accounts/a/onboardings/o/tasks/t", "onboardings") is `accounts/a/onboardings/o`; "" if
// the name has no such collection.
std::string Ancestor(absl::string_view name, absl::string_view collection);
// Returns `parent/collection/id`, or `collection/id` when `parent` is empty.
std::string Join(absl::string_view parent, absl::string_view collection, absl::string_view id);

// The name of a revision.
struct RevisionName {
  // The resource: `planTemplates/x`.
  std::string name;
  // The revision's number, 1 or more; absent when the text names none.
  std::optional<int64_t> revision;

  bool operator==(const RevisionName&) const = default;
};
// Splits `planTemplates/x@3`. Returns nothing if what follows `@` is not a positive number in
// plain decimal digits without leading zeros.
std::optional<RevisionName> SplitRevision(absl::string_view text);
// Returns `name@revision`.
std::string JoinRevision(absl::string_view name, int64_t revision);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_RESOURCE_NAME_H_
