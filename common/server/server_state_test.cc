#include "common/server/server_state.h"

#include <string>

#include "absl/synchronization/notification.h"
#include "common/server/echo_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

ServerState Handoff() {
  return {.service = "handoff",
          .serving = true,
          .lanes = {{"normal", 3, 7}, {"facts", 0, 0}},
          .calls = 5,
          .open_streams = 2,
          .refused_streams = 1,
          .position = 41'234'567'890,
          .followers = {{.name = "health_facts",
                         .source = "health",
                         .connected = true,
                         .has_connected = true,
                         .position = 41'234'567'800,
                         .newest = 41'234'567'890,
                         .in_step = kNow - absl::Milliseconds(2500)}}};
}

TEST(ReadinessTest, NeedsEveryServiceToServe) {
  ServerState stopping = Handoff();
  stopping.serving = false;
  EXPECT_TRUE(ReadinessOf({"handoff"}, {Handoff()}).ready);
  EXPECT_FALSE(ReadinessOf({"handoff"}, {stopping}).ready);
  EXPECT_THAT(ReadinessOf({"handoff"}, {stopping}).text,
              HasSubstr("handoff: NOT_SERVING, it is stopping\n"));
  const Readiness early = ReadinessOf({"handoff", "gateway"}, {Handoff()});
  EXPECT_FALSE(early.ready);
  EXPECT_THAT(early.text, HasSubstr("handoff: SERVING\n"));
  EXPECT_THAT(early.text, HasSubstr("gateway: NOT_SERVING, it has not started yet\n"));
}

TEST(ReadinessTest, ListsFollowersWithoutNeedingThem) {
  ServerState state = Handoff();
  EXPECT_EQ(ReadinessOf({"handoff"}, {state}).text,
            "handoff: SERVING\n"
            "handoff follows health (health_facts): connected, position 41234567800\n");
  state.followers[0].connected = false;
  EXPECT_THAT(ReadinessOf({"handoff"}, {state}).text, HasSubstr("connection lost"));
  state.followers[0].has_connected = false;
  const Readiness never = ReadinessOf({"handoff"}, {state});
  EXPECT_THAT(never.text, HasSubstr("never connected"));
  EXPECT_TRUE(never.ready);
}

TEST(StateMetricsTest, TellEverythingWithWholePositions) {
  const std::string text = StateMetrics({Handoff()}, kNow);
  for (const char* line :
       {"# TYPE banso_refused_calls_total counter\n", "banso_serving{service=\"handoff\"} 1\n",
        "banso_queued_calls{service=\"handoff\",lane=\"normal\"} 3\n",
        "banso_refused_calls_total{service=\"handoff\",lane=\"normal\"} 7\n",
        "banso_calls_under_way{service=\"handoff\"} 5\n",
        "banso_open_streams{service=\"handoff\"} 2\n",
        "banso_refused_streams_total{service=\"handoff\"} 1\n",
        "banso_store_position{service=\"handoff\"} 41234567890\n",
        "banso_follower_connected{service=\"handoff\",follower=\"health_facts\",source=\"health\"} "
        "1\n",
        "banso_follower_position{service=\"handoff\",follower=\"health_facts\",source=\"health\"} "
        "41234567800\n",
        "banso_follower_lag_positions{service=\"handoff\",follower=\"health_facts\",source="
        "\"health\"} 90\n",
        "banso_follower_lag_seconds{service=\"handoff\",follower=\"health_facts\",source="
        "\"health\"} 2.5\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(StateMetricsTest, LeaveOutThePositionOfAServiceWithoutStore) {
  ServerState state = Handoff();
  state.position.reset();
  EXPECT_THAT(StateMetrics({state}, kNow), Not(HasSubstr("banso_store_position{")));
}

TEST(ProcessMetricsTest, TellMemoryAndOpenFiles) {
  const std::string text = ProcessMetrics();
  EXPECT_THAT(text, HasSubstr("\nprocess_resident_memory_bytes "));
  EXPECT_THAT(text, HasSubstr("\nprocess_virtual_memory_bytes "));
  EXPECT_THAT(text, HasSubstr("\nprocess_open_fds "));
  EXPECT_THAT(text, Not(HasSubstr("process_resident_memory_bytes 0\n")));
}

TEST(ServerStateTest, CountsWhatIsUnderWayAndWhatWasRefused) {
  absl::Notification entered;
  absl::Notification release;
  ServerOptions options = EchoServer::FastOptions();
  options.executor.normal = {.threads = 1, .queue = 1};
  EchoServer server(
      [&](const Call& call, const EchoRequest& request) {
        if (!entered.HasBeenNotified()) entered.Notify();
        release.WaitForNotification();
        return EchoServer::EchoBack(call, request);
      },
      options);
  EXPECT_TRUE(server.process().state().serving);
  const auto lane = [&] { return server.process().state().lanes.at(0); };
  auto running = server.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x"));
  entered.WaitForNotification();
  EXPECT_EQ(server.process().state().calls, 1);
  // One of these waits for the thread, and the other two find the queue full.
  std::vector<PendingReply<EchoResponse>> replies;
  for (int i = 0; i < 3; ++i) {
    replies.push_back(server.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")));
  }
  EXPECT_TRUE(testing::WaitUntil([&] { return lane().refused == 2; }));
  EXPECT_EQ(lane().queued, 1);
  release.Notify();
  EXPECT_THAT(running.Await(), IsOk());
  for (auto& reply : replies) static_cast<void>(reply.Await());
  const auto watch = server.peer().Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("x"));
  EXPECT_TRUE(testing::WaitUntil([&] { return server.process().state().open_streams == 1; }));
  server.process().Stop();
  EXPECT_FALSE(server.process().state().serving);
}

}  // namespace
}  // namespace banso::server
