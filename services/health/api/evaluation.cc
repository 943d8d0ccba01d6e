#include "services/health/api/evaluation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"
#include "services/health/domain/score.h"
#include "services/health/domain/scoring/score_override.h"
#include "services/health/domain/success/success.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {
namespace {

using accounts::v1::Onboarding;
using type::v1::Explanation;

// The one created last of those that `counts` takes, or null.
template <typename Counts>
const Onboarding* LastOf(const std::vector<Onboarding>& onboardings, Counts counts) {
  const Onboarding* found = nullptr;
  for (const Onboarding& onboarding : onboardings) {
    if (!counts(onboarding.state())) continue;
    if (found == nullptr ||
        calendar::ToTime(onboarding.create_time()) >= calendar::ToTime(found->create_time())) {
      found = &onboarding;
    }
  }
  return found;
}

const Onboarding* RunningOne(const std::vector<Onboarding>& onboardings) {
  return LastOf(onboardings, [](accounts::v1::OnboardingState state) {
    return state == accounts::v1::ONBOARDING_STATE_RUNNING;
  });
}

const Onboarding* LatestOne(const std::vector<Onboarding>& onboardings) {
  if (const Onboarding* running = RunningOne(onboardings)) return running;
  return LastOf(onboardings, [](accounts::v1::OnboardingState state) {
    return state != accounts::v1::ONBOARDING_STATE_CANCELLED;
  });
}

std::string JoinName(absl::string_view name, const type::v1::Revision& revision) {
  return contract::JoinRevision(name, revision.number());
}

// What was read for a measure of a fact: its explanation, and when the value occurred.
MeasureReading ReadingOf(const v1::Measure& measure, const rule::Moment& moment,
                         const rule::FactCatalog& catalog, const rule::Readings& readings) {
  MeasureReading reading;
  if (measure.has_condition()) {
    reading.explanation = rule::Evaluate(measure.condition(), moment, catalog, readings);
    return reading;
  }
  reading.explanation = rule::Explain(measure.fact(), moment, catalog, readings);
  if (measure.stale() == v1::STALE_POLICY_COUNT && !reading.explanation.has_value()) {
    type::v1::FactRef of_any_age = measure.fact();
    of_any_age.clear_max_age();
    reading.stale = rule::Explain(of_any_age, moment, catalog, readings);
  }
  for (const rule::FactRead& read : rule::Reads(measure.fact(), moment, catalog)) {
    const auto found = readings.find(rule::Key(read));
    if (found == readings.end() || !found->second.has_occurred_time()) continue;
    reading.occurred = calendar::ToTime(found->second.occurred_time());
  }
  return reading;
}

struct ClockFact {
  type::v1::Clock clock;
  const char* fact;
};
constexpr ClockFact kClockFacts[] = {
    {type::v1::CLOCK_CONTRACT_START, "account.onboarding.clock.contract_start"},
    {type::v1::CLOCK_FIRST_MEETING, "account.onboarding.clock.first_meeting"},
    {type::v1::CLOCK_KICKOFF, "account.onboarding.clock.kickoff"},
    {type::v1::CLOCK_GO_LIVE, "account.onboarding.clock.go_live"},
    {type::v1::CLOCK_FIRST_VALUE, "account.onboarding.clock.first_value"},
    {type::v1::CLOCK_COMPLETION, "account.onboarding.clock.completion"},
    {type::v1::CLOCK_HANDOFF_ACCEPTED, "account.onboarding.clock.handoff_accepted"},
};
constexpr char kStateFact[] = "account.onboarding.state";

// What is read of an onboarding to know what it was: its state, then its clocks.
const std::vector<std::string>& OnboardingFacts() {
  static const auto& facts = *new std::vector<std::string>([] {
    std::vector<std::string> names = {kStateFact};
    for (const ClockFact& entry : kClockFacts) names.emplace_back(entry.fact);
    return names;
  }());
  return facts;
}

// The state that a fact tells, such as `handed_off`.
accounts::v1::OnboardingState ParseState(absl::string_view text) {
  accounts::v1::OnboardingState state = accounts::v1::ONBOARDING_STATE_UNSPECIFIED;
  accounts::v1::OnboardingState_Parse(
      absl::StrCat("ONBOARDING_STATE_", absl::AsciiStrToUpper(text)), &state);
  return state;
}

// The onboarding as the answers to OnboardingFacts have it.
Onboarding AsKnown(const Onboarding& onboarding, absl::Span<const fact::v1::FactReading> answers) {
  Onboarding then;
  then.set_name(onboarding.name());
  *then.mutable_create_time() = onboarding.create_time();
  then.set_state(ParseState(answers[0].value().text()));
  for (size_t i = 1; i < answers.size(); ++i) {
    if (!answers[i].value().has_date()) continue;
    accounts::v1::ClockReading* clock = then.add_clocks();
    clock->set_clock(kClockFacts[i - 1].clock);
    *clock->mutable_date() = answers[i].value().date();
  }
  return then;
}

// Whether the time lies within what counts as of then.
bool IsSeenAsOf(absl::Time time, const AsOf& as_of) {
  return time <= as_of.time && time <= as_of.known_at.value_or(absl::InfiniteFuture());
}

// Whether the onboarding, as it was followed last, is what it was then.
bool IsSameAsOf(const Onboarding& onboarding, const AsOf& as_of) {
  return IsSeenAsOf(calendar::ToTime(onboarding.update_time()), as_of);
}

void AddFacts(const type::v1::Condition& condition, std::set<std::string>& facts) {
  facts.merge(rule::FactsOf(condition));
}

// What a step's facts are called.
absl::string_view PrefixOf(TurnStep step) {
  switch (step) {
    case TurnStep::kLabels:
      return "success.";
    case TurnStep::kScores:
      return "score.";
    case TurnStep::kPlacements:
      return "stage.";
    default:
      return "signal.";
  }
}

// Without those behind ratios.
std::map<TurnStep, std::set<std::string>> FactsRead(const Rules& rules) {
  std::map<TurnStep, std::set<std::string>> read;
  for (const v1::ScoreModel& model : rules.models) {
    std::set<std::string>& facts = read[TurnStep::kScores];
    AddFacts(model.applies_if(), facts);
    for (const v1::Measure& measure : model.measures()) {
      AddFacts(measure.condition(), facts);
      facts.insert(measure.fact().fact());
    }
  }
  for (const v1::StageModel& model : rules.stage_models) {
    std::set<std::string>& facts = read[TurnStep::kPlacements];
    AddFacts(model.applies_if(), facts);
    for (const v1::StageLevel& level : model.levels()) AddFacts(level.condition(), facts);
  }
  for (const v1::SignalRule& rule : rules.signal_rules) {
    std::set<std::string>& facts = read[TurnStep::kSignals];
    AddFacts(rule.applies_if(), facts);
    AddFacts(rule.condition(), facts);
    facts.insert(rule.fall().fact());
  }
  return read;
}

}  // namespace

