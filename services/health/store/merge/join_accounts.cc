#include "services/health/store/merge/join_accounts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/signals/signal.h"
#include "services/health/domain/stages/stage_model.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/merge/join_samples.h"
#include "services/health/store/scoring/score_told.h"
#include "services/health/store/store.h"

namespace banso::health {
namespace {

using fact::v1::FactChange;
using storage::Row;
using storage::Writer;

constexpr char kService[] = "services/health";

// The names of the facts about a subject that are `fact` or begin with it and a dot.
absl::StatusOr<std::vector<std::string>> FactsBelow(Writer& writer, const std::string& subject,
                                                    const std::string& fact) {
  std::vector<std::string> facts;
  BANSO_RETURN_IF_ERROR(
      writer.Query("SELECT DISTINCT fact FROM fact_change WHERE subject = $subject "
                   "AND (fact = $fact OR (fact > $from AND fact < $to)) ORDER BY fact",
                   {{"subject", subject},
                    {"fact", fact},
                    {"from", absl::StrCat(fact, ".")},
                    // The character after the dot.
                    {"to", absl::StrCat(fact, "/")}},
                   [&](const Row& row) {
                     facts.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  return facts;
}

// Says that nothing is known any more of a fact under the name that its subject had.
absl::Status Withdraw(Writer& writer, const Store& store, FactChange last) {
  last.clear_value();
  last.clear_occurred_time();
  last.clear_recorded_time();
  last.clear_backdated();
  return store.facts.Record(writer, std::move(last));
}

// Tells a change once more about another subject, as known since when it was.
absl::Status Retell(Writer& writer, const Store& store, FactChange change,
                    const std::string& subject) {
  change.set_subject(subject);
  change.set_backdated(true);
  return change.has_value() ? store.facts.RecordEvent(writer, std::move(change))
                            : store.facts.Record(writer, std::move(change));
}

// An account's judgements by item.
using Judgements = std::map<std::string, std::vector<v1::Assessment>>;

// The judgement that took the place of another one before the time `end`; null for none.
const v1::Assessment* Successor(const std::vector<v1::Assessment>& later, absl::Time assessed,
                                absl::Time end) {
  const v1::Assessment* last = nullptr;
  for (const v1::Assessment& one : later) {
    const absl::Time time = calendar::ToTime(one.assess_time());
    if (time <= assessed || time > end) continue;
    if (last == nullptr || time >= calendar::ToTime(last->assess_time())) last = &one;
  }
  return last;
}

const v1::Assessment* FindByName(const std::vector<v1::Assessment>& all, absl::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name() == name; });
  return found == all.end() ? nullptr : &*found;
}

class Join {
 public:
  Join(Writer& writer, const Store& store, const std::string& from, const std::string& to)
      : writer_(writer), store_(store), from_(from), to_(to) {}

  absl::Status All() {
    BANSO_RETURN_IF_ERROR(JoinSamples(writer_, store_.words, from_, to_));
    BANSO_RETURN_IF_ERROR(Assessments());
    BANSO_RETURN_IF_ERROR(RatingRequests());
    BANSO_RETURN_IF_ERROR(Tasks());
    BANSO_RETURN_IF_ERROR(Move(store_.outcomes));
    BANSO_RETURN_IF_ERROR(Move(store_.scoring.overrides));
    BANSO_RETURN_IF_ERROR(ExpectedUses());
    BANSO_RETURN_IF_ERROR(Signals());
    BANSO_RETURN_IF_ERROR(Scores());
    BANSO_RETURN_IF_ERROR(Stages());
    return MarkDue(writer_, to_, absl::StrCat(from_, " was merged into the account"));
  }

  // The new name of something that belongs to the account: the same id, unless that is taken.
  template <class T>
  absl::StatusOr<std::string> NewName(const storage::Collection<T>& resources,
                                      const std::string& name) {
    std::string same = absl::StrCat(to_, absl::StripPrefix(name, from_));
    BANSO_ASSIGN_OR_RETURN(const bool taken, resources.Exists(writer_, same));
    return taken ? OtherName(name) : same;
  }

  // Gives a resource another name; it stays as old as it is.
  template <class T>
  absl::Status Rename(const storage::Collection<T>& resources, T resource, std::string name) {
    const std::string before = resource.name();
    resource.set_name(std::move(name));
    // Two of one cause or respondent must not be there at once.
    BANSO_RETURN_IF_ERROR(resources.Delete(writer_, before));
    return resources.Adopt(writer_, std::move(resource)).status();
  }

 private:
  // A new name that nothing else has: with the beginning of the id.
  std::string OtherName(const std::string& name) const {
    constexpr size_t kBeginning = 50;
    constexpr int kHashBytes = 16;
    constexpr size_t kSuffix = 10;
    const std::string id = contract::LastId(name).substr(0, kBeginning);
    const std::string hash = absl::BytesToHexString(contract::Hash(name, kHashBytes));
    const absl::string_view collection = absl::StripSuffix(name, contract::LastId(name));
    return absl::StrCat(to_, absl::StripPrefix(collection, from_), absl::StripSuffix(id, "-"), "-",
                        hash.substr(0, kSuffix));
  }

  template <class T>
  absl::Status Move(
      const storage::Collection<T>& resources,
      absl::FunctionRef<absl::Status(const std::string& before, const std::string& after)> moved =
          [](const std::string&, const std::string&) { return absl::OkStatus(); }) {
    BANSO_ASSIGN_OR_RETURN(std::vector<T> all, resources.All(writer_, from_));
    for (T& resource : all) {
      const std::string before = resource.name();
      BANSO_ASSIGN_OR_RETURN(const std::string after, NewName(resources, before));
      BANSO_RETURN_IF_ERROR(Rename(resources, std::move(resource), after));
      BANSO_RETURN_IF_ERROR(moved(before, after));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Judgements> JudgementsOf(const std::string& account) {
    Judgements judgements;
    BANSO_RETURN_IF_ERROR(
        store_.assessments.assessments.ForEach(writer_, account, {}, [&](v1::Assessment& one) {
          // A second rating is compared, and is no fact.
          if (one.rating_request().empty()) judgements[one.item()].push_back(std::move(one));
          return absl::OkStatus();
        }));
    return judgements;
  }

  absl::Status Assessments() {
    BANSO_ASSIGN_OR_RETURN(Judgements of_kept, JudgementsOf(to_));
    BANSO_RETURN_IF_ERROR(Move(store_.assessments.assessments, [&](const std::string& before,
                                                                   const std::string& after) {
      names_[before] = after;
      return writer_
          .Execute("UPDATE assessment_expiry SET assessment = $after WHERE assessment = $before",
                   {{"after", after}, {"before", before}})
          .status();
    }));
    if (names_.empty()) return absl::OkStatus();
    BANSO_ASSIGN_OR_RETURN(Judgements of_both, JudgementsOf(to_));
    for (auto& [item, judged] : of_both) {
      const std::vector<v1::Assessment>& own = of_kept[item];
      std::erase_if(judged,
                    [&](const auto& one) { return FindByName(own, one.name()) != nullptr; });
      if (!judged.empty()) BANSO_RETURN_IF_ERROR(JudgementFacts(item, own, judged));
    }
    return absl::OkStatus();
  }

  // A request and the judgements that it is about name each other.
  absl::Status RatingRequests() {
    BANSO_ASSIGN_OR_RETURN(std::vector<v1::RatingRequest> all,
                           store_.assessments.rating_requests.All(writer_, from_));
    for (v1::RatingRequest& request : all) {
      BANSO_ASSIGN_OR_RETURN(const std::string after,
                             NewName(store_.assessments.rating_requests, request.name()));
      request.set_first_assessment(Renamed(request.first_assessment()));
      request.set_second_assessment(Renamed(request.second_assessment()));
      if (!request.second_assessment().empty()) {
        BANSO_RETURN_IF_ERROR(store_.assessments.assessments
                                  .Modify(writer_, request.second_assessment(), "",
                                          [&](v1::Assessment& rated) {
                                            rated.set_rating_request(after);
                                            return absl::OkStatus();
                                          })
                                  .status());
      }
      BANSO_RETURN_IF_ERROR(Rename(store_.assessments.rating_requests, std::move(request), after));
    }
    return absl::OkStatus();
  }

  // What a judgement is called now.
  std::string Renamed(const std::string& assessment) const {
    const auto renamed = names_.find(assessment);
    return renamed == names_.end() ? assessment : renamed->second;
  }

  // Brings the facts of one item over. Where one account has a judgement that was made after one of
  // the other and before that expired, it took its place: then it holds on.
  absl::Status JudgementFacts(const std::string& item, const std::vector<v1::Assessment>& own,
                              const std::vector<v1::Assessment>& joined) {
    const std::string fact = AssessmentFact(item);
    BANSO_ASSIGN_OR_RETURN(const std::vector<FactChange> of_kept,
                           store_.facts.Changes(writer_, to_, fact));
    BANSO_ASSIGN_OR_RETURN(std::vector<FactChange> of_duplicate,
                           store_.facts.Changes(writer_, from_, fact));
    if (of_duplicate.empty()) return absl::OkStatus();
    const FactChange last = of_duplicate.back();
    std::erase_if(of_duplicate, [&](FactChange& change) {
      const auto renamed = names_.find(change.source());
      if (renamed == names_.end()) return true;
      change.set_source(renamed->second);
      return false;
    });
    // What holds before what has ended: an end is told of what holds.
    for (const FactChange& change : of_duplicate) {
      if (change.has_value()) BANSO_RETURN_IF_ERROR(Retell(writer_, store_, change, to_));
    }
    for (const FactChange& change : of_kept) {
      if (!change.has_value()) BANSO_RETURN_IF_ERROR(HoldOn(change, own, joined));
    }
    for (const FactChange& change : of_duplicate) {
      if (change.has_value() || HasSuccessor(change, joined, own)) continue;
      BANSO_RETURN_IF_ERROR(Retell(writer_, store_, change, to_));
    }
    return Withdraw(writer_, store_, last);
  }

  // Whether the judgement whose expiry `change` tells, one of `expired`, had lost its place before
  // to one of `others`.
  static bool HasSuccessor(const FactChange& change, const std::vector<v1::Assessment>& expired,
                           const std::vector<v1::Assessment>& others) {
    const v1::Assessment* one = FindByName(expired, change.source());
    return one != nullptr && Successor(others, calendar::ToTime(one->assess_time()),
                                       calendar::ToTime(change.occurred_time())) != nullptr;
  }

  // Takes back an expiry of the kept account's own judgement that one of the duplicate had taken
  // the place of, unless that had expired, too.
  absl::Status HoldOn(const FactChange& expiry, const std::vector<v1::Assessment>& own,
                      const std::vector<v1::Assessment>& joined) {
    const v1::Assessment* expired = FindByName(own, expiry.source());
    if (expired == nullptr) return absl::OkStatus();
    const absl::Time end = calendar::ToTime(expiry.occurred_time());
    const v1::Assessment* holds = Successor(joined, calendar::ToTime(expired->assess_time()), end);
    if (holds == nullptr) return absl::OkStatus();
    if (holds->has_expire_time() && calendar::ToTime(holds->expire_time()) <= end) {
      return absl::OkStatus();
    }
    FactChange again = expiry;
    *again.mutable_value() = rule::NumberValue(holds->rating());
    again.set_source(holds->name());
    again.set_backdated(false);
    return store_.facts.RecordEvent(writer_, std::move(again));
  }

  // Tasks of upkeep ask for the judgement of the kept account, once.
  absl::Status Tasks() {
    BANSO_ASSIGN_OR_RETURN(
        std::vector<v1::UpkeepTask> tasks,
        store_.upkeep.tasks.All(writer_, "", {storage::Equal("account", from_)}));
    for (v1::UpkeepTask& task : tasks) {
      BANSO_ASSIGN_OR_RETURN(const int64_t same,
                             store_.upkeep.tasks.Count(writer_, contract::Parent(task.name()),
                                                       {storage::Equal("account", to_),
                                                        storage::Equal("item", task.item())}));
      if (same > 0 && !task.has_done_time()) {
        BANSO_RETURN_IF_ERROR(store_.upkeep.tasks.Delete(writer_, task.name()));
        continue;
      }
      task.set_account(to_);
      task.set_assessment(Renamed(task.assessment()));
      BANSO_RETURN_IF_ERROR(store_.upkeep.tasks.Update(writer_, std::move(task)).status());
    }
    return absl::OkStatus();
  }

  absl::Status ExpectedUses() {
    BANSO_RETURN_IF_ERROR(
        Move(store_.expected_uses, [&](const std::string& before, const std::string& after) {
          return store_.use_history.Rename(writer_, before, after);
        }));
    // What has been removed since was known once.
    BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> removed,
                           store_.use_history.NamesOf(writer_, from_));
    for (const std::string& name : removed) {
      BANSO_RETURN_IF_ERROR(store_.use_history.Rename(writer_, name, OtherName(name)));
    }
    return absl::OkStatus();
  }

  // A signal of which the kept account has the cause, too, is no second one.
  absl::Status Signals() {
    BANSO_ASSIGN_OR_RETURN(std::vector<v1::Signal> all, store_.signals.signals.All(writer_, from_));
    for (v1::Signal& signal : all) {
      BANSO_ASSIGN_OR_RETURN(const std::optional<v1::Signal> same,
                             store_.signals.FindByCause(writer_, to_, signal.cause()));
      if (same.has_value()) {
        BANSO_RETURN_IF_ERROR(Close(std::move(signal), same->name()));
        continue;
      }
      const std::string before = signal.name();
      BANSO_ASSIGN_OR_RETURN(const std::string after, NewName(store_.signals.signals, before));
      signals_[before] = after;
      BANSO_RETURN_IF_ERROR(Rename(store_.signals.signals, std::move(signal), after));
      BANSO_RETURN_IF_ERROR(
          writer_
              .Execute("UPDATE signal_task SET signal = $after WHERE signal = $before",
                       {{"after", after}, {"before", before}})
              .status());
    }
    BANSO_RETURN_IF_ERROR(Messages());
    return Watches();
  }

  absl::Status Close(v1::Signal signal, const std::string& same) {
    if (signal.state() == v1::SIGNAL_STATE_RESOLVED) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(Resolve(v1::SIGNAL_OUTCOME_OVER,
                                  absl::StrCat("The account was merged; ", same, " says the same."),
                                  kService, writer_.now(), signal));
    return store_.signals.signals.Update(writer_, std::move(signal)).status();
  }

  // Messages have been told to others under their names, and stay; the signal that each reacts to
  // has a new one.
  absl::Status Messages() {
    if (signals_.empty()) return absl::OkStatus();
    BANSO_ASSIGN_OR_RETURN(std::vector<v1::OutboxMessage> messages,
                           store_.signals.messages.All(writer_, from_));
    for (v1::OutboxMessage& message : messages) {
      const auto renamed = signals_.find(message.signal());
      if (renamed == signals_.end()) continue;
      message.set_signal(renamed->second);
      BANSO_RETURN_IF_ERROR(store_.signals.messages.Update(writer_, std::move(message)).status());
    }
    return absl::OkStatus();
  }

  // What is remembered of a rule: that its cause lasts, before that it has ended; else the later.
  absl::Status Watches() {
    BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> rules,
                           store_.signals.WatchedRules(writer_, from_));
    for (const std::string& rule : rules) {
      BANSO_ASSIGN_OR_RETURN(SignalWatch of_duplicate, store_.signals.Watch(writer_, from_, rule));
      BANSO_ASSIGN_OR_RETURN(const SignalWatch of_kept, store_.signals.Watch(writer_, to_, rule));
      const auto renamed = signals_.find(of_duplicate.signal);
      const bool later = of_duplicate.active == of_kept.active
                             ? !of_duplicate.active && of_duplicate.raised > of_kept.raised
                             : of_duplicate.active;
      const bool takes_over = of_kept.signal.empty() || later;
      if (renamed != signals_.end() && takes_over) {
        of_duplicate.signal = renamed->second;
        BANSO_RETURN_IF_ERROR(store_.signals.SaveWatch(writer_, to_, rule, of_duplicate));
      } else if (renamed != signals_.end() && of_duplicate.active) {
        // Both last: the kept account's own signal speaks for both.
        BANSO_ASSIGN_OR_RETURN(v1::Signal other,
                               store_.signals.signals.Get(writer_, renamed->second));
        BANSO_RETURN_IF_ERROR(Close(std::move(other), of_kept.signal));
      }
      BANSO_RETURN_IF_ERROR(store_.signals.DropWatch(writer_, from_, rule));
    }
    return absl::OkStatus();
  }

  absl::Status Scores() {
    BANSO_ASSIGN_OR_RETURN(std::vector<v1::Score> all, store_.scoring.scores.All(writer_, from_));
    for (v1::Score& score : all) {
      const std::string name = absl::StrCat(to_, absl::StripPrefix(score.name(), from_));
      BANSO_ASSIGN_OR_RETURN(const bool has_own, store_.scoring.scores.Exists(writer_, name));
      if (has_own) continue;
      BANSO_RETURN_IF_ERROR(MoveFacts(ScoreFact(name)));
      BANSO_RETURN_IF_ERROR(MoveTold(writer_, score.name(), name));
      BANSO_RETURN_IF_ERROR(Rename(store_.scoring.scores, std::move(score), name));
    }
    return absl::OkStatus();
  }

  absl::Status Stages() {
    BANSO_ASSIGN_OR_RETURN(std::vector<v1::Placement> all,
                           store_.stages.placements.All(writer_, from_));
    for (v1::Placement& placement : all) {
      const std::string before = placement.name();
      const std::string name = absl::StrCat(to_, absl::StripPrefix(before, from_));
      BANSO_ASSIGN_OR_RETURN(const bool has_own, store_.stages.placements.Exists(writer_, name));
      if (has_own) continue;
      BANSO_RETURN_IF_ERROR(MoveFacts(StageFact(name)));
      BANSO_RETURN_IF_ERROR(Rename(store_.stages.placements, std::move(placement), name));
      BANSO_ASSIGN_OR_RETURN(std::vector<v1::StageMove> moves,
                             store_.stages.moves.All(writer_, before));
      for (v1::StageMove& move : moves) {
        std::string moved = absl::StrCat(to_, absl::StripPrefix(move.name(), from_));
        BANSO_RETURN_IF_ERROR(Rename(store_.stages.moves, std::move(move), std::move(moved)));
      }
      BANSO_RETURN_IF_ERROR(
          writer_
              .Execute("UPDATE stage_turn SET account = $to WHERE account = $from "
                       "AND model = $model AND NOT EXISTS (SELECT 1 FROM stage_turn AS own "
                       "WHERE own.account = $to AND own.model = $model)",
                       {{"to", to_},
                        {"from", from_},
                        {"model", absl::StrCat("stageModels/", contract::LastId(name))}})
              .status());
    }
    return absl::OkStatus();
  }

  absl::Status MoveFacts(const std::string& fact) {
    BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> facts, FactsBelow(writer_, from_, fact));
    for (const std::string& one : facts) {
      BANSO_ASSIGN_OR_RETURN(const std::vector<FactChange> changes,
                             store_.facts.Changes(writer_, from_, one));
      for (const FactChange& change : changes) {
        BANSO_RETURN_IF_ERROR(Retell(writer_, store_, change, to_));
      }
      BANSO_RETURN_IF_ERROR(Withdraw(writer_, store_, changes.back()));
    }
    return absl::OkStatus();
  }

  Writer& writer_;
  const Store& store_;
  const std::string& from_;
  const std::string& to_;
  // New names of what has been moved, by the one before.
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> signals_;
};

// Tells what one person has answered under the person's new name.
absl::Status MoveAnswers(Writer& writer, const Store& store, const std::string& before,
                         const std::string& after,
                         const std::map<std::string, std::string>& invitations) {
  const std::string from = contract::Parent(before);
  BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> facts, FactsBelow(writer, from, "survey"));
  for (const std::string& fact : facts) {
    BANSO_ASSIGN_OR_RETURN(const std::vector<FactChange> changes,
                           store.facts.Changes(writer, from, fact));
    std::optional<FactChange> last;
    for (const FactChange& change : changes) {
      if (change.object() != contract::LastId(before)) continue;
      last = change;
      FactChange told = change;
      told.set_object(contract::LastId(after));
      const auto renamed = invitations.find(told.source());
      if (renamed != invitations.end()) told.set_source(renamed->second);
      BANSO_RETURN_IF_ERROR(Retell(writer, store, std::move(told), contract::Parent(after)));
    }
    if (last.has_value()) BANSO_RETURN_IF_ERROR(Withdraw(writer, store, *std::move(last)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status JoinAccounts(Writer& writer, const Store& store, const std::string& duplicate,
                          const std::string& kept) {
  return Join(writer, store, duplicate, kept).All();
}

absl::Status JoinPeople(Writer& writer, const Store& store, const std::string& before,
                        const std::string& after) {
  const std::string from = contract::Parent(before);
  const std::string to = contract::Parent(after);
  if (from == to) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(
      std::vector<v1::SurveyInvitation> asked,
      store.surveys.invitations.All(writer, "", {storage::Equal("respondent", before)}));
  if (asked.empty()) return absl::OkStatus();
  Join join(writer, store, from, to);
  std::map<std::string, std::string> names;
  for (v1::SurveyInvitation& invitation : asked) {
    const std::string name = invitation.name();
    BANSO_ASSIGN_OR_RETURN(names[name], join.NewName(store.surveys.invitations, name));
    invitation.set_respondent(after);
    BANSO_RETURN_IF_ERROR(
        join.Rename(store.surveys.invitations, std::move(invitation), names[name]));
    BANSO_RETURN_IF_ERROR(store.surveys.RenameEnd(writer, name, names[name]));
  }
  BANSO_RETURN_IF_ERROR(MoveAnswers(writer, store, before, after, names));
  return MarkDue(writer, to, absl::StrCat(before, " has come to the account"));
}

}  // namespace banso::health
