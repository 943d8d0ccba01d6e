// Samples come in streams that break, and faster than they can be stored.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/faults/service.h"
#include "tests/journeys/client.h"
#include "tests/journeys/patience.h"
#include "tests/journeys/suite.h"

namespace banso::faults {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::banso::testing::WaitUntil;
using ::testing::Each;
using ::testing::Pair;

using health::v1::IngestSamplesResponse;

constexpr char kClock[] = "2025-04-01T01:00:00Z";
constexpr char kIngest[] = "banso.health.v1.MetricsService/IngestSamples";
constexpr int kAccounts = 4;

// The sum of the logins ever, as a score of its own.
constexpr char kModel[] = R"({"reason": "test", "score_model": {
  "name": "scoreModels/use", "display_name": "Use", "purpose": "Count", "decision_served": "None",
  "owner": "members/aoki", "qualitative_share": 0, "minimum_coverage": 0.5,
  "bands": [{"key": "all"}],
  "measures": [{"key": "logins", "weight": 1, "group": "MEASURE_GROUP_QUANTITATIVE",
    "fact": {"fact": "metric.logins", "window": {"aggregation": "AGGREGATION_SUM"}},
    "curve": [{"value": 0}, {"value": 1000000, "points": 100}]}]}})";

// The samples with these numbers, as one message; a number decides account and minute.
std::string Samples(int from, int to) {
  std::string json = R"({"samples": [)";
  for (int i = from; i < to; ++i) {
    const int minute = i / kAccounts;
    absl::StrAppendFormat(
        &json,
        R"(%s{"id": "s%d", "account": "accounts/a%d", "metric": "metrics/logins",)"
        R"( "occurred_time": "2025-03-%02dT%02d:%02d:00Z"})",
        i == from ? "" : ",", i, i % kAccounts, 1 + minute / 1440 % 28, minute / 60 % 24,
        minute % 60);
  }
  return absl::StrCat(json, "]}");
}

// A suite with some accounts, a metric of logins and a score of their sum.
class IngestTest : public ::testing::Test {
 protected:
  IngestTest()
      : suite_(journeys::Shape::kFiveProcesses, kClock), client_(ClientWith(journeys::kPatience)) {
    for (int i = 0; i < kAccounts; ++i) {
      EXPECT_THAT(client_.Call<accounts::v1::Account>(
                      "banso.accounts.v1.AccountsService/CreateAccount",
                      absl::StrFormat(
                          R"({"account_id": "a%d", "account": {"display_name": "A%d"}})", i, i)),
                  IsOk());
    }
    EXPECT_THAT(client_.Call<health::v1::Metric>(
                    "banso.health.v1.MetricsService/CreateMetric",
                    R"({"metric_id": "logins", "metric": {"display_name": "Logins",
                        "kind": "METRIC_KIND_COUNTER", "source": "product"}})"),
                IsOk());
    EXPECT_THAT(client_.Call<health::v1::ScoreModel>("banso.health.v1.HealthService/SaveScoreModel",
                                                     kModel),
                IsOk());
    EXPECT_THAT(
        client_.Call<health::v1::ScoreModel>("banso.health.v1.HealthService/ActivateScoreModel",
                                             R"({"name": "scoreModels/use@1"})"),
        IsOk());
    for (int i = 0; i < kAccounts; ++i) EXPECT_EQ(Logins(i), 0);
  }

  journeys::Client ClientWith(absl::Duration limit) const {
    return journeys::Client(suite_.gateway_address(), suite_.operator_token(), limit);
  }

  // How many logins of an account are stored; waits until health serves and knows the account.
  double Logins(int account) const {
    const auto score = client_.Await<health::v1::Score>(
        "banso.health.v1.HealthService/GetScore",
        absl::StrFormat(R"({"name": "accounts/a%d/scores/use"})", account),
        [](const health::v1::Score&) { return true; });
    EXPECT_THAT(score, IsOk());
    if (!score.ok() || score->contributions().empty()) return 0;
    return score->contributions(0).value().number();
  }

  // Sends `messages`, all but the last, in one stream, and kills health as soon as something of
  // them has been stored. Returns how many logins of the first account had been seen by then.
  double KillInTheMiddleOf(const std::vector<std::string>& messages) {
    const double before = Logins(0);
    absl::Notification killed;
    std::thread sender([&] {
      absl::Status status;
      // Where the gateway has not yet found health again the stream does not get through.
      do {
        status = client_
                     .Stream<IngestSamplesResponse>(kIngest, messages,
                                                    [&] { killed.WaitForNotification(); })
                     .status();
      } while (absl::IsUnavailable(status) && !killed.HasBeenNotified());
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
    });
    double seen = before;
    EXPECT_TRUE(WaitUntil([&] { return (seen = Logins(0)) > before; }, journeys::kPatience));
    suite_.Kill("health");
    killed.Notify();
    sender.join();
    return seen;
  }

  journeys::Suite suite_;
  const journeys::Client client_;
};

