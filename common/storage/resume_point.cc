#include "common/storage/resume_point.h"

#include <variant>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/page_token.h"
#include "common/status_macros.h"
#include "common/storage/list_sql.h"

namespace banso::storage {
namespace {

absl::Status Expired(absl::string_view why) {
  return contract::OutOfRange(contract::kReasonResumeTokenExpired, why);
}

}  // namespace

std::string EncodeResumePoint(const std::string& epoch, absl::string_view feed,
                              const ResumePoint& point) {
  return contract::EncodeResumeToken(
      {epoch, std::string(feed)},
      EncodeValues({point.position, point.phase, point.source, point.key, point.snapshot_end}));
}

absl::StatusOr<ResumePoint> DecodeResumePoint(const std::string& epoch, absl::string_view feed,
                                              absl::string_view token) {
  BANSO_ASSIGN_OR_RETURN(const std::string bytes,
                         contract::DecodeResumeToken({epoch, std::string(feed)}, token));
  BANSO_ASSIGN_OR_RETURN(const std::vector<Value> values, DecodeValues(bytes));
  const auto whole = [&values](size_t i) {
    const int64_t* number = std::get_if<int64_t>(&values[i].variant());
    return number == nullptr ? 0 : *number;
  };
  if (values.size() != 5) return contract::Internal("a resume token of another form");
  ResumePoint point;
  point.position = whole(0);
  point.phase = static_cast<int>(whole(1));
  point.source = static_cast<int>(whole(2));
  if (const auto* key = std::get_if<std::string>(&values[3].variant())) point.key = *key;
  point.snapshot_end = whole(4);
  return point;
}

absl::Status CheckResumePosition(const Database& database, int64_t position) {
  if (position <= database.position()) return absl::OkStatus();
  return Expired(
      "the resume token is ahead of the store, which has been set back; start again "
      "from a snapshot");
}

absl::Status CheckNotPurged(Reader& reader, int64_t position) {
  int64_t oldest = 0;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT number FROM meta WHERE key = 'oldest_change'", {},
                                      [&oldest](const Row& row) {
                                        oldest = row.Int64(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  if (position >= oldest) return absl::OkStatus();
  return Expired(
      "the resume token is older than the oldest change kept; start again from a "
      "snapshot");
}

}  // namespace banso::storage
