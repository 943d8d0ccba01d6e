#include "services/health/api/scoring/replay.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/scoring/portfolio.h"

namespace banso::health {
namespace {

using calendar::Calendar;

constexpr int64_t kMostScores = 200000;
constexpr int kShortestStepDays = 7;
constexpr int kLongestHorizonDays = 731;
constexpr int kDefaultMinimumEvents = 10;
constexpr char kStageFact[] = "account.lifecycle_stage";

type::v1::Period StepOf(const v1::Replay& replay) {
  if (replay.has_step()) return replay.step();
  return calendar::MakePeriod(1, type::v1::PERIOD_UNIT_MONTH);
}

absl::CivilDay HorizonEnd(const v1::Replay& replay, absl::CivilDay day) {
  return calendar::Add(day, replay.horizon(), Calendar::Japan());
}

void CheckPeriods(const v1::Replay& replay, contract::Violations* violations) {
  const absl::CivilDay from = calendar::ToDay(replay.from());
  const absl::CivilDay end = HorizonEnd(replay, from);
  if (end <= from || end - from > kLongestHorizonDays) {
    violations->Add("replay.horizon", calendar::PeriodText(replay.horizon()), "1 day to 2 years",
                    "OUT_OF_RANGE");
  }
  const absl::CivilDay next = calendar::Add(from, StepOf(replay), Calendar::Japan());
  if (next - from < kShortestStepDays) {
    violations->Add("replay.step", calendar::PeriodText(StepOf(replay)), "7 days or more",
                    "OUT_OF_RANGE");
  }
}

// The days of the replay: from the first one on, while their horizons have passed. Each is counted
// from the first, so that months that are short do not pull the later ones forward.
std::vector<absl::CivilDay> DaysOf(const v1::Replay& replay, absl::CivilDay today) {
  const absl::CivilDay from = calendar::ToDay(replay.from());
  std::vector<absl::CivilDay> days;
  for (absl::CivilDay day = from; HorizonEnd(replay, day) < today;) {
    if (replay.has_to() && day > calendar::ToDay(replay.to())) break;
    days.push_back(day);
    type::v1::Period so_far = StepOf(replay);
    so_far.set_count(so_far.count() * static_cast<int>(days.size()));
    day = calendar::Add(from, so_far, Calendar::Japan());
  }
  return days;
}

absl::Status CheckSize(storage::Database& database, const Store& store, const v1::Replay& replay,
                       const std::vector<absl::CivilDay>& days) {
  if (days.empty()) {
    return contract::InvalidField(
        "replay.from", calendar::DayText(calendar::ToDay(replay.from())),
        absl::StrCat("a day after which ", calendar::PeriodText(replay.horizon()),
                     " have passed by now, and that is not after replay.to"),
        "TOO_LATE");
  }
  BANSO_ASSIGN_OR_RETURN(const int64_t accounts, CountAccounts(database, store));
  const int64_t scores = accounts * static_cast<int64_t>(days.size());
  if (scores <= kMostScores) return absl::OkStatus();
  return contract::InvalidField(
      "replay.step", calendar::PeriodText(StepOf(replay)),
      absl::StrCat("a longer step or a shorter time: ", accounts, " accounts on ", days.size(),
                   " days are ", scores, " scores, and ", kMostScores, " are accepted"),
      "TOO_MANY");
}

// `churn`, or the condition as one line.
std::string EventText(const v1::Replay& replay) {
  if (replay.has_event()) return rule::Print(replay.event());
  const std::string name = v1::OutcomeKind_Name(replay.outcome());
  return absl::AsciiStrToLower(
      absl::StrReplaceAll(absl::StripPrefix(name, "OUTCOME_KIND_"), {{"_", " "}}));
}

ReplayTerms TermsOf(const v1::Replay& replay, const std::vector<absl::CivilDay>& days) {
  ReplayTerms terms;
  terms.split = replay.has_split() ? calendar::ToDay(replay.split()) : DefaultSplit(days);
  terms.event_is_good = replay.event_is_good();
  terms.minimum_events =
      replay.minimum_events() == 0 ? kDefaultMinimumEvents : replay.minimum_events();
  terms.event = EventText(replay);
  terms.horizon = calendar::PeriodText(replay.horizon());
  return terms;
}

// Replays one account after the other.
class Replayer {
 public:
  Replayer(const v1::ScoreModel& model, const rule::FactCatalog& catalog, const v1::Replay& replay,
           ReplayResult& result)
      : model_(model), catalog_(catalog), replay_(replay), result_(result) {}

