#include "services/health/domain/scoring/score_override.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/proto_time.h"

namespace banso::health {
namespace {

constexpr absl::Duration kLongest = absl::Hours(24 * 366);

}  // namespace

absl::Time OverAt(const v1::ScoreOverride& judged) {
  const absl::Time expires = calendar::ToTime(judged.expire_time());
  if (!judged.has_end_time()) return expires;
  return std::min(expires, calendar::ToTime(judged.end_time()));
}

const v1::ScoreOverride* StandingAt(absl::Span<const v1::ScoreOverride> judged, absl::Time time) {
  const v1::ScoreOverride* standing = nullptr;
  for (const v1::ScoreOverride& one : judged) {
    const absl::Time made = calendar::ToTime(one.create_time());
    if (made > time || OverAt(one) <= time) continue;
    if (standing == nullptr || made >= calendar::ToTime(standing->create_time())) standing = &one;
  }
  return standing;
}

std::optional<absl::Time> NextEnd(absl::Span<const v1::ScoreOverride> judged, absl::Time time) {
  std::optional<absl::Time> first;
  for (const v1::ScoreOverride& one : judged) {
    const absl::Time over = OverAt(one);
    if (over > time && (!first.has_value() || over < *first)) first = over;
  }
  return first;
}

void CheckOverride(const v1::ScoreOverride& judged, const v1::ScoreModel& model, absl::Time now,
                   absl::string_view field_path, contract::Violations* violations) {
  std::vector<std::string> keys;
  for (const v1::Band& band : model.bands()) keys.push_back(band.key());
  if (std::find(keys.begin(), keys.end(), judged.band()) == keys.end()) {
    violations->Add(absl::StrCat(field_path, ".band"), judged.band(),
                    absl::StrCat("a band of the model: ", absl::StrJoin(keys, ", ")),
                    "UNKNOWN_BAND");
  }
  const absl::Time expires = calendar::ToTime(judged.expire_time());
  if (expires <= now || expires > now + kLongest) {
    violations->Add(absl::StrCat(field_path, ".expire_time"), absl::FormatTime(expires),
                    "a time after the present, at most 366 days ahead", "OUT_OF_RANGE");
  }
}

void ApplyOverride(const v1::ScoreOverride& judged, v1::Score& score) {
  score.set_band(judged.band());
  *score.mutable_override() = judged;
}

}  // namespace banso::health
