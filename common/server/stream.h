#ifndef BANSO_COMMON_SERVER_STREAM_H_
#define BANSO_COMMON_SERVER_STREAM_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

// What a streaming handler sees of its stream. There is no transport in here, so that a test calls
// a handler with a fake.
namespace banso::server {

// Where the handler of a server-streaming RPC puts its messages.
template <class Message>
class Sink {
 public:
  virtual ~Sink() = default;

  // Sends one message, and blocks while the caller is slower than the handler. CANCELLED when the
  // caller has gone, UNAVAILABLE when the server is stopping: the handler returns that status.
  virtual absl::Status Write(const Message& message) = 0;
};

// Where the handler of a client-streaming RPC gets its messages.
template <class Message>
class Source {
 public:
  virtual ~Source() = default;

  // Waits for the next message. False when the caller has sent its last one. CANCELLED when the
  // caller has gone, INVALID_ARGUMENT when the bytes are not a `Message`.
  //
  // The field rules are NOT checked here: streams carry rows, and a bad row is reported with its
  // index while the others are stored. The handler calls contract::Check for each row.
  virtual absl::StatusOr<bool> Read(Message* message) = 0;
};

// A server stream without an end, such as WatchChanges, that holds no thread while nothing happens.
// The server calls the functions one at a time, never two at once.
template <class Message>
class Feed {
 public:
  // Never called from inside `ready`; may wait for a `ready` that is running.
  virtual ~Feed() = default;

  // Fills `message` with what comes next and returns true; returns false when there is nothing now.
  // May read the database, must not wait for something to happen. An error ends the stream.
  virtual absl::StatusOr<bool> Next(Message* message) = 0;

  // Asks to be called once, from any thread, when Next may have something. Calls `ready` at once
  // when something came between Next and this call. Forgotten when the feed is destroyed; an
  // earlier `ready` that was not called yet is replaced.
  virtual void NotifyWhenReady(std::function<void()> ready) = 0;

  // Fills `message` with a sign of life for a stream that has been silent for
  // ServerOptions::idle_period and returns true; false when this feed has none.
  virtual bool Idle(Message* message) {
    static_cast<void>(message);
    return false;
  }
};

namespace internal {

// The same three without their type, as the adapter holds them.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual absl::Status Write(const google::protobuf::Message& message) = 0;
};

class MessageSource {
 public:
  virtual ~MessageSource() = default;
  virtual absl::StatusOr<bool> Read(google::protobuf::Message* message) = 0;
};

class MessageFeed {
 public:
  virtual ~MessageFeed() = default;
  virtual absl::StatusOr<bool> Next(google::protobuf::Message* message) = 0;
  virtual void NotifyWhenReady(std::function<void()> ready) = 0;
  virtual bool Idle(google::protobuf::Message* message) = 0;
};

template <class Message>
class TypedSink final : public Sink<Message> {
 public:
  explicit TypedSink(MessageSink& sink) : sink_(sink) {}
  absl::Status Write(const Message& message) override { return sink_.Write(message); }

 private:
  MessageSink& sink_;
};

template <class Message>
class TypedSource final : public Source<Message> {
 public:
  explicit TypedSource(MessageSource& source) : source_(source) {}
  absl::StatusOr<bool> Read(Message* message) override { return source_.Read(message); }

 private:
  MessageSource& source_;
};

template <class Message>
class UntypedFeed final : public MessageFeed {
 public:
  explicit UntypedFeed(std::unique_ptr<Feed<Message>> feed) : feed_(std::move(feed)) {}
  absl::StatusOr<bool> Next(google::protobuf::Message* message) override {
    return feed_->Next(static_cast<Message*>(message));
  }
  void NotifyWhenReady(std::function<void()> ready) override {
    feed_->NotifyWhenReady(std::move(ready));
  }
  bool Idle(google::protobuf::Message* message) override {
    return feed_->Idle(static_cast<Message*>(message));
  }

 private:
  std::unique_ptr<Feed<Message>> feed_;
};

}  // namespace internal
}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_STREAM_H_
