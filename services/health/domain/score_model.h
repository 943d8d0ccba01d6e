#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORE_MODEL_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORE_MODEL_H_

#include <string>

#include "absl/strings/string_view.h"
#include "banso/health/v1/score.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"

namespace banso::health {

// Checks what the field rules cannot: readings against the known fact types, curves that rise in
// value, weights above 0, groups that have a share and no measure, bands that rise from 0. Adds to
// `violations`, with paths below `field_path`.
void CheckScoreModel(const v1::ScoreModel& model, const rule::FactCatalog& catalog,
                     absl::string_view field_path, contract::Violations* violations);

// The band of a value: the highest whose lower edge it reaches. A value less than 1e-9 below an
// edge, as sums of decimal fractions are, is on it. The model must have been checked.
const v1::Band& BandOf(const v1::ScoreModel& model, double value);

// The next higher band; null in the highest.
const v1::Band* NextBand(const v1::ScoreModel& model, double value);

// What is read for a measure, as one line; its display name where it has one.
std::string MeasureText(const v1::Measure& measure);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORE_MODEL_H_
