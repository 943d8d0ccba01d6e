#ifndef BANSO_SERVICES_HEALTH_STORE_USE_SHARE_OF_EXPECTED_H_
#define BANSO_SERVICES_HEALTH_STORE_USE_SHARE_OF_EXPECTED_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "services/health/domain/use/expected_use.h"
#include "services/health/store/samples.h"
#include "services/health/store/store.h"

namespace banso::health {

// What each user's samples of `metric` sum up to on each of these days, as of `moment`; days
// without a sample are left out, and so are samples that name no user. Nothing while the metric's
// source has not reported about the account, so that silence cannot be told from zero.
absl::StatusOr<std::optional<UseByUser>> ReadUse(const Store& store, SeriesReader& reader,
                                                 const v1::Metric& metric,
                                                 const SampleMoment& moment, const DayRange& days);

// What was expected under one name of these days as of `moment`, day by day.
absl::StatusOr<std::vector<UsePart>> ReadExpectation(const Store& store, storage::Reader& reader,
                                                     absl::string_view name,
                                                     const SampleMoment& moment,
                                                     const DayRange& days);

// Answers a query about the fact `use.<metric>.share_of_expected`. Its latest value is that of the
// window's days, without days of the last 28; days that are not over as of then do not count. MEAN,
// MIN, MAX and TREND_PER_WEEK go over the values of the last 28 days as of each seventh day, back
// from the last. The subject is left for the caller.
absl::StatusOr<fact::v1::FactReading> ReadShareOfExpected(const Store& store, SeriesReader& reader,
                                                          const v1::Metric& metric,
                                                          const SampleMoment& moment,
                                                          const fact::v1::FactQuery& query);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_USE_SHARE_OF_EXPECTED_H_
