#include "services/health/domain/scoring/weight_fit.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/score_model.h"
#include "services/health/domain/scoring/backtest.h"
#include "services/health/domain/statistics/logistic.h"

namespace banso::health {
namespace {

using statistics::LogisticCase;
using statistics::LogisticFit;

constexpr double kPenalties[] = {0.01, 0.1, 1, 10, 100, 1000};
constexpr int kFolds = 5;
// Points per unit of a feature.
constexpr double kScale = 100;
// What the weights of a group add up to.
constexpr double kWeightsOfGroup = 100;
// Events per measure below which coefficients are shaky: Peduzzi et al. 1996, Journal of Clinical
// Epidemiology 49:1373-1379.
constexpr int kEventsPerMeasure = 10;

// The mean points of each measure where it is known, and in how many cases it is not.
struct Fill {
  std::vector<double> mean;
  std::vector<int64_t> missing;
};

Fill MeansOf(const std::vector<const ReplayCase*>& cases, int measures) {
  Fill fill;
  for (int i = 0; i < measures; ++i) {
    double sum = 0;
    int64_t known = 0;
    for (const ReplayCase* one : cases) {
      if (!one->points[i].known) continue;
      sum += *one->points[i].points;
      ++known;
    }
    fill.mean.push_back(known > 0 ? sum / static_cast<double>(known) : 0);
    fill.missing.push_back(static_cast<int64_t>(cases.size()) - known);
  }
  return fill;
}

std::vector<double> FeaturesOf(const ReplayCase& one, const Fill& fill) {
  std::vector<double> features;
  for (size_t i = 0; i < one.points.size(); ++i) {
    const MeasurePoints& measure = one.points[i];
    features.push_back((measure.known ? *measure.points : fill.mean[i]) / kScale);
  }
  return features;
}

// The cases to which the model applied and of which something was known.
std::vector<const ReplayCase*> Usable(const std::vector<const ReplayCase*>& cases) {
  std::vector<const ReplayCase*> usable;
  for (const ReplayCase* one : cases) {
    const bool known = std::any_of(one->points.begin(), one->points.end(),
                                   [](const MeasurePoints& points) { return points.known; });
    if (known) usable.push_back(one);
  }
  return usable;
}

// How much a measure helped: its coefficient, in the direction that the event is wished for.
double Help(const LogisticFit& fit, int measure, const ReplayTerms& terms) {
  return terms.event_is_good ? fit.coefficients[measure] : -fit.coefficients[measure];
}

void AddWeights(const v1::ScoreModel& model, const LogisticFit& fit, const Fill& fill,
                const ReplayTerms& terms, v1::ModelFit& out) {
  double help_of_group[2] = {0, 0};
  const auto group_of = [&](int i) {
    return model.measures(i).group() == v1::MEASURE_GROUP_QUALITATIVE ? 1 : 0;
  };
  for (int i = 0; i < model.measures_size(); ++i) {
    help_of_group[group_of(i)] += std::max(0.0, Help(fit, i, terms));
  }
  const double quantile = fit.Quantile(statistics::kConfidence);
  for (int i = 0; i < model.measures_size(); ++i) {
    const double help = Help(fit, i, terms);
    const double half = quantile * fit.standard_errors[i + 1];
    v1::SuggestedWeight* weight = out.add_weights();
    weight->set_measure(model.measures(i).key());
    weight->set_present_weight(model.measures(i).weight());
    if (help > 0) weight->set_weight(kWeightsOfGroup * help / help_of_group[group_of(i)]);
    weight->mutable_coefficient()->set_value(help);
    weight->mutable_coefficient()->set_lower(help - half);
    weight->mutable_coefficient()->set_upper(help + half);
    weight->set_missing(fill.missing[i]);
    if (fill.missing[i] == out.cases()) {
      weight->set_note("never known");
    } else if (help + half < 0) {
      weight->set_note("goes the wrong way round");
    } else if (help - half <= 0) {
      weight->set_note("cannot be told from no effect");
    }
  }
  const double all = help_of_group[0] + help_of_group[1];
  if (all > 0) out.set_qualitative_share(help_of_group[1] / all);
}

// The model with the suggestion in it; measures that did not help are left out. Nothing when none
// did.
std::optional<v1::ScoreModel> Suggest(const v1::ScoreModel& model, const v1::ModelFit& fit) {
  v1::ScoreModel suggestion = model;
  suggestion.clear_revision();
  suggestion.clear_measures();
  for (int i = 0; i < model.measures_size(); ++i) {
    if (fit.weights(i).weight() <= 0) continue;
    *suggestion.add_measures() = model.measures(i);
    suggestion.mutable_measures(suggestion.measures_size() - 1)
        ->set_weight(fit.weights(i).weight());
  }
  if (suggestion.measures().empty()) return std::nullopt;
  suggestion.set_qualitative_share(fit.qualitative_share());
  return suggestion;
}

void Summarize(const ReplayTerms& terms, int measures, v1::ModelFit& out) {
  if (out.weights().empty()) {
    out.add_summary(
        absl::StrCat("There is too little before the split to fit anything: ", out.events(),
                     " events in ", out.cases(), " cases; ", NeededText(terms), "."));
    return;
  }
  out.add_summary(absl::StrCat("Out of time the fitted weights have ", AreaText(out.fitted()),
                               ", the present ones ", AreaText(out.present()), ", equal ones ",
                               AreaText(out.equal_weights()), "."));
  if (out.fitted().verdict() == v1::PREDICTION_VERDICT_NOTHING) {
    out.add_summary(
        "Out of time the fitted weights predict nothing that could be told from chance: there is "
        "no case for taking them over.");
  }
  if (out.events() < static_cast<int64_t>(kEventsPerMeasure) * measures) {
    out.add_summary(absl::StrCat("There are fewer than ", kEventsPerMeasure,
                                 " events per measure: the coefficients are shaky."));
  }
  if (!out.has_suggestion()) out.add_summary("No measure helped; nothing is suggested.");
  out.add_summary("Nothing was applied.");
}

}  // namespace

v1::ModelFit FitWeights(const v1::ScoreModel& model, absl::Span<const ReplayCase> cases,
                        const ReplayTerms& terms) {
  v1::ModelFit out;
  out.set_score_model(contract::JoinRevision(model.name(), model.revision().number()));
  out.set_event(terms.event);
  *out.mutable_split() = calendar::ToDate(terms.split);
  const ReplayParts parts = Divide(cases, terms.split);
  const std::vector<const ReplayCase*> past = Usable(parts.in_sample);
  const Fill fill = MeansOf(past, model.measures_size());
  std::vector<LogisticCase> rows;
  std::vector<NumberedCase> counted;
  for (const ReplayCase* one : past) {
    rows.push_back({FeaturesOf(*one, fill), one->event, one->account});
    counted.push_back({one, 0});
    if (one->event) out.set_events(out.events() + 1);
  }
  out.set_cases(static_cast<int64_t>(rows.size()));

  std::vector<NumberedCase> fitted;
  std::vector<NumberedCase> present;
  std::vector<NumberedCase> equal;
  std::optional<LogisticFit> fit;
  if (IsEnough(counted, terms)) {
    const std::optional<double> penalty = statistics::ChoosePenalty(rows, kPenalties, kFolds);
    if (penalty.has_value()) {
      out.set_penalty(*penalty);
      fit = statistics::FitLogistic(rows, *penalty);
    }
  }
  for (const ReplayCase* one : Usable(parts.out_of_time)) {
    const std::optional<double> value = ValueOf(model, one->points);
    const std::optional<double> mean = MeanOfPoints(one->points);
    if (!value.has_value() || !mean.has_value()) continue;
    present.push_back({one, *value});
    equal.push_back({one, *mean});
    if (!fit.has_value()) continue;
    const double logit = fit->Logit(FeaturesOf(*one, fill));
    fitted.push_back({one, terms.event_is_good ? logit : -logit});
  }
  *out.mutable_fitted() = Discriminate(fitted, terms);
  *out.mutable_present() = Discriminate(present, terms);
  *out.mutable_equal_weights() = Discriminate(equal, terms);
  if (fit.has_value()) {
    AddWeights(model, *fit, fill, terms, out);
    if (const auto suggestion = Suggest(model, out); suggestion.has_value()) {
      *out.mutable_suggestion() = *suggestion;
    }
  }
  Summarize(terms, model.measures_size(), out);
  return out;
}

}  // namespace banso::health
