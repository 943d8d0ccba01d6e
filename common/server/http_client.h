#ifndef BANSO_COMMON_SERVER_HTTP_CLIENT_H_
#define BANSO_COMMON_SERVER_HTTP_CLIENT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace banso::server {

// Whether requests can be sent there: `http://` or `https://`, a host, and what else a URL may
// have, but no user's name.
bool IsHttpUrl(absl::string_view url);

// One POST.
struct HttpPost {
  std::string url;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // From finding the host to the last line of the answer's header.
  absl::Duration timeout = absl::Seconds(5);
  // The authorities (PEM) by which a receiver's certificate is checked; empty: those that the
  // system trusts.
  std::string ca_file = {};
};

// Sends it over a connection of its own, waits for the answer's header and returns its status code,
// whatever it is; the rest of the answer is not read, and no redirect is followed. A proxy is used
// where the environment names one (`https_proxy`, `no_proxy`). INVALID_ARGUMENT for a bad url,
// DEADLINE_EXCEEDED after the timeout, UNAVAILABLE when the receiver cannot be reached, shows no
// certificate that is trusted or does not answer in HTTP.
absl::StatusOr<int> PostHttp(const HttpPost& post);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_HTTP_CLIENT_H_
