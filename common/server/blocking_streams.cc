// Streams whose handlers hold a thread: exports (Sink) and imports (Source).
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/server/adapter.h"
#include "common/server/retry_after.h"
#include "common/server/wire.h"
#include "common/status_macros.h"

namespace banso::server::internal {
namespace {

// Lets a thread wait for the transport's reads and writes, of which one each may be under way.
class BlockingStream : public CallReactor {
 public:
  BlockingStream(Host& host, const Method& method, grpc::CallbackServerContext* context)
      : call_(host, method, context) {}

  void Begin() {
    if (!call_.host().executor().Submit(Lane::kStream, [this] { Run(); })) {
      Answer(contract::Overloaded(kRetryAfter));
    }
  }

  void OnCancel() override { call_.Cancel(); }
  void OnDone() override { delete this; }

  void OnReadDone(bool ok) final {
    absl::MutexLock lock(&mutex_);
    read_.pending = false;
    read_.ok = ok;
  }

  void OnWriteDone(bool ok) final {
    absl::MutexLock lock(&mutex_);
    write_.pending = false;
    write_.ok = ok;
  }

 protected:
  // On the executor. Ends with Answer; afterwards this object may be gone.
  virtual void Run() = 0;

  void BeginRead() {
    {
      absl::MutexLock lock(&mutex_);
      read_.pending = true;
    }
    StartRead(&incoming_);
  }
  // False at the end of the caller's messages.
  bool AwaitRead() { return Await(read_); }

  void BeginWrite(const grpc::ByteBuffer& bytes) {
    outgoing_ = bytes;
    {
      absl::MutexLock lock(&mutex_);
      write_.pending = true;
    }
    StartWrite(&outgoing_);
  }
  // False when the caller has gone.
  bool AwaitWrite() { return Await(write_); }

  void Answer(const absl::Status& status) { Finish(call_.Close(status)); }

  RunningCall& call() { return call_; }
  const grpc::ByteBuffer& incoming() const { return incoming_; }
  grpc::ByteBuffer& outgoing() { return outgoing_; }

 private:
  struct Operation {
    bool pending = false;
    bool ok = true;
  };

  bool Await(Operation& operation) {
    const auto finished = [&operation] { return !operation.pending; };
    absl::MutexLock lock(&mutex_, absl::Condition(&finished));
    return operation.ok;
  }

  RunningCall call_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
  absl::Mutex mutex_;
  Operation read_;   // Guarded by mutex_.
  Operation write_;  // Guarded by mutex_.
};

class SinkCall final : public BlockingStream, public MessageSink {
 public:
  using BlockingStream::BlockingStream;

  absl::Status Write(const google::protobuf::Message& message) override {
    grpc::ByteBuffer bytes;
    BANSO_RETURN_IF_ERROR(Serialize(message, &bytes));
    // One message is on its way while the handler makes the next.
    if (!AwaitWrite()) return contract::Cancelled();
    BeginWrite(bytes);
    return absl::OkStatus();
  }

 protected:
  void Run() override {
    absl::Status status = Guarded([this] { return RunHandler(); });
    if (!AwaitWrite() && status.ok()) status = contract::Cancelled();
    Answer(status);
  }

 private:
  absl::Status RunHandler() {
    BANSO_RETURN_IF_ERROR(call().Admit());
    const Method& method = call().method();
    BeginRead();
    if (!AwaitRead()) return contract::Cancelled();
    const std::unique_ptr<google::protobuf::Message> request(method.request->New());
    BANSO_RETURN_IF_ERROR(Parse(incoming(), request.get()));
    BANSO_RETURN_IF_ERROR(contract::Check(request.get()));
    return std::get<SinkFunction>(method.handler)(call().call(), *request, *this);
  }
};

class SourceCall final : public BlockingStream, public MessageSource {
 public:
  using BlockingStream::BlockingStream;

  absl::StatusOr<bool> Read(google::protobuf::Message* message) override {
    if (!AwaitRead()) {
      if (call().call().is_cancelled()) return contract::Cancelled();
      return false;
    }
    BANSO_RETURN_IF_ERROR(Parse(incoming(), message));
    call().ReadClock();
    // The next one arrives while the handler works on this one.
    BeginRead();
    return true;
  }

 protected:
  void Run() override {
    grpc::ByteBuffer bytes;
    const absl::Status status = Guarded([&] { return RunHandler(&bytes); });
    if (!status.ok()) {
      Answer(status);
      return;
    }
    outgoing() = bytes;
    StartWriteAndFinish(&outgoing(), grpc::WriteOptions(), call().Close(status));
  }

 private:
  absl::Status RunHandler(grpc::ByteBuffer* bytes) {
    BANSO_RETURN_IF_ERROR(call().Admit());
    const Method& method = call().method();
    const std::unique_ptr<google::protobuf::Message> response(method.response->New());
    BeginRead();
    BANSO_RETURN_IF_ERROR(
        std::get<SourceFunction>(method.handler)(call().call(), *this, response.get()));
    return Serialize(*response, bytes);
  }
};

template <class T>
CallReactor* Serve(Host& host, const Method& method, grpc::CallbackServerContext* context) {
  auto* call = new T(host, method, context);
  call->Begin();
  return call;
}

}  // namespace

CallReactor* ServeSink(Host& host, const Method& method, grpc::CallbackServerContext* context) {
  return Serve<SinkCall>(host, method, context);
}

CallReactor* ServeSource(Host& host, const Method& method, grpc::CallbackServerContext* context) {
  return Serve<SourceCall>(host, method, context);
}

}  // namespace banso::server::internal
