#include "services/health/domain/portfolio/benchmark.h"

#include <algorithm>

#include "services/health/domain/statistics/amounts.h"

namespace banso::health {

v1::GetBenchmarkResponse CompareWithPeers(std::optional<double> own,
                                          const std::vector<double>& peers, int64_t unknown) {
  v1::GetBenchmarkResponse response;
  if (own.has_value()) response.set_value(*own);
  if (peers.size() < kFewestPeers) {
    response.set_state(v1::BENCHMARK_STATE_SUPPRESSED);
    return response;
  }
  response.set_state(v1::BENCHMARK_STATE_SHOWN);
  response.set_n(static_cast<int64_t>(peers.size()));
  response.set_unknown(unknown);
  response.set_lower_quartile(*statistics::Quantile(peers, 0.25));
  response.set_median(*statistics::Quantile(peers, 0.5));
  response.set_upper_quartile(*statistics::Quantile(peers, 0.75));
  if (!own.has_value()) return response;
  double below = 0;
  for (const double peer : peers) below += peer < *own ? 1 : peer == *own ? 0.5 : 0;
  response.set_percentile(100 * below / static_cast<double>(peers.size()));
  return response;
}

}  // namespace banso::health