TEST_F(IngestTest, CountsEachSampleOnceThoughItDiesInTheMiddleOfStreams) {
  constexpr int kRounds = 3;
  constexpr int kMessagesPerRound = 100;
  constexpr int kPerMessage = 200;
  constexpr int kAll = kRounds * kMessagesPerRound * kPerMessage;
  std::vector<std::string> messages;
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kMessagesPerRound; ++i) {
      const int from = static_cast<int>(messages.size()) * kPerMessage;
      messages.push_back(Samples(from, from + kPerMessage));
    }
    // The source begins again from its first sample.
    const double seen = KillInTheMiddleOf(messages);
    suite_.Restart("health", kClock);
    EXPECT_GE(Logins(0), seen) << "what was seen is lost";
  }

  absl::StatusOr<IngestSamplesResponse> rest;
  const auto send = [&] {
    rest = client_.Stream<IngestSamplesResponse>(kIngest, messages);
    return rest.status();
  };
  ASSERT_THAT(journeys::OnceAnswered(send), IsOk());
  EXPECT_EQ(rest->received(), kAll);
  EXPECT_EQ(rest->stored() + rest->duplicates(), kAll) << rest->ShortDebugString();
  std::printf("%d of %d samples stored before the last stream\n",
              static_cast<int>(rest->duplicates()), kAll);
  for (int i = 0; i < kAccounts; ++i) EXPECT_EQ(Logins(i), kAll / kAccounts);
  // What was acknowledged outlives the process.
  suite_.Kill("health");
  suite_.Restart("health", kClock);
  for (int i = 0; i < kAccounts; ++i) EXPECT_EQ(Logins(i), kAll / kAccounts);
  ASSERT_THAT(journeys::OnceAnswered(send), IsOk());
  EXPECT_EQ(rest->duplicates(), kAll);
  EXPECT_THAT(suite_.Stop(), Each(Pair(::testing::_, 0)));
}

TEST_F(IngestTest, GoesOnWhileTheSourcesOfItsMirrorAreAway) {
  const std::vector<std::string> others = {"accounts", "kickoff", "handoff"};
  for (const std::string& service : others) suite_.Kill(service);
  const auto alone = client_.Stream<IngestSamplesResponse>(kIngest, {Samples(0, 2 * kAccounts)});
  ASSERT_THAT(alone, IsOk());
  EXPECT_EQ(alone->stored(), 2 * kAccounts) << alone->ShortDebugString();
  for (int i = 0; i < kAccounts; ++i) EXPECT_EQ(Logins(i), 2);

  for (const std::string& service : others) suite_.Restart(service, kClock);
  const std::string method = "banso.accounts.v1.AccountsService/CreateAccount";
  const std::string late = R"({"account_id": "late", "account": {"display_name": "Late"}})";
  ASSERT_THAT(journeys::OnceAnswered(
                  [&] { return client_.Call<accounts::v1::Account>(method, late).status(); }),
              IsOk());
  // It has caught up once it scores the account that is new.
  const auto score = client_.Await<health::v1::Score>(
      "banso.health.v1.HealthService/GetScore", R"({"name": "accounts/late/scores/use"})",
      [](const health::v1::Score&) { return true; });
  EXPECT_THAT(score, IsOk());
  EXPECT_THAT(suite_.Stop(), Each(Pair(::testing::_, 0)));
}

TEST_F(IngestTest, TakesNoMoreThanItCanStore) {
  constexpr int kSenders = 4;
  constexpr int64_t kMostMib = 400;
  // A message of the largest size, about a megabyte.
  const std::string message = Samples(0, 10'000);
  const std::vector<std::string> processes = {"health", "gateway"};
  std::vector<int64_t> before;
  for (const std::string& process : processes) before.push_back(MemoryMib(suite_.pid(process)));

  std::atomic<int64_t> taken = 0;
  std::atomic<int> ended = 0;
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i) {
    senders.emplace_back([&] {
      taken += ClientWith(absl::Seconds(8)).Flood(kIngest, message);
      ++ended;
    });
  }
  std::vector<int64_t> most = before;
  EXPECT_TRUE(WaitUntil(
      [&] {
        for (size_t i = 0; i < processes.size(); ++i) {
          most[i] = std::max(most[i], MemoryMib(suite_.pid(processes[i])));
        }
        return ended == kSenders;
      },
      journeys::kPatience));
  for (std::thread& sender : senders) sender.join();
  for (size_t i = 0; i < processes.size(); ++i) {
    EXPECT_LT(most[i] - before[i], kMostMib) << processes[i];
    std::printf("%s: %d MiB before, at most %d\n", processes[i].c_str(),
                static_cast<int>(before[i]), static_cast<int>(most[i]));
  }
  std::printf("%d messages were taken\n", static_cast<int>(taken.load()));
  EXPECT_GT(taken, kSenders);
  EXPECT_EQ(Logins(0), 10'000 / kAccounts);
  EXPECT_THAT(suite_.Stop(), Each(Pair(::testing::_, 0)));
}

}  // namespace
}  // namespace banso::faults
