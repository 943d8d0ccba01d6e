#include "services/health/api/scoring/replay.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/portfolio/portfolio.h"
#include "services/health/api/scoring/score_plan.h"
#include "services/health/store/fact_reader.h"

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

void CheckTerms(const v1::Replay& replay, contract::Violations* violations) {
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
  if (replay.minimum_events() != 0 && replay.minimum_events() < kFewestAccounts) {
    violations->Add("replay.minimum_events", absl::StrCat(replay.minimum_events()),
                    absl::StrCat("0, or ", kFewestAccounts, " or more"), "OUT_OF_RANGE");
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

// What became of an account.
struct Outcomes {
  // When the kind that is foretold occurred.
  std::vector<absl::Time> foretold;
  // When it was a customer no more, or turned out never to become one.
  absl::Time end = absl::InfiniteFuture();
};
using OutcomesByAccount = std::map<std::string, Outcomes>;

bool EndsRelation(v1::OutcomeKind kind) {
  return kind == v1::OUTCOME_KIND_CHURN || kind == v1::OUTCOME_KIND_NOT_STARTED;
}

absl::StatusOr<OutcomesByAccount> ReadOutcomes(const Store& store, storage::Reader& reader,
                                               const v1::Replay& replay) {
  OutcomesByAccount outcomes;
  if (!replay.has_outcome()) return outcomes;
  const std::set<v1::OutcomeKind> kinds = {replay.outcome(), v1::OUTCOME_KIND_CHURN,
                                           v1::OUTCOME_KIND_NOT_STARTED};
  for (const v1::OutcomeKind kind : kinds) {
    BANSO_RETURN_IF_ERROR(store.outcomes.ForEach(
        reader, "", {storage::Equal("kind", kind)}, [&](v1::Outcome& outcome) {
          Outcomes& of_account = outcomes[contract::Ancestor(outcome.name(), "accounts")];
          const absl::Time occurred = calendar::ToTime(outcome.occurred_time());
          if (kind == replay.outcome()) of_account.foretold.push_back(occurred);
          if (EndsRelation(kind)) of_account.end = std::min(of_account.end, occurred);
          return absl::OkStatus();
        }));
  }
  return outcomes;
}

// Whether samples or another fact that the model reads told of the account. Conditions are no such
// sign: that nothing is known makes some of them true.
bool TellsOfAccount(const v1::ScoreModel& model, absl::Span<const MeasurePoints> points) {
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i].known && model.measures(static_cast<int>(i)).has_fact()) return true;
  }
  return false;
}

// What is replayed, and how.
struct Replaying {
  const Store& store;
  const v1::ScoreModel& model;
  const rule::FactCatalog& catalog;
  const v1::Replay& replay;
  const std::vector<absl::CivilDay>& days;
  OutcomesByAccount outcomes;
  // Nothing when the model reads more than samples.
  std::optional<ScorePlan> plan;
  LoadedPages::MetricsBySource metrics;
};

// Replays one account after the other from one snapshot.
class Replayer {
 public:
  // `first` is the number of the first account. All must outlive the replayer.
  Replayer(const Replaying& what, storage::Reader& reader, const Call& call, size_t first)
      : what_(what),
        reader_(reader),
        call_(call),
        next_(static_cast<int64_t>(first)),
        facts_(what.store, reader, Holding::kOneAccount) {}

  absl::Status Run(absl::Span<const NumberedAccount> accounts) {
    if (!what_.plan.has_value()) {
      for (const NumberedAccount& account : accounts) {
        BANSO_RETURN_IF_ERROR(
            Add(account, [&](const AsOf& then, ReplayCase& one) { return ReadPoints(then, one); }));
      }
      return absl::OkStatus();
    }
    ScorePlan plan = *what_.plan;
    return ScanSamples(
        reader_, accounts, what_.metrics, [&](const NumberedAccount& account, SamplePages& pages) {
          return Add(account, [&](const AsOf& then, ReplayCase& one) -> absl::Status {
            BANSO_RETURN_IF_ERROR(plan.Read(pages, account, then));
            one.points = plan.Points(0);
            return absl::OkStatus();
          });
        });
  }

