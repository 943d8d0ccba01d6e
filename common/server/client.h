#ifndef BANSO_COMMON_SERVER_CLIENT_H_
#define BANSO_COMMON_SERVER_CLIENT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/server/router.h"
#include "common/server/tls.h"
#include "google/protobuf/message.h"

namespace banso::server {

namespace internal {
class PeerChannels;

// A unary call under way.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  virtual absl::Status Await(google::protobuf::Message* response) = 0;
};

// A server stream that is being read.
class MessageStream {
 public:
  virtual ~MessageStream() = default;
  virtual absl::StatusOr<bool> Read(google::protobuf::Message* message, absl::Time until) = 0;
  virtual void Cancel() = 0;
};
}  // namespace internal

// A unary call under way; its answer is fetched with Await. Destroying it cancels the call.
template <class Response>
class PendingReply {
 public:
  explicit PendingReply(std::unique_ptr<internal::PendingCall> call) : call_(std::move(call)) {}

  // Waits for the answer. To be called once.
  absl::StatusOr<Response> Await() {
    Response response;
    absl::Status status = call_->Await(&response);
    if (!status.ok()) return status;
    return response;
  }

 private:
  std::unique_ptr<internal::PendingCall> call_;
};

// A server stream that is being read. Destroying it cancels the call.
template <class Message>
class ReadStream {
 public:
  explicit ReadStream(std::unique_ptr<internal::MessageStream> stream)
      : stream_(std::move(stream)) {}

  // Waits for the next message, at most until `until` (system time). True: `message` is set; false:
  // nothing came in time. OUT_OF_RANGE with reason END_OF_STREAM when the stream ended well; any
  // other error is the stream's own.
  absl::StatusOr<bool> Read(Message* message, absl::Time until = absl::InfiniteFuture()) {
    return stream_->Read(message, until);
  }

  // Ends the stream; a Read that waits returns CANCELLED. May be called from any thread.
  void Cancel() { stream_->Cancel(); }

 private:
  std::unique_ptr<internal::MessageStream> stream_;
};

// True for the error with which ReadStream::Read tells of a stream that ended well.
bool IsEndOfStream(const absl::Status& status);

// How another service is reached.
struct PeerOptions {
  // The service's name (`accounts`), under which it also reports its health.
  std::string name = {};
  // `host:port`, or several addresses of replicas as `ipv4:10.0.0.1:700,10.0.0.2:700`. Empty: not
  // known yet, see Peer::SetAddress.
  std::string address = {};
  // The secret that the suite's processes share; empty: none.
  std::string suite_key = {};
  // Whose certificate the service must show, and which one it is shown; plain text without a
  // `peer_ca_file`. The files must have been checked.
  TlsFiles tls = {};
  // How long a call may take that the caller's deadline leaves open longer.
  absl::Duration max_duration = absl::Seconds(10);
  // How much earlier than its caller's deadline a call ends, so that the answer can still be given.
  absl::Duration margin = absl::Milliseconds(50);
  // Connections; as many again for streams, once there is one.
  int channels = 2;
  // Leave out replicas that report that they are not serving.
  bool health_checking = true;
};

// How long a unary call may take.
enum class Patience {
  // PeerOptions::max_duration, and less if the caller's deadline comes first.
  kUsual,
  // Until the caller's deadline: for what takes as long as it takes.
  kCallers,
};

// Another service of the suite, as seen from this process: a few long-lived connections, spread
// round robin over replicas. Unary calls are sent again when they are UNAVAILABLE, streams are not.
// Thread-safe.
//
// Each call passes on who acts, the request id and the trace of the Call it serves; it ends at that
// call's deadline less a margin, and is given up within 0.1 s when that call is cancelled. Errors
// come back with their details. Methods are named by full name, as in
// `banso.accounts.v1.AccountsService/GetAccount`; a name or type that does not fit the proto is
// INTERNAL.
class Peer {
 public:
  explicit Peer(PeerOptions options);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  const std::string& name() const { return options_.name; }
  std::string address() const;
  // Sets where the service is. Calls that are under way go on.
  void SetAddress(const std::string& address);

