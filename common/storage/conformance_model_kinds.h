#ifndef BANSO_COMMON_STORAGE_CONFORMANCE_MODEL_KINDS_H_
#define BANSO_COMMON_STORAGE_CONFORMANCE_MODEL_KINDS_H_

#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/storage/database.h"

// What revisioned resources and facts are after random operations, kept by hand: for
// conformance_model.cc. An operation works on the store and on the model, and returns what went
// wrong, or nothing. Models are copied to go back to what was before a refused transaction.
namespace banso::storage::conformance {

// A number from 0 to `count` - 1.
inline int Pick(std::mt19937& random, int count) {
  return std::uniform_int_distribution<>(0, count - 1)(random);
}

// Recipes, with their revisions and which one was in force when.
class RecipeModel {
 public:
  std::string Step(Writer& writer, std::mt19937& random);

  // Compares each recipe with the store: as it is at `now`, and what was in force at `past`.
  std::string Compare(Reader& reader, absl::Time now, absl::Time past) const;

 private:
  struct Recipe {
    std::vector<std::string> texts;
    // Since when which number was in force, in the order in which it was said; 0 for none.
    std::vector<std::pair<absl::Time, int>> in_force;

    int InForceAt(absl::Time time) const;
  };

  std::string Save(Writer& writer, const std::string& name, const std::string& text);
  std::string Activate(Writer& writer, const std::string& name, int number);
  std::string Deactivate(Writer& writer, const std::string& name);
  std::string Delete(Writer& writer, const std::string& name);

  std::map<std::string, Recipe> recipes_;
};

// One fact about some subjects, with its values over time.
class FactModel {
 public:
  std::string Step(Writer& writer, std::mt19937& random);

  // Compares what the log says of each subject: at `now` and at `past`.
  std::string Compare(Reader& reader, absl::Time now, absl::Time past) const;

 private:
  // Since when it has which value; none for unknown.
  using Values = std::vector<std::pair<absl::Time, std::optional<double>>>;

  std::string CompareAt(Reader& reader, absl::Time now, absl::Time as_of) const;

  std::map<std::string, Values> values_;
};

}  // namespace banso::storage::conformance

#endif  // BANSO_COMMON_STORAGE_CONFORMANCE_MODEL_KINDS_H_
