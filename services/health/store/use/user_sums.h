#ifndef BANSO_SERVICES_HEALTH_STORE_USE_USER_SUMS_H_
#define BANSO_SERVICES_HEALTH_STORE_USE_USER_SUMS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "banso/health/v1/metric.pb.h"
#include "common/storage/database.h"
#include "services/health/domain/use/expected_use.h"
#include "services/health/store/samples.h"
#include "services/health/store/store.h"

namespace banso::health {

// The sum of each user's samples of `metric` in these days, as of `moment`; users without a sample
// are left out, and so are samples that name no user. Nothing while the metric's source has not
// reported about the account, so that silence cannot be told from zero.
absl::StatusOr<std::optional<std::map<std::string, double>>> UserSums(const Store& store,
                                                                      storage::Reader& reader,
                                                                      const v1::Metric& metric,
                                                                      const SampleMoment& moment,
                                                                      const DayRange& days);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_USE_USER_SUMS_H_