  std::vector<ReplayCase> TakeCases() { return std::move(cases_); }
  int64_t not_at_risk() const { return not_at_risk_; }

 private:
  // `read_points` reads what the model would have read at a time, knowing what was known by then.
  absl::Status Add(const NumberedAccount& account,
                   absl::FunctionRef<absl::Status(const AsOf& then, ReplayCase& one)> read_points) {
    if (call_.is_cancelled()) return contract::Cancelled();
    const int64_t number = next_++;
    if (!what_.plan.has_value() || what_.replay.has_event()) {
      BANSO_ASSIGN_OR_RETURN(
          evaluation_, AccountEvaluation::LoadIfKnown(what_.store, reader_, facts_, account.name));
      if (!evaluation_.has_value()) return absl::OkStatus();
    }
    for (const absl::CivilDay day : what_.days) {
      ReplayCase one;
      one.account = number;
      one.day = day;
      one.horizon_end = HorizonEnd(what_.replay, day);
      BANSO_ASSIGN_OR_RETURN(const bool at_risk, Decide(account, one));
      if (!at_risk) {
        ++not_at_risk_;
        continue;
      }
      const absl::Time end = calendar::EndOfDay(day, account.zone);
      const AsOf then{.time = end, .known_at = end};
      BANSO_RETURN_IF_ERROR(read_points(then, one));
      BANSO_ASSIGN_OR_RETURN(one.stage, StageAt(account, then));
      // An account of which nothing was known then was not there to have the event.
      if (one.stage.empty() && !TellsOfAccount(what_.model, one.points)) {
        ++not_at_risk_;
        continue;
      }
      cases_.push_back(std::move(one));
    }
    return absl::OkStatus();
  }

  // Whether the account could have the event, and had it, by all that is known today.
  absl::StatusOr<bool> Decide(const NumberedAccount& account, ReplayCase& one) {
    if (what_.replay.has_outcome()) return DecideByOutcomes(account, one);
    BANSO_ASSIGN_OR_RETURN(const type::v1::Truth before, EventAt(account, one.day));
    if (before == type::v1::TRUTH_TRUE) return false;
    BANSO_ASSIGN_OR_RETURN(const type::v1::Truth after, EventAt(account, one.horizon_end));
    one.event = after == type::v1::TRUTH_TRUE;
    return after == type::v1::TRUTH_TRUE || after == type::v1::TRUTH_FALSE;
  }

  bool DecideByOutcomes(const NumberedAccount& account, ReplayCase& one) const {
    const auto found = what_.outcomes.find(account.name);
    if (found == what_.outcomes.end()) return true;
    const Outcomes& outcomes = found->second;
    const bool ended = outcomes.end != absl::InfiniteFuture() &&
                       calendar::DayOf(outcomes.end, account.zone) <= one.day;
    if (ended) return false;
    for (const absl::Time occurred : outcomes.foretold) {
      const absl::CivilDay day = calendar::DayOf(occurred, account.zone);
      one.event |= day > one.day && day <= one.horizon_end;
    }
    return true;
  }

  absl::StatusOr<type::v1::Truth> EventAt(const NumberedAccount& account, absl::CivilDay day) {
    const AsOf end{.time = calendar::EndOfDay(day, account.zone)};
    BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation found,
                           evaluation_->Evaluate(what_.replay.event(), what_.catalog, end));
    return found.result();
  }

  absl::Status ReadPoints(const AsOf& then, ReplayCase& one) {
    BANSO_ASSIGN_OR_RETURN(AccountEvaluation::Points points,
                           evaluation_->PointsBy(what_.model, what_.catalog, then));
    one.points = std::move(points.of_measure);
    return absl::OkStatus();
  }

  // The lifecycle stage as of then; empty when it was not known.
  absl::StatusOr<std::string> StageAt(const NumberedAccount& account, const AsOf& then) {
    rule::FactRead read;
    read.subject = account.name;
    read.query.set_fact(kStageFact);
    rule::Moment moment;
    moment.as_of = then.time;
    moment.known_at = then.known_at;
    moment.time_zone = account.zone.name();
    moment.account = account.name;
    BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactReading> readings,
                           facts_.Read({read}, moment));
    return readings[0].value().text();
  }

  const Replaying& what_;
  storage::Reader& reader_;
  const Call& call_;
  int64_t next_;
  StoreFactReader facts_;
  // Of the account that is being replayed, where it is needed.
  std::optional<AccountEvaluation> evaluation_;
  std::vector<ReplayCase> cases_;
  int64_t not_at_risk_ = 0;
};

