#include "services/health/store/scoring/scoring_store.h"

#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "banso/fact/v1/fact.pb.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/score.h"
#include "services/health/domain/scoring/score_told.h"
#include "services/health/store/fact_change.h"
#include "services/health/store/kinds.h"
#include "services/health/store/scoring/score_told.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;

ScoringStore::ScoringStore(const storage::FactLog& facts)
    : models(ScoreModelKind()),
      scores(ScoreKind()),
      overrides(ScoreOverrideKind()),
      facts_(facts) {}

absl::StatusOr<bool> ScoringStore::SaveScore(Writer& writer, v1::Score score,
                                             absl::TimeZone zone) const {
  BANSO_ASSIGN_OR_RETURN(const std::optional<v1::Score> stored, scores.Find(writer, score.name()));
  const absl::Time as_of = calendar::ToTime(score.as_of());
  score.clear_stale_because();
  *score.mutable_band_since() = score.as_of();
  if (stored.has_value()) {
    if (stored->band() == score.band()) *score.mutable_band_since() = stored->band_since();
    const bool same_day =
        calendar::DayOf(calendar::ToTime(stored->as_of()), zone) == calendar::DayOf(as_of, zone);
    if (same_day && SameNumbers(*stored, score)) return false;
  } else if (score.state() == v1::SCORE_STATE_NOT_APPLICABLE) {
    return false;
  }
  const std::string account = contract::Parent(score.name());
  std::optional<type::v1::Value> value;
  std::optional<type::v1::Value> band;
  if (score.has_value()) value = rule::NumberValue(score.value());
  if (!score.band().empty()) band = rule::TextValue(score.band());
  BANSO_RETURN_IF_ERROR(facts_.Record(
      writer, MakeChange(account, ScoreFact(score.name()), value, as_of, score.score_model())));
  BANSO_RETURN_IF_ERROR(facts_.Record(
      writer, MakeChange(account, ScoreBandFact(score.name()), band, as_of, score.score_model())));
  if (!stored.has_value() || !SameNumbers(*stored, score)) {
    BANSO_RETURN_IF_ERROR(KeepTold(writer, score.name(), as_of, PackTold(score)));
  }
  const bool changed = !stored.has_value() || stored->has_value() != score.has_value() ||
                       stored->value() != score.value() || stored->band() != score.band();
  BANSO_RETURN_IF_ERROR(scores.Put(writer, std::move(score)).status());
  return changed;
}

absl::StatusOr<std::vector<v1::ScoreOverride>> ScoringStore::OverridesOf(
    Reader& reader, absl::string_view account) const {
  return overrides.All(reader, "", {storage::Equal("account", account)});
}

absl::StatusOr<std::vector<v1::ScoreMoment>> ScoringStore::HistoryOf(
    Reader& reader, absl::string_view score) const {
  const std::string account = contract::Parent(score);
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactChange> values,
                         facts_.Changes(reader, account, ScoreFact(score)));
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactChange> bands,
                         facts_.Changes(reader, account, ScoreBandFact(score)));
  // Both by the time that they occurred; what did not change goes on.
  std::map<absl::Time, v1::ScoreMoment> moments;
  for (const fact::v1::FactChange& change : values) {
    v1::ScoreMoment& moment = moments[calendar::ToTime(change.occurred_time())];
    if (change.has_value()) moment.set_value(change.value().number());
    moment.set_score_model(change.source());
  }
  for (const fact::v1::FactChange& change : bands) {
    const absl::Time time = calendar::ToTime(change.occurred_time());
    const auto [at, added] = moments.try_emplace(time);
    if (added && at != moments.begin()) at->second = std::prev(at)->second;
    at->second.set_score_model(change.source());
  }
  std::vector<v1::ScoreMoment> history;
  auto band = bands.begin();
  std::string present;
  for (auto& [time, moment] : moments) {
    while (band != bands.end() && calendar::ToTime(band->occurred_time()) <= time) {
      present = band++->value().text();
    }
    moment.set_band(present);
    *moment.mutable_time() = calendar::ToTimestamp(time);
    history.push_back(std::move(moment));
  }
  return history;
}

absl::Status ScoringStore::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(models.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(scores.CheckSchema(reader));
  return overrides.CheckSchema(reader);
}

}  // namespace banso::health