bool Rules::IsReadAfter(TurnStep step) const {
  const absl::string_view prefix = PrefixOf(step);
  for (auto later = facts_read.upper_bound(step); later != facts_read.end(); ++later) {
    const auto first = later->second.lower_bound(std::string(prefix));
    if (first != later->second.end() && absl::StartsWith(*first, prefix)) return true;
  }
  return false;
}

absl::StatusOr<Rules> LoadRules(const Store& store, storage::Reader& reader, absl::Time now) {
  Rules rules;
  BANSO_ASSIGN_OR_RETURN(rules.catalog, ReadCatalog(store, reader, now));
  BANSO_ASSIGN_OR_RETURN(rules.definitions, store.success.definitions.AllActive(reader, now));
  BANSO_ASSIGN_OR_RETURN(rules.models, store.scoring.models.AllActive(reader, now));
  BANSO_ASSIGN_OR_RETURN(rules.stage_models, store.stages.models.AllActive(reader, now));
  BANSO_ASSIGN_OR_RETURN(rules.signal_rules, store.signals.rules.AllActive(reader, now));
  rules.facts_read = FactsRead(rules);
  BANSO_RETURN_IF_ERROR(store.metrics.ForEach(reader, "", {}, [&](v1::Metric& metric) {
    for (auto& [step, facts] : rules.facts_read) {
      facts.insert(metric.ratio().numerator().fact());
      facts.insert(metric.ratio().denominator().fact());
    }
    return absl::OkStatus();
  }));
  return rules;
}

