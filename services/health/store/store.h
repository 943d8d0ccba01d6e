#ifndef BANSO_SERVICES_HEALTH_STORE_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/expected_use.pb.h"
#include "banso/health/v1/forecast.pb.h"
#include "banso/health/v1/funnel.pb.h"
#include "banso/health/v1/hypothesis.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "banso/health/v1/outcome.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/migration.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"
#include "services/health/store/accounts/account_mirror.h"
#include "services/health/store/assessments/assessment_store.h"
#include "services/health/store/assessments/upkeep_store.h"
#include "services/health/store/samples.h"
#include "services/health/store/scoring/scoring_store.h"
#include "services/health/store/signals/signal_store.h"
#include "services/health/store/stages/stage_store.h"
#include "services/health/store/success/success_store.h"
#include "services/health/store/surveys/survey_store.h"
#include "services/health/store/use/use_history.h"
#include "services/health/store/words.h"

namespace banso::health {

// The schema of this service.
storage::Migrations Schema();

// What health keeps: the samples, its own facts and the mirror of everybody's, and by subject all
// else; and what is taken over from the other services. Thread-safe.
class Store {
 public:
  Store();

  // What this service says as facts, and what the others do.
  const storage::FactLog facts;
  const storage::FactLog mirror;
  // What is kept of accounts' resources.
  const AccountMirror accounts;
  const storage::Collection<v1::Metric> metrics;
  const Words words;
  const SampleReader samples;
  const UpkeepStore upkeep;
  const AssessmentStore assessments;
  const SuccessStore success;
  const ScoringStore scoring;
  const StageStore stages;
  const SignalStore signals;
  const SurveyStore surveys;
  const storage::Collection<v1::Outcome> outcomes;
  const storage::RevisionedCollection<v1::Funnel> funnels;
  const storage::Collection<v1::Hypothesis> hypotheses;
  const storage::Collection<v1::Forecast> forecasts;
  // As they are now.
  const storage::Collection<v1::ExpectedUse> expected_uses;
  const UseHistory use_history{};

  // Takes over an account or onboarding of accounts, and what is removed there. What is kept here
  // of an account that was merged into another goes over to that one: see JoinAccounts.
  absl::Status FollowAccount(storage::Writer& writer, const accounts::v1::Account& account) const;
  absl::Status FollowOnboarding(storage::Writer& writer,
                                const accounts::v1::Onboarding& onboarding) const;
  absl::Status ForgetAccount(storage::Writer& writer, absl::string_view name) const;
  absl::Status ForgetOnboarding(storage::Writer& writer, absl::string_view name) const;
  // Forgets what was taken over, before it is taken over again from the beginning. What does not
  // come again counts no longer: every account is due.
  absl::Status ForgetFollowed(storage::Writer& writer) const;
  absl::Status ForgetMirrored(storage::Writer& writer,
                              const std::vector<std::string>& prefixes) const;
  // Takes over another service's fact.
  absl::Status MirrorFact(storage::Writer& writer, const fact::v1::FactChange& change) const;

  // What a feed of changes begins with.
  storage::SnapshotSources sources() const;

  // INTERNAL when a table is not as the collections need it. For the start of the service.
  absl::Status CheckSchema(storage::Reader& reader) const;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_STORE_H_
