#ifndef BANSO_SERVICES_HEALTH_API_EVALUATION_H_
#define BANSO_SERVICES_HEALTH_API_EVALUATION_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/signal.pb.h"
#include "banso/health/v1/stage.pb.h"
#include "banso/health/v1/success.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/calendar/proto_time.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "common/storage/database.h"
#include "services/health/domain/score.h"
#include "services/health/store/fact_reader.h"
#include "services/health/store/store.h"

// Works out labels and scores from one snapshot of the store. Nothing is written here.
namespace banso::health {

// What an account's turn goes through, in this order.
enum class TurnStep { kLabels, kScores, kPlacements, kSignals, kEnd };

// By which rules accounts are judged.
struct Rules {
  rule::FactCatalog catalog;
  std::vector<v1::SuccessDefinition> definitions;
  std::vector<v1::ScoreModel> models;
  std::vector<v1::StageModel> stage_models;
  std::vector<v1::SignalRule> signal_rules;

  // The names of all facts that the rules of each step read, those behind ratios among them.
  std::map<TurnStep, std::set<std::string>> facts_read;

  // Whether a step after this one reads facts that this one makes.
  bool IsReadAfter(TurnStep step) const;
};

// The rules in force at `now`.
absl::StatusOr<Rules> LoadRules(const Store& store, storage::Reader& reader, absl::Time now);

// As of when something is worked out.
struct AsOf {
  absl::Time time;
  // Absent: all that is known counts.
  std::optional<absl::Time> known_at = std::nullopt;
};

// What a request with `as_of` and `known_at` means.
template <typename Request>
AsOf AsOfRequest(const Request& request, absl::Time now) {
  AsOf as_of{.time = request.has_as_of() ? calendar::ToTime(request.as_of()) : now};
  if (request.has_known_at()) as_of.known_at = calendar::ToTime(request.known_at());
  return as_of;
}

// Judges one account, as it is followed from accounts. For one thread, within one transaction.
class AccountEvaluation {
 public:
  // NOT_FOUND when the account is not known here. `facts` reads from the same snapshot and must
  // outlive the evaluation.
  static absl::StatusOr<AccountEvaluation> Load(const Store& store, storage::Reader& reader,
                                                StoreFactReader& facts, const std::string& account);

  // The same, but nothing for an account that is not known here.
  static absl::StatusOr<std::optional<AccountEvaluation>> LoadIfKnown(const Store& store,
                                                                      storage::Reader& reader,
                                                                      StoreFactReader& facts,
                                                                      const std::string& account);

  const std::string& name() const { return account_; }
  absl::TimeZone zone() const { return zone_; }
  bool archived() const { return archive_time_.has_value(); }
  bool IsArchivedAt(const AsOf& as_of) const;
  const std::vector<accounts::v1::Onboarding>& onboardings() const { return onboardings_; }
  // All judgements about its scores, also those that are over.
  const std::vector<v1::ScoreOverride>& overrides() const { return overrides_; }
  // The onboarding of that name, or null.
  const accounts::v1::Onboarding* FindOnboarding(absl::string_view name) const;

  // The onboardings that were known as of then, with the state and the clocks that they had: what
  // has become of them since must not be seen. Of those that have changed since, state and clocks
  // are the facts of accounts as of then, and nothing else is set but name and create_time.
  absl::StatusOr<std::vector<accounts::v1::Onboarding>> OnboardingsAsOf(const AsOf& as_of) const;

  // The moment of the onboarding that was running as of then; when none was, of the one created
  // last that was not cancelled: what came after an onboarding is told by its clocks and facts,
  // too. State and clocks are those of OnboardingsAsOf.
  absl::StatusOr<rule::Moment> LatestMoment(const AsOf& as_of) const;
  StoreFactReader& facts() { return *facts_; }

  // The account's score by a model revision, with the override that stood then. The moment's
  // onboarding is the one of OnboardingsAsOf that was running, of several the one created last.
  absl::StatusOr<v1::Score> ScoreBy(const v1::ScoreModel& model, const rule::FactCatalog& catalog,
                                    const AsOf& as_of);

  // The points of each of the model's measures, and whether the model applies. Overrides play no
  // part.
  struct Points {
    bool applies = false;
    std::vector<MeasurePoints> of_measure;
  };
  absl::StatusOr<Points> PointsBy(const v1::ScoreModel& model, const rule::FactCatalog& catalog,
                                  const AsOf& as_of);

  // Evaluates a condition about the account. The moment is that of ScoreBy.
  absl::StatusOr<type::v1::Explanation> Evaluate(const type::v1::Condition& condition,
                                                 const rule::FactCatalog& catalog,
                                                 const AsOf& as_of);
  // The latest value of a fact of the account as of then; nothing when it is unknown.
  absl::StatusOr<std::optional<type::v1::Value>> Latest(absl::string_view fact, const AsOf& as_of);

  // The label of one of its onboardings by a definition revision, under the name that callers see.
  // Its clocks are those of `onboarding`: as of a past time, one of OnboardingsAsOf.
  absl::StatusOr<v1::SuccessLabel> LabelBy(const v1::SuccessDefinition& definition,
                                           const accounts::v1::Onboarding& onboarding,
                                           const rule::FactCatalog& catalog, const AsOf& as_of);

  // For whom and as of when conditions are evaluated; `onboarding` is one of its own, or null.
  rule::Moment MomentFor(const accounts::v1::Onboarding* onboarding, const AsOf& as_of) const;

 private:
  AccountEvaluation(StoreFactReader& facts, std::string account)
      : account_(std::move(account)), facts_(&facts) {}

  // What a model reads of the account at one moment.
  struct Inputs {
    rule::Moment moment;
    type::v1::Explanation applies;
    std::vector<MeasureReading> measures;
  };
  absl::StatusOr<Inputs> ReadInputs(const v1::ScoreModel& model, const rule::FactCatalog& catalog,
                                    const AsOf& as_of);
  // Which of several onboardings a moment is about; null: none.
  using Choice =
      const accounts::v1::Onboarding* (*)(const std::vector<accounts::v1::Onboarding>& onboardings);
  absl::StatusOr<rule::Moment> MomentOf(Choice choose, const AsOf& as_of) const;
  // One of its onboardings by its facts as of then; nothing when it was not known.
  absl::StatusOr<std::optional<accounts::v1::Onboarding>> ReadOnboarding(
      const accounts::v1::Onboarding& onboarding, const AsOf& as_of) const;
  absl::StatusOr<rule::Readings> ReadAll(const v1::ScoreModel& model, const rule::Moment& moment,
                                         const rule::FactCatalog& catalog);

  std::string account_;
  absl::TimeZone zone_;
  std::string zone_name_;
  std::optional<absl::Time> archive_time_;
  std::vector<accounts::v1::Onboarding> onboardings_;
  std::vector<v1::ScoreOverride> overrides_;
  StoreFactReader* facts_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_EVALUATION_H_
