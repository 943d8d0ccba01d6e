#include "common/storage/feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/change_row.h"
#include "common/storage/page_size.h"
#include "common/storage/resume_point.h"

namespace banso::storage {
namespace {

using type::v1::Change;
using type::v1::WatchChangesRequest;
using type::v1::WatchChangesResponse;

// The condition on `change` rows that a watcher's filter makes.
std::string FilterSql(const WatchChangesRequest& request, Params& params) {
  std::string sql;
  if (request.kinds_size() > 0) {
    std::vector<std::string> names;
    for (int i = 0; i < request.kinds_size(); ++i) {
      names.push_back(absl::StrCat("$kind", i));
      params.Set(absl::StrCat("kind", i), request.kinds(i));
    }
    absl::StrAppend(&sql, " AND kind IN (", absl::StrJoin(names, ", "), ")");
  }
  if (!request.name_prefix().empty()) {
    absl::StrAppend(&sql, " AND name >= $from AND name < $to");
    params.Set("from", request.name_prefix()).Set("to", PrefixEnd(request.name_prefix()));
  }
  return sql;
}

}  // namespace

ChangeFeed::ChangeFeed(Database& database, SnapshotSources sources, WatchChangesRequest request)
    : database_(database), sources_(std::move(sources)), request_(std::move(request)) {}

absl::StatusOr<std::unique_ptr<ChangeFeed>> ChangeFeed::Open(Database& database,
                                                             const SnapshotSources& sources,
                                                             const WatchChangesRequest& request) {
  std::unique_ptr<ChangeFeed> feed(new ChangeFeed(database, sources, request));
  BANSO_RETURN_IF_ERROR(request.resume_token().empty() ? feed->Start() : feed->Resume());
  return feed;
}

absl::Status ChangeFeed::Start() {
  position_ = database_.position();
  phase_ = request_.start() == type::v1::WATCH_START_NOW ? Phase::kTail : Phase::kSnapshot;
  bookmark_due_ = true;
  return absl::OkStatus();
}

absl::Status ChangeFeed::Resume() {
  BANSO_ASSIGN_OR_RETURN(const ResumePoint point,
                         DecodeResumePoint(database_.epoch(), "changes", request_.resume_token()));
  BANSO_RETURN_IF_ERROR(CheckResumePosition(database_, point.position));
  BANSO_RETURN_IF_ERROR(
      database_.Read([&](Reader& reader) { return CheckNotPurged(reader, point.position); }));
  position_ = point.position;
  phase_ = static_cast<Phase>(point.phase);
  source_ = static_cast<size_t>(point.source);
  key_ = point.key;
  snapshot_end_ = point.snapshot_end;
  bookmark_due_ = true;
  return absl::OkStatus();
}

std::string ChangeFeed::Token() const {
  ResumePoint point;
  point.position = position_;
  point.phase = static_cast<int>(phase_);
  if (phase_ == Phase::kSnapshot) {
    point.source = static_cast<int>(source_);
    point.key = key_;
  }
  if (phase_ != Phase::kTail) point.snapshot_end = snapshot_end_;
  return EncodeResumePoint(database_.epoch(), "changes", point);
}

bool ChangeFeed::Wanted(const std::string& kind) const {
  return request_.kinds_size() == 0 || std::find(request_.kinds().begin(), request_.kinds().end(),
                                                 kind) != request_.kinds().end();
}

WatchChangesResponse ChangeFeed::Bookmark() const {
  const std::lock_guard lock(mutex_);
  return MakeBookmark(/*snapshot_complete=*/false);
}

WatchChangesResponse ChangeFeed::MakeBookmark(bool snapshot_complete) const {
  WatchChangesResponse response;
  response.mutable_bookmark()->set_snapshot_complete(snapshot_complete);
  response.set_resume_token(Token());
  return response;
}

absl::StatusOr<std::vector<WatchChangesResponse>> ChangeFeed::Poll(int limit) {
  const std::lock_guard lock(mutex_);
  std::vector<WatchChangesResponse> out;
  const size_t most = static_cast<size_t>(std::max(1, limit));
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    while (phase_ == Phase::kSnapshot && out.size() < most) {
      BANSO_RETURN_IF_ERROR(ReadSnapshotPage(reader, most - out.size(), out));
    }
    if (phase_ == Phase::kSnapshot || out.size() >= most) return absl::OkStatus();
    return ReadChanges(reader, most - out.size(), out);
  }));
  return out;
}

