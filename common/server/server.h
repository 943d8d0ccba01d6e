#ifndef BANSO_COMMON_SERVER_SERVER_H_
#define BANSO_COMMON_SERVER_SERVER_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/executor.h"
#include "common/server/limits.h"
#include "common/server/server_state.h"
#include "common/server/service_definition.h"
#include "common/server/tls.h"

namespace banso::server {

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
