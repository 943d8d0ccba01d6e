#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/storage/failing_database.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/metrics/metrics_api.h"
#include "services/health/api/outcomes/outcomes_api.h"

namespace banso::health {
namespace {

// Imports over a disk that fails in the middle of them.
class ImportFaultsTest : public HealthFixture {
 protected:
  storage::FailingDatabase failing_{*database_};
};

TEST_F(ImportFaultsTest, IngestSamplesTellsWhatTheStoreSays) {
  MakeMetric("logins");
  MakeMetric("users", v1::METRIC_KIND_DISTINCT_USERS);
  MetricsApi metrics(failing_, store_);
  const auto ingest = [&](int round) -> absl::Status {
    v1::IngestSamplesRequest message;
    for (const char* metric : {"logins", "users"}) {
      v1::Sample* sample = message.add_samples();
      *sample = MakeSample(absl::StrCat(metric, round), metric, now_, 1);
      sample->set_user(absl::StrCat("u", round));
      sample->set_object(absl::StrCat("form", round));
    }
    message.mutable_samples(0)->clear_account();
    message.mutable_samples(0)->mutable_external_id()->set_system("crm");
    message.mutable_samples(0)->mutable_external_id()->set_id("C-acme");
    VectorSource<v1::IngestSamplesRequest> source({message});
    BANSO_ASSIGN_OR_RETURN(const auto response, metrics.IngestSamples(Now(), source));
    EXPECT_EQ(response.stored(), 2) << response.DebugString();
    return absl::OkStatus();
  };
  EXPECT_EQ(storage::CheckRefusalsAreTold(failing_, ingest), "");
}

TEST_F(ImportFaultsTest, ImportOutcomesTellsWhatTheStoreSays) {
  now_ = Noon(absl::CivilDay(2026, 6, 1));
  OutcomesApi outcomes(failing_, store_, ids_);
  const auto import = [&](int round) -> absl::Status {
    v1::ImportOutcomesRequest message;
    v1::Outcome* outcome = message.add_outcomes();
    outcome->set_name(absl::StrCat("accounts/acme/outcomes/o", round));
    outcome->set_kind(v1::OUTCOME_KIND_CHURN);
    *outcome->mutable_occurred_time() = calendar::ToTimestamp(Noon(absl::CivilDay(2026, 5, 1)));
    VectorSource<v1::ImportOutcomesRequest> source({message});
    BANSO_ASSIGN_OR_RETURN(const auto response, outcomes.ImportOutcomes(Now(), source));
    EXPECT_EQ(response.stored(), 1) << response.DebugString();
    return absl::OkStatus();
  };
  EXPECT_EQ(storage::CheckRefusalsAreTold(failing_, import), "");
}

}  // namespace
}  // namespace banso::health
