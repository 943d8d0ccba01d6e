#include "services/health/domain/scoring/score_told.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rule/value.h"
#include "services/health/domain/score_model.h"

namespace banso::health {
namespace {

const v1::Measure* FindMeasure(const v1::ScoreModel& model, absl::string_view key) {
  const auto found = std::find_if(model.measures().begin(), model.measures().end(),
                                  [&](const v1::Measure& measure) { return measure.key() == key; });
  return found == model.measures().end() ? nullptr : &*found;
}

}  // namespace

std::string PackTold(const v1::Score& score) {
  v1::Score told;
  told.set_score_model(score.score_model());
  told.set_coverage(score.coverage());
  for (const v1::Contribution& contribution : score.contributions()) {
    v1::Contribution* kept = told.add_contributions();
    kept->set_measure(contribution.measure());
    if (contribution.has_value()) *kept->mutable_value() = contribution.value();
    kept->set_points(contribution.points());
    kept->set_share(contribution.share());
    kept->set_assumed(contribution.assumed());
    kept->set_stale(contribution.stale());
  }
  for (const v1::MissingMeasure& missing : score.missing()) {
    v1::MissingMeasure* kept = told.add_missing();
    kept->set_measure(missing.measure());
    kept->set_because(missing.because());
    kept->set_share(missing.share());
  }
  return told.SerializeAsString();
}

std::optional<v1::Score> UnpackTold(absl::string_view packed) {
  v1::Score told;
  if (!told.ParseFromArray(packed.data(), static_cast<int>(packed.size()))) return std::nullopt;
  return told;
}

void FillTold(v1::Score told, const v1::ScoreModel& model, v1::ScoreMoment& moment) {
  moment.set_score_model(told.score_model());
  moment.set_coverage(told.coverage());
  for (v1::Contribution& contribution : *told.mutable_contributions()) {
    contribution.set_amount(contribution.points() * contribution.share());
    if (const v1::Measure* measure = FindMeasure(model, contribution.measure())) {
      contribution.set_group(measure->group());
      contribution.set_reading(MeasureText(*measure));
      if (contribution.has_value()) {
        absl::StrAppend(contribution.mutable_reading(), " = ",
                        rule::ValueText(contribution.value()));
      }
    }
    *moment.add_contributions() = std::move(contribution);
  }
  for (v1::MissingMeasure& missing : *told.mutable_missing()) {
    if (const v1::Measure* measure = FindMeasure(model, missing.measure())) {
      missing.set_reading(MeasureText(*measure));
    }
    *moment.add_missing() = std::move(missing);
  }
}

}  // namespace banso::health
