#include "services/health/domain/sample_rules.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"

namespace banso::health {
namespace {

constexpr char kRequired[] = "REQUIRED";
constexpr char kOutOfRange[] = "OUT_OF_RANGE";
constexpr char kNotAccepted[] = "NOT_ACCEPTED";
constexpr char kInTheFuture[] = "IN_THE_FUTURE";

std::optional<SampleFault> CheckValue(const v1::Sample& sample, const v1::Metric& metric) {
  const double value = ValueOf(sample);
  const std::string text = rule::NumberText(value);
  if (!std::isfinite(value)) {
    return SampleFault{"value", "it is no number; a number is accepted", kNotAccepted};
  }
  switch (metric.kind()) {
    case v1::METRIC_KIND_COUNTER:
    case v1::METRIC_KIND_DISTINCT_USERS:
      if (value >= 0) return std::nullopt;
      return SampleFault{
          "value", absl::StrCat(text, " is not accepted for ", metric.name(), "; 0 or more is"),
          kOutOfRange};
    case v1::METRIC_KIND_FLAG:
      if (value == 0 || value == 1) return std::nullopt;
      return SampleFault{
          "value",
          absl::StrCat(text, " is not accepted for ", metric.name(), "; 0 (no) or 1 (yes) is"),
          kOutOfRange};
    default:
      return std::nullopt;
  }
}

std::optional<SampleFault> CheckTimes(const v1::Sample& sample, absl::Time now) {
  const absl::Time occurred = calendar::ToTime(sample.occurred_time());
  if (occurred > now + kSampleClockSkew) {
    return SampleFault{"occurred_time", "it lies ahead of the present; at most an hour is accepted",
                       kInTheFuture};
  }
  if (!sample.has_known_time()) return std::nullopt;
  const absl::Time known = calendar::ToTime(sample.known_time());
  if (known > now) {
    return SampleFault{"known_time", "it lies in the future; a time up to the present is accepted",
                       kInTheFuture};
  }
  if (known < occurred) {
    return SampleFault{"known_time",
                       "it lies before occurred_time; that time or a later one is accepted",
                       "OUT_OF_ORDER"};
  }
  return std::nullopt;
}

}  // namespace

double ValueOf(const v1::Sample& sample) { return sample.has_value() ? sample.value() : 1; }

std::optional<SampleFault> CheckSample(const v1::Sample& sample, const v1::Metric& metric,
                                       absl::Time now) {
  if (sample.account().empty() == !sample.has_external_id()) {
    return SampleFault{"account", "exactly one of account and external_id must be set",
                       sample.has_external_id() ? kNotAccepted : kRequired};
  }
  if (metric.kind() == v1::METRIC_KIND_RATIO) {
    return SampleFault{"metric",
                       absl::StrCat(metric.name(),
                                    " is a ratio of facts and takes no "
                                    "samples; a metric of another kind does"),
                       "WRONG_KIND"};
  }
  if (metric.kind() == v1::METRIC_KIND_DISTINCT_USERS && sample.user().empty()) {
    return SampleFault{
        "user",
        absl::StrCat("it is missing; samples of ", metric.name(), " name the user who did it"),
        kRequired};
  }
  if (std::optional<SampleFault> fault = CheckValue(sample, metric); fault.has_value()) {
    return fault;
  }
  return CheckTimes(sample, now);
}

}  // namespace banso::health
