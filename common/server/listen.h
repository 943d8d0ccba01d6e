#ifndef BANSO_COMMON_SERVER_LISTEN_H_
#define BANSO_COMMON_SERVER_LISTEN_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"

namespace banso::server::internal {

// Opens `acceptor` on a host such as `127.0.0.1`, `localhost` or `[::]`; port 0 takes a free one.
// Throws boost::system::system_error when it cannot listen there.
inline void ListenOn(absl::string_view host, int port, boost::asio::io_context& context,
                     boost::asio::ip::tcp::acceptor* acceptor) {
  using boost::asio::ip::tcp;
  host = absl::StripSuffix(absl::StripPrefix(host, "["), "]");
  tcp::resolver resolver(context);
  const tcp::endpoint endpoint =
      *resolver.resolve(std::string(host), std::to_string(port), tcp::resolver::passive).begin();
  acceptor->open(endpoint.protocol());
  // Connections of an earlier process that are still being closed do not keep the port.
  acceptor->set_option(tcp::acceptor::reuse_address(true));
  acceptor->bind(endpoint);
  acceptor->listen();
}

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_LISTEN_H_
