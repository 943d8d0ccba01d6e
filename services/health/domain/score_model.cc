#include "services/health/domain/score_model.h"

#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rule/condition.h"
#include "common/rule/value.h"

namespace banso::health {
namespace {

using contract::Violations;

constexpr double kEdgeTolerance = 1e-9;

// The type of what a measure reads; nothing when that is refused anyway.
std::optional<type::v1::ValueType> ReadingType(const v1::Measure& measure,
                                               const rule::FactCatalog& catalog) {
  if (measure.has_condition()) return type::v1::VALUE_TYPE_FLAG;
  const fact::v1::FactType* type = catalog.Find(measure.fact().fact());
  if (type == nullptr) return std::nullopt;
  return rule::ResultType(measure.fact(), *type);
}

void RefuseScores(const std::set<std::string>& facts, absl::string_view path,
                  Violations* violations) {
  for (const std::string& fact : facts) {
    if (!absl::StartsWith(fact, "score.")) continue;
    violations->Add(path, fact, "facts other than scores: a score is not made of scores",
                    "CIRCULAR");
  }
}

void CheckReading(const v1::Measure& measure, const rule::FactCatalog& catalog,
                  absl::string_view path, Violations* violations) {
  switch (measure.reading_case()) {
    case v1::Measure::kFact:
      rule::CheckFactRef(measure.fact(), catalog, absl::StrCat(path, ".fact"), violations);
      RefuseScores({measure.fact().fact()}, absl::StrCat(path, ".fact"), violations);
      return;
    case v1::Measure::kCondition:
      rule::CheckCondition(measure.condition(), catalog, absl::StrCat(path, ".condition"),
                           violations);
      RefuseScores(rule::FactsOf(measure.condition()), absl::StrCat(path, ".condition"),
                   violations);
      return;
    case v1::Measure::READING_NOT_SET:
      violations->Add(path, "", "exactly one of fact and condition", "REQUIRED");
  }
}

void CheckCurve(const v1::Measure& measure, absl::string_view path, Violations* violations) {
  if (measure.curve_size() == 1) {
    violations->Add(absl::StrCat(path, ".curve"), "1 point", "at least 2 points", "TOO_FEW");
  }
  for (int i = 1; i < measure.curve_size(); ++i) {
    if (measure.curve(i).value() > measure.curve(i - 1).value()) continue;
    violations->Add(absl::StrCat(path, ".curve[", i, "].value"),
                    rule::NumberText(measure.curve(i).value()),
                    "a value above that of the point before", "NOT_RISING");
  }
}

// What gives the points must fit what is read.
void CheckPoints(const v1::Measure& measure, std::optional<type::v1::ValueType> type,
                 absl::string_view path, Violations* violations) {
  CheckCurve(measure, path, violations);
  if (!type.has_value()) return;
  const bool words = *type == type::v1::VALUE_TYPE_TEXT;
  if (words && (measure.words().empty() || !measure.curve().empty())) {
    violations->Add(absl::StrCat(path, ".words"), "",
                    "words with their points for a text, no curve", "REQUIRED");
  }
  if (!words && !measure.words().empty()) {
    violations->Add(absl::StrCat(path, ".words"), "", "a curve: what is read is no text",
                    "NOT_ACCEPTED");
  }
  if (*type == type::v1::VALUE_TYPE_TEXT_SET) {
    violations->Add(absl::StrCat(path, ".fact"), measure.fact().fact(),
                    "a number, flag, date or text; use a condition for a set", "NOT_ACCEPTED");
  }
  const bool needs_curve =
      *type == type::v1::VALUE_TYPE_NUMBER || *type == type::v1::VALUE_TYPE_DATE;
  if (needs_curve && measure.curve().empty()) {
    violations->Add(absl::StrCat(path, ".curve"), "", "at least 2 points", "REQUIRED");
  }
}

void CheckMeasure(const v1::Measure& measure, const rule::FactCatalog& catalog,
                  absl::string_view path, Violations* violations) {
  CheckReading(measure, catalog, path, violations);
  CheckPoints(measure, ReadingType(measure, catalog), path, violations);
  if (measure.has_weight() && measure.weight() <= 0) {
    violations->Add(absl::StrCat(path, ".weight"), rule::NumberText(measure.weight()),
                    "a number above 0", "OUT_OF_RANGE");
  }
  if (measure.missing() == v1::MISSING_POLICY_ASSUME && !measure.has_missing_points()) {
    violations->Add(absl::StrCat(path, ".missing_points"), "", "the points to assume", "REQUIRED");
  }
  if (measure.stale() == v1::STALE_POLICY_COUNT && !measure.fact().has_max_age()) {
    violations->Add(absl::StrCat(path, ".stale"), "STALE_POLICY_COUNT",
                    "only with fact.max_age: without it nothing is ever stale", "NOT_ACCEPTED");
  }
}

void CheckGroups(const v1::ScoreModel& model, absl::string_view path, Violations* violations) {
  bool quantitative = false;
  bool qualitative = false;
  for (const v1::Measure& measure : model.measures()) {
    quantitative |= measure.group() == v1::MEASURE_GROUP_QUANTITATIVE;
    qualitative |= measure.group() == v1::MEASURE_GROUP_QUALITATIVE;
  }
  const std::string field = absl::StrCat(path, ".qualitative_share");
  const std::string share = rule::NumberText(model.qualitative_share());
  if (model.qualitative_share() > 0 && !qualitative) {
    violations->Add(field, share, "0, as no measure is QUALITATIVE", "GROUP_EMPTY");
  }
  if (model.qualitative_share() < 1 && !quantitative) {
    violations->Add(field, share, "1, as no measure is QUANTITATIVE", "GROUP_EMPTY");
  }
}

void CheckBands(const v1::ScoreModel& model, absl::string_view path, Violations* violations) {
  std::set<std::string> keys;
  for (int i = 0; i < model.bands_size(); ++i) {
    const v1::Band& band = model.bands(i);
    const std::string field = absl::StrCat(path, ".bands[", i, "]");
    if (!keys.insert(band.key()).second) {
      violations->Add(absl::StrCat(field, ".key"), band.key(), "each key once", "DUPLICATE");
    }
    const std::string edge = rule::NumberText(band.lower_edge());
    if (i == 0 && band.lower_edge() != 0) {
      violations->Add(absl::StrCat(field, ".lower_edge"), edge, "0 for the first band",
                      "NOT_FROM_ZERO");
    }
    if (i > 0 && band.lower_edge() <= model.bands(i - 1).lower_edge()) {
      violations->Add(absl::StrCat(field, ".lower_edge"), edge,
                      "an edge above that of the band before", "NOT_RISING");
    }
  }
}

}  // namespace

void CheckScoreModel(const v1::ScoreModel& model, const rule::FactCatalog& catalog,
                     absl::string_view field_path, Violations* violations) {
  if (model.has_applies_if()) {
    const std::string path = absl::StrCat(field_path, ".applies_if");
    rule::CheckCondition(model.applies_if(), catalog, path, violations);
    RefuseScores(rule::FactsOf(model.applies_if()), path, violations);
  }
  std::set<std::string> keys;
  for (int i = 0; i < model.measures_size(); ++i) {
    const std::string path = absl::StrCat(field_path, ".measures[", i, "]");
    if (!keys.insert(model.measures(i).key()).second) {
      violations->Add(absl::StrCat(path, ".key"), model.measures(i).key(), "each key once",
                      "DUPLICATE");
    }
    CheckMeasure(model.measures(i), catalog, path, violations);
  }
  CheckGroups(model, field_path, violations);
  CheckBands(model, field_path, violations);
}

const v1::Band& BandOf(const v1::ScoreModel& model, double value) {
  int found = 0;
  for (int i = 1; i < model.bands_size(); ++i) {
    if (value >= model.bands(i).lower_edge() - kEdgeTolerance) found = i;
  }
  return model.bands(found);
}

const v1::Band* NextBand(const v1::ScoreModel& model, double value) {
  for (const v1::Band& band : model.bands()) {
    if (band.lower_edge() - kEdgeTolerance > value) return &band;
  }
  return nullptr;
}

std::string MeasureText(const v1::Measure& measure) {
  if (!measure.display_name().empty()) return measure.display_name();
  return measure.has_fact() ? rule::Print(measure.fact()) : rule::Print(measure.condition());
}

}  // namespace banso::health
