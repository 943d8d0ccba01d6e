#include "common/server/http_client.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/http.hpp"
#include "common/contract/errors.h"

namespace banso::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kHttp11 = 11;
constexpr absl::Duration kRetryConnectAfter = absl::Seconds(10);

bool IsVisible(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isgraph(c); });
}

// One exchange; ends when the io_context has nothing more to do, or is no longer run.
class Exchange {
 public:
  Exchange(const HttpPost& post, const HttpUrl& url) : url_(url) {
    request_.method(http::verb::post);
    request_.target(url.target);
    request_.version(kHttp11);
    request_.keep_alive(false);
    const bool is_ipv6 = absl::StrContains(url.host, ':');
    request_.set(http::field::host, is_ipv6 ? absl::StrCat("[", url.host, "]:", url.port)
                                            : absl::StrCat(url.host, ":", url.port));
    request_.set(http::field::content_type, post.content_type);
    for (const auto& [name, value] : post.headers) request_.set(name, value);
    request_.body() = post.body;
    request_.prepare_payload();
  }

  // Returns the error; `done` becomes true once the answer's header is there.
  error_code Run(absl::Duration timeout, bool* done) {
    resolver_.async_resolve(url_.host, url_.port,
                            [this](error_code error, const tcp::resolver::results_type& found) {
                              if (Failed(error)) return;
                              Connect(found);
                            });
    context_.run_for(absl::ToChronoNanoseconds(timeout));
    *done = done_;
    return error_;
  }

  int status() const { return static_cast<int>(parser_.get().result_int()); }

 private:
  bool Failed(error_code error) {
    error_ = error;
    return static_cast<bool>(error);
  }

  void Connect(const tcp::resolver::results_type& found) {
    stream_.async_connect(found, [this](error_code error, const tcp::endpoint&) {
      if (Failed(error)) return;
      http::async_write(stream_, request_, [this](error_code error, size_t) {
        if (Failed(error)) return;
        Read();
      });
    });
  }

  void Read() {
    http::async_read_header(stream_, buffer_, parser_,
                            [this](error_code error, size_t) { done_ = !Failed(error); });
  }

  const HttpUrl& url_;
  http::request<http::string_body> request_;
  http::response_parser<http::empty_body> parser_;
  beast::flat_buffer buffer_;
  error_code error_;
  bool done_ = false;
  asio::io_context context_{1};
  tcp::resolver resolver_{context_};
  beast::tcp_stream stream_{context_};
};

}  // namespace

std::optional<HttpUrl> ParseHttpUrl(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "http://") || !IsVisible(url)) return std::nullopt;
  const size_t path = std::min(url.find_first_of("/?#"), url.size());
  absl::string_view authority = url.substr(0, path);
  const absl::string_view rest = url.substr(path, url.find('#') - path);
  HttpUrl parts;
  parts.target = absl::StartsWith(rest, "/") ? std::string(rest) : absl::StrCat("/", rest);
  parts.port = "80";
  const size_t colon = authority.rfind(':');
  const size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != absl::string_view::npos && (bracket == absl::string_view::npos || bracket < colon);
  if (has_port) {
    int port = 0;
    parts.port = std::string(authority.substr(colon + 1));
    const bool digits = std::all_of(parts.port.begin(), parts.port.end(), absl::ascii_isdigit);
    if (!digits || !absl::SimpleAtoi(parts.port, &port) || port < 1 || port > 65535) {
      return std::nullopt;
    }
    authority = authority.substr(0, colon);
  }
  const bool bracketed = absl::ConsumePrefix(&authority, "[");
  if (bracketed && !absl::ConsumeSuffix(&authority, "]")) return std::nullopt;
  const size_t stray = authority.find_first_of(bracketed ? "@[]" : "@[]:");
  if (authority.empty() || stray != absl::string_view::npos) return std::nullopt;
  parts.host = std::string(authority);
  return parts;
}

absl::StatusOr<int> PostHttp(const HttpPost& post) {
  const std::optional<HttpUrl> url = ParseHttpUrl(post.url);
  if (!url.has_value()) return contract::InvalidField("url", post.url, "an http address");
  Exchange exchange(post, *url);
  bool done = false;
  const error_code error = exchange.Run(post.timeout, &done);
  if (done) return exchange.status();
  if (error) {
    return contract::Unavailable(
        absl::StrCat(url->host, ":", url->port, " (", error.message(), ")"), kRetryConnectAfter);
  }
  return contract::DeadlineExceeded(absl::StrCat(url->host, ":", url->port));
}

}  // namespace banso::server
