#ifndef BANSO_SERVICES_HEALTH_STORE_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/assessment.pb.h"
#include "banso/health/v1/expected_use.pb.h"
#include "banso/health/v1/forecast.pb.h"
#include "banso/health/v1/funnel.pb.h"
#include "banso/health/v1/hypothesis.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "banso/health/v1/outcome.pb.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/scoring_service.pb.h"
#include "banso/health/v1/success.pb.h"
#include "common/rule/catalog.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/migration.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"
#include "services/health/store/assessments/upkeep_store.h"
#include "services/health/store/samples.h"
#include "services/health/store/signals/signal_store.h"
#include "services/health/store/stages/stage_store.h"
#include "services/health/store/surveys/survey_store.h"
#include "services/health/store/use/use_history.h"
#include "services/health/store/words.h"

namespace banso::health {

// The schema of this service.
storage::Migrations Schema();

// What is read of an account when all of them are gone through.
struct AccountBrief {
  absl::string_view name;
  // In which its days are counted.
  absl::string_view zone;
  bool archived = false;
  // Another account has taken its place.
  bool merged = false;
};

// Of an account what every sample of it asks for.
struct KnownAccount {
  // The name of the zone in which its days are counted.
  std::string zone;
  // Another account has taken its place.
  bool merged = false;
};

// What health keeps: the collections, the samples, its own facts and the mirror of everybody's, and
// writes that concern more than one table. Thread-safe.
class Store {
 public:
  Store();

  const storage::Collection<v1::Metric> metrics;
  const storage::RevisionedCollection<v1::Rubric> rubrics;
  const storage::Collection<v1::Assessment> assessments;
  const storage::Collection<v1::RatingRequest> rating_requests;
  const storage::RevisionedCollection<v1::SuccessDefinition> definitions;
  // By StoredLabelName.
  const storage::Collection<v1::SuccessLabel> labels;
  const storage::RevisionedCollection<v1::ScoreModel> models;
  const storage::Collection<v1::Score> scores;
  const storage::Collection<v1::Outcome> outcomes;
  const storage::RevisionedCollection<v1::Funnel> funnels;
  const storage::Collection<v1::Hypothesis> hypotheses;
  const StageStore stages;
  const storage::Collection<v1::ScoreOverride> overrides;
  // What is kept of other services' resources.
  const storage::Collection<accounts::v1::Account> accounts;
  const storage::Collection<accounts::v1::Onboarding> onboardings;
  // Assessments, labels and scores as facts.
  const storage::FactLog facts;
  // The other services' facts.
  const storage::FactLog mirror;
  const Words words;
  const SampleReader samples;
  const SignalStore signals;
  const storage::Collection<v1::Forecast> forecasts;
  const UpkeepStore upkeep;
  const SurveyStore surveys;
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

  // Calls `on_account` for every account that was taken over, in no order. What it gets lives until
  // it returns. For work over all of them; ends early with its error.
  absl::Status ForEachHeader(storage::Reader& reader,
                             absl::FunctionRef<absl::Status(const AccountBrief&)> on_account) const;

  // The zone in which the days of an account (or of what belongs to it) are counted.
  std::string ZoneOf(storage::Reader& reader, absl::string_view name) const;
  // Nothing when no account has that name.
  absl::StatusOr<std::optional<KnownAccount>> FindAccount(storage::Reader& reader,
                                                          absl::string_view name) const;

  // The account that has taken the place of `account`, which was merged into it at once or through
  // others; `account` itself when none has.
  absl::StatusOr<std::string> KeptAccount(storage::Reader& reader,
                                          const std::string& account) const;
  // The name under which what had the name `name` is kept, if it has gone over with its account.
  absl::StatusOr<std::string> KeptName(storage::Reader& reader, const std::string& name) const;
  // FAILED_PRECONDITION (ACCOUNT_MERGED), with the account to name instead, when another one has
  // taken the place of the account that `name` is, or belongs to.
  absl::Status CheckNotMerged(storage::Reader& reader, const std::string& name) const;
  // The same for what is to be recorded about `account`; NOT_FOUND when it is not known here.
  absl::Status CheckOpen(storage::Reader& reader, const std::string& account) const;

