#ifndef BANSO_COMMON_STORAGE_RESUME_POINT_H_
#define BANSO_COMMON_STORAGE_RESUME_POINT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/database.h"

namespace banso::storage {

// What a resume token says.
struct ResumePoint {
  int64_t position = 0;
  // Of a ChangeFeed only.
  int phase = 0;
  int source = 0;
  std::string key;
  int64_t snapshot_end = 0;
};

// `feed` keeps the tokens of different feeds of one store apart.
std::string EncodeResumePoint(const std::string& epoch, absl::string_view feed,
                              const ResumePoint& point);
// Errors as contract::DecodeResumeToken.
absl::StatusOr<ResumePoint> DecodeResumePoint(const std::string& epoch, absl::string_view feed,
                                              absl::string_view token);

// OUT_OF_RANGE (RESUME_TOKEN_EXPIRED) if the store has not come so far: then it was set back.
absl::Status CheckResumePosition(const Database& database, int64_t position);

// OUT_OF_RANGE (RESUME_TOKEN_EXPIRED) if changes after `position` have been purged.
absl::Status CheckNotPurged(Reader& reader, int64_t position);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_RESUME_POINT_H_
