#ifndef BANSO_COMMON_SERVER_SERVER_H_
#define BANSO_COMMON_SERVER_SERVER_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/executor.h"
#include "common/server/server_state.h"
#include "common/server/service_definition.h"
#include "common/server/tls.h"

namespace banso::server {

// The largest message that a server takes, in bytes. Larger ones are RESOURCE_EXHAUSTED; the
// connections of those that are larger by megabytes are ended while they come (see IntakeWatch).
inline constexpr int kMaxMessageBytes = 4 * 1024 * 1024;
// What a caller may send of a call before its handler takes it, in bytes, beside the message that
// the handler waits for.
inline constexpr int kStreamWindowBytes = 256 * 1024;

// The largest headers of a call, in bytes, each header with 32 more than its name and value have.
// Callers are told to send at most half of it; the connection of one that sends more than all of it
// is ended.
inline constexpr int kMaxCallHeaderBytes = 16 * 1024;

// How many watches and forwarded streams may be open at a time on one server, and how many of them
// by one caller, so that nobody can keep the others from theirs. Further ones are
// RESOURCE_EXHAUSTED (TOO_MANY_STREAMS). A caller is who the call names as its actor; those without
// a name count as one for each host that they call from.
inline constexpr int kMaxOpenStreams = 2000;
inline constexpr int kMaxStreamsOfCaller = 200;

// How many calls one connection may cancel within that time; it is reset when it cancels more.
inline constexpr int kMaxCancelledCalls = 500;
inline constexpr absl::Duration kCancelledCallsPeriod = absl::Seconds(10);

// How many calls, besides those streams, a server holds memory for: those under way, and those that
// were cancelled but are not cleared away yet. Beyond it the connections that hold most are reset.
inline constexpr int kMaxHeldCalls = 4000;
// How many calls one connection may have open at a time; callers' libraries wait with more.
inline constexpr int kMaxConcurrentCalls = 3000;

// The deadline of a unary call whose caller gave none, and the farthest one that counts.
inline constexpr absl::Duration kDefaultDeadline = absl::Seconds(30);
inline constexpr absl::Duration kMaxDeadline = absl::Minutes(30);
// What Call::deadline says in a stream whose caller gave none, or one farther away. The stream is
// not ended then.
inline constexpr absl::Duration kStreamDeadline = absl::Hours(24);

struct ServerOptions {
  std::string listen_host = "127.0.0.1";
  // 0 takes a free one.
  int port = 0;
  // The secret that callers must send; empty: anybody on this machine may call.
  std::string suite_key;
  // Without a certificate it speaks plain text.
  TlsFiles tls;
  // Whether it has `grpc.reflection`, which answers anybody, on threads of the library.
  bool reflection = false;
  Executor::Limits executor;
  int max_open_streams = kMaxOpenStreams;
  int max_streams_of_caller = kMaxStreamsOfCaller;
  // How long after NOT_SERVING calls are still taken, so that callers can go elsewhere.
  absl::Duration lame_duck = absl::Milliseconds(100);
  // How long calls under way may take after that.
  absl::Duration drain_timeout = absl::Seconds(10);
  // After so much silence a Feed is asked for a sign of life. Within half of it a stream whose
  // caller is no longer let in (a token that was revoked or has expired) ends with what the
  // authenticator says.
  absl::Duration idle_period = absl::Seconds(10);
};

// One service on one port, with health (`grpc.health.v1`, under the service's name and the empty
// one). Several can live in one process.
class ServerProcess {
 public:
  // Checks that every RPC has a handler, listens, runs the OnStart functions, starts sweeps and
  // followers, and reports SERVING. FAILED_PRECONDITION with a sentence when the port is taken,
  // when a method has no handler, when a TLS file cannot be used, or when a service that knows its
  // callers neither by suite key nor by certificate would listen to the network.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      std::unique_ptr<ServiceDefinition> definition, const ServerOptions& options);
  // Stops.
  ~ServerProcess();

  const std::string& name() const;
  // The port that it listens on.
  int port() const;
  // `127.0.0.1:41237`.
  std::string address() const;

  // How it is doing. From any thread, also while it stops.
  ServerState state() const;

  // Stops: reports NOT_SERVING, waits ServerOptions::lame_duck, stops sweeps and followers, refuses
  // new calls and ends open streams, both with UNAVAILABLE, lets calls under way finish within the
  // drain timeout, and closes the connections; who still waits for an answer sees UNAVAILABLE, too.
  // Idempotent.
  void Stop();

 private:
  class Impl;
  explicit ServerProcess(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_SERVER_H_
