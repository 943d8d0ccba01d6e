#include "services/health/domain/score.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"
#include "services/health/domain/curve.h"
#include "services/health/domain/score_model.h"
#include "services/health/domain/success/success.h"

namespace banso::health {
namespace {

constexpr double kTolerance = 1e-9;

// A measure with what is known of it.
struct Weighed {
  const v1::Measure* measure = nullptr;
  // Absent when it is missing, or read as something that has no points.
  std::optional<type::v1::Value> value;
  // Absent when it counts nothing; else known, stale or assumed.
  std::optional<double> points;
  bool known = false;
  bool stale = false;
};

// The part of the score that a group has.
double PartOf(const v1::ScoreModel& model, v1::MeasureGroup group) {
  return group == v1::MEASURE_GROUP_QUALITATIVE ? model.qualitative_share()
                                                : 1 - model.qualitative_share();
}

// Each measure's share of the score when only those that `counts` takes count: within each group by
// weight; a group in which none counts leaves its part to the other. All 0 when nothing counts.
template <typename Counts>
void FillShares(const v1::ScoreModel& model, Counts counts, std::vector<double>& shares) {
  double quantitative = 0;
  double qualitative = 0;
  for (int i = 0; i < model.measures_size(); ++i) {
    const v1::Measure& measure = model.measures(i);
    if (!counts(i)) continue;
    if (measure.group() == v1::MEASURE_GROUP_QUANTITATIVE) quantitative += measure.weight();
    if (measure.group() == v1::MEASURE_GROUP_QUALITATIVE) qualitative += measure.weight();
  }
  const double parts = (quantitative > 0 ? PartOf(model, v1::MEASURE_GROUP_QUANTITATIVE) : 0) +
                       (qualitative > 0 ? PartOf(model, v1::MEASURE_GROUP_QUALITATIVE) : 0);
  shares.assign(model.measures_size(), 0.0);
  if (parts <= 0) return;
  for (int i = 0; i < model.measures_size(); ++i) {
    if (!counts(i)) continue;
    const v1::Measure& measure = model.measures(i);
    const double group_weight =
        measure.group() == v1::MEASURE_GROUP_QUALITATIVE ? qualitative : quantitative;
    shares[i] = PartOf(model, measure.group()) / parts * (measure.weight() / group_weight);
  }
}

// What a missing measure is worth all the same.
std::optional<double> AssumedPoints(const v1::Measure& measure) {
  if (measure.missing() != v1::MISSING_POLICY_ASSUME) return std::nullopt;
  return measure.missing_points();
}

Weighed Weigh(const v1::Measure& measure, const MeasureReading& reading, absl::CivilDay today) {
  Weighed weighed;
  weighed.measure = &measure;
  const type::v1::Explanation& explanation = reading.explanation;
  if (measure.has_condition()) {
    if (explanation.result() == type::v1::TRUTH_TRUE ||
        explanation.result() == type::v1::TRUTH_FALSE) {
      weighed.value = rule::FlagValue(explanation.result() == type::v1::TRUTH_TRUE);
    }
  } else if (explanation.has_value()) {
    weighed.value = explanation.value();
  }
  if (weighed.value.has_value()) weighed.points = PointsOf(measure, *weighed.value, today);
  weighed.known = weighed.points.has_value();
  if (!weighed.known && reading.stale.has_value() && reading.stale->has_value()) {
    weighed.points = PointsOf(measure, reading.stale->value(), today);
    weighed.stale = weighed.points.has_value();
    if (weighed.stale) weighed.value = reading.stale->value();
  }
  if (!weighed.points.has_value()) weighed.points = AssumedPoints(measure);
  return weighed;
}

std::vector<Weighed> WeighAll(const v1::ScoreModel& model,
                              absl::Span<const MeasureReading> readings, absl::CivilDay today) {
  std::vector<Weighed> measures;
  for (int i = 0; i < model.measures_size(); ++i) {
    measures.push_back(Weigh(model.measures(i), readings[i], today));
  }
  return measures;
}

std::vector<MeasurePoints> PointsOfEach(const std::vector<Weighed>& measures) {
  std::vector<MeasurePoints> points;
  points.reserve(measures.size());
  for (const Weighed& measure : measures) points.push_back({measure.points, measure.known});
  return points;
}

// The score's value if the measure `changed` had these points.
double ValueWith(const v1::ScoreModel& model, const std::vector<Weighed>& measures, size_t changed,
                 double points) {
  std::vector<double> shares;
  FillShares(
      model, [&](size_t i) { return i == changed || measures[i].points.has_value(); }, shares);
  double value = 0;
  for (size_t i = 0; i < measures.size(); ++i) {
    value += shares[i] * (i == changed ? points : measures[i].points.value_or(0));
  }
  return value;
}

std::string Short(double number) { return absl::StrFormat("%.6g", number); }

// `from` is the number that the measure's curve reads now, if it has one.
std::string LiftText(const Weighed& measure, const v1::Lift& lift, std::optional<double> from,
                     double value, double reached) {
  std::string change;
  if (!measure.known) {
    change = lift.has_value_needed() ? absl::StrCat("known, at ", Short(lift.value_needed()), ",")
                                     : "known, with the best answer,";
  } else if (lift.has_value_needed() && measure.value->has_date()) {
    change = absl::StrCat(Short(lift.value_needed()), " days ago instead of ", Short(*from));
  } else if (lift.has_value_needed()) {
    change = absl::StrCat("at ", Short(lift.value_needed()), " instead of ",
                          rule::ValueText(*measure.value));
  } else {
    change = absl::StrCat("worth ", Short(lift.points_needed()), " points instead of ",
                          Short(*measure.points));
  }
  return absl::StrCat(MeasureText(*measure.measure), " ", change, " lifts the score from ",
                      Short(value), " to ", Short(reached), lift.enough() ? " (" : ", short of ",
                      lift.band(), lift.enough() ? ")" : "");
}

// How a measure could lift the score into `band`; nothing when it cannot rise.
std::optional<v1::Lift> LiftBy(const v1::ScoreModel& model, const std::vector<Weighed>& measures,
                               size_t index, double value, const v1::Band& band,
                               absl::CivilDay today) {
  const Weighed& measure = measures[index];
  const double at_none = ValueWith(model, measures, index, 0);
  const double at_all = ValueWith(model, measures, index, 100);
  const double most = MostPoints(*measure.measure);
  if (at_all <= at_none) return std::nullopt;
  const double best = ValueWith(model, measures, index, most);
  if (best <= value + kTolerance) return std::nullopt;
  const double needed = (band.lower_edge() - at_none) / (at_all - at_none) * 100;

  v1::Lift lift;
  lift.set_measure(measure.measure->key());
  lift.set_band(band.key());
  lift.set_enough(needed <= most + kTolerance);
  lift.set_points_needed(std::clamp(needed, 0.0, most));
  const std::optional<double> from =
      measure.value.has_value() ? NumberOf(*measure.value, today) : std::optional<double>(0);
  if (from.has_value()) {
    const std::optional<double> to =
        NearestValueWorth(*measure.measure, lift.points_needed(), *from);
    if (to.has_value()) lift.set_value_needed(*to);
  }
  lift.set_text(LiftText(measure, lift, from, value,
                         ValueWith(model, measures, index, lift.points_needed())));
  return lift;
}

void AddLifts(const v1::ScoreModel& model, const std::vector<Weighed>& measures,
              absl::CivilDay today, v1::Score& score) {
  const v1::Band* next = NextBand(model, score.value());
  if (next == nullptr) return;
  struct Ranked {
    v1::Lift lift;
    double change;
  };
  std::vector<Ranked> ranked;
  for (size_t i = 0; i < measures.size(); ++i) {
    std::optional<v1::Lift> lift = LiftBy(model, measures, i, score.value(), *next, today);
    if (!lift.has_value()) continue;
    const double change = lift->points_needed() - measures[i].points.value_or(0);
    ranked.push_back({*std::move(lift), change});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    if (a.lift.enough() != b.lift.enough()) return a.lift.enough();
    return a.change < b.change;
  });
  for (Ranked& entry : ranked) *score.add_lifts() = std::move(entry.lift);
}

void AddContribution(const Weighed& measure, const MeasureReading& reading, double share,
                     v1::Score& score) {
  v1::Contribution* out = score.add_contributions();
  out->set_measure(measure.measure->key());
  out->set_group(measure.measure->group());
  out->set_reading(reading.explanation.reading().empty() ? MeasureText(*measure.measure)
                                                         : reading.explanation.reading());
  if (measure.stale && !reading.stale->reading().empty()) {
    out->set_reading(reading.stale->reading());
  }
  if (measure.known || measure.stale) *out->mutable_value() = *measure.value;
  out->set_points(*measure.points);
  out->set_share(share);
  out->set_amount(*measure.points * share);
  out->set_assumed(!measure.known && !measure.stale);
  out->set_stale(measure.stale);
  if (!out->assumed() && reading.occurred.has_value()) {
    *out->mutable_occurred_time() = calendar::ToTimestamp(*reading.occurred);
  }
}

void AddMissing(const Weighed& measure, const MeasureReading& reading, double share,
                v1::Score& score) {
  v1::MissingMeasure* out = score.add_missing();
  out->set_measure(measure.measure->key());
  out->set_reading(MeasureText(*measure.measure));
  out->set_because(measure.value.has_value() && !measure.stale
                       ? absl::StrCat(rule::ValueText(*measure.value), " has no points")
                       : FirstUnknown(reading.explanation));
  out->set_share(share);
}

// State, value, bands and coverage.
v1::Score ScoreOf(const v1::ScoreModel& model, const ScoreFigures& figures) {
  v1::Score score;
  score.set_state(figures.state);
  score.set_coverage(figures.coverage);
  score.set_no_value_because(WhyNoValue(model, figures));
  if (!figures.value.has_value()) return score;
  score.set_value(*figures.value);
  score.set_computed_band(std::string(figures.band));
  score.set_band(score.computed_band());
  return score;
}

}  // namespace

