#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_FACTORS_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_FACTORS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "banso/health/v1/study.pb.h"
#include "services/health/domain/studies/contrast.h"

namespace banso::health {

// One case of a study of factors.
struct FactorCase {
  // Whether it has the result; absent when that is not known.
  std::optional<bool> result;
  int stratum = 0;
  // Whether it has each factor, in the order asked.
  std::vector<std::optional<bool>> factors;
  // See Case.
  std::optional<int64_t> account = std::nullopt;
};

// Each factor by itself: how often the result comes with it and without it. Corrected together.
v1::FactorReport CompareFactors(absl::Span<const FactorCase> cases,
                                absl::Span<const Compared> factors, const Sureness& sureness);

// One case of a study of groups.
struct GroupedCase {
  // `members/aoki`, `self`...; not empty.
  std::string group;
  int stratum = 0;
  std::vector<std::optional<double>> values;
  // See Case.
  std::optional<int64_t> account = std::nullopt;
};

// Whether groups differ in each measure among cases of the same stratum. Groups with fewer known
// cases than the minimum in strata of others are shown and take no part. An account that has
// several cases is tested as one: by the mean of those in the group and stratum where it has most.
v1::GroupReport CompareGroups(absl::Span<const GroupedCase> cases,
                              absl::Span<const Compared> measures, const Sureness& sureness);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_FACTORS_H_
