// Streams that another process answers: messages are handed on one by one, unread, in both
// directions, without holding a thread.
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/contract/errors.h"
#include "common/server/adapter.h"
#include "common/server/peer_channels.h"
#include "common/server/retry_after.h"
#include "common/server/wire.h"
#include "common/status_macros.h"

namespace banso::server::internal {
namespace {

class ForwardCall;

// The side towards the peer. Two holds, one per direction, keep its call alive while operations are
// begun from the other side's events.
class PeerSide final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit PeerSide(ForwardCall& call) : call_(call) {}

  // To be called before Connect.
  void Prepare(grpc::GenericStub& stub, const std::string& path) {
    stub.PrepareBidiStreamingCall(&context_, path, {}, this);
    AddMultipleHolds(2);
  }
  // The call may be over when it returns.
  void Connect() { StartCall(); }

  // Each does nothing once that direction is closed. `bytes` must live until the peer took them.
  void Read() {
    absl::MutexLock lock(&mutex_);
    if (may_read_) StartRead(&message_);
  }
  void Write(const grpc::ByteBuffer* bytes) {
    absl::MutexLock lock(&mutex_);
    if (may_write_) StartWrite(bytes);
  }
  void WriteLast(const grpc::ByteBuffer* bytes) {
    absl::MutexLock lock(&mutex_);
    if (may_write_) StartWriteLast(bytes, grpc::WriteOptions());
    CloseWriting();
  }
  void WritesDone() {
    absl::MutexLock lock(&mutex_);
    if (may_write_) StartWritesDone();
    CloseWriting();
  }
  // Gives the call up.
  void Close() {
    context_.TryCancel();
    absl::MutexLock lock(&mutex_);
    CloseReading();
    CloseWriting();
  }

  grpc::ClientContext& context() { return context_; }
  const grpc::ByteBuffer& message() const { return message_; }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void CloseReading() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(may_read_, false)) RemoveHold();
  }
  void CloseWriting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(may_write_, false)) RemoveHold();
  }

  ForwardCall& call_;
  grpc::ClientContext context_;
  grpc::ByteBuffer message_;
  absl::Mutex mutex_;
  // Whether that direction is open, and its hold in place.
  bool may_read_ ABSL_GUARDED_BY(mutex_) = true;
  bool may_write_ ABSL_GUARDED_BY(mutex_) = true;
};

// The side towards the caller, and the whole.
class ForwardCall final : public CallReactor, public OpenStream {
 public:
  ForwardCall(Host& host, const Method& method, grpc::CallbackServerContext* context)
      : call_(host, method, context), forward_(std::get<Forward>(method.handler)), peer_(*this) {}

  void Begin() {
    // Read before the peer is asked, so that the admission can look at it. And before the stream is
    // added, because it may be ended from then on.
    if (one_request()) StartRead(&message_);
    if (const absl::Status added = call_.host().Add(this); !added.ok()) {
      StopWaiting();
      Answer(added);
    } else if (!one_request()) {
      Schedule();
    }
  }

  // Events of the peer's side.
  void OnPeerMessage() { StartWrite(&peer_.message()); }
  void OnPeerTookMessage() {
    if (!one_request()) StartRead(&message_);
  }
  void OnPeerDone(const grpc::Status& status) {
    const absl::Status end = GivenEnd();
    Answer(end.ok() ? forward_.peer->channels()->ToStatus(status) : end);
  }

  void OnReadDone(bool ok) override {
    if (one_request()) {
      if (!StopWaiting()) return;
      if (ok) {
        Schedule();
      } else {
        Answer(contract::Cancelled());
      }
    } else if (ok) {
      peer_.Write(&message_);
    } else {
      peer_.WritesDone();
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      peer_.Read();
    } else {
      peer_.Close();
    }
  }

  void OnCancel() override {
    call_.Cancel();
    peer_.context().TryCancel();
  }

  const RunningCall& call() const override { return call_; }

  void End(const absl::Status& status) override {
    {
      absl::MutexLock lock(&mutex_);
      if (!end_.ok()) return;
      end_ = status;
    }
    if (StopWaiting()) {
      Answer(status);
    } else {
      peer_.context().TryCancel();
    }
  }

  // A watch would never end by itself; its caller resumes elsewhere.
  void EndForShutdown() override {
    if (one_request()) End(Stopping());
  }

  void Tick(absl::Time) override {}

  void OnDone() override {
    call_.host().Remove(this);
    delete this;
  }

 private:
  bool one_request() const { return !call_.method().descriptor->client_streaming(); }

  // The error that it is to end with, or OK while it goes on.
  absl::Status GivenEnd() const {
    absl::MutexLock lock(&mutex_);
    return end_;
  }

  // True when its one request had not come: the caller then has to continue or answer it.
  bool StopWaiting() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(waits_for_request_, false);
  }

  void Schedule() {
    if (!call_.host().executor().Submit(Lane::kStream, [this] { Run(); })) {
      Answer(contract::Overloaded(kRetryAfter));
    }
  }

  void Run() {
    const std::shared_ptr<grpc::GenericStub> stub = forward_.peer->channels()->NextStreamStub();
    const absl::Status status = Guarded([&]() -> absl::Status {
      BANSO_RETURN_IF_ERROR(call_.Admit());
      BANSO_RETURN_IF_ERROR(call_.host().LetIn(this));
      if (forward_.admission) {
        BANSO_RETURN_IF_ERROR(
            forward_.admission(call_.call(), *call_.method().descriptor, ToString(message_)));
      }
      return stub == nullptr ? forward_.peer->channels()->AddressUnknown() : absl::OkStatus();
    });
    if (!status.ok()) {
      Answer(status);
      return;
    }
    const Call call = call_.ForwardedCall();
    forward_.peer->channels()->Prepare(call, call.deadline, &peer_.context());
    peer_.Prepare(*stub, MethodPath(call.method));
    peer_.Read();
    if (one_request()) {
      peer_.WriteLast(&message_);
    } else {
      StartRead(&message_);
    }
    // Last, because this object may be gone when it returns.
    peer_.Connect();
  }

  void Answer(const absl::Status& status) { Finish(call_.Close(status)); }

  RunningCall call_;
  const Forward& forward_;
  grpc::ByteBuffer message_;
  mutable absl::Mutex mutex_;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
  bool waits_for_request_ ABSL_GUARDED_BY(mutex_) = one_request();
  PeerSide peer_;
};

void PeerSide::OnReadDone(bool ok) {
  if (ok) {
    call_.OnPeerMessage();
    return;
  }
  // The peer has said its last word, whatever the caller still sends.
  absl::MutexLock lock(&mutex_);
  CloseReading();
  CloseWriting();
}

void PeerSide::OnWriteDone(bool ok) {
  if (ok) call_.OnPeerTookMessage();
}

void PeerSide::OnDone(const grpc::Status& status) { call_.OnPeerDone(status); }

}  // namespace

CallReactor* ServeForward(Host& host, const Method& method, grpc::CallbackServerContext* context) {
  auto* call = new ForwardCall(host, method, context);
  call->Begin();
  return call;
}

}  // namespace banso::server::internal