MeasurePoints PointsOfNumber(const v1::Measure& measure, std::optional<double> number) {
  if (number.has_value()) return {PointsOf(measure, *number), true};
  return {AssumedPoints(measure), false};
}

ScoreSummer::ScoreSummer(const v1::ScoreModel& model) : model_(&model) {
  FillShares(
      model, [](int) { return true; }, full_shares_);
}

const ScoreFigures& ScoreSummer::Sum(absl::Span<const MeasurePoints> points) {
  FillShares(
      *model_, [&](int i) { return points[i].points.has_value(); }, shares_);
  figures_.amounts.resize(points.size());
  figures_.lacking = nullptr;
  double value = 0;
  double shares = 0;
  double coverage = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    const v1::Measure& measure = model_->measures(static_cast<int>(i));
    figures_.amounts[i] = points[i].points.value_or(0) * shares_[i];
    value += figures_.amounts[i];
    shares += shares_[i];
    if (points[i].known) coverage += full_shares_[i];
    const bool needed = measure.missing() == v1::MISSING_POLICY_NO_SCORE;
    if (needed && !points[i].points.has_value() && figures_.lacking == nullptr) {
      figures_.lacking = &measure;
    }
  }
  figures_.coverage = std::min(coverage, 1.0);
  figures_.counts = shares > 0;
  figures_.value.reset();
  figures_.band = "";
  figures_.state = v1::SCORE_STATE_INSUFFICIENT;
  const bool covered = figures_.coverage + kTolerance >= model_->minimum_coverage();
  if (figures_.lacking == nullptr && figures_.counts && covered) {
    figures_.state = v1::SCORE_STATE_SCORED;
    figures_.value = std::clamp(value, 0.0, 100.0);
    figures_.band = BandOf(*model_, *figures_.value).key();
  }
  return figures_;
}

