// What a product and people have told of a customer who was entered twice.
#include <string>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/health/v1/expected_uses_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/health/v1/outcomes_service.pb.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kIngest[] = "banso.health.v1.MetricsService/IngestSamples";
constexpr char kSetUse[] = "banso.health.v1.ExpectedUsesService/SetExpectedUse";
constexpr char kListUse[] = "banso.health.v1.ExpectedUsesService/ListUseAgainstExpectations";
constexpr char kCreateOutcome[] = "banso.health.v1.OutcomesService/CreateOutcome";
constexpr char kListOutcomes[] = "banso.health.v1.OutcomesService/ListOutcomes";

std::string Sample(const std::string& account, const std::string& id, int value) {
  return absl::StrCat(R"({"samples": [{"id": ")", id, R"(", "account": "accounts/)", account,
                      R"(", "metric": "metrics/reports", "user": "u1", "value": )", value,
                      R"(, "occurredTime": "2025-04-01T00:30:00Z"}]})");
}

std::string Outcome(const std::string& account) {
  return absl::StrCat(R"({"parent": "accounts/)", account, R"(", "outcomeId": "more",
    "outcome": {"kind": "OUTCOME_KIND_EXPANSION", "occurredTime": "2025-04-01T00:30:00Z"}})");
}

TEST(MergeJourney, WhatWasMeasuredOfTheDuplicateCountsForTheAccountThatIsKept) {
  Suite suite(Shape::kFiveProcesses, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  lapras.ApplyProgram();
  lapras.ImportAccounts();
  lapras.CatchUp();
  if (HasFatalFailure()) return;
  const Client& client = lapras.client();
  ASSERT_THAT(client.Call<health::v1::Metric>("banso.health.v1.MetricsService/CreateMetric", R"({
    "metricId": "reports", "metric": {"displayName": "Reports", "kind": "METRIC_KIND_COUNTER",
      "source": "product"}})"),
              IsOk());
  for (const char* account : {"crm-101", "crm-102"}) {
    const auto stored =
        client.Stream<health::v1::IngestSamplesResponse>(kIngest, {Sample(account, account, 2)});
    ASSERT_THAT(stored, IsOk());
    ASSERT_EQ(stored->stored(), 1) << stored->ShortDebugString();
  }
  ASSERT_THAT(client.Call<health::v1::Outcome>(kCreateOutcome, Outcome("crm-102")), IsOk());

  // health is away while it happens.
  suite.Kill("health");
  ASSERT_THAT(client.Call<accounts::v1::MergeAccountsResponse>(
                  "banso.accounts.v1.AccountsService/MergeAccounts",
                  R"({"name": "accounts/crm-101", "duplicate": "accounts/crm-102"})"),
              IsOk());
  suite.Restart("health", lapras.time());
  const auto outcomes = client.Await<health::v1::ListOutcomesResponse>(
      kListOutcomes, R"({"parent": "accounts/crm-101"})",
      [](const health::v1::ListOutcomesResponse& response) {
        return response.outcomes_size() == 1;
      });
  ASSERT_THAT(outcomes, IsOk());
  EXPECT_EQ(outcomes->outcomes(0).name(), "accounts/crm-101/outcomes/more");

  // The product still sends the old id.
  const auto late =
      client.Stream<health::v1::IngestSamplesResponse>(kIngest, {Sample("crm-102", "late", 3)});
  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(late->stored(), 1) << late->ShortDebugString();
  EXPECT_THAT(client.Call<health::v1::Outcome>(kCreateOutcome, Outcome("crm-102")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("accounts/crm-101")));
  ASSERT_THAT(client.Call<health::v1::ExpectedUse>(kSetUse, R"({"expectedUse": {
    "name": "accounts/crm-101/expectedUses/daily", "role": "foreman", "metric": "metrics/reports",
    "times": 14, "unit": "PERIOD_UNIT_DAY", "users": ["u1"],
    "from": {"year": 2025, "month": 4, "day": 1}}})"),
              IsOk());
  lapras.SetTime("2025-04-03T01:00:00Z");
  const auto use = client.Call<health::v1::ListUseAgainstExpectationsResponse>(kListUse, R"({
    "parent": "accounts/crm-101", "from": {"year": 2025, "month": 4, "day": 1},
    "to": {"year": 2025, "month": 4, "day": 1}})");
  ASSERT_THAT(use, IsOk());
  ASSERT_EQ(use->uses_size(), 1);
  EXPECT_EQ(use->uses(0).actual(), 7) << "2 of its own, 2 of the duplicate, 3 that came late";
  EXPECT_DOUBLE_EQ(use->uses(0).share(), 0.5);
}

}  // namespace
}  // namespace banso::journeys