absl::StatusOr<AccountEvaluation> AccountEvaluation::Load(const Store& store,
                                                          storage::Reader& reader,
                                                          StoreFactReader& facts,
                                                          const std::string& account) {
  BANSO_ASSIGN_OR_RETURN(const accounts::v1::Account header,
                         store.accounts.headers.Get(reader, account));
  AccountEvaluation evaluation(facts, account);
  evaluation.zone_name_ = ZoneNameOf(header);
  evaluation.zone_ = calendar::ZoneOrUtc(evaluation.zone_name_);
  if (header.has_archive_time()) {
    evaluation.archive_time_ = calendar::ToTime(header.archive_time());
  }
  BANSO_ASSIGN_OR_RETURN(evaluation.onboardings_, store.accounts.OnboardingsOf(reader, account));
  BANSO_ASSIGN_OR_RETURN(evaluation.overrides_, store.scoring.OverridesOf(reader, account));
  return evaluation;
}

absl::StatusOr<std::optional<AccountEvaluation>> AccountEvaluation::LoadIfKnown(
    const Store& store, storage::Reader& reader, StoreFactReader& facts,
    const std::string& account) {
  absl::StatusOr<AccountEvaluation> loaded = Load(store, reader, facts, account);
  if (absl::IsNotFound(loaded.status())) return std::optional<AccountEvaluation>();
  if (!loaded.ok()) return loaded.status();
  return std::optional<AccountEvaluation>(*std::move(loaded));
}

const Onboarding* AccountEvaluation::FindOnboarding(absl::string_view name) const {
  for (const Onboarding& onboarding : onboardings_) {
    if (onboarding.name() == name) return &onboarding;
  }
  return nullptr;
}

rule::Moment AccountEvaluation::MomentFor(const Onboarding* onboarding, const AsOf& as_of) const {
  rule::Moment moment;
  moment.as_of = as_of.time;
  moment.known_at = as_of.known_at;
  moment.time_zone = zone_name_;
  moment.account = account_;
  if (onboarding == nullptr) return moment;
  moment.onboarding = onboarding->name();
  for (const accounts::v1::ClockReading& clock : onboarding->clocks()) {
    moment.clocks[clock.clock()] = calendar::ToDay(clock.date());
  }
  return moment;
}

bool AccountEvaluation::IsArchivedAt(const AsOf& as_of) const {
  return archive_time_.has_value() && IsSeenAsOf(*archive_time_, as_of);
}

absl::StatusOr<std::optional<Onboarding>> AccountEvaluation::ReadOnboarding(
    const Onboarding& onboarding, const AsOf& as_of) const {
  std::vector<rule::FactRead> reads;
  for (const std::string& fact : OnboardingFacts()) {
    rule::FactRead& read = reads.emplace_back();
    read.subject = onboarding.name();
    read.query.set_fact(fact);
  }
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactReading> answers,
                         facts_->Read(reads, MomentFor(nullptr, as_of)));
  if (!answers[0].has_value()) return std::optional<Onboarding>();
  return std::optional<Onboarding>(AsKnown(onboarding, answers));
}

