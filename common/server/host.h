#ifndef BANSO_COMMON_SERVER_HOST_H_
#define BANSO_COMMON_SERVER_HOST_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/server/cancel_watch.h"
#include "common/server/executor.h"
#include "common/server/router.h"
#include "common/server/server.h"
#include "common/server/service_definition.h"
#include "grpcpp/server_context.h"

// What the reactors of one server share. For the adapters of this library only.
namespace banso::server::internal {

// The error with which streams end when the server stops.
absl::Status Stopping();

class RunningCall;

// A stream that can stay open without work: ended when the server stops or its caller is no longer
// let in, looked after while idle.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  // Ends it with `status`, which no earlier one has done. From any thread; must not block.
  virtual void End(const absl::Status& status) = 0;
  // The server is stopping. Called at most once, from any thread; must not block.
  virtual void EndForShutdown() { End(Stopping()); }
  // Some time has passed. Called from one thread; must not block.
  virtual void Tick(absl::Time now) = 0;
  virtual const RunningCall& call() const = 0;
};

class Host {
 public:
  Host(const ServiceDefinition& definition, const ServerOptions& options);
  ~Host();

  Executor& executor() { return executor_; }
  const Executor& executor() const { return executor_; }
  const ServiceDefinition& definition() const { return definition_; }
  const ServerOptions& options() const { return options_; }

  // Counts a call until EndCall. False once the server refuses calls: nothing is counted then.
  bool BeginCall();
  void EndCall();
  // From now on calls are refused; those under way go on.
  void RefuseCalls();
  bool refuses_calls() const;

  // A caller has cancelled a call of its own accord. One that does so without end is cut off.
  void NoteCancelled(const Incoming& incoming);
  // What ends a caller's connection, and tells whether it was ended. Before the first call.
  void SetConnectionEnder(std::function<void(absl::string_view remote)> end,
                          std::function<bool(absl::string_view remote)> has_ended) {
    end_connection_ = std::move(end);
    has_ended_ = std::move(has_ended);
  }

  // Adds a stream until Remove, so that it ends when the server stops. UNAVAILABLE when that is so
  // already.
  absl::Status Add(OpenStream* stream);
  // Lets a stream that was added stay open, now that its caller is known. RESOURCE_EXHAUSTED when
  // too many are open, or too many of this caller.
  absl::Status LetIn(OpenStream* stream);
  // Does nothing for a stream that was not added.
  void Remove(OpenStream* stream);

  // Ends a connection whose calls flood the server, and says so in the log.
  void EndConnection(absl::string_view remote, absl::string_view reason);
  // Whether a call comes by a connection that has been ended.
  bool HasEnded(const grpc::CallbackServerContext& context) const {
    return ended_connections_.load() > 0 && has_ended_(context.peer());
  }

  // Calls and streams under way, streams that were let in, streams that were too many.
  int calls() const;
  int open_streams() const;
  int64_t refused_streams() const;
  // How many streams were let in, by remote.
  std::map<std::string, int, std::less<>> open_streams_by_remote() const;
  // Connections that were ended because their calls flooded the server.
  int64_t ended_connections() const { return ended_connections_.load(); }

  // Ends the open streams, now and those that come later.
  void EndStreams();
  // Waits for calls under way. False when there are still some at `deadline`.
  bool AwaitNoCalls(absl::Time deadline);

  // Identifies the caller.
  absl::Status Authenticate(const Incoming& incoming, Call* call) const;

 private:
  void TickLoop();
  // Ends the streams whose callers are no longer let in.
  void RecheckStreams();

  const ServiceDefinition& definition_;
  const ServerOptions options_;
  Executor executor_;
  mutable absl::Mutex calls_mutex_;
  int calls_ ABSL_GUARDED_BY(calls_mutex_) = 0;
  bool refuses_calls_ ABSL_GUARDED_BY(calls_mutex_) = false;
  CancelWatch cancel_watch_;
  std::function<void(absl::string_view)> end_connection_;
  std::function<bool(absl::string_view)> has_ended_;
  std::atomic<int64_t> ended_connections_{0};
  mutable absl::Mutex streams_mutex_;
  // All that were added; those that were let in with their callers.
  std::map<OpenStream*, std::optional<std::string>> streams_ ABSL_GUARDED_BY(streams_mutex_);
  // How many were let in, by caller, and together.
  std::map<std::string, int, std::less<>> streams_of_ ABSL_GUARDED_BY(streams_mutex_);
  int open_streams_ ABSL_GUARDED_BY(streams_mutex_) = 0;
  int64_t refused_streams_ ABSL_GUARDED_BY(streams_mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(streams_mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(streams_mutex_) = false;
  std::thread ticker_;
};

// One call, from its headers to its log line.
class RunningCall {
 public:
  // The host must have begun the call.
  RunningCall(Host& host, const Method& method, grpc::CallbackServerContext* context);
  // The call is over for the transport too.
  ~RunningCall();
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  // Refuses calls that have expired while they waited, then identifies the caller and sets the
  // business time. On the executor.
  absl::Status Admit();
  // Sets the business time anew. On the thread of the handler.
  void ReadClock();
  // Takes the request id from the request's field of that name, if it has one.
  void TakeRequestId(const google::protobuf::Message& request);
  // The transport says that nobody waits for the answer any more.
  void Cancel();
  // Counts the call, writes the log line, and returns what the transport shall tell the caller.
  // Once, right before that.
  grpc::Status Close(const absl::Status& status) const;

  Host& host() const { return host_; }
  const Method& method() const { return method_; }
  const Call& call() const { return call_; }
  // What came with it.
  const std::shared_ptr<const Incoming>& incoming() const { return incoming_; }
  // Its caller was let in.
  bool is_admitted() const { return admitted_.load(); }
  // The call as it is passed on unread: the request id is the header's.
  Call ForwardedCall() const;

 private:
  void Log(const absl::Status& status, absl::Duration duration) const;

  Host& host_;
  const Method& method_;
  grpc::CallbackServerContext* const context_;
  const absl::Time start_;
  std::shared_ptr<const Incoming> incoming_;
  Call call_;
  std::atomic<bool> admitted_{false};
};

// Runs `body`, an absl::Status function; an exception becomes INTERNAL.
absl::Status Guarded(absl::FunctionRef<absl::Status()> body);

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_HOST_H_
