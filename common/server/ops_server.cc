#include "common/server/ops_server.h"

#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/http.hpp"
#include "common/contract/errors.h"
#include "common/server/listen.h"
#include "common/server/log.h"
#include "common/status_macros.h"

namespace banso::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr char kPlainText[] = "text/plain; charset=utf-8";
constexpr char kMetricsText[] = "text/plain; version=0.0.4; charset=utf-8";
// How much of what follows the request is read and thrown away, so that closing the connection does
// not take the answer with it.
constexpr size_t kMaxDiscarded = 64 * 1024;
// When no connection can be taken because the process has too many files open.
constexpr std::chrono::milliseconds kAcceptPause(100);

std::chrono::nanoseconds ToChrono(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

struct Answer {
  http::status status = http::status::ok;
  std::string text;
  const char* type = kPlainText;
};

Answer AnswerTo(const http::request<http::empty_body>& request, const OpsPages& pages) {
  if (request.method() != http::verb::get) {
    return {http::status::method_not_allowed, "only GET is answered here\n"};
  }
  const std::string target(request.target().data(), request.target().size());
  const std::string path = target.substr(0, target.find('?'));
  if (path == "/healthz") return {http::status::ok, "ok\n"};
  if (path == "/metrics") return {http::status::ok, pages.metrics(), kMetricsText};
  if (path == "/readyz") {
    Readiness readiness = pages.readiness();
    return {readiness.ready ? http::status::ok : http::status::service_unavailable,
            std::move(readiness.text)};
  }
  return {http::status::not_found, "there are /healthz, /readyz and /metrics\n"};
}

// What a caller is told whose request cannot be read; nothing when it would not listen.
std::optional<Answer> AnswerToError(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Answer{http::status::request_header_fields_too_large, "the header is too long\n"};
  }
  const bool is_http_error =
      error.category() == make_error_code(http::error::bad_method).category();
  if (is_http_error && error != http::error::end_of_stream &&
      error != http::error::partial_message) {
    return Answer{http::status::bad_request, "this is not HTTP/1.1\n"};
  }
  return std::nullopt;
}

// One connection: one request, one answer. Keeps itself alive while something is under way; the
// connection is closed when it goes.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const OpsOptions& options, const OpsPages& pages, int* connections)
      : stream_(std::move(socket)),
        buffer_(options.max_header_bytes),
        options_(options),
        pages_(pages),
        connections_(*connections) {
    ++connections_;
    parser_.header_limit(static_cast<std::uint32_t>(options.max_header_bytes));
  }
  ~Session() { --connections_; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Begin() {
    stream_.expires_after(ToChrono(options_.timeout));
    http::async_read_header(
        stream_, buffer_, parser_,
        [self = shared_from_this()](error_code error, size_t) { self->OnRequest(error); });
  }

 private:
  void OnRequest(error_code error) {
    if (!error) {
      Send(AnswerTo(parser_.get(), pages_));
    } else if (std::optional<Answer> answer = AnswerToError(error); answer.has_value()) {
      Send(*std::move(answer));
    }
  }

  void Send(Answer answer) {
    response_.result(answer.status);
    response_.version(11);
    response_.keep_alive(false);
    response_.set(http::field::content_type, answer.type);
    response_.set(http::field::cache_control, "no-store");
    if (answer.status == http::status::method_not_allowed) {
      response_.set(http::field::allow, "GET");
    }
    response_.body() = std::move(answer.text);
    response_.prepare_payload();
    stream_.expires_after(ToChrono(options_.timeout));
    http::async_write(stream_, response_, [self = shared_from_this()](error_code error, size_t) {
      if (!error) self->OnSent();
    });
  }

  void OnSent() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    Discard();
  }

  void Discard() {
    stream_.async_read_some(asio::buffer(rest_),
                            [self = shared_from_this()](error_code error, size_t size) {
                              self->discarded_ += size;
                              if (!error && self->discarded_ < kMaxDiscarded) self->Discard();
                            });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const OpsOptions& options_;
  const OpsPages& pages_;
  int& connections_;
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
  std::array<char, 4096> rest_;
  size_t discarded_ = 0;
};

}  // namespace

class OpsServer::Impl {
 public:
  Impl(const OpsOptions& options, OpsPages pages) : options_(options), pages_(std::move(pages)) {}

  ~Impl() {
    if (!thread_.joinable()) return;
    context_.stop();
    thread_.join();
  }

  absl::Status Start() {
    try {
      Listen();
    } catch (const boost::system::system_error& e) {
      return contract::FailedPrecondition(
          "CANNOT_LISTEN", absl::StrCat(options_.listen_host, ":", options_.port),
          absl::StrCat("the ops port cannot be opened there: ", e.code().message()),
          "Choose another --ops_port (0 takes a free one, -1 none) or --listen_host");
    }
    Accept();
    thread_ = std::thread([this] { Run(); });
    return absl::OkStatus();
  }

  int port() const { return port_; }

 private:
  void Listen() {
    internal::ListenOn(options_.listen_host, options_.port, context_, &acceptor_);
    port_ = acceptor_.local_endpoint().port();
  }

  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error) {
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([this](error_code) { Accept(); });
        return;
      }
      // One too many is closed by being dropped here.
      if (connections_ < options_.max_connections) {
        std::make_shared<Session>(std::move(socket), options_, pages_, &connections_)->Begin();
      }
      Accept();
    });
  }

  void Run() {
    while (!context_.stopped()) {
      try {
        context_.run();
      } catch (const std::exception& e) {
        // Only the connection it happened in is lost.
        Log(LogLevel::kError, "an answer of the ops port failed", {{"cause", e.what()}});
      }
    }
  }

  const OpsOptions options_;
  const OpsPages pages_;
  // Of the thread alone. Before the context: sessions that it still holds count down as they go.
  int connections_ = 0;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer pause_{context_};
  int port_ = 0;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<OpsServer>> OpsServer::Start(const OpsOptions& options,
                                                            OpsPages pages) {
  auto impl = std::make_unique<Impl>(options, std::move(pages));
  BANSO_RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<OpsServer>(new OpsServer(std::move(impl)));
}

OpsServer::OpsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

OpsServer::~OpsServer() = default;

int OpsServer::port() const { return impl_->port(); }

}  // namespace banso::server