std::string WhyNoValue(const v1::ScoreModel& model, const ScoreFigures& figures) {
  if (figures.value.has_value()) return "";
  if (figures.lacking != nullptr) {
    return absl::StrCat("there is no score without ", MeasureText(*figures.lacking));
  }
  if (!figures.counts) return "nothing that counts is known";
  return absl::StrFormat("only %.0f %% of the score is known, %.0f %% are needed",
                         figures.coverage * 100, model.minimum_coverage() * 100);
}

v1::Score ComputeScore(const v1::ScoreModel& model, absl::Span<const MeasureReading> readings,
                       absl::CivilDay today) {
  const std::vector<Weighed> measures = WeighAll(model, readings, today);
  ScoreSummer summer(model);
  v1::Score score = ScoreOf(model, summer.Sum(PointsOfEach(measures)));
  for (size_t i = 0; i < measures.size(); ++i) {
    if (measures[i].points.has_value()) {
      AddContribution(measures[i], readings[i], summer.shares()[i], score);
    }
    if (!measures[i].known) {
      AddMissing(measures[i], readings[i], summer.full_shares()[i], score);
    }
  }
  if (score.has_value()) AddLifts(model, measures, today, score);
  return score;
}

std::vector<MeasurePoints> PointsOfAll(const v1::ScoreModel& model,
                                       absl::Span<const MeasureReading> readings,
                                       absl::CivilDay today) {
  return PointsOfEach(WeighAll(model, readings, today));
}

std::optional<double> ValueOf(const v1::ScoreModel& model, absl::Span<const MeasurePoints> points) {
  return ScoreSummer(model).Sum(points).value;
}

bool SameNumbers(const v1::Score& a, const v1::Score& b) {
  if (a.score_model() != b.score_model() || a.state() != b.state() || a.band() != b.band() ||
      a.computed_band() != b.computed_band() || a.override().name() != b.override().name() ||
      a.has_value() != b.has_value() || a.value() != b.value() || a.coverage() != b.coverage() ||
      a.no_value_because() != b.no_value_because() ||
      a.contributions_size() != b.contributions_size() || a.missing_size() != b.missing_size()) {
    return false;
  }
  for (int i = 0; i < a.contributions_size(); ++i) {
    if (a.contributions(i).measure() != b.contributions(i).measure() ||
        a.contributions(i).amount() != b.contributions(i).amount()) {
      return false;
    }
  }
  for (int i = 0; i < a.missing_size(); ++i) {
    if (a.missing(i).measure() != b.missing(i).measure() ||
        a.missing(i).because() != b.missing(i).because()) {
      return false;
    }
  }
  return true;
}

}  // namespace banso::health
