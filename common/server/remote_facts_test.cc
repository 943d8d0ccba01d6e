#include "common/server/remote_facts.h"

#include "gtest/gtest.h"

namespace banso::server {
namespace {

TEST(ServiceOfFactTest, FollowsThePrefix) {
  EXPECT_EQ(ServiceOfFact("account.segment"), "accounts");
  EXPECT_EQ(ServiceOfFact("metric.interviews"), "health");
  EXPECT_EQ(ServiceOfFact("success.first_interview"), "health");
  EXPECT_EQ(ServiceOfFact("plan.readiness"), "kickoff");
  EXPECT_EQ(ServiceOfFact("completion.state"), "handoff");
  EXPECT_EQ(ServiceOfFact("weather.today"), "");
}

TEST(RemoteFactReaderTest, LeavesFactsOfAnAbsentServiceUnknownAndSaysWhy) {
  Peers peers({}, "");
  Call call = ServiceCall("handoff", absl::Now());
  RemoteFactReader reader(peers, call);
  rule::FactRead read;
  read.subject = "accounts/acme";
  read.query.set_fact("account.segment");
  rule::Moment moment;
  moment.as_of = absl::Now();
  const auto readings = reader.Read({read}, moment);
  ASSERT_TRUE(readings.ok());
  ASSERT_EQ(readings->size(), 1u);
  EXPECT_FALSE(readings->front().has_value());
  EXPECT_EQ(readings->front().fact(), "account.segment");
  ASSERT_EQ(reader.missing().count("accounts"), 1u);
  EXPECT_EQ(reader.missing().at("accounts").code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace banso::server
