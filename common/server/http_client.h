#ifndef BANSO_COMMON_SERVER_HTTP_CLIENT_H_
#define BANSO_COMMON_SERVER_HTTP_CLIENT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace banso::server {

// Where a request goes.
struct HttpUrl {
  // A name or address; of an IPv6 address without its brackets.
  std::string host;
  std::string port;
  // Path and query, beginning with `/`.
  std::string target;

  bool operator==(const HttpUrl&) const = default;
};

// The parts of `http://host[:port][/path][?query]`; nothing for any other text, also for https, and
// for addresses with a user's name.
std::optional<HttpUrl> ParseHttpUrl(absl::string_view url);

// One POST in HTTP/1.1.
struct HttpPost {
  std::string url;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // From finding the host to the last line of the answer's header.
  absl::Duration timeout = absl::Seconds(5);
};

// Sends it over a connection of its own, waits for the answer's header and returns its status code,
// whatever it is; the rest of the answer is not read, and no redirect is followed. INVALID_ARGUMENT
// for a bad url, DEADLINE_EXCEEDED after the timeout, UNAVAILABLE when the receiver cannot be
// reached or does not answer in HTTP.
absl::StatusOr<int> PostHttp(const HttpPost& post);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_HTTP_CLIENT_H_
