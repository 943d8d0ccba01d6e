#ifndef BANSO_COMMON_SERVER_OPS_SERVER_H_
#define BANSO_COMMON_SERVER_OPS_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/server_state.h"

namespace banso::server {

struct OpsOptions {
  std::string listen_host = "127.0.0.1";
  // 0 takes a free one.
  int port = 0;
  // Further connections are closed at once.
  int max_connections = 64;
  // A longer request, from its first line to the empty one, is answered with 431.
  size_t max_header_bytes = 8 * 1024;
  // How long a caller may take to send its request, and again to take the answer.
  absl::Duration timeout = absl::Seconds(5);
};

// What is told. Called from the one thread of the OpsServer; must not wait.
struct OpsPages {
  std::function<Readiness()> readiness;
  // Prometheus' text format.
  std::function<std::string()> metrics;
};

// A port for whoever runs the process, in HTTP/1.1:
//   GET /healthz  200 while the process lives
//   GET /readyz   200 when it should be sent calls, else 503; with a line per service
//   GET /metrics  200 with the metrics
// Another path is answered with 404, another method with 405, what is not HTTP with 400. One
// request per connection. Nobody is asked who they are, and nothing here comes from a request or
// answer of the services.
class OpsServer {
 public:
  // Listens and answers on a thread of its own. FAILED_PRECONDITION with a sentence when it cannot
  // listen there.
  static absl::StatusOr<std::unique_ptr<OpsServer>> Start(const OpsOptions& options,
                                                          OpsPages pages);
  // Closes the port and all connections.
  ~OpsServer();

  // The port that it listens on.
  int port() const;

 private:
  class Impl;
  explicit OpsServer(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_OPS_SERVER_H_
