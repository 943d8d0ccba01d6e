#include "services/health/api/turn.h"

#include <algorithm>

#include "common/calendar/period.h"
#include "common/status_macros.h"
#include "services/health/domain/scoring/score_override.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;

// The next turn is at the beginning of the account's next day, or when a judgement about one of its
// scores is over before.
absl::Time NextTurn(absl::TimeZone zone, absl::Span<const v1::ScoreOverride> judged,
                    absl::Time now) {
  const absl::Time tomorrow = calendar::StartOfDay(calendar::DayOf(now, zone) + 1, zone);
  return std::min(tomorrow, NextEnd(judged, now).value_or(tomorrow));
}

}  // namespace

absl::Status Turn::WorkOut(const Store& store, Reader& reader, StoreFactReader& facts,
                           const Rules& rules, absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(std::optional<AccountEvaluation> account,
                         AccountEvaluation::LoadIfKnown(store, reader, facts, due_.account));
  const bool unknown = !account.has_value();
  zone_ = unknown ? calendar::ZoneOrUtc(ZoneOf(reader, due_.account)) : account->zone();
  due_again_ =
      NextTurn(zone_, unknown ? std::vector<v1::ScoreOverride>() : account->overrides(), now);
  // What is not known here, or archived, is not judged.
  if (unknown || account->archived()) next_ = TurnStep::kEnd;
  if (next_ <= TurnStep::kLabels) BANSO_RETURN_IF_ERROR(WorkOutLabels(*account, rules, now));
  if (next_ <= TurnStep::kScores) BANSO_RETURN_IF_ERROR(WorkOutScores(*account, rules, now));
  placements_.clear();
  observations_.clear();
  if (next_ <= TurnStep::kPlacements) {
    for (const v1::StageModel& model : rules.stage_models) {
      BANSO_ASSIGN_OR_RETURN(PlacementResult result,
                             Place(store, reader, facts, *account, model, rules.catalog, now));
      placements_.push_back(std::move(result));
    }
  }
  if (next_ <= TurnStep::kSignals) {
    for (const v1::SignalRule& rule : rules.signal_rules) {
      BANSO_ASSIGN_OR_RETURN(SignalObservation observation,
                             Observe(rule, *account, rules.catalog, now));
      observations_.push_back(std::move(observation));
    }
  }
  return absl::OkStatus();
}

absl::Status Turn::WorkOutLabels(AccountEvaluation& account, const Rules& rules, absl::Time now) {
  labels_.clear();
  for (const accounts::v1::Onboarding& onboarding : account.onboardings()) {
    if (onboarding.state() == accounts::v1::ONBOARDING_STATE_CANCELLED) continue;
    for (const v1::SuccessDefinition& definition : rules.definitions) {
      BANSO_ASSIGN_OR_RETURN(v1::SuccessLabel label,
                             account.LabelBy(definition, onboarding, rules.catalog, {.time = now}));
      labels_.push_back(std::move(label));
    }
  }
  return absl::OkStatus();
}

absl::Status Turn::WorkOutScores(AccountEvaluation& account, const Rules& rules, absl::Time now) {
  scores_.clear();
  for (const v1::ScoreModel& model : rules.models) {
    BANSO_ASSIGN_OR_RETURN(v1::Score score, account.ScoreBy(model, rules.catalog, {.time = now}));
    scores_.push_back(std::move(score));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Turn::SaveLabels(const Store& store, Writer& writer) {
  bool changed = false;
  for (v1::SuccessLabel& label : labels_) {
    BANSO_ASSIGN_OR_RETURN(const bool stored, store.success.SaveLabel(writer, std::move(label)));
    changed |= stored;
  }
  return changed;
}

absl::StatusOr<bool> Turn::SaveScores(const Store& store, Writer& writer) {
  bool changed = false;
  for (v1::Score& score : scores_) {
    BANSO_ASSIGN_OR_RETURN(const bool moved,
                           store.scoring.SaveScore(writer, std::move(score), zone_));
    changed |= moved;
  }
  return changed;
}

absl::StatusOr<bool> Turn::SavePlacements(const Store& store, Writer& writer) {
  bool changed = false;
  for (PlacementResult& placement : placements_) {
    BANSO_ASSIGN_OR_RETURN(const bool moved, StorePlacement(store, writer, std::move(placement)));
    changed |= moved;
  }
  return changed;
}

absl::StatusOr<bool> Turn::Save(const Store& store, Writer& writer, const Rules& rules) {
  BANSO_ASSIGN_OR_RETURN(const TurnState state, StateOf(writer, due_, writer.now()));
  if (state == TurnState::kOvertaken) return true;
  bool any_changed = false;
  bool stands = true;
  const auto go_on = [&](TurnStep step, bool changed) {
    next_ = static_cast<TurnStep>(static_cast<int>(step) + 1);
    any_changed |= changed;
    stands = !changed || !rules.IsReadAfter(step);
  };
  if (next_ == TurnStep::kLabels) {
    BANSO_ASSIGN_OR_RETURN(const bool changed, SaveLabels(store, writer));
    go_on(TurnStep::kLabels, changed);
  }
  if (stands && next_ == TurnStep::kScores) {
    BANSO_ASSIGN_OR_RETURN(const bool changed, SaveScores(store, writer));
    go_on(TurnStep::kScores, changed);
  }
  if (stands && next_ == TurnStep::kPlacements) {
    BANSO_ASSIGN_OR_RETURN(const bool changed, SavePlacements(store, writer));
    go_on(TurnStep::kPlacements, changed);
  }
  // A turn that has read more may be between two of its rounds. It shall not end with what this one
  // has put in the place of what it had stored.
  if (any_changed && state == TurnState::kMarkedSince) {
    BANSO_RETURN_IF_ERROR(MarkAgain(writer, due_.account));
  }
  if (!stands) return false;
  if (next_ == TurnStep::kSignals) {
    for (const SignalObservation& observation : observations_) {
      BANSO_RETURN_IF_ERROR(Apply(store, writer, observation));
    }
  }
  next_ = TurnStep::kEnd;
  BANSO_RETURN_IF_ERROR(MarkDone(writer, due_, due_again_));
  return true;
}

}  // namespace banso::health
