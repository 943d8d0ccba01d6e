#ifndef BANSO_SERVICES_HEALTH_STORE_SCORING_SCORE_TOLD_H_
#define BANSO_SERVICES_HEALTH_STORE_SCORING_SCORE_TOLD_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/storage/database.h"

// What scores were made of, as it was told at the time (PackTold): one row for each time at which
// that changed.
namespace banso::health {

// Keeps what `score` (its name) was made of from `time` on.
absl::Status KeepTold(storage::Writer& writer, absl::string_view score, absl::Time time,
                      const std::string& packed);

// Gives a score another name; what is kept under that stays.
absl::Status MoveTold(storage::Writer& writer, absl::string_view before, absl::string_view after);

// Everything that was kept of it.
absl::StatusOr<std::map<absl::Time, std::string>> ToldOf(storage::Reader& reader,
                                                         absl::string_view score);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SCORING_SCORE_TOLD_H_
