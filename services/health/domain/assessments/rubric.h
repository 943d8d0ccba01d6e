#ifndef BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RUBRIC_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RUBRIC_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/health/v1/assessment.pb.h"
#include "common/contract/errors.h"

namespace banso::health {

// Checks what the field rules cannot: item keys appear once, and so does each step of a scale, with
// the steps 1, 3 and 5 put into words. Adds to `violations`, with paths below `field_path`.
void CheckRubric(const v1::Rubric& rubric, absl::string_view field_path,
                 contract::Violations* violations);

// The item with that key, or null.
const v1::RubricItem* FindItem(const v1::Rubric& rubric, absl::string_view key);

// What the rating means by the item's anchors; empty when the step has none.
std::string AnchorText(const v1::RubricItem& item, int rating);

// The moment from which a judgement made at `assessed` no longer counts: the beginning, in `zone`,
// of the day after its last day. Nothing for an item without an expiry.
std::optional<absl::Time> ExpireTime(const v1::RubricItem& item, absl::Time assessed,
                                     absl::TimeZone zone);

// An item and the rubric in force that has it.
struct JudgedItem {
  const v1::Rubric* rubric = nullptr;
  const v1::RubricItem* item = nullptr;
};
// INVALID_ARGUMENT (UNKNOWN_ITEM) with `field` when no rubric has it. `in_force` must outlive what
// is found.
absl::StatusOr<JudgedItem> FindJudgedItem(const std::vector<v1::Rubric>& in_force,
                                          const std::string& key, absl::string_view field);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RUBRIC_H_
