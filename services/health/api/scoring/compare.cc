#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/portfolio/portfolio.h"
#include "services/health/api/scoring/score_plan.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/domain/scoring/model_difference.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

using storage::Reader;
using v1::ScoreModel;

namespace {

constexpr int kDefaultAccounts = 20;

// The two revisions, and what is known of facts.
struct Pair {
  ScoreModel model;
  // Nothing for a first draft: no revision of its model is in force.
  std::optional<ScoreModel> baseline;
  rule::FactCatalog catalog;
};

absl::StatusOr<Pair> LoadPair(const Store& store, Reader& reader,
                              const v1::CompareScoreModelsRequest& request, absl::Time now) {
  Pair pair;
  BANSO_ASSIGN_OR_RETURN(pair.model, store.scoring.models.Get(reader, request.score_model(), now));
  absl::StatusOr<ScoreModel> baseline =
      request.baseline().empty() ? store.scoring.models.Active(reader, pair.model.name(), now)
                                 : store.scoring.models.Get(reader, request.baseline(), now);
  if (baseline.ok()) {
    pair.baseline = *std::move(baseline);
  } else if (!absl::IsFailedPrecondition(baseline.status())) {
    return baseline.status();
  }
  BANSO_ASSIGN_OR_RETURN(pair.catalog, ReadCatalog(store, reader, now));
  return pair;
}

// As of when; the present needs no replay.
absl::StatusOr<std::vector<AsOf>> TimesOf(const v1::CompareScoreModelsRequest& request,
                                          absl::Time now) {
  if (request.times().empty()) return std::vector<AsOf>{{.time = now}};
  std::vector<AsOf> times;
  for (int i = 0; i < request.times_size(); ++i) {
    const absl::Time time = calendar::ToTime(request.times(i));
    if (time > now) {
      return contract::InvalidField(absl::StrCat("times[", i, "]"), absl::FormatTime(time),
                                    "a time up to the present", "OUT_OF_RANGE");
    }
    times.push_back({.time = time, .known_at = time});
  }
  return times;
}

std::string RevisionName(const ScoreModel& model) {
  return contract::JoinRevision(model.name(), model.revision().number());
}

using Differences = std::vector<ModelDifference>;

JudgedAccount JudgedBy(const ScoreFigures& figures) {
  return {.state = figures.state, .value = figures.value, .band = figures.band};
}

MeasureAmounts AmountsOf(const ScoreModel& model, const ScoreFigures& figures) {
  MeasureAmounts amounts;
  for (int i = 0; i < model.measures_size(); ++i) {
    amounts.emplace_back(model.measures(i).key(), figures.amounts[i]);
  }
  return amounts;
}

// The models of a plan: the one in question and, where there is one, the baseline.
std::vector<ScoreModel> ModelsOf(const Pair& pair) {
  std::vector<ScoreModel> models = {pair.model};
  if (pair.baseline.has_value()) models.push_back(*pair.baseline);
  return models;
}

// Adds what the plan has read of the account.
void AddPlanned(const NumberedAccount& account, bool has_baseline, ScorePlan& plan,
                ModelDifference& difference) {
  const ScoreFigures& after = plan.Figures(0);
  if (!has_baseline) {
    difference.AddFirst(account.name, JudgedBy(after), [&]() -> std::string {
      if (!after.value.has_value()) return WhyNoValue(plan.model(0), after);
      return DifferenceText({}, AmountsOf(plan.model(0), after));
    });
    return;
  }
  const ScoreFigures& before = plan.Figures(1);
  difference.Add(account.name, JudgedBy(before), JudgedBy(after), [&]() -> std::string {
    if (!after.value.has_value()) return WhyNoValue(plan.model(0), after);
    if (!before.value.has_value()) return WhyNoValue(plan.model(1), before);
    return DifferenceText(AmountsOf(plan.model(1), before), AmountsOf(plan.model(0), after));
  });
}

// What is compared, and how.
struct ModelComparison {
  const Store& store;
  const Pair& pair;
  const std::vector<AsOf>& times;
  // Nothing when the models read more than samples.
  std::optional<ScorePlan> plan;
  LoadedPages::MetricsBySource metrics;
};

// By one scan over the samples.
absl::Status AddByPlan(const ModelComparison& comparison, Reader& reader,
                       absl::Span<const NumberedAccount> accounts, Differences& differences) {
  ScorePlan plan = *comparison.plan;
  return ScanSamples(reader, accounts, comparison.metrics,
                     [&](const NumberedAccount& account, SamplePages& pages) -> absl::Status {
                       for (size_t i = 0; i < comparison.times.size(); ++i) {
                         BANSO_RETURN_IF_ERROR(plan.Read(pages, account, comparison.times[i]));
                         AddPlanned(account, comparison.pair.baseline.has_value(), plan,
                                    differences[i]);
                       }
                       return absl::OkStatus();
                     });
}

absl::Status AddOneByOne(const ModelComparison& comparison, Reader& reader,
                         absl::Span<const NumberedAccount> accounts, Differences& differences) {
  const Pair& pair = comparison.pair;
  StoreFactReader facts(comparison.store, reader, Holding::kOneAccount);
  for (const NumberedAccount& numbered : accounts) {
    BANSO_ASSIGN_OR_RETURN(
        std::optional<AccountEvaluation> account,
        AccountEvaluation::LoadIfKnown(comparison.store, reader, facts, numbered.name));
    if (!account.has_value()) continue;
    for (size_t i = 0; i < comparison.times.size(); ++i) {
      BANSO_ASSIGN_OR_RETURN(const v1::Score after,
                             account->ScoreBy(pair.model, pair.catalog, comparison.times[i]));
      if (!pair.baseline.has_value()) {
        differences[i].AddFirst(after);
        continue;
      }
      BANSO_ASSIGN_OR_RETURN(const v1::Score before,
                             account->ScoreBy(*pair.baseline, pair.catalog, comparison.times[i]));
      differences[i].Add(before, after);
    }
  }
  return absl::OkStatus();
}

absl::Status CompareAll(storage::Database& database, const Store& store, const Call& call,
                        const Pair& pair, const std::vector<AsOf>& times,
                        Differences& differences) {
  ModelComparison comparison{store, pair, times, {}, {}};
  BANSO_RETURN_IF_ERROR(database.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(comparison.plan,
                           ScorePlan::Compile(store, reader, ModelsOf(pair), pair.catalog));
    BANSO_ASSIGN_OR_RETURN(comparison.metrics, ReadMetricsBySource(reader));
    return absl::OkStatus();
  }));
  BANSO_ASSIGN_OR_RETURN(const std::vector<NumberedAccount> accounts,
                         NumberAccounts(database, store, Portfolio::kPresent));
  const bool planned = comparison.plan.has_value();
  const size_t size = planned ? kPlannedPart : kPart;
  std::vector<Differences> of_parts(CountParts(accounts, size), differences);
  BANSO_RETURN_IF_ERROR(
      ForEachPart(database, call, accounts, size,
                  [&](size_t part, Reader& reader, absl::Span<const NumberedAccount> some) {
                    return planned ? AddByPlan(comparison, reader, some, of_parts[part])
                                   : AddOneByOne(comparison, reader, some, of_parts[part]);
                  }));
  // In the order of accounts, so that sums are the same every time.
  for (Differences& of_part : of_parts) {
    for (size_t i = 0; i < times.size(); ++i) differences[i].Merge(std::move(of_part[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CompareScoreModelsResponse> ScoringApi::CompareScoreModels(
    const Call& call, const v1::CompareScoreModelsRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<AsOf> times, TimesOf(request, call.now));
  BANSO_ASSIGN_OR_RETURN(const Pair pair, storage::Fetch<Pair>(database_, [&](Reader& reader) {
                           return LoadPair(store_, reader, request, call.now);
                         }));
  const int named = request.max_accounts() == 0 ? kDefaultAccounts : request.max_accounts();
  Differences differences(times.size(), ModelDifference(named));
  BANSO_RETURN_IF_ERROR(CompareAll(database_, store_, call, pair, times, differences));
  v1::CompareScoreModelsResponse response;
  response.set_score_model(RevisionName(pair.model));
  if (pair.baseline.has_value()) response.set_baseline(RevisionName(*pair.baseline));
  for (size_t i = 0; i < times.size(); ++i) {
    v1::ScoreModelDifference* out = response.add_differences();
    *out = differences[i].Finish();
    *out->mutable_time() = calendar::ToTimestamp(times[i].time);
  }
  return response;
}

}  // namespace banso::health
