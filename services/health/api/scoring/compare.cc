#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/scoring/portfolio.h"
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

}  // namespace

absl::StatusOr<v1::CompareScoreModelsResponse> ScoringApi::CompareScoreModels(
    const Call& call, const v1::CompareScoreModelsRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<AsOf> times, TimesOf(request, call.now));
  BANSO_ASSIGN_OR_RETURN(const Pair pair, storage::Fetch<Pair>(database_, [&](Reader& reader) {
                           return LoadPair(store_, reader, request, call.now);
                         }));
  const int named = request.max_accounts() == 0 ? kDefaultAccounts : request.max_accounts();
  std::vector<ModelDifference> differences(times.size(), ModelDifference(named));
  BANSO_RETURN_IF_ERROR(ForEachAccount(
      database_, store_, call, Portfolio::kPresent,
      [&](Reader&, AccountEvaluation& account) -> absl::Status {
        for (size_t i = 0; i < times.size(); ++i) {
          BANSO_ASSIGN_OR_RETURN(const v1::Score before,
                                 account.ScoreBy(pair.baseline, pair.catalog, times[i]));
          BANSO_ASSIGN_OR_RETURN(const v1::Score after,
                                 account.ScoreBy(pair.model, pair.catalog, times[i]));
          differences[i].Add(before, after);
        }
        return absl::OkStatus();
      }));
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
