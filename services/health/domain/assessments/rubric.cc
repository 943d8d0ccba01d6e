#include "services/health/domain/assessments/rubric.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "services/health/domain/deadline.h"

namespace banso::health {
namespace {

void CheckAnchors(const v1::RubricItem& item, absl::string_view path,
                  contract::Violations* violations) {
  std::set<int> steps;
  for (int i = 0; i < item.anchors_size(); ++i) {
    const int rating = item.anchors(i).rating();
    if (!steps.insert(rating).second) {
      violations->Add(absl::StrCat(path, ".anchors[", i, "].rating"), absl::StrCat(rating),
                      "each step of the scale once", "DUPLICATE");
    }
  }
  for (const int needed : {1, 3, 5}) {
    if (steps.contains(needed)) continue;
    violations->Add(absl::StrCat(path, ".anchors"), "",
                    absl::StrCat("an anchor for the rating ", needed), "ANCHOR_MISSING");
  }
}

}  // namespace

void CheckRubric(const v1::Rubric& rubric, absl::string_view field_path,
                 contract::Violations* violations) {
  std::set<std::string> keys;
  for (int i = 0; i < rubric.items_size(); ++i) {
    const v1::RubricItem& item = rubric.items(i);
    const std::string path = absl::StrCat(field_path, ".items[", i, "]");
    if (!keys.insert(item.key()).second) {
      violations->Add(absl::StrCat(path, ".key"), item.key(), "each key once", "DUPLICATE");
    }
    CheckAnchors(item, path, violations);
  }
}

const v1::RubricItem* FindItem(const v1::Rubric& rubric, absl::string_view key) {
  for (const v1::RubricItem& item : rubric.items()) {
    if (item.key() == key) return &item;
  }
  return nullptr;
}

std::string AnchorText(const v1::RubricItem& item, int rating) {
  for (const v1::Anchor& anchor : item.anchors()) {
    if (anchor.rating() == rating) return anchor.meaning();
  }
  return "";
}

std::optional<absl::Time> ExpireTime(const v1::RubricItem& item, absl::Time assessed,
                                     absl::TimeZone zone) {
  if (!item.has_valid_for()) return std::nullopt;
  return FirstMomentAfter(assessed, item.valid_for(), zone);
}

absl::StatusOr<JudgedItem> FindJudgedItem(const std::vector<v1::Rubric>& in_force,
                                          const std::string& key, absl::string_view field) {
  std::vector<std::string> keys;
  for (const v1::Rubric& rubric : in_force) {
    if (const v1::RubricItem* item = FindItem(rubric, key)) return JudgedItem{&rubric, item};
    for (const v1::RubricItem& item : rubric.items()) keys.push_back(item.key());
  }
  const auto nearest = rule::NearestWord(key, keys);
  return contract::InvalidField(
      field, key,
      absl::StrCat("an item of a rubric in force",
                   nearest.has_value() ? absl::StrCat("; did you mean ", *nearest, "?") : ""),
      "UNKNOWN_ITEM");
}

}  // namespace banso::health
