#include "common/server/client.h"

#include <algorithm>
#include <deque>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/server/peer_channels.h"
#include "common/server/wire.h"

namespace banso::server {
namespace {

using internal::PeerChannels;

constexpr char kEndOfStream[] = "END_OF_STREAM";
// How soon a waiting thread notices that its caller has gone.
constexpr absl::Duration kCancelPoll = absl::Milliseconds(100);
// Messages of a stream that are fetched before they are asked for.
constexpr size_t kMaxPrefetched = 64;

// What is wrong with calling `method` with these types; OK if nothing is.
absl::Status CheckMethod(absl::string_view method, const google::protobuf::Descriptor* request,
                         const google::protobuf::Descriptor* response) {
  const google::protobuf::MethodDescriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
          absl::StrReplaceAll(method, {{"/", "."}}));
  if (descriptor == nullptr) {
    return contract::Internal(absl::StrCat("there is no method ", method));
  }
  if (descriptor->input_type() != request || descriptor->output_type() != response) {
    return contract::Internal(absl::StrCat(method, " takes ", descriptor->input_type()->full_name(),
                                           " and returns ", descriptor->output_type()->full_name(),
                                           ", not ", request->full_name(), " and ",
                                           response->full_name()));
  }
  return absl::OkStatus();
}

// A unary call on its way. The transport holds it until it is done.
struct UnaryState {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  grpc::Status status;
  std::shared_ptr<grpc::GenericStub> stub;
  absl::Notification done;
};

class PendingUnary : public internal::PendingCall {
 public:
  PendingUnary(std::shared_ptr<PeerChannels> channels, std::shared_ptr<std::atomic<bool>> cancelled)
      : channels_(std::move(channels)),
        cancelled_(std::move(cancelled)),
        state_(std::make_shared<UnaryState>()) {}
  ~PendingUnary() override { state_->context.TryCancel(); }

  void Start(absl::string_view method) {
    state_->stub->UnaryCall(&state_->context, internal::MethodPath(method), {}, &state_->request,
                            &state_->response, [state = state_](grpc::Status status) {
                              state->status = std::move(status);
                              state->done.Notify();
                            });
  }

  absl::Status Await(google::protobuf::Message* response) override {
    while (!state_->done.WaitForNotificationWithTimeout(kCancelPoll)) {
      if (cancelled_ != nullptr && cancelled_->load()) state_->context.TryCancel();
    }
    if (!state_->status.ok()) return channels_->ToStatus(state_->status);
    if (internal::Parse(state_->response, response).ok()) return absl::OkStatus();
    return contract::Internal("a peer's answer cannot be read");
  }

  UnaryState& state() { return *state_; }

 private:
  const std::shared_ptr<PeerChannels> channels_;
  const std::shared_ptr<std::atomic<bool>> cancelled_;
  const std::shared_ptr<UnaryState> state_;
};

// A call that failed before it was sent.
class FailedCall : public internal::PendingCall, public internal::MessageStream {
 public:
  explicit FailedCall(absl::Status status) : status_(std::move(status)) {}
  absl::Status Await(google::protobuf::Message*) override { return status_; }
  absl::StatusOr<bool> Read(google::protobuf::Message*, absl::Time) override { return status_; }
  void Cancel() override {}

 private:
  const absl::Status status_;
};

// A server stream of bytes. The transport reads one message for each Next. A hold keeps the call
// alive for a Next from outside the transport's callbacks; it goes when no more can be read.
class StreamReactor : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                      public std::enable_shared_from_this<StreamReactor> {
 public:
  using OnMessage = std::function<void(StreamReactor& stream, const grpc::ByteBuffer& message)>;
  using OnEnd = std::function<void(absl::Status status)>;

  StreamReactor(std::shared_ptr<PeerChannels> channels, OnMessage on_message, OnEnd on_end)
      : channels_(std::move(channels)),
        on_message_(std::move(on_message)),
        on_end_(std::move(on_end)) {}

  void Start(std::shared_ptr<grpc::GenericStub> stub, const Call& call, absl::string_view method,
             const grpc::ByteBuffer& request) {
    self_ = shared_from_this();
    stub_ = std::move(stub);
    request_ = request;
    channels_->Prepare(call, absl::InfiniteFuture(), &context_);
    stub_->PrepareBidiStreamingCall(&context_, internal::MethodPath(method), {}, this);
    AddHold();
    StartWriteLast(&request_, grpc::WriteOptions());
    StartCall();
  }

  grpc::ClientContext& context() { return context_; }

  // Reads one more message after those asked for so far. Does nothing after the end.
  void Next() {
    absl::MutexLock lock(&mutex_);
    if (!holding_) return;
    if (reading_) {
      wanted_ = true;
      return;
    }
    reading_ = true;
    StartRead(&message_);
  }

  void Cancel() {
    context_.TryCancel();
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    if (!reading_) Release();
  }

