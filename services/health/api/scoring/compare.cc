#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/scoring/portfolio.h"
#include "services/health/api/scoring/score_plan.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/domain/scoring/model_difference.h"

namespace banso::health {

using storage::Reader;
using v1::ScoreModel;

namespace {

constexpr int kDefaultAccounts = 20;

// The two revisions, and what is known of facts.
struct Pair {
  ScoreModel model;
  ScoreModel baseline;
  rule::FactCatalog catalog;
};

absl::StatusOr<Pair> LoadPair(const Store& store, Reader& reader,
                              const v1::CompareScoreModelsRequest& request, absl::Time now) {
  Pair pair;
  BANSO_ASSIGN_OR_RETURN(pair.model, store.models.Get(reader, request.score_model(), now));
  if (request.baseline().empty()) {
    BANSO_ASSIGN_OR_RETURN(pair.baseline, store.models.Active(reader, pair.model.name(), now));
  } else {
    BANSO_ASSIGN_OR_RETURN(pair.baseline, store.models.Get(reader, request.baseline(), now));
  }
  BANSO_ASSIGN_OR_RETURN(pair.catalog, store.Catalog(reader, now));
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

// Account by account, when the models read more than samples.
absl::Status CompareOneByOne(storage::Database& database, const Store& store, const Call& call,
                             const Pair& pair, const std::vector<AsOf>& times,
                             Differences& differences) {
  return ForEachAccount(
      database, store, call, Portfolio::kPresent,
      [&](Reader&, AccountEvaluation& account) -> absl::Status {
        for (size_t i = 0; i < times.size(); ++i) {
          BANSO_ASSIGN_OR_RETURN(const v1::Score before,
                                 account.ScoreBy(pair.baseline, pair.catalog, times[i]));
          BANSO_ASSIGN_OR_RETURN(const v1::Score after,
                                 account.ScoreBy(pair.model, pair.catalog, times[i]));
          differences[i].Add(before, after);
        }
        return absl::OkStatus();
      });
}

// By one scan over the samples, the accounts in parts that several threads read at once.
class PlannedComparison {
 public:
  PlannedComparison(storage::Database& database, const std::vector<AsOf>& times, ScorePlan plan,
                    std::vector<NumberedAccount> accounts, LoadedPages::MetricsBySource metrics)
      : database_(database),
        times_(times),
        plan_(std::move(plan)),
        accounts_(std::move(accounts)),
        metrics_(std::move(metrics)) {}

  absl::Status Run(const Call& call, Differences& differences) const {
    absl::Span<const NumberedAccount> rest = accounts_;
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
    while (!rest.empty()) {
      if (call.is_cancelled()) return contract::Cancelled();
      std::vector<std::future<absl::StatusOr<Scores>>> parts;
      for (unsigned i = 0; i < threads && !rest.empty(); ++i) {
        const absl::Span<const NumberedAccount> part = rest.first(std::min(rest.size(), kPart));
        parts.push_back(std::async(std::launch::async, [this, part] { return Score(part); }));
        rest.remove_prefix(part.size());
      }
      for (auto& part : parts) {
        // In the order of accounts, so that the sums are the same every time.
        BANSO_ASSIGN_OR_RETURN(const Scores scores, part.get());
        for (size_t i = 0; i < scores.size(); ++i) {
          differences[i % times_.size()].Add(scores[i][1], scores[i][0]);
        }
      }
    }
    return absl::OkStatus();
  }

 private:
  // Of each account and time the scores by the model and the baseline.
  using Scores = std::vector<std::vector<v1::Score>>;

  // How many accounts are read from one snapshot.
  static constexpr size_t kPart = 2000;
  static constexpr unsigned kMostThreads = 4;

  absl::StatusOr<Scores> Score(absl::Span<const NumberedAccount> accounts) const {
    ScorePlan plan = plan_;
    Scores scores;
    const auto visit = [&](const NumberedAccount& account, SamplePages& pages) -> absl::Status {
      for (const AsOf& time : times_) {
        BANSO_ASSIGN_OR_RETURN(std::vector<v1::Score> figures, plan.Figures(pages, account, time));
        scores.push_back(std::move(figures));
      }
      return absl::OkStatus();
    };
    BANSO_RETURN_IF_ERROR(database_.Read(
        [&](Reader& reader) { return ScanSamples(reader, accounts, metrics_, visit); }));
    return scores;
  }

  storage::Database& database_;
  const std::vector<AsOf>& times_;
  const ScorePlan plan_;
  const std::vector<NumberedAccount> accounts_;
  const LoadedPages::MetricsBySource metrics_;
};

absl::Status CompareAll(storage::Database& database, const Store& store, const Call& call,
                        const Pair& pair, const std::vector<AsOf>& times,
                        Differences& differences) {
  std::optional<PlannedComparison> planned;
  BANSO_RETURN_IF_ERROR(database.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(
        std::optional<ScorePlan> plan,
        ScorePlan::Compile(store, reader, {pair.model, pair.baseline}, pair.catalog));
    if (!plan.has_value()) return absl::OkStatus();
    BANSO_ASSIGN_OR_RETURN(std::vector<NumberedAccount> accounts,
                           NumberAccounts(reader, store, Portfolio::kPresent));
    BANSO_ASSIGN_OR_RETURN(LoadedPages::MetricsBySource metrics, ReadMetricsBySource(reader));
    planned.emplace(database, times, *std::move(plan), std::move(accounts), std::move(metrics));
    return absl::OkStatus();
  }));
  if (planned.has_value()) return planned->Run(call, differences);
  return CompareOneByOne(database, store, call, pair, times, differences);
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
  response.set_baseline(RevisionName(pair.baseline));
  for (size_t i = 0; i < times.size(); ++i) {
    v1::ScoreModelDifference* out = response.add_differences();
    *out = differences[i].Finish();
    *out->mutable_time() = calendar::ToTimestamp(times[i].time);
  }
  return response;
}

}  // namespace banso::health