  // The name of the account with this external id, if there is one.
  absl::StatusOr<std::optional<std::string>> FindByExternalId(storage::Reader& reader,
                                                              absl::string_view system,
                                                              absl::string_view id) const;

  // Up to 1,000 names of accounts that begin like `name`, for "did you mean".
  absl::StatusOr<std::vector<std::string>> NamesLike(storage::Reader& reader,
                                                     absl::string_view name) const;

  // All onboardings of an account, by name.
  absl::StatusOr<std::vector<accounts::v1::Onboarding>> OnboardingsOf(
      storage::Reader& reader, absl::string_view account) const;

  // The types of the facts that this service owns, by name: of every metric, and of rubrics,
  // definitions and models in force or, when none is, as saved last.
  absl::StatusOr<std::vector<fact::v1::FactType>> OwnFactTypes(storage::Reader& reader,
                                                               absl::Time now) const;
  // These and the types of other services' facts that have been brought along.
  absl::StatusOr<rule::FactCatalog> Catalog(storage::Reader& reader, absl::Time now) const;
  // Keeps types of other services' facts; those of this service's own are passed over.
  absl::Status KeepFactTypes(storage::Writer& writer,
                             const std::vector<fact::v1::FactType>& types) const;

  // Stores a score and its facts, if it is new, says something else than the stored one, or is of
  // another day in `zone`. Sets `band_since`. Returns whether its facts have changed.
  absl::StatusOr<bool> SaveScore(storage::Writer& writer, v1::Score score,
                                 absl::TimeZone zone) const;
  // All judgements about an account's scores, also those that are over, by name.
  absl::StatusOr<std::vector<v1::ScoreOverride>> OverridesOf(storage::Reader& reader,
                                                             absl::string_view account) const;
  // What a score has been, by time, the oldest first.
  absl::StatusOr<std::vector<v1::ScoreMoment>> HistoryOf(storage::Reader& reader,
                                                         absl::string_view score) const;
  // Stores a label and its fact, if it is new or decides something else than the stored one. Sets
  // `state_time`. `name` is the label's name as callers see it. Returns whether it was stored.
  absl::StatusOr<bool> SaveLabel(storage::Writer& writer, v1::SuccessLabel label) const;

  // Stores a judgement and its fact. One that answers a request for a second rating closes that and
  // is no fact.
  absl::StatusOr<v1::Assessment> SaveAssessment(storage::Writer& writer,
                                                v1::Assessment assessment) const;
  // The judgement of an item of an account that is in force at `now`: the latest that is no second
  // rating and has not expired. Nothing when there is none.
  absl::StatusOr<std::optional<v1::Assessment>> JudgementInForce(storage::Reader& reader,
                                                                 absl::string_view account,
                                                                 absl::string_view item,
                                                                 absl::Time now) const;
  // The requests for second ratings of an account that are open, by name; only those of the item
  // and rater that are not empty.
  absl::StatusOr<std::vector<v1::RatingRequest>> OpenRatingRequests(storage::Reader& reader,
                                                                    absl::string_view account,
                                                                    absl::string_view item,
                                                                    absl::string_view rater) const;

  // Whether there are judgements that have expired at `now` and not been dealt with.
  absl::StatusOr<bool> HasExpiredAssessments(storage::Reader& reader, absl::Time now) const;
  // Withdraws the facts of up to `limit` of these, unless a later judgement has taken their place.
  absl::Status ExpireAssessments(storage::Writer& writer, int limit) const;

  // What a feed of changes begins with.
  storage::SnapshotSources sources() const;

  // INTERNAL when a table is not as the collections need it. For the start of the service.
  absl::Status CheckSchema(storage::Reader& reader) const;

 private:
  absl::StatusOr<v1::Assessment> SaveSecondRating(storage::Writer& writer,
                                                  v1::RatingRequest request,
                                                  v1::Assessment assessment) const;
  absl::Status Expire(storage::Writer& writer, const std::string& name) const;
};

// The zone in which the account's days are counted.
std::string ZoneNameOf(const accounts::v1::Account& account);

// The name under which the label by a revision is stored.
std::string StoredLabelName(absl::string_view label_name, absl::string_view definition_revision);
// The name as callers see it.
std::string LabelName(absl::string_view stored_name);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_STORE_H_