  void OnReadDone(bool ok) override {
    // Counts as reading until on_message_ has returned, so that messages keep their order.
    if (ok) on_message_(*this, message_);
    absl::MutexLock lock(&mutex_);
    if (!ok || stopped_) {
      reading_ = false;
      Release();
    } else if (wanted_) {
      wanted_ = false;
      StartRead(&message_);
    } else {
      reading_ = false;
    }
  }

  void OnDone(const grpc::Status& status) override {
    on_end_(channels_->ToStatus(status));
    self_.reset();
  }

 private:
  void Release() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!holding_) return;
    holding_ = false;
    RemoveHold();
  }

  const std::shared_ptr<PeerChannels> channels_;
  const OnMessage on_message_;
  const OnEnd on_end_;
  std::shared_ptr<StreamReactor> self_;
  std::shared_ptr<grpc::GenericStub> stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer message_;
  absl::Mutex mutex_;
  bool holding_ ABSL_GUARDED_BY(mutex_) = true;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool wanted_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

// What a reading thread and the transport share of a stream.
struct StreamQueue {
  absl::Mutex mutex;
  std::deque<grpc::ByteBuffer> messages ABSL_GUARDED_BY(mutex);
  bool ended ABSL_GUARDED_BY(mutex) = false;
  absl::Status status ABSL_GUARDED_BY(mutex);
};

// A server stream that a thread reads, with some messages fetched ahead.
class QueuedStream : public internal::MessageStream {
 public:
  QueuedStream(std::shared_ptr<PeerChannels> channels, std::shared_ptr<std::atomic<bool>> cancelled)
      : cancelled_(std::move(cancelled)),
        queue_(std::make_shared<StreamQueue>()),
        reactor_(std::make_shared<StreamReactor>(
            std::move(channels),
            [queue = queue_](StreamReactor& stream, const grpc::ByteBuffer& message) {
              absl::ReleasableMutexLock lock(&queue->mutex);
              queue->messages.push_back(message);
              const bool room = queue->messages.size() < kMaxPrefetched;
              lock.Release();
              if (room) stream.Next();
            },
            [queue = queue_](absl::Status status) {
              absl::MutexLock lock(&queue->mutex);
              queue->ended = true;
              queue->status = std::move(status);
            })) {}
  ~QueuedStream() override { Cancel(); }

  void Start(std::shared_ptr<grpc::GenericStub> stub, const Call& call, absl::string_view method,
             const grpc::ByteBuffer& request) {
    reactor_->Start(std::move(stub), call, method, request);
    reactor_->Next();
  }

  absl::StatusOr<bool> Read(google::protobuf::Message* message, absl::Time until) override {
    grpc::ByteBuffer bytes;
    while (true) {
      const absl::Time step = std::min(until, absl::Now() + kCancelPoll);
      absl::MutexLock lock(&queue_->mutex);
      queue_->mutex.AwaitWithDeadline(absl::Condition(
                                          +[](StreamQueue* queue) {
                                            queue->mutex.AssertReaderHeld();
                                            return queue->ended || !queue->messages.empty();
                                          },
                                          queue_.get()),
                                      step);
      if (!queue_->messages.empty()) {
        bytes = queue_->messages.front();
        queue_->messages.pop_front();
        break;
      }
      if (queue_->ended) return queue_->status.ok() ? EndOfStream() : queue_->status;
      if (absl::Now() >= until) return false;
      if (cancelled_ != nullptr && cancelled_->load()) reactor_->Cancel();
    }
    reactor_->Next();
    if (internal::Parse(bytes, message).ok()) return true;
    return contract::Internal("a message of a peer's stream cannot be read");
  }

  void Cancel() override { reactor_->Cancel(); }

 private:
  static absl::Status EndOfStream() {
    return contract::Error(absl::StatusCode::kOutOfRange, kEndOfStream, "The stream has ended.");
  }

  const std::shared_ptr<std::atomic<bool>> cancelled_;
  const std::shared_ptr<StreamQueue> queue_;
  const std::shared_ptr<StreamReactor> reactor_;
};

// A server stream of bytes for the gateway.
class RawStreamOverReactor : public Peer::RawStream {
 public:
  explicit RawStreamOverReactor(std::shared_ptr<StreamReactor> reactor)
      : reactor_(std::move(reactor)) {}
  ~RawStreamOverReactor() override { reactor_->Cancel(); }
  void Next() override { reactor_->Next(); }
  void Cancel() override { reactor_->Cancel(); }

 private:
  const std::shared_ptr<StreamReactor> reactor_;
};

class NoRawStream : public Peer::RawStream {
 public:
  void Next() override {}
  void Cancel() override {}
};

}  // namespace

bool IsEndOfStream(const absl::Status& status) {
  return absl::IsOutOfRange(status) && contract::Reason(status) == kEndOfStream;
}