// Numbers the accounts of the cases by name instead of by their place in `accounts`, and sorts the
// cases by account and day.
void SortByName(const std::vector<NumberedAccount>& accounts, std::vector<ReplayCase>& cases) {
  std::vector<size_t> by_name(accounts.size());
  std::iota(by_name.begin(), by_name.end(), size_t{0});
  std::sort(by_name.begin(), by_name.end(),
            [&](size_t a, size_t b) { return accounts[a].name < accounts[b].name; });
  std::vector<int64_t> number_of(accounts.size());
  for (size_t i = 0; i < by_name.size(); ++i) number_of[by_name[i]] = static_cast<int64_t>(i);
  for (ReplayCase& one : cases) one.account = number_of[static_cast<size_t>(one.account)];
  std::sort(cases.begin(), cases.end(), [](const ReplayCase& a, const ReplayCase& b) {
    return a.account != b.account ? a.account < b.account : a.day < b.day;
  });
}

// Replays all accounts, several at once.
absl::Status ReplayAll(storage::Database& database, const Call& call, const Replaying& what,
                       ReplayResult& result) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<NumberedAccount> accounts,
                         NumberAccounts(database, what.store, Portfolio::kAll));
  const size_t size = what.plan.has_value() ? kPlannedPart : kPart;
  struct Part {
    std::vector<ReplayCase> cases;
    int64_t not_at_risk = 0;
  };
  std::vector<Part> parts(CountParts(accounts, size));
  BANSO_RETURN_IF_ERROR(ForEachPart(database, call, accounts, size,
                                    [&](size_t part, storage::Reader& reader,
                                        absl::Span<const NumberedAccount> some) -> absl::Status {
                                      Replayer replayer(what, reader, call, part * size);
                                      BANSO_RETURN_IF_ERROR(replayer.Run(some));
                                      parts[part] = {replayer.TakeCases(), replayer.not_at_risk()};
                                      return absl::OkStatus();
                                    }));
  for (Part& part : parts) {
    result.not_at_risk += part.not_at_risk;
    std::move(part.cases.begin(), part.cases.end(), std::back_inserter(result.cases));
  }
  SortByName(accounts, result.cases);
  return absl::OkStatus();
}

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
  CheckTerms(replay, &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  ReplayResult result;
  // In UTC: wherever an account is, a day that has ended there within half a day counts.
  result.days = DaysOf(replay, calendar::DayOf(call.now, absl::UTCTimeZone()));
  BANSO_RETURN_IF_ERROR(CheckSize(database, store, replay, result.days));
  result.terms = TermsOf(replay, result.days);
  Replaying what{store, model, catalog, replay, result.days, {}, {}, {}};
  BANSO_RETURN_IF_ERROR(database.Read([&](storage::Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(what.outcomes, ReadOutcomes(store, reader, replay));
    BANSO_ASSIGN_OR_RETURN(what.plan, ScorePlan::Compile(store, reader, {model}, catalog));
    BANSO_ASSIGN_OR_RETURN(what.metrics, ReadMetricsBySource(reader));
    return absl::OkStatus();
  }));
  BANSO_RETURN_IF_ERROR(ReplayAll(database, call, what, result));
  return result;
}

}  // namespace banso::health
