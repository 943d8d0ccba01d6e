#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "services/health/api/scoring/replay.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/domain/scoring/backtest.h"
#include "services/health/domain/scoring/weight_fit.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

using storage::Reader;

namespace {

constexpr double kDefaultShares[] = {0, 0.3, 0.7, 1};

// A model and what is known of facts.
struct Subject {
  v1::ScoreModel model;
  rule::FactCatalog catalog;
};

absl::StatusOr<Subject> LoadSubject(storage::Database& database, const Store& store,
                                    const std::string& name, absl::Time now) {
  return storage::Fetch<Subject>(database, [&](Reader& reader) -> absl::StatusOr<Subject> {
    Subject subject;
    BANSO_ASSIGN_OR_RETURN(subject.model, store.scoring.models.Get(reader, name, now));
    BANSO_ASSIGN_OR_RETURN(subject.catalog, ReadCatalog(store, reader, now));
    return subject;
  });
}

}  // namespace

absl::StatusOr<v1::BacktestReport> ScoringApi::BacktestModel(
    const Call& call, const v1::BacktestModelRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const Subject subject,
                         LoadSubject(database_, store_, request.score_model(), call.now));
  BANSO_ASSIGN_OR_RETURN(
      const ReplayResult replay,
      RunReplay(database_, store_, call, subject.model, subject.catalog, request.replay()));
  absl::Span<const double> shares = request.qualitative_shares();
  if (shares.empty()) shares = kDefaultShares;
  v1::BacktestReport report = Backtest(subject.model, replay.cases, replay.terms, shares);
  for (const absl::CivilDay day : replay.days) *report.add_days() = calendar::ToDate(day);
  report.set_not_at_risk(replay.not_at_risk);
  return report;
}

absl::StatusOr<v1::ModelFit> ScoringApi::FitModel(const Call& call,
                                                  const v1::FitModelRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const Subject subject,
                         LoadSubject(database_, store_, request.score_model(), call.now));
  BANSO_ASSIGN_OR_RETURN(
      const ReplayResult replay,
      RunReplay(database_, store_, call, subject.model, subject.catalog, request.replay()));
  return FitWeights(subject.model, replay.cases, replay.terms);
}

}  // namespace banso::health
