#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/status_macros.h"
#include "common/storage/fact_log.h"
#include "common/storage/resume_point.h"

namespace banso::storage {

using fact::v1::FactChange;
using fact::v1::WatchFactsRequest;
using fact::v1::WatchFactsResponse;

FactFeed::FactFeed(Database& database, const FactLog& log, WatchFactsRequest request)
    : database_(database), log_(log), request_(std::move(request)) {}

absl::StatusOr<std::unique_ptr<FactFeed>> FactFeed::Open(Database& database, const FactLog& log,
                                                         const WatchFactsRequest& request) {
  std::unique_ptr<FactFeed> feed(new FactFeed(database, log, request));
  if (request.resume_token().empty()) return feed;
  BANSO_ASSIGN_OR_RETURN(const ResumePoint point,
                         DecodeResumePoint(database.epoch(), "facts", request.resume_token()));
  BANSO_RETURN_IF_ERROR(CheckResumePosition(database, point.position));
  feed->position_ = point.position;
  return feed;
}

bool FactFeed::Wanted(const FactChange& change) const {
  return request_.prefixes_size() == 0 ||
         std::any_of(
             request_.prefixes().begin(), request_.prefixes().end(),
             [&change](const std::string& p) { return absl::StartsWith(change.fact(), p); });
}

std::string FactFeed::Token() const {
  ResumePoint point;
  point.position = position_;
  return EncodeResumePoint(database_.epoch(), "facts", point);
}

WatchFactsResponse FactFeed::MakeBookmark() const {
  WatchFactsResponse response;
  response.set_resume_token(Token());
  response.set_position(position_);
  return response;
}

WatchFactsResponse FactFeed::Bookmark() const {
  const std::lock_guard lock(mutex_);
  return MakeBookmark();
}

absl::StatusOr<std::vector<WatchFactsResponse>> FactFeed::Poll(int limit) {
  const std::lock_guard lock(mutex_);
  const size_t most = static_cast<size_t>(std::max(1, limit));
  int64_t end = 0;
  std::vector<FactLog::Entry> entries;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(end, reader.Position());
    BANSO_ASSIGN_OR_RETURN(entries, log_.Tail(reader, position_, static_cast<int>(most)));
    return absl::OkStatus();
  }));

  std::vector<WatchFactsResponse> out;
  int64_t commit = -1;
  for (FactLog::Entry& entry : entries) {
    position_ = entry.position;
    if (!Wanted(entry.change)) continue;
    if (entry.commit != commit) out.emplace_back();
    commit = entry.commit;
    *out.back().add_changes() = std::move(entry.change);
    out.back().set_position(position_);
    out.back().set_resume_token(Token());
    told_ = position_;
  }
  if (entries.size() < most) position_ = end;
  // Also in the midst of changes that are not wanted, so that a watcher sees that it goes on.
  if (told_ < position_ && (entries.size() < most || out.empty())) {
    out.push_back(MakeBookmark());
    told_ = position_;
  }
  return out;
}

void FactFeed::WhenMore(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  watch_ = database_.NotifyAfter(position_, std::move(wake));
}

}  // namespace banso::storage