absl::Status ChangeFeed::ReadSnapshotPage(Reader& reader, size_t limit,
                                          std::vector<WatchChangesResponse>& out) {
  BANSO_ASSIGN_OR_RETURN(snapshot_end_, reader.Position());
  if (source_ >= sources_.size()) {
    phase_ = Phase::kCatchUp;
    return absl::OkStatus();
  }
  const SnapshotSource& source = *sources_[source_];
  const std::string& prefix = request_.name_prefix();
  size_t rows = 0;
  bool past_prefix = false;
  if (Wanted(source.kind())) {
    if (key_ < prefix) key_ = BeforePrefix(prefix);
    BANSO_RETURN_IF_ERROR(
        source.ReadSnapshot(reader, key_, static_cast<int>(limit),
                            [&](absl::string_view key, int64_t position, Change change) {
                              ++rows;
                              past_prefix = past_prefix || !absl::StartsWith(change.name(), prefix);
                              if (past_prefix) return absl::OkStatus();
                              if (position > position_) shown_[change.name()] = position;
                              key_ = std::string(key);
                              *out.emplace_back().mutable_change() = std::move(change);
                              out.back().set_resume_token(Token());
                              return absl::OkStatus();
                            }));
  }
  if (rows < limit || past_prefix) {
    ++source_;
    key_.clear();
  }
  return absl::OkStatus();
}

absl::Status ChangeFeed::ReadChanges(Reader& reader, size_t limit,
                                     std::vector<WatchChangesResponse>& out) {
  BANSO_ASSIGN_OR_RETURN(const int64_t end, reader.Position());
  BANSO_RETURN_IF_ERROR(CheckNotPurged(reader, position_));
  Params params = {{"after", position_}, {"limit", static_cast<int64_t>(limit)}};
  const std::string filter = FilterSql(request_, params);
  size_t rows = 0;
  BANSO_RETURN_IF_ERROR(reader.Query(
      absl::StrCat("SELECT ", kChangeColumns, ", position FROM change WHERE position > $after",
                   filter, " ORDER BY position LIMIT $limit"),
      params, [&](const Row& row) {
        ++rows;
        Advance(row.Int64(kChangeColumnCount) - 1, out);
        ++position_;
        Change change = ReadChangeRow(row);
        const auto shown = shown_.find(change.name());
        if (shown != shown_.end() && position_ <= shown->second) return absl::OkStatus();
        *out.emplace_back().mutable_change() = std::move(change);
        out.back().set_resume_token(Token());
        bookmark_due_ = true;
        return absl::OkStatus();
      }));
  if (rows == limit) return absl::OkStatus();
  Advance(end, out);
  if (bookmark_due_) out.push_back(MakeBookmark(/*snapshot_complete=*/false));
  bookmark_due_ = false;
  return absl::OkStatus();
}

void ChangeFeed::Advance(int64_t position, std::vector<WatchChangesResponse>& out) {
  position_ = position;
  if (phase_ != Phase::kCatchUp || position_ < snapshot_end_) return;
  phase_ = Phase::kTail;
  shown_.clear();
  out.push_back(MakeBookmark(/*snapshot_complete=*/true));
  bookmark_due_ = false;
}

void ChangeFeed::WhenMore(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  watch_ = database_.NotifyAfter(position_, std::move(wake));
}

}  // namespace banso::storage
