#include "common/server/follower.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/server/log.h"
#include "common/status_macros.h"
#include "common/storage/follower_position.h"

namespace banso::server {
namespace {

using fact::v1::FactChange;
using fact::v1::WatchFactsRequest;
using fact::v1::WatchFactsResponse;
using storage::FollowerPosition;
using storage::Writer;
using type::v1::WatchChangesRequest;
using type::v1::WatchChangesResponse;

// Messages that are applied in one transaction at most.
constexpr size_t kMaxBatch = 256;
// How old a stored position gets while nothing but signs of life arrive.
constexpr absl::Duration kStorePositionEvery = absl::Seconds(10);

// A stream of messages that is followed; `Message` is one of its responses.
template <class Message>
class StreamFollower : public Follower {
 public:
  explicit StreamFollower(const FollowerOptions& options)
      : base_(options), cancelled_(std::make_shared<std::atomic<bool>>(false)) {}

  void Start() override {
    {
      absl::MutexLock lock(&mutex_);
      in_step_ = absl::Now();
    }
    thread_ = std::thread([this] { Loop(); });
  }

  void Stop() override {
    cancelled_->store(true);
    {
      absl::MutexLock lock(&mutex_);
      if (stream_ != nullptr) stream_->Cancel();
      // The writes above and the waiters' condition meet under the lock.
      stopped_ = true;
    }
    if (thread_.joinable()) thread_.join();
  }

  const std::string& source() const override { return base_.peer->name(); }

  int64_t position() const override {
    absl::MutexLock lock(&mutex_);
    return position_;
  }

  FollowerState state() const override {
    absl::MutexLock lock(&mutex_);
    return {.name = base_.name,
            .source = source(),
            .connected = connected_,
            .has_connected = has_connected_,
            .position = position_,
            .newest = newest_,
            .in_step = in_step_};
  }

  absl::StatusOr<int64_t> WaitForPosition(int64_t position, absl::Time deadline) override {
    const auto reached_or_stopped = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return position_ >= position || stopped_;
    };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithDeadline(absl::Condition(&reached_or_stopped), deadline);
    if (position_ >= position) return position_;
    if (stopped_) {
      return contract::Unavailable(absl::StrCat(base_.service, " is stopping"), absl::Seconds(1));
    }
    return contract::DeadlineExceeded(absl::StrCat(base_.service, " has taken over ", source(),
                                                   " only up to position ", position_, " of ",
                                                   position));
  }

 protected:
  // Opens the stream behind `resume_token`.
  virtual std::unique_ptr<ReadStream<Message>> Open(const Call& call,
                                                    const std::string& resume_token) = 0;
  // True if the message has an effect.
  virtual bool HasEffect(const Message& message) const = 0;
  virtual absl::Status Apply(Writer& writer, const Message& message) = 0;

 private:
  void Loop() {
    absl::Duration backoff = base_.backoff;
    bool failing = false;
    while (!cancelled_->load()) {
      bool progress = false;
      const absl::Status status = Guarded([&] { return FollowOnce(&progress); });
      if (cancelled_->load()) return;
      if (progress) backoff = base_.backoff;
      if (!status.ok() && (progress || !failing)) LogTrouble(status);
      failing = !status.ok() && !progress;
      Pause(backoff);
      backoff = std::min(backoff * 2, base_.max_backoff);
    }
  }

  static absl::Status Guarded(absl::FunctionRef<absl::Status()> body) {
    try {
      return body();
    } catch (const std::exception& e) {
      return contract::Internal(absl::StrCat("exception: ", e.what()));
    }
  }

  // Reads the stream until it breaks.
  absl::Status FollowOnce(bool* progress) {
    BANSO_RETURN_IF_ERROR(Load());
    const Call call = NewCall();
    // The stream is destroyed only after Stop can no longer reach it.
    std::unique_ptr<ReadStream<Message>> stream = Open(call, stored_.resume_token);
    if (!Publish(stream.get())) return contract::Cancelled();
    const absl::Status status = ReadAll(*stream, progress);
    Publish(nullptr);
    if (contract::Reason(status) == contract::kReasonResumeTokenExpired) {
      // Begin again with everything that there is. Whoever waits, waits for positions of the store
      // as it is now.
      stored_ = FollowerPosition();
      SetPosition(0);
      return status;
    }
    return status;
  }

