#include "services/health/api/evaluation.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/domain/score.h"
#include "services/health/domain/success.h"

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
  for (const rule::FactRead& read : rule::Reads(measure.fact(), moment, catalog)) {
    const auto found = readings.find(rule::Key(read));
    if (found == readings.end() || !found->second.has_occurred_time()) continue;
    reading.occurred = calendar::ToTime(found->second.occurred_time());
  }
  return reading;
}

}  // namespace

absl::StatusOr<Rules> LoadRules(const Store& store, storage::Reader& reader, absl::Time now) {
  Rules rules;
  BANSO_ASSIGN_OR_RETURN(rules.catalog, store.Catalog(reader, now));
  BANSO_ASSIGN_OR_RETURN(rules.definitions, store.definitions.AllActive(reader, now));
  BANSO_ASSIGN_OR_RETURN(rules.models, store.models.AllActive(reader, now));
  BANSO_ASSIGN_OR_RETURN(rules.stage_models, store.stages.models.AllActive(reader, now));
  BANSO_ASSIGN_OR_RETURN(rules.signal_rules, store.signals.rules.AllActive(reader, now));
  return rules;
}

absl::StatusOr<AccountEvaluation> AccountEvaluation::Load(const Store& store,
                                                          storage::Reader& reader,
                                                          StoreFactReader& facts,
                                                          const std::string& account) {
  BANSO_ASSIGN_OR_RETURN(const accounts::v1::Account header, store.accounts.Get(reader, account));
  AccountEvaluation evaluation(facts, account);
  evaluation.zone_name_ = store.ZoneOf(reader, account);
  evaluation.zone_ = calendar::ZoneOrUtc(evaluation.zone_name_);
  evaluation.archived_ = header.has_archive_time();
  BANSO_ASSIGN_OR_RETURN(evaluation.onboardings_, store.OnboardingsOf(reader, account));
  return evaluation;
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

rule::Moment AccountEvaluation::LatestMoment(const AsOf& as_of) const {
  return MomentFor(LatestOne(onboardings_), as_of);
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

absl::StatusOr<v1::Score> AccountEvaluation::ScoreBy(const v1::ScoreModel& model,
                                                     const rule::FactCatalog& catalog,
                                                     const AsOf& as_of) {
  const rule::Moment moment = MomentFor(RunningOne(onboardings_), as_of);
  BANSO_ASSIGN_OR_RETURN(const rule::Readings readings, ReadAll(model, moment, catalog));
  v1::Score score;
  Explanation applies;
  applies.set_result(type::v1::TRUTH_TRUE);
  if (model.has_applies_if()) {
    applies = rule::Evaluate(model.applies_if(), moment, catalog, readings);
  }
  if (applies.result() == type::v1::TRUTH_TRUE) {
    std::vector<MeasureReading> measures;
    for (const v1::Measure& measure : model.measures()) {
      measures.push_back(ReadingOf(measure, moment, catalog, readings));
    }
    score = ComputeScore(model, measures, rule::Today(moment));
  } else {
    score.set_state(v1::SCORE_STATE_NOT_APPLICABLE);
    score.set_no_value_because(
        applies.result() == type::v1::TRUTH_FALSE
            ? absl::StrCat("the model does not apply: ", applies.rule())
            : absl::StrCat("it is not known whether the model applies: ", FirstUnknown(applies)));
  }
  score.set_name(contract::Join(account_, "scores", contract::LastId(model.name())));
  score.set_score_model(JoinName(model.name(), model.revision()));
  *score.mutable_as_of() = calendar::ToTimestamp(as_of.time);
  return score;
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
