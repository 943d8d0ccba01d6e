#include "common/server/http_client.h"

#include <string>

#include "absl/time/clock.h"
#include "common/testing/http_receiver.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::HttpReceiver;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::Eq;
using ::testing::Optional;
using ::testing::SizeIs;

HttpPost PostTo(const std::string& url) {
  HttpPost post;
  post.url = url;
  post.content_type = "application/json";
  post.headers = {{"Banso-Delivery", "d-1"}};
  post.body = R"({"subject": "導入"})";
  return post;
}

TEST(HttpUrlTest, IsCutIntoParts) {
  EXPECT_THAT(ParseHttpUrl("http://mail.example"), Optional(HttpUrl{"mail.example", "80", "/"}));
  EXPECT_THAT(ParseHttpUrl("http://127.0.0.1:8080/a/b?c=d#e"),
              Optional(HttpUrl{"127.0.0.1", "8080", "/a/b?c=d"}));
  EXPECT_THAT(ParseHttpUrl("http://[::1]:81/"), Optional(HttpUrl{"::1", "81", "/"}));
  EXPECT_THAT(ParseHttpUrl("http://[::1]"), Optional(HttpUrl{"::1", "80", "/"}));
  EXPECT_THAT(ParseHttpUrl("http://a?b=c"), Optional(HttpUrl{"a", "80", "/?b=c"}));
}

TEST(HttpUrlTest, IsRefusedWhenItIsNoPlainHttpAddress) {
  for (const char* text :
       {"", "http://", "https://a", "ftp://a", "http://a:0", "http://a:65536", "http://a:b",
        "http://a:", "http://u:p@a/", "http://a b/", "http://[::1", "http://a/\r\nX: y",
        "http://a:+80/", "http://::1/", "http://[[a]", "http://a]/"}) {
    EXPECT_THAT(ParseHttpUrl(text), Eq(std::nullopt)) << text;
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
  EXPECT_THAT(PostHttp(PostTo("https://a")), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::server