  absl::Status ReadAll(ReadStream<Message>& stream, bool* progress) {
    std::vector<Message> batch;
    while (true) {
      batch.clear();
      batch.emplace_back();
      BANSO_ASSIGN_OR_RETURN(bool received,
                             stream.Read(&batch.back(), absl::Now() + base_.silence_limit));
      if (!received) {
        return contract::Unavailable(absl::StrCat(source(), " has been silent for too long"),
                                     base_.backoff);
      }
      absl::Status ended;
      while (received && batch.size() < kMaxBatch) {
        Message next;
        absl::StatusOr<bool> more = stream.Read(&next, absl::InfinitePast());
        if (!more.ok()) ended = more.status();
        received = more.ok() && *more;
        if (received) batch.push_back(std::move(next));
      }
      NoteReceived(batch);
      BANSO_RETURN_IF_ERROR(Take(batch));
      *progress = true;
      BANSO_RETURN_IF_ERROR(ended);
    }
  }

  // Reads the place that the store has, once: later this object knows it.
  absl::Status Load() {
    if (loaded_) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(base_.database->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(stored_, storage::LoadPosition(reader, base_.name));
      return absl::OkStatus();
    }));
    loaded_ = true;
    SetPosition(stored_.position);
    return absl::OkStatus();
  }

  // Applies the messages and stores the place behind them.
  absl::Status Take(const std::vector<Message>& batch) {
    FollowerPosition next = stored_;
    const bool from_beginning = stored_.resume_token.empty();
    if (from_beginning) next.position = 0;
    bool has_effect = from_beginning;
    for (const Message& message : batch) {
      if (!message.resume_token().empty()) next.resume_token = message.resume_token();
      next.position = std::max(next.position, message.position());
      has_effect = has_effect || HasEffect(message);
    }
    if (has_effect || absl::Now() >= stored_time_ + kStorePositionEvery) {
      BANSO_RETURN_IF_ERROR(Store(batch, next, from_beginning));
      stored_time_ = absl::Now();
    }
    stored_ = next;
    SetPosition(next.position);
    NoteInStep();
    return absl::OkStatus();
  }

  absl::Status Store(const std::vector<Message>& batch, const FollowerPosition& next,
                     bool from_beginning) {
    return base_.database
        ->Write(NewCall(),
                [&](Writer& writer) -> absl::Status {
                  if (from_beginning && base_.reset) BANSO_RETURN_IF_ERROR(base_.reset(writer));
                  for (const Message& message : batch) {
                    BANSO_RETURN_IF_ERROR(Apply(writer, message));
                  }
                  return storage::SavePosition(writer, base_.name, next);
                })
        .status();
  }

  Call NewCall() const {
    Call call = ServiceCall(base_.service, base_.clock->TimeNow());
    call.method = absl::StrCat("follow/", base_.name);
    call.cancelled = cancelled_;
    return call;
  }

  // Lets Stop cancel the stream. False when it has already come.
  bool Publish(ReadStream<Message>* stream) {
    absl::MutexLock lock(&mutex_);
    // A stream that comes too late goes at once; who stops again must not reach it.
    stream_ = stopped_ ? nullptr : stream;
    connected_ = false;
    return !stopped_;
  }

  void SetPosition(int64_t position) {
    absl::MutexLock lock(&mutex_);
    position_ = position;
  }

  void NoteReceived(const std::vector<Message>& batch) {
    // Positions of before do not count in a stream that begins anew.
    int64_t newest = stored_.resume_token.empty() ? 0 : stored_.position;
    for (const Message& message : batch) newest = std::max(newest, message.position());
    absl::MutexLock lock(&mutex_);
    connected_ = has_connected_ = true;
    newest_ = newest;
  }

  void NoteInStep() {
    absl::MutexLock lock(&mutex_);
    in_step_ = absl::Now();
  }

  void Pause(absl::Duration duration) {
    const auto stopped = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopped_; };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&stopped), duration);
  }

  void LogTrouble(const absl::Status& status) const {
    // A peer that restarts is ordinary; an effect that fails is not.
    const bool ordinary =
        absl::IsUnavailable(status) || absl::IsCancelled(status) || absl::IsOutOfRange(status);
    Log(ordinary ? LogLevel::kInfo : LogLevel::kError, "a follower begins again",
        {{"service", base_.service},
         {"follower", base_.name},
         {"source", source()},
         {"code", absl::StatusCodeToString(status.code())},
         {"error", status.message()},
         {"cause", contract::Cause(status)}});
  }

  const FollowerOptions base_;
  const std::shared_ptr<std::atomic<bool>> cancelled_;
  std::thread thread_;
  // Of the thread alone.
  bool loaded_ = false;
  FollowerPosition stored_;
  absl::Time stored_time_ = absl::InfinitePast();

  mutable absl::Mutex mutex_;
  ReadStream<Message>* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  int64_t position_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t newest_ ABSL_GUARDED_BY(mutex_) = 0;
  bool connected_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_connected_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time in_step_ ABSL_GUARDED_BY(mutex_) = absl::Now();
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

