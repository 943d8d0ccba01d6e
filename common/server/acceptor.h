#ifndef BANSO_COMMON_SERVER_ACCEPTOR_H_
#define BANSO_COMMON_SERVER_ACCEPTOR_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace banso::server::internal {

// The TCP side of a server: takes connections, hands them to gRPC, and can end them.
//
// gRPC can listen by itself, but then it stops for good the first time that it cannot take a
// connection because too many files are open (CVE-2023-4785), and there is no way to end a
// connection that does harm, nor all of them before the server shuts down.
class Acceptor {
 public:
  // Takes over a connection, as a file descriptor; `listener` is the one that it came in by, and
  // `remote` what gRPC will name its caller.
  using Take = std::function<void(int listener, int connection, const std::string& remote)>;

  // Listens; callers wait until Begin. The error says what the system said.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(const std::string& host, int port);
  // Closes the port. Connections stay.
  ~Acceptor();

  int port() const;

  // Hands connections to `take`, from a thread of its own, until StopListening. One that would
  // leave the process too few files for its own work is closed instead.
  void Begin(Take take);
  // Closes the port: callers are refused. Idempotent.
  void StopListening();

  // Resets the connection of a caller, as gRPC names it: `ipv4:127.0.0.1:51234`. Nothing happens
  // when there is none.
  void End(absl::string_view remote);
  // Whether the last connection of that name was ended so, within the last ten seconds.
  bool HasEnded(absl::string_view remote) const;
  // How many bytes have come from each caller with an open connection and been read, by name. A new
  // connection with the name of one that was told of the last time is left out once.
  std::map<std::string, int64_t> Read();
  // Ends all connections and waits until gRPC has closed them; false when it has not at `deadline`.
  // Callers see that the service is UNAVAILABLE. What gRPC has sent reaches them before that.
  bool EndAll(absl::Time deadline);

  // Connections that were closed because there were too many.
  int64_t refused() const;

 private:
  class Impl;
  explicit Acceptor(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_ACCEPTOR_H_
