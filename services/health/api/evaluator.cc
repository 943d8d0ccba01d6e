#include "services/health/api/evaluator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "common/calendar/period.h"
#include "common/status_macros.h"
#include "services/health/api/signals/observation.h"
#include "services/health/api/stages/stage_evaluation.h"
#include "services/health/domain/scoring/score_override.h"
#include "services/health/domain/signals/signal.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;

// How many accounts are brought up to date by one transaction.
constexpr int kBatch = 50;
constexpr int kExpiryBatch = 500;
constexpr int kWakeBatch = 500;

// The account's evaluation; nothing for one that is not known here, or archived.
absl::StatusOr<std::optional<AccountEvaluation>> LoadActive(const Store& store, Reader& reader,
                                                            StoreFactReader& facts,
                                                            const std::string& account) {
  absl::StatusOr<AccountEvaluation> loaded = AccountEvaluation::Load(store, reader, facts, account);
  if (absl::IsNotFound(loaded.status())) return std::optional<AccountEvaluation>();
  if (!loaded.ok()) return loaded.status();
  if (loaded->archived()) return std::optional<AccountEvaluation>();
  return std::optional<AccountEvaluation>(*std::move(loaded));
}

// The next turn is at the beginning of the account's next day, or when a judgement about one of its
// scores is over before.
absl::Status EndTurn(const Store& store, Writer& writer, const DueEvaluation& turn,
                     absl::Time now) {
  const absl::TimeZone zone = calendar::ZoneOrUtc(store.ZoneOf(writer, turn.account));
  const absl::CivilDay today = calendar::DayOf(now, zone);
  absl::Time next = calendar::StartOfDay(today + 1, zone);
  BANSO_ASSIGN_OR_RETURN(const std::vector<v1::ScoreOverride> judged,
                         store.OverridesOf(writer, turn.account));
  const std::optional<absl::Time> over = NextEnd(judged, now);
  if (over.has_value()) next = std::min(next, *over);
  return MarkDone(writer, turn, next);
}

}  // namespace

absl::Status Evaluator::EvaluateDue(const Call& call) {
  BANSO_RETURN_IF_ERROR(ExpireAssessments(call));
  BANSO_RETURN_IF_ERROR(WakeSignals(call));
  std::optional<Rules> rules;
  while (!call.is_cancelled()) {
    std::vector<DueEvaluation> due;
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(due, ListDue(reader, call.now, kBatch));
      if (due.empty() || rules.has_value()) return absl::OkStatus();
      BANSO_ASSIGN_OR_RETURN(rules, LoadRules(store_, reader, call.now));
      return absl::OkStatus();
    }));
    if (due.empty()) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(Evaluate(call, *rules, due));
  }
  return absl::OkStatus();
}

absl::Status Evaluator::ExpireAssessments(const Call& call) {
  bool expired = true;
  while (expired && !call.is_cancelled()) {
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(expired, store_.HasExpiredAssessments(reader, call.now));
      return absl::OkStatus();
    }));
    if (!expired) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(
        database_
            .Write(call,
                   [&](Writer& writer) { return store_.ExpireAssessments(writer, kExpiryBatch); })
            .status());
  }
  return absl::OkStatus();
}

absl::Status Evaluator::WakeSignals(const Call& call) {
  std::vector<std::string> ended;
  do {
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(ended, store_.signals.EndedSnoozes(reader, call.now, kWakeBatch));
      return absl::OkStatus();
    }));
    if (ended.empty()) return absl::OkStatus();
    const auto wake = [&](Writer& writer) -> absl::Status {
      for (const std::string& name : ended) {
        BANSO_ASSIGN_OR_RETURN(v1::Signal signal, store_.signals.signals.Get(writer, name));
        // Somebody may have dealt with it meanwhile.
        if (signal.state() != v1::SIGNAL_STATE_SNOOZED) continue;
        Wake(signal);
        BANSO_RETURN_IF_ERROR(store_.signals.signals.Update(writer, std::move(signal)).status());
      }
      return absl::OkStatus();
    };
    BANSO_RETURN_IF_ERROR(database_.Write(call, wake).status());
  } while (!call.is_cancelled());
  return absl::OkStatus();
}

absl::Status Evaluator::EvaluateIfDue(const Call& call, const std::string& account) {
  std::optional<DueEvaluation> due;
  Rules rules;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(due, FindDue(reader, account, call.now));
    if (!due.has_value()) return absl::OkStatus();
    BANSO_ASSIGN_OR_RETURN(rules, LoadRules(store_, reader, call.now));
    return absl::OkStatus();
  }));
  if (!due.has_value()) return absl::OkStatus();
  return Evaluate(call, rules, {*due});
}

// Labels first: a score may read them, a level both, and a signal all of these. After a crash
// before the turns are ended, everything is done again.
absl::Status Evaluator::Evaluate(const Call& call, const Rules& rules,
                                 const std::vector<DueEvaluation>& due) {
  BANSO_RETURN_IF_ERROR(WriteLabels(call, rules, due));
  BANSO_RETURN_IF_ERROR(WriteScores(call, rules, due));
  BANSO_RETURN_IF_ERROR(WritePlacements(call, rules, due));
  BANSO_RETURN_IF_ERROR(WriteSignals(call, rules, due));
  return EndTurns(call, due);
}

