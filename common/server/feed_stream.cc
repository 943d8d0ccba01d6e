// Streams without an end (Feed), which hold no thread while nothing happens.
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/server/adapter.h"
#include "common/server/retry_after.h"
#include "common/server/wire.h"
#include "common/status_macros.h"

namespace banso::server::internal {
namespace {

// At any time one of these is true of the stream:
//   kBusy  a task on the executor works on it, is queued to, or a read or write is under way;
//   kIdle  nothing happens until somebody wakes it: the request that comes, the feed, the ticker,
//          a cancel, the shutdown;
//   kOver  its status has been given.
// Whoever moves it out of kIdle continues it, so that no two work on it at a time.
class FeedCall final : public CallReactor, public OpenStream {
 public:
  FeedCall(Host& host, const Method& method, grpc::CallbackServerContext* context)
      : call_(host, method, context), link_(std::make_shared<Link>()) {
    link_->call = this;
  }

  void Begin() {
    // First, because the stream may be ended as soon as it is added.
    StartRead(&request_bytes_);
    if (const absl::Status added = call_.host().Add(this); !added.ok()) Answer(added);
  }

  void OnReadDone(bool ok) override {
    if (!LeaveIdle()) return;
    if (ok) {
      Continue();
    } else {
      Answer(contract::Cancelled());
    }
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      Answer(contract::Cancelled());
      return;
    }
    last_write_ = absl::Now();
    Continue();
  }

  void OnCancel() override {
    call_.Cancel();
    if (LeaveIdle()) Answer(contract::Cancelled());
  }

  const RunningCall& call() const override { return call_; }

  void End(const absl::Status& status) override {
    {
      absl::MutexLock lock(&mutex_);
      if (!end_.ok()) return;
      end_ = status;
    }
    if (LeaveIdle()) Answer(status);
  }

  void Tick(absl::Time now) override {
    {
      absl::MutexLock lock(&mutex_);
      const bool waits_for_request = feed_ == nullptr;
      if (state_ != State::kIdle || waits_for_request ||
          now - last_write_ < call_.host().options().idle_period) {
        return;
      }
      state_ = State::kBusy;
      show_life_ = true;
    }
    Continue();
  }

  void OnDone() override {
    call_.host().Remove(this);
    {
      // Waits for a wake-up that is under way; later ones find nobody.
      absl::MutexLock lock(&link_->mutex);
      link_->call = nullptr;
    }
    delete this;
  }

 private:
  enum class State { kBusy, kIdle, kOver };

  // What the feed's wake-up call holds: it may come when the call is already gone.
  struct Link {
    absl::Mutex mutex;
    FeedCall* call ABSL_GUARDED_BY(mutex) = nullptr;
  };

  // Has the next step done on the executor.
  void Continue() {
    if (!call_.host().executor().Submit(Lane::kStream, [this] { Run(); })) {
      Answer(contract::Overloaded(kRetryAfter));
    }
  }

  void Run() {
    // After success somebody else may already be continuing the stream, or have ended it.
    const absl::Status status = Guarded([this] { return Step(); });
    if (!status.ok()) Answer(status);
  }

  // Begins a write, or goes to sleep. An error ends the stream.
  absl::Status Step() {
    if (feed_ == nullptr) BANSO_RETURN_IF_ERROR(Open());
    while (true) {
      if (call_.call().is_cancelled()) return contract::Cancelled();
      BANSO_RETURN_IF_ERROR(GivenEnd());
      message_->Clear();
      BANSO_ASSIGN_OR_RETURN(bool has_message, feed_->Next(message_.get()));
      if (!has_message && show_life_) {
        has_message = feed_->Idle(message_.get());
        last_write_ = absl::Now();
      }
      show_life_ = false;
      if (has_message) {
        BANSO_RETURN_IF_ERROR(Serialize(*message_, &outgoing_));
        StartWrite(&outgoing_);
        return absl::OkStatus();
      }
      if (Sleep()) return absl::OkStatus();
    }
  }

  absl::Status Open() {
    BANSO_RETURN_IF_ERROR(call_.Admit());
    BANSO_RETURN_IF_ERROR(call_.host().LetIn(this));
    const Method& method = call_.method();
    const std::unique_ptr<google::protobuf::Message> request(method.request->New());
    BANSO_RETURN_IF_ERROR(Parse(request_bytes_, request.get()));
    BANSO_RETURN_IF_ERROR(contract::Check(request.get()));
    message_.reset(method.response->New());
    last_write_ = absl::Now();
    BANSO_ASSIGN_OR_RETURN(feed_, std::get<FeedFunction>(method.handler)(call_.call(), *request));
    return absl::OkStatus();
  }

  // Asks the feed to wake the stream and lets go of it. False when it was woken meanwhile.
  bool Sleep() {
    {
      absl::MutexLock lock(&mutex_);
      woken_ = false;
    }
    // May call back at once, before the state is kIdle: then `woken_` tells.
    feed_->NotifyWhenReady([link = link_] {
      absl::MutexLock lock(&link->mutex);
      if (link->call != nullptr) link->call->Wake();
    });
    absl::MutexLock lock(&mutex_);
    if (woken_ || call_.call().is_cancelled() || !end_.ok()) return false;
    state_ = State::kIdle;
    return true;
  }

  // The error that it is to end with, or OK while it goes on.
  absl::Status GivenEnd() const {
    absl::MutexLock lock(&mutex_);
    return end_;
  }

  void Wake() {
    {
      absl::MutexLock lock(&mutex_);
      woken_ = true;
      if (state_ != State::kIdle) return;
      state_ = State::kBusy;
    }
    Continue();
  }

  // True when the stream was idle: the caller then has to continue or end it.
  bool LeaveIdle() {
    absl::MutexLock lock(&mutex_);
    if (state_ != State::kIdle) return false;
    state_ = State::kBusy;
    return true;
  }

  void Answer(const absl::Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      state_ = State::kOver;
    }
    Finish(call_.Close(status));
  }

  RunningCall call_;
  const std::shared_ptr<Link> link_;
  grpc::ByteBuffer request_bytes_;
  grpc::ByteBuffer outgoing_;
  std::unique_ptr<google::protobuf::Message> message_;
  // Destroyed first: it may still call Wake until then.
  std::unique_ptr<MessageFeed> feed_;
  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kIdle;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
  // Changed only while busy, read by Tick only while idle; so is feed_.
  bool show_life_ = false;
  absl::Time last_write_;
};

}  // namespace

CallReactor* ServeFeed(Host& host, const Method& method, grpc::CallbackServerContext* context) {
  auto* call = new FeedCall(host, method, context);
  call->Begin();
  return call;
}

}  // namespace banso::server::internal
