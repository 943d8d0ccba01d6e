#ifndef BANSO_SERVICES_HEALTH_DOMAIN_PORTFOLIO_BENCHMARK_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_PORTFOLIO_BENCHMARK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "banso/health/v1/benchmark.pb.h"

namespace banso::health {

// Fewer peers than this, and nothing is told about them.
inline constexpr int kFewestPeers = 5;

// The figures of a comparison with peers: everything of the answer that follows from the values.
// `unknown` peers have none.
v1::GetBenchmarkResponse CompareWithPeers(std::optional<double> own,
                                          const std::vector<double>& peers, int64_t unknown);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_PORTFOLIO_BENCHMARK_H_
