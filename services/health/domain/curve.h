#ifndef BANSO_SERVICES_HEALTH_DOMAIN_CURVE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_CURVE_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "banso/health/v1/score.pb.h"
#include "banso/type/v1/value.pb.h"

namespace banso::health {

// What a value is worth to a measure, 0 to 100, as Measure.curve and Measure.words say. `today` is
// the day of the score. Nothing for a word that is not listed and for a kind of value that the
// measure has no points for.
std::optional<double> PointsOf(const v1::Measure& measure, const type::v1::Value& value,
                               absl::CivilDay today);

// The same for a value that is a number.
double PointsOf(const v1::Measure& measure, double number);

// The most points that the measure can have.
double MostPoints(const v1::Measure& measure);

// The value nearest to `from` that is worth at least `points`; nothing when no value is, and for a
// measure of words.
std::optional<double> NearestValueWorth(const v1::Measure& measure, double points, double from);

// The number that a curve reads of a value: of a flag 0 or 1, of a date the days up to `today`.
std::optional<double> NumberOf(const type::v1::Value& value, absl::CivilDay today);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_CURVE_H_
