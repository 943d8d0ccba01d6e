#include "services/health/domain/signals/report.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/signals/signal_rule.h"

namespace banso::health {
namespace {

std::string RuleOf(const v1::Signal& signal) {
  const auto split = contract::SplitRevision(signal.signal_rule());
  return split.has_value() ? split->name : signal.signal_rule();
}

std::optional<double> Median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::string UseText(const v1::ScoreModelReport& report) {
  if (report.signal_rules().empty()) return "no rule in force reads it";
  if (report.counts().raised() == 0) return "its rules have raised nothing";
  return absl::StrCat(report.counts().raised(), " raised, ", report.counts().acted_on(),
                      " acted on, ", report.counts().unattended(), " unattended");
}

}  // namespace

bool IsActedOn(const v1::Signal& signal) {
  for (const v1::SignalAction& action : signal.actions()) {
    if (action.state() == v1::SIGNAL_ACTION_STATE_DONE) return true;
  }
  return signal.outcome() == v1::SIGNAL_OUTCOME_SOLVED ||
         signal.outcome() == v1::SIGNAL_OUTCOME_IMPROVED ||
         signal.outcome() == v1::SIGNAL_OUTCOME_NO_EFFECT;
}

SignalReportBuilder::SignalReportBuilder(std::vector<v1::SignalRule> rules,
                                         std::vector<v1::ScoreModel> models)
    : rules_(std::move(rules)), models_(std::move(models)) {
  for (const v1::SignalRule& rule : rules_) {
    by_rule_.emplace(rule.name(), Tally());
    const std::set<std::string> facts = FactsOf(rule);
    for (const v1::ScoreModel& model : models_) {
      if (facts.contains(ScoreFact(model.name())) || facts.contains(ScoreBandFact(model.name()))) {
        models_of_[rule.name()].push_back(model.name());
      }
    }
  }
}

void SignalReportBuilder::Tally::Add(const v1::Signal& signal) {
  const bool acknowledged = signal.has_acknowledge_time();
  const bool acted_on = IsActedOn(signal);
  const bool resolved = signal.state() == v1::SIGNAL_STATE_RESOLVED;
  counts.set_raised(counts.raised() + 1);
  counts.set_acknowledged(counts.acknowledged() + (acknowledged ? 1 : 0));
  counts.set_acted_on(counts.acted_on() + (acted_on ? 1 : 0));
  counts.set_resolved(counts.resolved() + (resolved ? 1 : 0));
  counts.set_unattended(counts.unattended() + (acknowledged || acted_on || resolved ? 0 : 1));
  if (resolved) ++outcomes[signal.outcome()];
  if (acknowledged) {
    hours_to_acknowledge.push_back(absl::ToDoubleHours(calendar::ToTime(signal.acknowledge_time()) -
                                                       calendar::ToTime(signal.raise_time())));
  }
  counts.set_without_action(counts.without_action() + (signal.no_action_because().empty() ? 0 : 1));
  for (const v1::SignalAction& action : signal.actions()) {
    counts.set_actions(counts.actions() + 1);
    counts.set_actions_done(counts.actions_done() +
                            (action.state() == v1::SIGNAL_ACTION_STATE_DONE ? 1 : 0));
    counts.set_actions_failed(counts.actions_failed() +
                              (action.state() == v1::SIGNAL_ACTION_STATE_FAILED ? 1 : 0));
  }
}

v1::SignalCounts SignalReportBuilder::Tally::Counts() const {
  v1::SignalCounts all = counts;
  for (const auto& [outcome, count] : outcomes) {
    v1::OutcomeCount* entry = all.add_outcomes();
    entry->set_outcome(outcome);
    entry->set_count(count);
  }
  if (all.raised() > 0) {
    all.set_acted_on_share(static_cast<double>(all.acted_on()) / static_cast<double>(all.raised()));
  }
  if (const auto median = Median(hours_to_acknowledge)) {
    all.set_median_hours_to_acknowledge(*median);
  }
  return all;
}

void SignalReportBuilder::Add(const v1::Signal& signal) {
  const std::string rule = RuleOf(signal);
  total_.Add(signal);
  by_rule_[rule].Add(signal);
  names_[rule] = signal.display_name();
  for (const std::string& model : models_of_[rule]) by_model_[model].Add(signal);
}

v1::SignalReport SignalReportBuilder::Build() const {
  v1::SignalReport report;
  *report.mutable_total() = total_.Counts();
  for (const auto& [name, tally] : by_rule_) {
    v1::RuleReport* entry = report.add_rules();
    entry->set_signal_rule(name);
    if (const auto known = names_.find(name); known != names_.end()) {
      entry->set_display_name(known->second);
    }
    for (const v1::SignalRule& rule : rules_) {
      if (rule.name() != name) continue;
      entry->set_display_name(rule.display_name());
      entry->set_purpose(rule.purpose());
    }
    *entry->mutable_counts() = tally.Counts();
  }
  for (const v1::ScoreModel& model : models_) {
    v1::ScoreModelReport* entry = report.add_score_models();
    entry->set_score_model(model.name());
    entry->set_purpose(model.purpose());
    entry->set_decision_served(model.decision_served());
    entry->set_owner(model.owner());
    for (const auto& [rule, read] : models_of_) {
      if (std::find(read.begin(), read.end(), model.name()) != read.end()) {
        entry->add_signal_rules(rule);
      }
    }
    const auto tally = by_model_.find(model.name());
    *entry->mutable_counts() = (tally == by_model_.end() ? Tally() : tally->second).Counts();
    entry->set_use(UseText(*entry));
  }
  return report;
}

}  // namespace banso::health