Peer::Peer(PeerOptions options)
    : options_(std::move(options)), channels_(std::make_shared<PeerChannels>(options_)) {}

Peer::~Peer() = default;

std::string Peer::address() const { return channels_->address(); }

void Peer::SetAddress(const std::string& address) { channels_->SetAddress(address); }

std::unique_ptr<internal::PendingCall> Peer::StartUnary(
    const banso::Call& call, absl::string_view method, const google::protobuf::Message& request,
    const google::protobuf::Descriptor* response, Patience patience) {
  absl::Status status = CheckMethod(method, request.GetDescriptor(), response);
  auto pending = std::make_unique<PendingUnary>(channels_, call.cancelled);
  UnaryState& state = pending->state();
  if (status.ok()) status = internal::Serialize(request, &state.request);
  state.stub = channels_->NextStub();
  if (status.ok() && state.stub == nullptr) status = channels_->AddressUnknown();
  if (!status.ok()) return std::make_unique<FailedCall>(std::move(status));
  channels_->Prepare(call, channels_->DeadlineFor(call, patience), &state.context);
  pending->Start(method);
  return pending;
}

std::unique_ptr<internal::MessageStream> Peer::StartStream(
    const banso::Call& call, absl::string_view method, const google::protobuf::Message& request,
    const google::protobuf::Descriptor* response) {
  absl::Status status = CheckMethod(method, request.GetDescriptor(), response);
  grpc::ByteBuffer bytes;
  if (status.ok()) status = internal::Serialize(request, &bytes);
  std::shared_ptr<grpc::GenericStub> stub = channels_->NextStreamStub();
  if (status.ok() && stub == nullptr) status = channels_->AddressUnknown();
  if (!status.ok()) return std::make_unique<FailedCall>(std::move(status));
  auto stream = std::make_unique<QueuedStream>(channels_, call.cancelled);
  stream->Start(std::move(stub), call, method, bytes);
  return stream;
}

void Peer::CallRaw(const banso::Call& call, absl::string_view method, const std::string& request,
                   RawReply reply, const Headers& headers) {
  auto state = std::make_shared<UnaryState>();
  state->stub = channels_->NextStub();
  if (state->stub == nullptr) {
    reply(channels_->AddressUnknown());
    return;
  }
  state->request = internal::ToByteBuffer(request);
  channels_->Prepare(call, channels_->DeadlineFor(call, Patience::kUsual), &state->context);
  for (const auto& [name, value] : headers) state->context.AddMetadata(name, value);
  state->stub->UnaryCall(
      &state->context, internal::MethodPath(method), {}, &state->request, &state->response,
      [state, channels = channels_, reply = std::move(reply)](const grpc::Status& status) {
        if (status.ok()) {
          reply(internal::ToString(state->response));
        } else {
          reply(channels->ToStatus(status));
        }
      });
}

std::unique_ptr<Peer::RawStream> Peer::StreamRaw(const banso::Call& call, absl::string_view method,
                                                 const std::string& request,
                                                 std::function<void(std::string)> on_message,
                                                 std::function<void(absl::Status)> on_end,
                                                 const Headers& headers) {
  std::shared_ptr<grpc::GenericStub> stub = channels_->NextStreamStub();
  if (stub == nullptr) {
    on_end(channels_->AddressUnknown());
    return std::make_unique<NoRawStream>();
  }
  auto reactor = std::make_shared<StreamReactor>(
      channels_,
      [on_message = std::move(on_message)](StreamReactor&, const grpc::ByteBuffer& message) {
        on_message(internal::ToString(message));
      },
      std::move(on_end));
  for (const auto& [name, value] : headers) reactor->context().AddMetadata(name, value);
  reactor->Start(std::move(stub), call, method, internal::ToByteBuffer(request));
  return std::make_unique<RawStreamOverReactor>(std::move(reactor));
}

Peers::Peers(const std::map<std::string, std::string>& addresses, const std::string& suite_key,
             const TlsFiles& tls) {
  for (const char* name : {"accounts", "health", "kickoff", "handoff"}) {
    const auto it = addresses.find(name);
    peers_.emplace(
        name, std::make_unique<Peer>(PeerOptions{.name = name,
                                                 .address = it == addresses.end() ? "" : it->second,
                                                 .suite_key = suite_key,
                                                 .tls = tls}));
  }
}

Peer* Peers::Find(absl::string_view name) {
  const auto it = peers_.find(std::string(name));
  return it == peers_.end() ? nullptr : it->second.get();
}

std::vector<Peer*> Peers::all() {
  std::vector<Peer*> all;
  for (auto& [name, peer] : peers_) all.push_back(peer.get());
  return all;
}

void Peers::SetAddresses(const std::map<std::string, std::string>& addresses) {
  for (const auto& [name, address] : addresses) {
    if (Peer* peer = Find(name); peer != nullptr) peer->SetAddress(address);
  }
}

}  // namespace banso::server