absl::StatusOr<std::vector<Onboarding>> AccountEvaluation::OnboardingsAsOf(
    const AsOf& as_of) const {
  std::vector<Onboarding> then;
  for (const Onboarding& onboarding : onboardings_) {
    if (IsSameAsOf(onboarding, as_of)) {
      then.push_back(onboarding);
      continue;
    }
    BANSO_ASSIGN_OR_RETURN(std::optional<Onboarding> known, ReadOnboarding(onboarding, as_of));
    if (known.has_value()) then.push_back(*std::move(known));
  }
  return then;
}

absl::StatusOr<rule::Moment> AccountEvaluation::MomentOf(Choice choose, const AsOf& as_of) const {
  const bool same = std::ranges::all_of(
      onboardings_, [&](const Onboarding& onboarding) { return IsSameAsOf(onboarding, as_of); });
  if (same) return MomentFor(choose(onboardings_), as_of);
  BANSO_ASSIGN_OR_RETURN(const std::vector<Onboarding> then, OnboardingsAsOf(as_of));
  return MomentFor(choose(then), as_of);
}

absl::StatusOr<rule::Moment> AccountEvaluation::LatestMoment(const AsOf& as_of) const {
  return MomentOf(LatestOne, as_of);
}

absl::StatusOr<rule::Readings> AccountEvaluation::ReadAll(const v1::ScoreModel& model,
                                                          const rule::Moment& moment,
                                                          const rule::FactCatalog& catalog) {
  std::vector<rule::FactRead> reads;
  const auto add = [&](std::vector<rule::FactRead> more) {
    for (rule::FactRead& read : more) reads.push_back(std::move(read));
  };
  if (model.has_applies_if()) add(rule::Reads(model.applies_if(), moment, catalog));
  for (const v1::Measure& measure : model.measures()) {
    add(measure.has_condition() ? rule::Reads(measure.condition(), moment, catalog)
                                : rule::Reads(measure.fact(), moment, catalog));
  }
  BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactReading> answers, facts_->Read(reads, moment));
  rule::Readings readings;
  for (size_t i = 0; i < reads.size(); ++i) {
    readings.insert_or_assign(rule::Key(reads[i]), std::move(answers[i]));
  }
  return readings;
}

absl::StatusOr<AccountEvaluation::Inputs> AccountEvaluation::ReadInputs(
    const v1::ScoreModel& model, const rule::FactCatalog& catalog, const AsOf& as_of) {
  Inputs inputs;
  BANSO_ASSIGN_OR_RETURN(inputs.moment, MomentOf(RunningOne, as_of));
  BANSO_ASSIGN_OR_RETURN(const rule::Readings readings, ReadAll(model, inputs.moment, catalog));
  inputs.applies.set_result(type::v1::TRUTH_TRUE);
  if (model.has_applies_if()) {
    inputs.applies = rule::Evaluate(model.applies_if(), inputs.moment, catalog, readings);
  }
  if (inputs.applies.result() != type::v1::TRUTH_TRUE) return inputs;
  for (const v1::Measure& measure : model.measures()) {
    inputs.measures.push_back(ReadingOf(measure, inputs.moment, catalog, readings));
  }
  return inputs;
}

absl::StatusOr<v1::Score> AccountEvaluation::ScoreBy(const v1::ScoreModel& model,
                                                     const rule::FactCatalog& catalog,
                                                     const AsOf& as_of) {
  BANSO_ASSIGN_OR_RETURN(const Inputs inputs, ReadInputs(model, catalog, as_of));
  v1::Score score;
  if (inputs.applies.result() == type::v1::TRUTH_TRUE) {
    score = ComputeScore(model, inputs.measures, rule::Today(inputs.moment));
  } else {
    score.set_state(v1::SCORE_STATE_NOT_APPLICABLE);
    score.set_no_value_because(
        inputs.applies.result() == type::v1::TRUTH_FALSE
            ? absl::StrCat("the model does not apply: ", inputs.applies.rule())
            : absl::StrCat("it is not known whether the model applies: ",
                           FirstUnknown(inputs.applies)));
  }
  score.set_name(contract::Join(account_, "scores", contract::LastId(model.name())));
  score.set_score_model(JoinName(model.name(), model.revision()));
  *score.mutable_as_of() = calendar::ToTimestamp(as_of.time);
  std::vector<v1::ScoreOverride> about;
  for (const v1::ScoreOverride& judged : overrides_) {
    if (contract::Parent(judged.name()) == score.name()) about.push_back(judged);
  }
  if (const v1::ScoreOverride* judged = StandingAt(about, as_of.time); judged != nullptr) {
    ApplyOverride(*judged, score);
  }
  return score;
}

