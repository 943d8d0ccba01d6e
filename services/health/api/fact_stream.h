#ifndef BANSO_SERVICES_HEALTH_API_FACT_STREAM_H_
#define BANSO_SERVICES_HEALTH_API_FACT_STREAM_H_

#include <memory>

#include "absl/status/statusor.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/server/stream.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// Opens the stream of WatchFacts: the changes of judgements, labels and scores, and the days'
// values of metrics, in commit order. A day's value is sent after every commit that changed it, as
// it is when it is sent; so a value may come twice, and the last one is right. Errors as in
// storage::FactFeed::Open. Database and store must outlive the stream.
absl::StatusOr<std::unique_ptr<server::Feed<fact::v1::WatchFactsResponse>>> WatchFacts(
    storage::Database& database, const Store& store, const fact::v1::WatchFactsRequest& request);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_FACT_STREAM_H_