class ChangesFollower final : public StreamFollower<WatchChangesResponse> {
 public:
  explicit ChangesFollower(ChangesFollowerOptions options)
      : StreamFollower(options), options_(std::move(options)) {}
  // Here and not in the base: its thread calls functions of this class.
  ~ChangesFollower() override { Stop(); }

 protected:
  std::unique_ptr<ReadStream<WatchChangesResponse>> Open(const Call& call,
                                                         const std::string& token) override {
    WatchChangesRequest request;
    request.set_resume_token(token);
    request.set_start(type::v1::WATCH_START_SNAPSHOT);
    request.mutable_kinds()->Assign(options_.kinds.begin(), options_.kinds.end());
    request.set_name_prefix(options_.name_prefix);
    return options_.peer->Stream<WatchChangesRequest, WatchChangesResponse>(call, options_.method,
                                                                            request);
  }

  bool HasEffect(const WatchChangesResponse& message) const override {
    return message.has_change() || message.bookmark().snapshot_complete();
  }

  absl::Status Apply(Writer& writer, const WatchChangesResponse& message) override {
    return message.has_change() ? options_.apply(writer, message.change()) : absl::OkStatus();
  }

 private:
  const ChangesFollowerOptions options_;
};

class FactsFollower final : public StreamFollower<WatchFactsResponse> {
 public:
  explicit FactsFollower(FactsFollowerOptions options)
      : StreamFollower(options), options_(std::move(options)) {}
  ~FactsFollower() override { Stop(); }

 protected:
  std::unique_ptr<ReadStream<WatchFactsResponse>> Open(const Call& call,
                                                       const std::string& token) override {
    WatchFactsRequest request;
    request.set_resume_token(token);
    request.mutable_prefixes()->Assign(options_.prefixes.begin(), options_.prefixes.end());
    return options_.peer->Stream<WatchFactsRequest, WatchFactsResponse>(
        call, "banso.fact.v1.FactsService/WatchFacts", request);
  }

  bool HasEffect(const WatchFactsResponse& message) const override {
    return message.changes_size() > 0;
  }

  absl::Status Apply(Writer& writer, const WatchFactsResponse& message) override {
    for (const FactChange& change : message.changes()) {
      BANSO_RETURN_IF_ERROR(options_.apply(writer, change));
    }
    return absl::OkStatus();
  }

 private:
  const FactsFollowerOptions options_;
};

}  // namespace

std::unique_ptr<Follower> FollowChanges(ChangesFollowerOptions options) {
  return std::make_unique<ChangesFollower>(std::move(options));
}

std::unique_ptr<Follower> FollowFacts(FactsFollowerOptions options) {
  return std::make_unique<FactsFollower>(std::move(options));
}

}  // namespace banso::server
