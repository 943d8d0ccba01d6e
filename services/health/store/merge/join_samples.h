#ifndef BANSO_SERVICES_HEALTH_STORE_MERGE_JOIN_SAMPLES_H_
#define BANSO_SERVICES_HEALTH_STORE_MERGE_JOIN_SAMPLES_H_

#include <string>

#include "absl/status/status.h"
#include "common/storage/database.h"
#include "services/health/store/words.h"

namespace banso::health {

// Brings all samples of the account `from` over to the account `to`, page by page. One that `to`
// has, too, with its id and the same content, is not stored a second time. Each keeps its times and
// its day. The stream of facts tells the days of both anew.
absl::Status JoinSamples(storage::Writer& writer, const Words& words, const std::string& from,
                         const std::string& to);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_MERGE_JOIN_SAMPLES_H_