  // Asks and waits. UNAVAILABLE when the service cannot be reached, or its address is not known.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(const banso::Call& call, absl::string_view method,
                                const Request& request) {
    return Start<Request, Response>(call, method, request).Await();
  }

  // Asks without waiting, for several calls at a time.
  template <class Request, class Response>
  PendingReply<Response> Start(const banso::Call& call, absl::string_view method,
                               const Request& request, Patience patience = Patience::kUsual) {
    return PendingReply<Response>(
        StartUnary(call, method, request, Response::descriptor(), patience));
  }

  // Opens a server stream. It has no deadline; cancel it by `call.cancelled` or Cancel.
  template <class Request, class Response>
  std::unique_ptr<ReadStream<Response>> Stream(const banso::Call& call, absl::string_view method,
                                               const Request& request) {
    return std::make_unique<ReadStream<Response>>(
        StartStream(call, method, request, Response::descriptor()));
  }

  // Headers that a raw call carries besides the usual ones, such as `authorization`.
  using Headers = std::map<std::string, std::string>;

  // Sends encoded bytes and gives the encoded answer to `reply`, on a thread of the transport that
  // must not be blocked. `call.deadline` holds; `call.cancelled` is not looked at. The answer of a
  // peer whose address is not known comes at once, on this thread.
  void CallRaw(const banso::Call& call, absl::string_view method, const std::string& request,
               RawReply reply, const Headers& headers = {});

  // A server stream of encoded messages.
  class RawStream {
   public:
    virtual ~RawStream() = default;
    // Asks for one more message. Call it once at the start and once after each message.
    virtual void Next() = 0;
    // Ends the stream; `on_end` is still called.
    virtual void Cancel() = 0;
  };
  // Opens a server stream of encoded messages. The functions run on a thread of the transport that
  // must not be blocked, one at a time: `on_message` after each Next while messages come, `on_end`
  // once, last. Destroying the stream cancels it; `on_end` is still called, so the functions own
  // what they use. `call.deadline` does not hold.
  std::unique_ptr<RawStream> StreamRaw(const banso::Call& call, absl::string_view method,
                                       const std::string& request,
                                       std::function<void(std::string message)> on_message,
                                       std::function<void(absl::Status status)> on_end,
                                       const Headers& headers = {});

  // The connections, for the adapters of this library.
  const std::shared_ptr<internal::PeerChannels>& channels() { return channels_; }

 private:
  std::unique_ptr<internal::PendingCall> StartUnary(const banso::Call& call,
                                                    absl::string_view method,
                                                    const google::protobuf::Message& request,
                                                    const google::protobuf::Descriptor* response,
                                                    Patience patience);
  std::unique_ptr<internal::MessageStream> StartStream(
      const banso::Call& call, absl::string_view method, const google::protobuf::Message& request,
      const google::protobuf::Descriptor* response);

  const PeerOptions options_;
  const std::shared_ptr<internal::PeerChannels> channels_;
};

// The four services that can be asked, by name.
class Peers {
 public:
  // Makes a peer for each of `accounts`, `health`, `kickoff` and `handoff`; `addresses` may leave
  // some out. `tls` as in PeerOptions.
  Peers(const std::map<std::string, std::string>& addresses, const std::string& suite_key,
        const TlsFiles& tls = {});

  Peer& accounts() { return *peers_.at("accounts"); }
  Peer& health() { return *peers_.at("health"); }
  Peer& kickoff() { return *peers_.at("kickoff"); }
  Peer& handoff() { return *peers_.at("handoff"); }
  // Null when there is no such peer.
  Peer* Find(absl::string_view name);
  std::vector<Peer*> all();
  // Sets the addresses of the services named; other names are ignored.
  void SetAddresses(const std::map<std::string, std::string>& addresses);

 private:
  std::map<std::string, std::unique_ptr<Peer>, std::less<>> peers_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_CLIENT_H_
