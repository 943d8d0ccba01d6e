#include "services/health/domain/curve.h"

#include <algorithm>
#include <cmath>

#include "common/calendar/proto_time.h"

namespace banso::health {
namespace {

using Curve = google::protobuf::RepeatedPtrField<v1::CurvePoint>;

// The measure's own curve, or the one of a flag: no is 0, yes is 100.
const Curve& CurveOf(const v1::Measure& measure) {
  static const Curve& of_flag = *new Curve([] {
    Curve curve;
    curve.Add();
    v1::CurvePoint* yes = curve.Add();
    yes->set_value(1);
    yes->set_points(100);
    return curve;
  }());
  return measure.curve().empty() ? of_flag : measure.curve();
}

double Interpolate(const Curve& curve, double value) {
  if (value <= curve.begin()->value()) return curve.begin()->points();
  for (int i = 1; i < curve.size(); ++i) {
    const v1::CurvePoint& left = curve[i - 1];
    const v1::CurvePoint& right = curve[i];
    if (value > right.value()) continue;
    const double part = (value - left.value()) / (right.value() - left.value());
    return left.points() + part * (right.points() - left.points());
  }
  return curve.rbegin()->points();
}

}  // namespace

std::optional<double> NumberOf(const type::v1::Value& value, absl::CivilDay today) {
  switch (value.kind_case()) {
    case type::v1::Value::kNumber:
      return value.number();
    case type::v1::Value::kFlag:
      return value.flag() ? 1.0 : 0.0;
    case type::v1::Value::kDate:
      return static_cast<double>(today - calendar::ToDay(value.date()));
    default:
      return std::nullopt;
  }
}

std::optional<double> PointsOf(const v1::Measure& measure, const type::v1::Value& value,
                               absl::CivilDay today) {
  if (value.kind_case() == type::v1::Value::kText) {
    for (const v1::WordPoints& word : measure.words()) {
      if (word.word() == value.text()) return word.points();
    }
    return std::nullopt;
  }
  const std::optional<double> number = NumberOf(value, today);
  if (!number.has_value()) return std::nullopt;
  return PointsOf(measure, *number);
}

double PointsOf(const v1::Measure& measure, double number) {
  return Interpolate(CurveOf(measure), number);
}

double MostPoints(const v1::Measure& measure) {
  double most = 0;
  if (!measure.words().empty()) {
    for (const v1::WordPoints& word : measure.words()) most = std::max(most, word.points());
    return most;
  }
  for (const v1::CurvePoint& point : CurveOf(measure)) most = std::max(most, point.points());
  return most;
}

std::optional<double> NearestValueWorth(const v1::Measure& measure, double points, double from) {
  if (!measure.words().empty()) return std::nullopt;
  const Curve& curve = CurveOf(measure);
  if (Interpolate(curve, from) >= points) return from;
  std::optional<double> nearest;
  const auto consider = [&](double value) {
    if (!nearest.has_value() || std::abs(value - from) < std::abs(*nearest - from)) {
      nearest = value;
    }
  };
  for (int i = 0; i < curve.size(); ++i) {
    if (curve[i].points() >= points) consider(curve[i].value());
    if (i == 0) continue;
    const v1::CurvePoint& left = curve[i - 1];
    const v1::CurvePoint& right = curve[i];
    const bool crosses = (left.points() < points) != (right.points() < points);
    if (!crosses) continue;
    const double part = (points - left.points()) / (right.points() - left.points());
    consider(left.value() + part * (right.value() - left.value()));
  }
  return nearest;
}

}  // namespace banso::health