absl::StatusOr<AccountEvaluation::Points> AccountEvaluation::PointsBy(
    const v1::ScoreModel& model, const rule::FactCatalog& catalog, const AsOf& as_of) {
  BANSO_ASSIGN_OR_RETURN(const Inputs inputs, ReadInputs(model, catalog, as_of));
  Points points;
  points.applies = inputs.applies.result() == type::v1::TRUTH_TRUE;
  if (!points.applies) return points;
  points.of_measure = PointsOfAll(model, inputs.measures, rule::Today(inputs.moment));
  return points;
}

absl::StatusOr<Explanation> AccountEvaluation::Evaluate(const type::v1::Condition& condition,
                                                        const rule::FactCatalog& catalog,
                                                        const AsOf& as_of) {
  BANSO_ASSIGN_OR_RETURN(const rule::Moment moment, MomentOf(RunningOne, as_of));
  return rule::Evaluate(condition, moment, catalog, *facts_);
}

absl::StatusOr<std::optional<type::v1::Value>> AccountEvaluation::Latest(absl::string_view fact,
                                                                         const AsOf& as_of) {
  rule::FactRead read;
  read.subject = account_;
  read.query.set_fact(std::string(fact));
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactReading> readings,
                         facts_->Read({read}, MomentFor(nullptr, as_of)));
  if (!readings[0].has_value()) return std::optional<type::v1::Value>();
  return std::optional<type::v1::Value>(readings[0].value());
}

absl::StatusOr<v1::SuccessLabel> AccountEvaluation::LabelBy(const v1::SuccessDefinition& definition,
                                                            const Onboarding& onboarding,
                                                            const rule::FactCatalog& catalog,
                                                            const AsOf& as_of) {
  const rule::Moment moment = MomentFor(&onboarding, as_of);
  Explanation applies;
  applies.set_result(type::v1::TRUTH_TRUE);
  if (definition.has_applies_if()) {
    BANSO_ASSIGN_OR_RETURN(applies,
                           rule::Evaluate(definition.applies_if(), moment, catalog, *facts_));
  }
  v1::SuccessLabel label;
  if (applies.result() == type::v1::TRUTH_TRUE) {
    LabelMoment label_moment{.now = as_of.time, .zone = zone_};
    const auto clock = moment.clocks.find(definition.clock());
    if (clock != moment.clocks.end()) label_moment.clock_day = clock->second;
    BANSO_ASSIGN_OR_RETURN(label, DecideLabel(definition, label_moment, [&](absl::Time time) {
                             rule::Moment then = moment;
                             then.as_of = time;
                             return rule::Evaluate(definition.condition(), then, catalog, *facts_);
                           }));
  } else {
    const bool known = applies.result() == type::v1::TRUTH_FALSE;
    label.set_state(known ? v1::SUCCESS_STATE_NOT_APPLICABLE : v1::SUCCESS_STATE_UNDECIDED);
    if (!known) {
      label.set_undecided_because(
          absl::StrCat("it is not known whether the definition applies: ", FirstUnknown(applies)));
    }
    *label.mutable_explanation() = std::move(applies);
    label.set_clock(definition.clock());
    *label.mutable_as_of() = calendar::ToTimestamp(as_of.time);
  }
  label.set_name(
      contract::Join(onboarding.name(), "successLabels", contract::LastId(definition.name())));
  label.set_success_definition(JoinName(definition.name(), definition.revision()));
  return label;
}

}  // namespace banso::health
