#include "common/server/metrics.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace banso::server {

CallMetrics& CallMetrics::OfProcess() {
  static auto* metrics = new CallMetrics;
  return *metrics;
}

void CallMetrics::Record(absl::string_view service, absl::string_view method, absl::StatusCode code,
                         absl::Duration duration, bool is_stream) {
  const double seconds = absl::ToDoubleSeconds(duration);
  const size_t bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  absl::MutexLock lock(&mutex_);
  ++calls_[CallKey(service, method, code)];
  if (is_stream) return;
  Histogram& histogram = durations_[MethodKey(service, method)];
  ++histogram.counts[bucket];
  histogram.sum_seconds += seconds;
}

std::string CallMetrics::Text() const {
  absl::MutexLock lock(&mutex_);
  // Names of services, methods and codes hold nothing that would have to be escaped.
  std::string text =
      "# HELP banso_calls_total Calls that were answered.\n"
      "# TYPE banso_calls_total counter\n";
  for (const auto& [key, count] : calls_) {
    const auto& [service, method, code] = key;
    absl::StrAppend(&text, "banso_calls_total{service=\"", service, "\",method=\"", method,
                    "\",code=\"", absl::StatusCodeToString(code), "\"} ", count, "\n");
  }
  absl::StrAppend(&text,
                  "# HELP banso_call_duration_seconds How long unary calls took.\n"
                  "# TYPE banso_call_duration_seconds histogram\n");
  for (const auto& [key, histogram] : durations_) {
    const auto& [service, method] = key;
    const std::string labels = absl::StrCat("service=\"", service, "\",method=\"", method, "\"");
    int64_t total = 0;
    for (size_t i = 0; i < histogram.counts.size(); ++i) {
      total += histogram.counts[i];
      const std::string bound = i < kBounds.size() ? absl::StrCat(kBounds[i]) : "+Inf";
      absl::StrAppend(&text, "banso_call_duration_seconds_bucket{", labels, ",le=\"", bound, "\"} ",
                      total, "\n");
    }
    absl::StrAppend(&text, "banso_call_duration_seconds_sum{", labels, "} ", histogram.sum_seconds,
                    "\nbanso_call_duration_seconds_count{", labels, "} ", total, "\n");
  }
  return text;
}

}  // namespace banso::server
