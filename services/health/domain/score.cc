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
#include "services/health/domain/success.h"

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

// Each measure's share of the score when only those with `counts` count: within each group by
// weight; a group in which none counts leaves its part to the other. All 0 when nothing counts.
std::vector<double> Shares(const v1::ScoreModel& model, const std::vector<bool>& counts) {
  const auto weight_of = [&](v1::MeasureGroup group) {
    double sum = 0;
    for (int i = 0; i < model.measures_size(); ++i) {
      if (counts[i] && model.measures(i).group() == group) sum += model.measures(i).weight();
    }
    return sum;
  };
  const double quantitative = weight_of(v1::MEASURE_GROUP_QUANTITATIVE);
  const double qualitative = weight_of(v1::MEASURE_GROUP_QUALITATIVE);
  const double parts = (quantitative > 0 ? PartOf(model, v1::MEASURE_GROUP_QUANTITATIVE) : 0) +
                       (qualitative > 0 ? PartOf(model, v1::MEASURE_GROUP_QUALITATIVE) : 0);
  std::vector<double> shares(model.measures_size(), 0.0);
  if (parts <= 0) return shares;
  for (int i = 0; i < model.measures_size(); ++i) {
    if (!counts[i]) continue;
    const v1::Measure& measure = model.measures(i);
    const double group_weight =
        measure.group() == v1::MEASURE_GROUP_QUALITATIVE ? qualitative : quantitative;
    shares[i] = PartOf(model, measure.group()) / parts * (measure.weight() / group_weight);
  }
  return shares;
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
  if (!weighed.points.has_value() && measure.missing() == v1::MISSING_POLICY_ASSUME) {
    weighed.points = measure.missing_points();
  }
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

std::vector<bool> Counting(const std::vector<Weighed>& measures) {
  std::vector<bool> counts;
  counts.reserve(measures.size());
  for (const Weighed& measure : measures) counts.push_back(measure.points.has_value());
  return counts;
}

// The score's value if the measure `changed` had these points.
double ValueWith(const v1::ScoreModel& model, const std::vector<Weighed>& measures, size_t changed,
                 double points) {
  std::vector<bool> counts = Counting(measures);
  counts[changed] = true;
  const std::vector<double> shares = Shares(model, counts);
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

// What the measures add up to.
struct Totals {
  double value = 0;
  double coverage = 0;
  // 1, or 0 when nothing counts.
  double shares = 0;
  // Each measure's share of the score, as far as it counts, and when everything is known.
  std::vector<double> share_of;
  std::vector<double> full_share_of;
  // The first measure without which there is no score; null: there is none.
  const v1::Measure* lacking = nullptr;
};

Totals AddUp(const v1::ScoreModel& model, const std::vector<Weighed>& measures) {
  Totals totals;
  totals.full_share_of = Shares(model, std::vector<bool>(measures.size(), true));
  totals.share_of = Shares(model, Counting(measures));
  for (size_t i = 0; i < measures.size(); ++i) {
    totals.value += measures[i].points.value_or(0) * totals.share_of[i];
    totals.shares += totals.share_of[i];
    if (measures[i].known) totals.coverage += totals.full_share_of[i];
    const bool needed = measures[i].measure->missing() == v1::MISSING_POLICY_NO_SCORE;
    if (needed && !measures[i].points.has_value() && totals.lacking == nullptr) {
      totals.lacking = measures[i].measure;
    }
  }
  totals.value = std::clamp(totals.value, 0.0, 100.0);
  totals.coverage = std::min(totals.coverage, 1.0);
  return totals;
}

// Why there is no value; empty when there is one.
std::string WhyNoValue(const v1::ScoreModel& model, const Totals& totals) {
  if (totals.lacking != nullptr) {
    return absl::StrCat("there is no score without ", MeasureText(*totals.lacking));
  }
  if (totals.shares <= 0) return "nothing that counts is known";
  if (totals.coverage + kTolerance < model.minimum_coverage()) {
    return absl::StrFormat("only %.0f %% of the score is known, %.0f %% are needed",
                           totals.coverage * 100, model.minimum_coverage() * 100);
  }
  return "";
}

// State, value, bands and coverage.
v1::Score JudgeTotals(const v1::ScoreModel& model, const Totals& totals) {
  v1::Score score;
  score.set_coverage(totals.coverage);
  score.set_no_value_because(WhyNoValue(model, totals));
  if (!score.no_value_because().empty()) {
    score.set_state(v1::SCORE_STATE_INSUFFICIENT);
    return score;
  }
  score.set_state(v1::SCORE_STATE_SCORED);
  score.set_value(totals.value);
  score.set_computed_band(BandOf(model, score.value()).key());
  score.set_band(score.computed_band());
  return score;
}

}  // namespace

v1::Score ComputeScore(const v1::ScoreModel& model, absl::Span<const MeasureReading> readings,
                       absl::CivilDay today) {
  const std::vector<Weighed> measures = WeighAll(model, readings, today);
  const Totals totals = AddUp(model, measures);
  v1::Score score = JudgeTotals(model, totals);
  for (size_t i = 0; i < measures.size(); ++i) {
    if (measures[i].points.has_value()) {
      AddContribution(measures[i], readings[i], totals.share_of[i], score);
    }
    if (!measures[i].known) {
      AddMissing(measures[i], readings[i], totals.full_share_of[i], score);
    }
  }
  if (score.has_value()) AddLifts(model, measures, today, score);
  return score;
}

v1::Score ComputeFigures(const v1::ScoreModel& model, absl::Span<const MeasureReading> readings,
                         absl::CivilDay today) {
  const std::vector<Weighed> measures = WeighAll(model, readings, today);
  const Totals totals = AddUp(model, measures);
  v1::Score score = JudgeTotals(model, totals);
  for (size_t i = 0; i < measures.size(); ++i) {
    if (!measures[i].points.has_value()) continue;
    v1::Contribution* out = score.add_contributions();
    out->set_measure(measures[i].measure->key());
    out->set_amount(*measures[i].points * totals.share_of[i]);
  }
  return score;
}

std::vector<MeasurePoints> PointsOfAll(const v1::ScoreModel& model,
                                       absl::Span<const MeasureReading> readings,
                                       absl::CivilDay today) {
  std::vector<MeasurePoints> points;
  for (const Weighed& measure : WeighAll(model, readings, today)) {
    points.push_back({measure.points, measure.known});
  }
  return points;
}

std::optional<double> ValueOf(const v1::ScoreModel& model, absl::Span<const MeasurePoints> points) {
  std::vector<Weighed> measures(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    measures[i].measure = &model.measures(static_cast<int>(i));
    measures[i].points = points[i].points;
    measures[i].known = points[i].known;
  }
  const Totals totals = AddUp(model, measures);
  if (!WhyNoValue(model, totals).empty()) return std::nullopt;
  return totals.value;
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
