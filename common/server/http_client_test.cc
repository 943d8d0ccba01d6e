#include "common/server/http_client.h"

#include <sys/socket.h>

#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "boost/asio/buffer.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/read_until.hpp"
#include "boost/asio/ssl.hpp"
#include "boost/asio/write.hpp"
#include "common/testing/certificates.h"
#include "common/testing/http_receiver.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::HttpReceiver;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;

HttpPost PostTo(const std::string& url) {
  HttpPost post;
  post.url = url;
  post.content_type = "application/json";
  post.headers = {{"Banso-Delivery", "d-1"}};
  post.body = R"({"subject": "導入"})";
  return post;
}

TEST(HttpUrlTest, IsAnAddressOfHttp) {
  for (const char* text : {"http://mail.example", "http://127.0.0.1:8080/a/b?c=d#e",
                           "https://hooks.example/T0/B0", "http://[::1]:81/", "HTTPS://a?b=c"}) {
    EXPECT_TRUE(IsHttpUrl(text)) << text;
  }
}

TEST(HttpUrlTest, IsNothingElse) {
  for (const char* text :
       {"", "a.example", "http://", "ftp://a", "file:///etc/hosts", "http://a:0", "http://a:65536",
        "http://a:b", "http://u:p@a/", "http://a b/", "http://[::1", "http://a/\r\nX: y",
        "http://a:+80/", "http://::1/", "https:/a/b", "http://[[a]", "http://a]/"}) {
    EXPECT_FALSE(IsHttpUrl(text)) << text;
  }
}

TEST(PostHttpTest, SendsBodyAndHeadersAndReturnsTheCode) {
  HttpReceiver receiver({204, 500, 302});
  EXPECT_THAT(PostHttp(PostTo(receiver.url())), IsOkAndHolds(204));
  EXPECT_THAT(PostHttp(PostTo(receiver.url())), IsOkAndHolds(500));
  EXPECT_THAT(PostHttp(PostTo(receiver.url())), IsOkAndHolds(302));
  const auto requests = receiver.requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(requests[0].first_line, "POST /hook HTTP/1.1");
  EXPECT_EQ(requests[0].body, R"({"subject": "導入"})");
  EXPECT_EQ(requests[0].headers.at("content-type"), "application/json");
  EXPECT_EQ(requests[0].headers.at("banso-delivery"), "d-1");
}

TEST(PostHttpTest, GivesUpAfterTheTimeout) {
  HttpReceiver receiver({HttpReceiver::kNoAnswer});
  HttpPost post = PostTo(receiver.url());
  post.timeout = absl::Milliseconds(100);
  const absl::Time begin = absl::Now();
  EXPECT_THAT(PostHttp(post), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(90));
}

TEST(PostHttpTest, TellsOfAReceiverThatIsNotThereOrHangsUp) {
  HttpReceiver receiver({HttpReceiver::kClose});
  EXPECT_THAT(PostHttp(PostTo(receiver.url())), StatusIs(absl::StatusCode::kUnavailable));
  std::string url;
  {
    HttpReceiver gone({200});
    url = gone.url();
  }
  EXPECT_THAT(PostHttp(PostTo(url)), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(PostHttp(PostTo("ftp://a")), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(PostHttpTest, SaysWhichReceiverFailedButNotItsPath) {
  HttpReceiver receiver({HttpReceiver::kClose});
  const std::string message(PostHttp(PostTo(receiver.url())).status().message());
  EXPECT_THAT(message, HasSubstr(absl::StrCat("127.0.0.1:", receiver.port())));
  EXPECT_THAT(message, Not(HasSubstr("hook")));
}

// Answers every request over TLS with 204.
class TlsReceiver {
 public:
  explicit TlsReceiver(const std::string& certificate) {
    tls_.use_certificate_chain_file(certificate + ".pem");
    tls_.use_private_key_file(certificate + ".key", ssl::context::pem);
    thread_ = std::thread([this] { Serve(); });
  }
  ~TlsReceiver() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }

  std::string url() const {
    return absl::StrCat("https://localhost:", acceptor_.local_endpoint().port(), "/hook");
  }

 private:
  void Serve() {
    boost::system::error_code error;
    while (true) {
      tcp::socket socket(context_);
      acceptor_.accept(socket, error);
      if (error) return;
      ssl::stream<tcp::socket> stream(std::move(socket), tls_);
      stream.handshake(ssl::stream_base::server, error);
      // Whoever does not trust the certificate has left.
      if (error) continue;
      std::string request;
      asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", error);
      asio::write(stream, asio::buffer(kAnswer), error);
    }
  }

  static constexpr absl::string_view kAnswer = "HTTP/1.1 204 As told\r\n\r\n";

  asio::io_context context_;
  ssl::context tls_{ssl::context::tls_server};
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::thread thread_;
};

TEST(PostHttpTest, SpeaksTlsToWhomItTrusts) {
  const banso::testing::TempDir folder;
  banso::testing::MakeAuthority(folder.path(), "ca");
  banso::testing::MakeAuthority(folder.path(), "other_ca");
  banso::testing::MakeCertificate(folder.path(), "ca", "receiver", "DNS:localhost");
  banso::testing::MakeCertificate(folder.path(), "ca", "stranger", "DNS:elsewhere.example");
  const TlsReceiver receiver(absl::StrCat(folder.path().string(), "/receiver"));
  HttpPost post = PostTo(receiver.url());
  EXPECT_THAT(PostHttp(post), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate")));
  post.ca_file = absl::StrCat(folder.path().string(), "/other_ca.pem");
  EXPECT_THAT(PostHttp(post), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate")));
  post.ca_file = absl::StrCat(folder.path().string(), "/ca.pem");
  EXPECT_THAT(PostHttp(post), IsOkAndHolds(204));
  const TlsReceiver stranger(absl::StrCat(folder.path().string(), "/stranger"));
  post.url = stranger.url();
  EXPECT_THAT(PostHttp(post), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("localhost")));
}

}  // namespace
}  // namespace banso::server