absl::Status Evaluator::WriteLabels(const Call& call, const Rules& rules,
                                    const std::vector<DueEvaluation>& due) {
  if (rules.definitions.empty()) return absl::OkStatus();
  std::vector<v1::SuccessLabel> labels;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    StoreFactReader facts(store_, reader);
    for (const DueEvaluation& turn : due) {
      BANSO_ASSIGN_OR_RETURN(std::optional<AccountEvaluation> account,
                             LoadActive(store_, reader, facts, turn.account));
      if (!account.has_value()) continue;
      for (const accounts::v1::Onboarding& onboarding : account->onboardings()) {
        if (onboarding.state() == accounts::v1::ONBOARDING_STATE_CANCELLED) continue;
        for (const v1::SuccessDefinition& definition : rules.definitions) {
          BANSO_ASSIGN_OR_RETURN(
              v1::SuccessLabel label,
              account->LabelBy(definition, onboarding, rules.catalog, {.time = call.now}));
          labels.push_back(std::move(label));
        }
      }
    }
    return absl::OkStatus();
  }));
  if (labels.empty()) return absl::OkStatus();
  return database_
      .Write(call,
             [&](Writer& writer) -> absl::Status {
               for (const v1::SuccessLabel& label : labels) {
                 BANSO_RETURN_IF_ERROR(store_.SaveLabel(writer, label));
               }
               return absl::OkStatus();
             })
      .status();
}

absl::Status Evaluator::WriteScores(const Call& call, const Rules& rules,
                                    const std::vector<DueEvaluation>& due) {
  if (rules.models.empty()) return absl::OkStatus();
  struct Result {
    absl::TimeZone zone;
    std::vector<v1::Score> scores;
  };
  std::vector<Result> results(due.size());
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    StoreFactReader facts(store_, reader);
    for (size_t i = 0; i < due.size(); ++i) {
      BANSO_ASSIGN_OR_RETURN(std::optional<AccountEvaluation> account,
                             LoadActive(store_, reader, facts, due[i].account));
      if (!account.has_value()) continue;
      results[i].zone = account->zone();
      for (const v1::ScoreModel& model : rules.models) {
        BANSO_ASSIGN_OR_RETURN(v1::Score score,
                               account->ScoreBy(model, rules.catalog, {.time = call.now}));
        results[i].scores.push_back(std::move(score));
      }
    }
    return absl::OkStatus();
  }));
  return database_
      .Write(call,
             [&](Writer& writer) -> absl::Status {
               for (const Result& result : results) {
                 for (const v1::Score& score : result.scores) {
                   BANSO_RETURN_IF_ERROR(store_.SaveScore(writer, score, result.zone));
                 }
               }
               return absl::OkStatus();
             })
      .status();
}

absl::Status Evaluator::WritePlacements(const Call& call, const Rules& rules,
                                        const std::vector<DueEvaluation>& due) {
  if (rules.stage_models.empty()) return absl::OkStatus();
  std::vector<PlacementResult> results;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    StoreFactReader facts(store_, reader);
    for (const DueEvaluation& turn : due) {
      BANSO_ASSIGN_OR_RETURN(const std::optional<AccountEvaluation> account,
                             LoadActive(store_, reader, facts, turn.account));
      if (!account.has_value()) continue;
      for (const v1::StageModel& model : rules.stage_models) {
        BANSO_ASSIGN_OR_RETURN(PlacementResult result, Place(store_, reader, facts, *account, model,
                                                             rules.catalog, call.now));
        results.push_back(std::move(result));
      }
    }
    return absl::OkStatus();
  }));
  return database_
      .Write(call,
             [&](Writer& writer) -> absl::Status {
               for (const PlacementResult& result : results) {
                 BANSO_RETURN_IF_ERROR(StorePlacement(store_, writer, result));
               }
               return absl::OkStatus();
             })
      .status();
}

absl::Status Evaluator::WriteSignals(const Call& call, const Rules& rules,
                                     const std::vector<DueEvaluation>& due) {
  if (rules.signal_rules.empty()) return absl::OkStatus();
  std::vector<SignalObservation> observations;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    StoreFactReader facts(store_, reader);
    for (const DueEvaluation& turn : due) {
      BANSO_ASSIGN_OR_RETURN(std::optional<AccountEvaluation> account,
                             LoadActive(store_, reader, facts, turn.account));
      if (!account.has_value()) continue;
      for (const v1::SignalRule& rule : rules.signal_rules) {
        BANSO_ASSIGN_OR_RETURN(SignalObservation observation,
                               Observe(rule, *account, rules.catalog, call.now));
        observations.push_back(std::move(observation));
      }
    }
    return absl::OkStatus();
  }));
  return database_
      .Write(call,
             [&](Writer& writer) -> absl::Status {
               for (const SignalObservation& observation : observations) {
                 BANSO_RETURN_IF_ERROR(Apply(store_, writer, observation));
               }
               return absl::OkStatus();
             })
      .status();
}

absl::Status Evaluator::EndTurns(const Call& call, const std::vector<DueEvaluation>& due) {
  return database_
      .Write(call,
             [&](Writer& writer) -> absl::Status {
               for (const DueEvaluation& turn : due) {
                 BANSO_RETURN_IF_ERROR(EndTurn(store_, writer, turn, call.now));
               }
               return absl::OkStatus();
             })
      .status();
}

}  // namespace banso::health
