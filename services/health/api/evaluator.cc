#include "services/health/api/evaluator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "common/status_macros.h"
#include "services/health/api/parallel.h"
#include "services/health/api/turn.h"
#include "services/health/domain/signals/signal.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;

// How many accounts are listed at once, and brought up to date by one transaction: fewer when there
// are few, so that several threads have something to do.
constexpr int kListed = 800;
constexpr size_t kLargestBatch = 100;
constexpr size_t kSmallestBatch = 10;
constexpr size_t kThreads = 2;
constexpr int kExpiryBatch = 500;
constexpr int kWakeBatch = 500;

}  // namespace

absl::Status Evaluator::EvaluateDue(const Call& call) {
  BANSO_RETURN_IF_ERROR(ExpireAssessments(call));
  BANSO_RETURN_IF_ERROR(WakeSignals(call));
  while (!call.is_cancelled()) {
    std::vector<DueEvaluation> due;
    Rules rules;
    absl::Time now;
    // From one snapshot: a rule that is put in force makes all accounts due, and would be missed by
    // a turn that knew of the one and not of the other. And as of no time before what is in it:
    // that would be taken for seen.
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(due, ListDue(reader, call.now, kListed));
      if (due.empty()) return absl::OkStatus();
      now = database_.TimeOf(call);
      BANSO_ASSIGN_OR_RETURN(rules, LoadRules(store_, reader, now));
      return absl::OkStatus();
    }));
    if (due.empty()) return absl::OkStatus();
    const absl::Status status = EvaluateAll(call, now, rules, due);
    // What is left is done by the next sweep.
    if (absl::IsDeadlineExceeded(status)) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status Evaluator::EvaluateAll(const Call& call, absl::Time now, const Rules& rules,
                                    absl::Span<const DueEvaluation> due) {
  const size_t size =
      std::clamp((due.size() + kThreads - 1) / kThreads, kSmallestBatch, kLargestBatch);
  return InParallel((due.size() + size - 1) / size, kThreads, [&](size_t batch) {
    if (call.is_cancelled()) return absl::OkStatus();
    const absl::Span<const DueEvaluation> some = due.subspan(batch * size, size);
    return Evaluate(call, now, rules, {some.begin(), some.end()});
  });
}

absl::Status Evaluator::ExpireAssessments(const Call& call) {
  bool expired = true;
  while (expired && !call.is_cancelled()) {
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(expired, store_.assessments.HasExpired(reader, call.now));
      return absl::OkStatus();
    }));
    if (!expired) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(
        database_
            .Write(call,
                   [&](Writer& writer) { return store_.assessments.Expire(writer, kExpiryBatch); })
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
  absl::Time now;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(due, FindDue(reader, account, call.now));
    if (!due.has_value()) return absl::OkStatus();
    now = database_.TimeOf(call);
    BANSO_ASSIGN_OR_RETURN(rules, LoadRules(store_, reader, now));
    return absl::OkStatus();
  }));
  if (!due.has_value()) return absl::OkStatus();
  return Evaluate(call, now, rules, {*std::move(due)});
}

absl::Status Evaluator::Evaluate(const Call& call, absl::Time now, const Rules& rules,
                                 std::vector<DueEvaluation> due) {
  std::vector<Turn> turns;
  for (DueEvaluation& account : due) turns.emplace_back(std::move(account));
  while (!turns.empty()) {
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader, Holding::kPages);
      for (Turn& turn : turns) {
        BANSO_RETURN_IF_ERROR(turn.WorkOut(store_, reader, facts, rules, now));
      }
      return absl::OkStatus();
    }));
    std::vector<Turn> unfinished;
    const auto save = [&](Writer& writer) -> absl::Status {
      for (Turn& turn : turns) {
        BANSO_ASSIGN_OR_RETURN(const bool ended, turn.Save(store_, writer, rules));
        if (!ended) unfinished.push_back(std::move(turn));
      }
      return absl::OkStatus();
    };
    BANSO_RETURN_IF_ERROR(database_.Write(call, save).status());
    turns = std::move(unfinished);
  }
  return absl::OkStatus();
}

}  // namespace banso::health
