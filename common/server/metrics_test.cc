#include "common/server/metrics.h"

#include <string>

#include "common/server/echo_server.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsTest, CountsCallsByCodeAndDurationsByMethod) {
  CallMetrics metrics;
  metrics.Record("echo", "a.B/C", absl::StatusCode::kOk, absl::Milliseconds(3), false);
  metrics.Record("echo", "a.B/C", absl::StatusCode::kOk, absl::Seconds(20), false);
  metrics.Record("echo", "a.B/C", absl::StatusCode::kNotFound, absl::Milliseconds(5), false);
  EXPECT_EQ(metrics.Text(),
            "# HELP banso_calls_total Calls that were answered.\n"
            "# TYPE banso_calls_total counter\n"
            "banso_calls_total{service=\"echo\",method=\"a.B/C\",code=\"OK\"} 2\n"
            "banso_calls_total{service=\"echo\",method=\"a.B/C\",code=\"NOT_FOUND\"} 1\n"
            "# HELP banso_call_duration_seconds How long unary calls took.\n"
            "# TYPE banso_call_duration_seconds histogram\n"
            "banso_call_duration_seconds_bucket{service=\"echo\",method=\"a.B/C\",le=\"0.001\"} 0\n"
            "banso_call_duration_seconds_bucket{service=\"echo\",method=\"a.B/C\",le=\"0.005\"} 2\n"
            "banso_call_duration_seconds_bucket{service=\"echo\",method=\"a.B/C\",le=\"0.025\"} 2\n"
            "banso_call_duration_seconds_bucket{service=\"echo\",method=\"a.B/C\",le=\"0.1\"} 2\n"
            "banso_call_duration_seconds_bucket{service=\"echo\",method=\"a.B/C\",le=\"0.5\"} 2\n"
            "banso_call_duration_seconds_bucket{service=\"echo\",method=\"a.B/C\",le=\"2.5\"} 2\n"
            "banso_call_duration_seconds_bucket{service=\"echo\",method=\"a.B/C\",le=\"10\"} 2\n"
            "banso_call_duration_seconds_bucket{service=\"echo\",method=\"a.B/C\",le=\"+Inf\"} 3\n"
            "banso_call_duration_seconds_sum{service=\"echo\",method=\"a.B/C\"} 20.008\n"
            "banso_call_duration_seconds_count{service=\"echo\",method=\"a.B/C\"} 3\n");
}

TEST(MetricsTest, CountsStreamsWithoutTheirDuration) {
  CallMetrics metrics;
  metrics.Record("echo", "a.B/W", absl::StatusCode::kUnavailable, absl::Hours(3), true);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("{service=\"echo\",method=\"a.B/W\",code=\"UNAVAILABLE\"} 1\n"));
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("duration_seconds_count{")));
}

TEST(MetricsTest, AreKeptByEveryServer) {
  EchoServer server;
  ASSERT_THAT(server.Echo(TestCall(), "x"), IsOk());
  EXPECT_THAT(CallMetrics::OfProcess().Text(),
              HasSubstr("banso_calls_total{service=\"echo\",method=\"banso.server.testdata."
                        "EchoService/Echo\",code=\"OK\"}"));
}

}  // namespace
}  // namespace banso::server
