#include "services/health/api/fact_stream.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/server/batched_feed.h"
#include "common/status_macros.h"
#include "common/storage/resume_point.h"
#include "services/health/domain/fact_types.h"
#include "services/health/store/sample_feed.h"

namespace banso::health {
namespace {

using fact::v1::FactChange;
using fact::v1::WatchFactsRequest;
using fact::v1::WatchFactsResponse;
using storage::Reader;

// Tells the tokens of this stream from those of others of the store.
constexpr char kFeed[] = "facts";
// How much is read at once.
constexpr int kMaxEntries = 500;
constexpr int kMaxCommits = 20;

class FactStream : public server::BatchedFeed<WatchFactsResponse> {
 public:
  FactStream(storage::Database& database, const Store& store, WatchFactsRequest request,
             int64_t position)
      : database_(database),
        store_(store),
        request_(std::move(request)),
        position_(position),
        told_(request_.resume_token().empty() ? -1 : position) {}

  // `ready` may make the server go on with this stream from another thread before this returns.
  void NotifyWhenReady(std::function<void()> ready) override {
    const std::lock_guard lock(mutex_);
    watch_ = database_.NotifyAfter(position_, std::move(ready));
  }

  bool Idle(WatchFactsResponse* message) override {
    const std::lock_guard lock(mutex_);
    *message = Bookmark();
    return true;
  }

 protected:
  absl::StatusOr<std::vector<WatchFactsResponse>> Poll() override {
    const std::lock_guard lock(mutex_);
    // By position: the changes of one commit of the log, or of one commit of samples.
    std::map<int64_t, WatchFactsResponse> messages;
    int64_t end = position_;
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(end, reader.Position());
      BANSO_RETURN_IF_ERROR(ReadLog(reader, messages, end));
      return ReadSamples(reader, messages, end);
    }));
    std::vector<WatchFactsResponse> out;
    for (auto& [position, message] : messages) {
      if (position > end || message.changes().empty()) continue;
      position_ = position;
      message.set_position(position);
      message.set_resume_token(Token());
      told_ = position;
      out.push_back(std::move(message));
    }
    position_ = end;
    if (told_ < position_) {
      out.push_back(Bookmark());
      told_ = position_;
    }
    return out;
  }

 private:
  // Each lowers `end` to where its own reading ends, when there may be more.
  absl::Status ReadLog(Reader& reader, std::map<int64_t, WatchFactsResponse>& messages,
                       int64_t& end) const {
    BANSO_ASSIGN_OR_RETURN(std::vector<storage::FactLog::Entry> entries,
                           store_.facts.Tail(reader, position_, kMaxEntries));
    if (entries.size() == kMaxEntries) end = std::min(end, entries.back().position);
    // The changes of one commit go out together, under the position of the last.
    std::map<int64_t, std::pair<int64_t, WatchFactsResponse>> commits;
    for (storage::FactLog::Entry& entry : entries) {
      auto& [position, message] = commits[entry.commit];
      position = entry.position;
      if (Wanted(entry.change.fact())) *message.add_changes() = std::move(entry.change);
    }
    for (auto& [unused, commit] : commits) messages[commit.first] = std::move(commit.second);
    return absl::OkStatus();
  }

  absl::Status ReadSamples(Reader& reader, std::map<int64_t, WatchFactsResponse>& messages,
                           int64_t& end) const {
    BANSO_ASSIGN_OR_RETURN(const std::vector<SampleCommit> commits,
                           TailSamples(reader, position_, kMaxCommits));
    if (commits.size() == kMaxCommits) end = std::min(end, commits.back().position);
    for (const SampleCommit& commit : commits) {
      WatchFactsResponse& message = messages[commit.position];
      for (const TouchedDay& touched : commit.touched) {
        BANSO_RETURN_IF_ERROR(AddDay(reader, touched, message));
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddDay(Reader& reader, const TouchedDay& touched,
                      WatchFactsResponse& message) const {
    BANSO_ASSIGN_OR_RETURN(const std::string metric_name,
                           store_.words.Text(reader, touched.metric));
    const std::string fact = MetricFact(metric_name);
    if (!Wanted(fact)) return absl::OkStatus();
    BANSO_ASSIGN_OR_RETURN(const auto metric, store_.metrics.Find(reader, metric_name));
    if (!metric.has_value()) return absl::OkStatus();
    BANSO_ASSIGN_OR_RETURN(
        fact::v1::FactReading reading,
        store_.samples.ReadDay(reader, *metric, touched.account,
                               absl::CivilDay(1970, 1, 1) + touched.day, touched.object));
    FactChange& change = *message.add_changes();
    BANSO_ASSIGN_OR_RETURN(*change.mutable_subject(), store_.words.Text(reader, touched.account));
    BANSO_ASSIGN_OR_RETURN(*change.mutable_object(), store_.words.Text(reader, touched.object));
    change.set_fact(fact);
    if (reading.has_value()) *change.mutable_value() = std::move(*reading.mutable_value());
    *change.mutable_occurred_time() = reading.occurred_time();
    *change.mutable_recorded_time() = reading.recorded_time();
    change.set_source(metric->source());
    return absl::OkStatus();
  }

  bool Wanted(const std::string& fact) const {
    if (request_.prefixes().empty()) return true;
    return std::any_of(request_.prefixes().begin(), request_.prefixes().end(),
                       [&](const std::string& prefix) { return absl::StartsWith(fact, prefix); });
  }

  std::string Token() const {
    storage::ResumePoint point;
    point.position = position_;
    return storage::EncodeResumePoint(database_.epoch(), kFeed, point);
  }

  WatchFactsResponse Bookmark() const {
    WatchFactsResponse bookmark;
    bookmark.set_resume_token(Token());
    bookmark.set_position(position_);
    return bookmark;
  }

  storage::Database& database_;
  const Store& store_;
  const WatchFactsRequest request_;
  std::mutex mutex_;
  int64_t position_;
  // The position that the watcher has been told.
  int64_t told_;
  std::unique_ptr<storage::CommitWatch> watch_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<server::Feed<WatchFactsResponse>>> WatchFacts(
    storage::Database& database, const Store& store, const WatchFactsRequest& request) {
  int64_t position = 0;
  if (!request.resume_token().empty()) {
    BANSO_ASSIGN_OR_RETURN(
        const storage::ResumePoint point,
        storage::DecodeResumePoint(database.epoch(), kFeed, request.resume_token()));
    BANSO_RETURN_IF_ERROR(storage::CheckResumePosition(database, point.position));
    position = point.position;
  }
  return std::make_unique<FactStream>(database, store, request, position);
}

}  // namespace banso::health
