#include "services/health/domain/scoring/backtest.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/score_model.h"
#include "services/health/domain/statistics/calibration.h"
#include "services/health/domain/statistics/clustered_share.h"
#include "services/health/domain/statistics/correction.h"
#include "services/health/domain/statistics/logistic.h"

namespace banso::health {
namespace {

using Numbering = std::function<std::optional<double>(const ReplayCase&)>;

constexpr int kBins = 10;
// So small that the curve from score to probability is that of maximum likelihood.
constexpr double kNoPenalty = 1e-6;
// Points of a score per unit of the curve's feature.
constexpr double kScale = 100;
// At which a rival is said to do better or worse.
constexpr double kLevel = 1 - statistics::kConfidence;

std::vector<NumberedCase> Number(const std::vector<const ReplayCase*>& cases,
                                 const Numbering& numbering) {
  std::vector<NumberedCase> numbered;
  for (const ReplayCase* one : cases) {
    if (one->points.empty()) continue;
    const std::optional<double> number = numbering(*one);
    if (number.has_value()) numbered.push_back({one, *number});
  }
  return numbered;
}

v1::BoundedNumber ToProto(double value, const statistics::Interval& interval) {
  v1::BoundedNumber out;
  out.set_value(value);
  out.set_lower(interval.low);
  out.set_upper(interval.high);
  return out;
}

v1::BoundedNumber ToProto(const statistics::Estimate& estimate) {
  return ToProto(estimate.value, estimate.interval);
}

// What the past says: the share that had the event, and the curve from score to probability.
struct Past {
  double share = 0;
  std::optional<statistics::LogisticFit> curve;
};

Past Learn(const std::vector<NumberedCase>& cases, const ReplayTerms& terms) {
  Past past;
  if (!IsEnough(cases, terms)) return past;
  std::vector<statistics::LogisticCase> rows;
  for (const NumberedCase& one : cases) {
    rows.push_back({{one.number / kScale}, one.of->event, one.of->account});
    past.share += (one.of->event ? 1.0 : 0.0) / static_cast<double>(cases.size());
  }
  past.curve = statistics::FitLogistic(rows, kNoPenalty);
  return past;
}

void AddCalibration(const std::vector<NumberedCase>& cases, const Past& past,
                    const ReplayTerms& terms, v1::BacktestPart& part) {
  if (!past.curve.has_value() || !IsEnough(cases, terms)) return;
  std::vector<statistics::Forecast> forecasts;
  for (const NumberedCase& one : cases) {
    forecasts.push_back(
        {past.curve->Probability({one.number / kScale}), one.of->event, one.of->account});
  }
  const auto brier = statistics::Brier(forecasts, past.share);
  if (!brier.has_value()) return;
  v1::Calibration* out = part.mutable_calibration();
  *out->mutable_brier_score() = ToProto(brier->score);
  out->set_reference_brier_score(brier->reference);
  *out->mutable_brier_skill() = ToProto(brier->skill);
  if (const auto line = statistics::FitCalibrationLine(forecasts); line.has_value()) {
    *out->mutable_intercept() = ToProto(line->intercept);
    *out->mutable_slope() = ToProto(line->slope);
  }
  for (const statistics::CalibrationBin& bin : statistics::CalibrationBins(forecasts, kBins)) {
    v1::CalibrationBin* entry = out->add_bins();
    entry->set_cases(bin.count.n);
    entry->set_events(bin.count.events);
    entry->set_stated(bin.mean_probability);
    *entry->mutable_observed() = ToProto(*statistics::Share(bin.count), bin.interval);
  }
}

void AddBands(const v1::ScoreModel& model, const std::vector<NumberedCase>& cases,
              v1::BacktestPart& part) {
  std::map<std::string, std::vector<statistics::ClusteredEvent>> bands;
  std::vector<statistics::ClusteredEvent> all;
  for (const NumberedCase& one : cases) {
    all.push_back({one.of->event, one.of->account});
    bands[BandOf(model, one.number).key()].push_back(all.back());
  }
  const auto rate_of_all = statistics::ShareOfEvents(all);
  for (const v1::Band& band : model.bands()) {
    const std::vector<statistics::ClusteredEvent>& of_band = bands[band.key()];
    v1::BandLift* out = part.add_bands();
    out->set_band(band.key());
    out->set_cases(static_cast<int64_t>(of_band.size()));
    out->set_events(std::ranges::count_if(of_band, &statistics::ClusteredEvent::event));
    const auto rate = statistics::ShareOfEvents(of_band);
    if (!rate.has_value()) continue;
    *out->mutable_rate() = ToProto(*rate);
    if (rate_of_all->value > 0) out->set_lift(rate->value / rate_of_all->value);
  }
}

v1::BacktestPart Judge(const v1::ScoreModel& model, const std::vector<const ReplayCase*>& cases,
                       const Numbering& numbering, const Past& past, const ReplayTerms& terms) {
  v1::BacktestPart part;
  if (cases.empty()) {
    part.mutable_discrimination()->set_verdict(v1::PREDICTION_VERDICT_INSUFFICIENT);
    return part;
  }
  const auto by_day = [](const ReplayCase* a, const ReplayCase* b) { return a->day < b->day; };
  const auto [first, last] = std::minmax_element(cases.begin(), cases.end(), by_day);
  *part.mutable_from() = calendar::ToDate((*first)->day);
  *part.mutable_to() = calendar::ToDate((*last)->day);
  const std::vector<NumberedCase> numbered = Number(cases, numbering);
  part.set_unscored(static_cast<int64_t>(cases.size() - numbered.size()));
  *part.mutable_discrimination() = Discriminate(numbered, terms);
  AddCalibration(numbered, past, terms, part);
  AddBands(model, numbered, part);
  return part;
}

// Another numbering of the same cases.
struct Rival {
  std::string rule;
  std::optional<double> share;
  Numbering numbering;
};

bool HasGroupsFor(const v1::ScoreModel& model, double share) {
  bool quantitative = false;
  bool qualitative = false;
  for (const v1::Measure& measure : model.measures()) {
    quantitative |= measure.group() == v1::MEASURE_GROUP_QUANTITATIVE;
    qualitative |= measure.group() == v1::MEASURE_GROUP_QUALITATIVE;
  }
  return (share == 0 || qualitative) && (share == 1 || quantitative);
}

std::vector<Rival> RivalsOf(const v1::ScoreModel& model, absl::Span<const double> shares) {
  std::vector<Rival> rivals;
  for (const double share : shares) {
    if (!HasGroupsFor(model, share)) continue;
    v1::ScoreModel mixed = model;
    mixed.set_qualitative_share(share);
    rivals.push_back({absl::StrFormat("qualitative share %.3g %%", share * 100), share,
                      [mixed](const ReplayCase& one) { return ValueOf(mixed, one.points); }});
  }
  rivals.push_back({"all measures weigh the same", std::nullopt,
                    [](const ReplayCase& one) { return MeanOfPoints(one.points); }});
  rivals.push_back({"the share of measures with at least 50 points", std::nullopt,
                    [](const ReplayCase& one) { return ShareOfGoodMeasures(one.points); }});
  return rivals;
}

// The model's number and the rival's, of the cases that have both.
std::pair<std::vector<NumberedCase>, std::vector<NumberedCase>> Both(
    const std::vector<const ReplayCase*>& cases, const Numbering& model, const Numbering& rival) {
  std::pair<std::vector<NumberedCase>, std::vector<NumberedCase>> both;
  for (const NumberedCase& one : Number(cases, model)) {
    const std::optional<double> number = rival(*one.of);
    if (!number.has_value()) continue;
    both.first.push_back(one);
    both.second.push_back({one.of, *number});
  }
  return both;
}

v1::BacktestRival Compare(const ReplayParts& parts, const Numbering& numbering, const Rival& rival,
                          const ReplayTerms& terms) {
  v1::BacktestRival out;
  out.set_rule(rival.rule);
  if (rival.share.has_value()) out.set_qualitative_share(*rival.share);
  *out.mutable_out_of_time() = Discriminate(Number(parts.out_of_time, rival.numbering), terms);
  *out.mutable_in_sample() = Discriminate(Number(parts.in_sample, rival.numbering), terms);
  const auto [own, other] = Both(parts.out_of_time, numbering, rival.numbering);
  if (!IsEnough(own, terms)) return out;
  const auto difference = statistics::CompareAreas(Rate(own, terms), Rate(other, terms));
  if (!difference.has_value()) return out;
  *out.mutable_advantage() = ToProto(difference->difference);
  out.set_p_value(difference->p_value);
  return out;
}

// Corrects the p values of the rivals for the number of them that were compared.
void CorrectPValues(v1::BacktestReport& report) {
  std::vector<double> p_values;
  for (const v1::BacktestRival& rival : report.rivals()) {
    if (rival.has_p_value()) p_values.push_back(rival.p_value());
  }
  const std::vector<double> corrected = statistics::Holm(p_values);
  auto next = corrected.begin();
  for (v1::BacktestRival& rival : *report.mutable_rivals()) {
    if (rival.has_p_value()) rival.set_holm_p_value(*next++);
  }
}

void AddStages(const std::vector<const ReplayCase*>& cases, const Numbering& numbering,
               const ReplayTerms& terms, v1::BacktestReport& report) {
  std::map<std::string, std::vector<NumberedCase>> stages;
  for (const NumberedCase& one : Number(cases, numbering)) stages[one.of->stage].push_back(one);
  for (const auto& [stage, numbered] : stages) {
    v1::BacktestStage* out = report.add_stages();
    out->set_stage(stage);
    *out->mutable_discrimination() = Discriminate(numbered, terms);
  }
}

std::string VerdictText(const v1::Discrimination& found, const ReplayTerms& terms) {
  const std::string cases = absl::StrCat(found.events(), " events in ", found.cases(), " cases of ",
                                         found.accounts(), " accounts");
  switch (found.verdict()) {
    case v1::PREDICTION_VERDICT_PREDICTS:
      return absl::StrCat("Out of time the score goes with the event: ", AreaText(found), ", ",
                          cases, ".");
    case v1::PREDICTION_VERDICT_INVERTED:
      return absl::StrCat("Out of time the score goes with the event the wrong way round: ",
                          AreaText(found), ", ", cases, ".");
    case v1::PREDICTION_VERDICT_NOTHING:
      return absl::StrCat("Out of time the score predicts nothing that could be told from chance: ",
                          AreaText(found), ", ", cases, ".");
    default:
      return absl::StrCat("There is too little out of time to say anything: ", cases, "; ",
                          NeededText(terms), ".");
  }
}

void Summarize(const ReplayTerms& terms, v1::BacktestReport& report) {
  const v1::Discrimination& found = report.out_of_time().discrimination();
  report.set_verdict(found.verdict());
  report.add_summary(VerdictText(found, terms));
  report.add_summary(absl::StrCat(
      "In sample, for comparison only: ", AreaText(report.in_sample().discrimination()), "."));
  if (report.out_of_time().has_calibration()) {
    const v1::BoundedNumber& skill = report.out_of_time().calibration().brier_skill();
    report.add_summary(absl::StrFormat(
        "Probabilities made of it have a Brier skill of %.3f (%.3f to %.3f) out of time; 0 is no "
        "better than the share of events before the split.",
        skill.value(), skill.lower(), skill.upper()));
  }
  for (const v1::BacktestRival& rival : report.rivals()) {
    if (!rival.has_holm_p_value() || rival.holm_p_value() > kLevel) continue;
    report.add_summary(absl::StrCat("Out of time, ", rival.rule(), " does ",
                                    rival.advantage().value() > 0 ? "worse" : "better", ": ",
                                    AreaText(rival.out_of_time()), "."));
  }
  report.add_summary("These are associations in past data; they do not say what causes what.");
}

}  // namespace

std::optional<double> MeanOfPoints(absl::Span<const MeasurePoints> points) {
  double sum = 0;
  int known = 0;
  for (const MeasurePoints& one : points) {
    if (!one.points.has_value()) continue;
    sum += *one.points;
    ++known;
  }
  if (known == 0) return std::nullopt;
  return sum / known;
}

std::optional<double> ShareOfGoodMeasures(absl::Span<const MeasurePoints> points) {
  int good = 0;
  int known = 0;
  for (const MeasurePoints& one : points) {
    if (!one.points.has_value()) continue;
    ++known;
    if (*one.points >= 50) ++good;
  }
  if (known == 0) return std::nullopt;
  return static_cast<double>(good) / known;
}

v1::BacktestReport Backtest(const v1::ScoreModel& model, absl::Span<const ReplayCase> cases,
                            const ReplayTerms& terms, absl::Span<const double> shares) {
  v1::BacktestReport report;
  report.set_score_model(contract::JoinRevision(model.name(), model.revision().number()));
  report.set_event(terms.event);
  report.set_horizon(terms.horizon);
  *report.mutable_split() = calendar::ToDate(terms.split);
  const ReplayParts parts = Divide(cases, terms.split);
  report.set_embargoed(parts.embargoed);
  const Numbering numbering = [&](const ReplayCase& one) { return ValueOf(model, one.points); };
  const Past past = Learn(Number(parts.in_sample, numbering), terms);
  *report.mutable_out_of_time() = Judge(model, parts.out_of_time, numbering, past, terms);
  *report.mutable_in_sample() = Judge(model, parts.in_sample, numbering, past, terms);
  for (const Rival& rival : RivalsOf(model, shares)) {
    *report.add_rivals() = Compare(parts, numbering, rival, terms);
  }
  CorrectPValues(report);
  AddStages(parts.out_of_time, numbering, terms, report);
  Summarize(terms, report);
  return report;
}

}  // namespace banso::health
