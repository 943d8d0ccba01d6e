#ifndef BANSO_COMMON_SERVER_METRICS_H_
#define BANSO_COMMON_SERVER_METRICS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace banso::server {

// Counts the calls that were answered, for Prometheus. Thread-safe.
class CallMetrics {
 public:
  // Those of this process, of all its services.
  static CallMetrics& OfProcess();

  // Counts a call of `method` (`banso.accounts.v1.AccountsService/GetAccount`) to `service`. The
  // time a call took goes into the histogram of its method; that of a stream says nothing, so it
  // is only counted.
  void Record(absl::string_view service, absl::string_view method, absl::StatusCode code,
              absl::Duration duration, bool is_stream);

  // Returns everything in Prometheus' text format (version 0.0.4):
  //   banso_calls_total{service,method,code}                 answered calls
  //   banso_call_duration_seconds{service,method}            histogram, unary calls only
  std::string Text() const;

 private:
  // The upper bounds of the histogram's buckets, in seconds; a last one has none.
  static constexpr std::array<double, 7> kBounds = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10};

  struct Histogram {
    std::array<int64_t, kBounds.size() + 1> counts{};
    double sum_seconds = 0;
  };
  using MethodKey = std::tuple<std::string, std::string>;
  using CallKey = std::tuple<std::string, std::string, absl::StatusCode>;

  mutable absl::Mutex mutex_;
  std::map<CallKey, int64_t> calls_ ABSL_GUARDED_BY(mutex_);
  std::map<MethodKey, Histogram> durations_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_METRICS_H_