  absl::Status Add(const Store& store, storage::Reader& reader, AccountEvaluation& account) {
    const int64_t number = accounts_++;
    if (replay_.has_outcome()) {
      BANSO_ASSIGN_OR_RETURN(
          outcomes_,
          store.outcomes.All(reader, account.name(), {storage::Equal("kind", replay_.outcome())}));
    }
    for (const absl::CivilDay day : result_.days) {
      ReplayCase one;
      one.account = number;
      one.day = day;
      one.horizon_end = HorizonEnd(replay_, day);
      BANSO_ASSIGN_OR_RETURN(const bool at_risk, Decide(account, one));
      if (!at_risk) {
        ++result_.not_at_risk;
        continue;
      }
      BANSO_RETURN_IF_ERROR(ReadThen(account, one));
      result_.cases.push_back(std::move(one));
    }
    return absl::OkStatus();
  }

 private:
  // Whether the account could have the event, and had it, by all that is known today.
  absl::StatusOr<bool> Decide(AccountEvaluation& account, ReplayCase& one) {
    if (replay_.has_outcome()) return DecideByOutcomes(account.zone(), one);
    BANSO_ASSIGN_OR_RETURN(const type::v1::Truth before, EventAt(account, one.day));
    if (before == type::v1::TRUTH_TRUE) return false;
    BANSO_ASSIGN_OR_RETURN(const type::v1::Truth after, EventAt(account, one.horizon_end));
    one.event = after == type::v1::TRUTH_TRUE;
    return after == type::v1::TRUTH_TRUE || after == type::v1::TRUTH_FALSE;
  }

  bool DecideByOutcomes(absl::TimeZone zone, ReplayCase& one) const {
    const bool ends = replay_.outcome() == v1::OUTCOME_KIND_CHURN ||
                      replay_.outcome() == v1::OUTCOME_KIND_NOT_STARTED;
    for (const v1::Outcome& outcome : outcomes_) {
      const absl::CivilDay day = calendar::DayOf(calendar::ToTime(outcome.occurred_time()), zone);
      if (ends && day <= one.day) return false;
      one.event |= day > one.day && day <= one.horizon_end;
    }
    return true;
  }

  absl::StatusOr<type::v1::Truth> EventAt(AccountEvaluation& account, absl::CivilDay day) {
    const AsOf end{.time = calendar::EndOfDay(day, account.zone())};
    BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation found,
                           account.Evaluate(replay_.event(), catalog_, end));
    return found.result();
  }

  // What the model would have read at the end of the day, knowing what was known by then.
  absl::Status ReadThen(AccountEvaluation& account, ReplayCase& one) {
    const absl::Time end = calendar::EndOfDay(one.day, account.zone());
    const AsOf then{.time = end, .known_at = end};
    BANSO_ASSIGN_OR_RETURN(AccountEvaluation::Points points,
                           account.PointsBy(model_, catalog_, then));
    one.points = std::move(points.of_measure);
    BANSO_ASSIGN_OR_RETURN(const auto stage, account.Latest(kStageFact, then));
    if (stage.has_value()) one.stage = stage->text();
    return absl::OkStatus();
  }

  const v1::ScoreModel& model_;
  const rule::FactCatalog& catalog_;
  const v1::Replay& replay_;
  ReplayResult& result_;
  int64_t accounts_ = 0;
  // Of the account that is being replayed, of the kind that is foretold.
  std::vector<v1::Outcome> outcomes_;
};

}  // namespace

absl::StatusOr<ReplayResult> RunReplay(storage::Database& database, const Store& store,
                                       const Call& call, const v1::ScoreModel& model,
                                       const rule::FactCatalog& catalog, const v1::Replay& replay) {
  contract::Violations violations;
  if (replay.has_event()) {
    rule::CheckCondition(replay.event(), catalog, "replay.event", &violations);
  } else if (replay.outcome() == v1::OUTCOME_KIND_UNSPECIFIED) {
    violations.Add("replay.outcome", "OUTCOME_KIND_UNSPECIFIED", "a kind of outcome", "REQUIRED");
  }
  CheckPeriods(replay, &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  ReplayResult result;
  // In UTC: wherever an account is, a day that has ended there within half a day counts.
  result.days = DaysOf(replay, calendar::DayOf(call.now, absl::UTCTimeZone()));
  BANSO_RETURN_IF_ERROR(CheckSize(database, store, replay, result.days));
  result.terms = TermsOf(replay, result.days);
  Replayer replayer(model, catalog, replay, result);
  BANSO_RETURN_IF_ERROR(ForEachAccount(database, store, call, Portfolio::kAll,
                                       [&](storage::Reader& reader, AccountEvaluation& account) {
                                         return replayer.Add(store, reader, account);
                                       }));
  return result;
}

}  // namespace banso::health
