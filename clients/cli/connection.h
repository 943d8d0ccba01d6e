#ifndef BANSO_CLIENTS_CLI_CONNECTION_H_
#define BANSO_CLIENTS_CLI_CONNECTION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace grpc {
class ClientContext;
}  // namespace grpc

namespace banso::cli {

// The transport's side of a connection.
struct Transport;

// How the connection is protected: PEM texts.
struct Tls {
  // The authorities of which one must vouch for the server's certificate.
  std::string authorities;
  // What the client shows, and its key; both empty: nothing.
  std::string certificate;
  std::string key;
};

// Where the server is and who calls.
struct ConnectionOptions {
  // `host:port`.
  std::string address = "127.0.0.1:8480";
  // Sent as `authorization: Bearer <token>`; empty: none is sent.
  std::string token;
  // Sent as `banso-actor`. Only a single service that is called directly and has no suite key
  // believes it; the gateway takes the actor from the token.
  std::string actor;
  // How long a call may take. Streams that are read have no limit.
  absl::Duration timeout = absl::Seconds(30);
  // Absent: plain text.
  std::optional<Tls> tls;
};

// Messages that are sent one after the other, and one answer. Used by one thread.
class Upload {
 public:
  virtual ~Upload() = default;
  // Sends one more message. False when the server has ended the call; Finish then says why.
  virtual bool Send(const google::protobuf::Message& message) = 0;
  // Ends the stream and waits for the answer. To be called once.
  virtual absl::Status Finish(google::protobuf::Message* response) = 0;
};

// A connection to the gateway, or to a single service. It calls any method of the contract by its
// descriptor. Thread-safe.
//
// Errors have the details that the server sent (see common/contract/errors.h) and IsFromServer; an
// unreachable server is UNAVAILABLE with a sentence that says what to do.
class Connection {
 public:
  explicit Connection(ConnectionOptions options);
  // The same server, with another token; shares the connection.
  Connection(const Connection& other, std::string token);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const ConnectionOptions& options() const { return options_; }

  // A call with one request and one answer. RESOURCE_EXHAUSTED is tried again, a few times, after
  // the time that the server asks for.
  absl::Status Call(const google::protobuf::MethodDescriptor& method,
                    const google::protobuf::Message& request, google::protobuf::Message* response);
  // The same, with the method by its full name: `banso.accounts.v1.AccountsService/GetAccount`.
  absl::Status Call(absl::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message* response);

  // Reads a stream until it ends, or until `on_message` fails: its error is returned then.
  // `message` is used for each message.
  absl::Status Read(const google::protobuf::MethodDescriptor& method,
                    const google::protobuf::Message& request, google::protobuf::Message* message,
                    const std::function<absl::Status()>& on_message);

  // Begins a stream that is sent. All of it may take `timeout`, or that of the options if that is
  // longer.
  std::unique_ptr<Upload> Send(const google::protobuf::MethodDescriptor& method,
                               absl::Duration timeout);

 private:
  std::unique_ptr<grpc::ClientContext> NewContext(absl::Time deadline) const;
  absl::Status CallOnce(const google::protobuf::MethodDescriptor& method,
                        const google::protobuf::Message& request,
                        google::protobuf::Message* response);

  const ConnectionOptions options_;
  const std::shared_ptr<Transport> transport_;
};

// Whether an error came from a server, or from the way there.
bool IsFromServer(const absl::Status& status);
// Marks an error so.
absl::Status FromServer(absl::Status status);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_CONNECTION_H_
