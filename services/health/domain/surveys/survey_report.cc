#include "services/health/domain/surveys/survey_report.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/estimates.h"
#include "services/health/domain/statistics/amounts.h"
#include "services/health/domain/surveys/survey.h"

namespace banso::health {
namespace {

constexpr int kAllLayers = accounts::v1::LAYER_UNSPECIFIED;
constexpr double kInPercent = 100;

v1::Estimate MeanWithInterval(const std::vector<double>& values) {
  v1::Estimate estimate;
  estimate.set_n(static_cast<int64_t>(values.size()));
  const std::optional<double> mean = statistics::Mean(values);
  if (!mean.has_value()) return estimate;
  estimate.set_value(*mean);
  const std::optional<statistics::Interval> interval = statistics::MeanInterval(values);
  if (!interval.has_value()) return estimate;
  estimate.set_low(interval->low);
  estimate.set_high(interval->high);
  return estimate;
}

std::string TurnoutText(const v1::SurveyTurnout& turnout) {
  if (turnout.asked() == 0) return "nobody was asked";
  const v1::Estimate& rate = turnout.response_rate();
  std::string text =
      absl::StrFormat("%d of %d answered (%.0f %%, %.0f %% to %.0f %%)",
                      turnout.answered() + turnout.answered_late(), turnout.asked(),
                      rate.value() * kInPercent, rate.low() * kInPercent, rate.high() * kInPercent);
  if (turnout.answered_late() > 0) {
    absl::StrAppend(&text, ", ", turnout.answered_late(), " of them late");
  }
  if (turnout.silent() > 0) {
    absl::StrAppend(&text, "; ", turnout.silent(), " did not answer and count nowhere");
  }
  if (turnout.open() > 0) absl::StrAppend(&text, "; ", turnout.open(), " may still answer");
  return text;
}

bool SameScale(const v1::SurveyQuestion& a, const v1::SurveyQuestion& b) {
  return a.low() == b.low() && a.high() == b.high();
}

}  // namespace

void SurveyReportBuilder::Count(const v1::SurveyInvitation& invitation, Turnout* turnout) const {
  v1::SurveyTurnout& counts = turnout->counts;
  const std::string account = contract::Ancestor(invitation.name(), "accounts");
  counts.set_asked(counts.asked() + 1);
  turnout->asked.insert(account);
  switch (StateOf(invitation, now_)) {
    case v1::SURVEY_INVITATION_STATE_ANSWERED:
      counts.set_answered(counts.answered() + 1);
      break;
    case v1::SURVEY_INVITATION_STATE_ANSWERED_LATE:
      counts.set_answered_late(counts.answered_late() + 1);
      break;
    case v1::SURVEY_INVITATION_STATE_SILENT:
      counts.set_silent(counts.silent() + 1);
      return;
    default:
      counts.set_open(counts.open() + 1);
      return;
  }
  turnout->answered.insert(account);
}

void SurveyReportBuilder::Add(const v1::SurveyInvitation& invitation, const v1::Survey& asked) {
  const bool before = !baseline_round_.empty() && invitation.round() == baseline_round_;
  if (!before) {
    Count(invitation, &all_);
    Count(invitation, &layers_[invitation.layer()]);
    Round& round = rounds_[invitation.round()];
    round.first_asked = std::min(round.first_asked, calendar::ToTime(invitation.ask_time()));
    Count(invitation, &round.turnout);
  }
  std::set<int> layers = {kAllLayers, invitation.layer()};
  for (const v1::SurveyAnswer& answer : invitation.answers()) {
    const v1::SurveyQuestion* told = FindQuestion(survey_, answer.question());
    const v1::SurveyQuestion* put = FindQuestion(asked, answer.question());
    if (told == nullptr || put == nullptr) continue;
    for (const int layer : layers) {
      Said& said = said_[{answer.question(), layer}];
      if (!SameScale(*told, *put)) {
        if (!before) ++said.other_scale;
        continue;
      }
      (before ? said.before : said.now)[invitation.respondent()] = answer.rating();
      if (!before) said.ratings.push_back(answer.rating());
    }
  }
}

v1::SurveyTurnout SurveyReportBuilder::Sum(const Turnout& turnout) {
  v1::SurveyTurnout sum = turnout.counts;
  *sum.mutable_response_rate() =
      ShareOf({.events = sum.answered() + sum.answered_late(), .n = sum.asked()});
  sum.set_accounts_asked(static_cast<int64_t>(turnout.asked.size()));
  sum.set_accounts_answered(static_cast<int64_t>(turnout.answered.size()));
  return sum;
}

v1::SurveyQuestionFigures SurveyReportBuilder::FiguresOf(const v1::SurveyQuestion& question,
                                                         int layer, const Said& said) const {
  v1::SurveyQuestionFigures figures;
  figures.set_question(question.key());
  figures.set_text(question.text());
  figures.set_layer(static_cast<accounts::v1::Layer>(layer));
  *figures.mutable_mean() = MeanWithInterval(said.ratings);
  for (int step = question.low(); step <= question.high(); ++step) {
    figures.add_counts(std::count(said.ratings.begin(), said.ratings.end(), step));
  }
  figures.set_other_scale(said.other_scale);
  if (baseline_round_.empty()) return figures;
  std::vector<double> changes;
  for (const auto& [respondent, rating] : said.now) {
    const auto before = said.before.find(respondent);
    if (before != said.before.end()) changes.push_back(rating - before->second);
  }
  *figures.mutable_change() = MeanWithInterval(changes);
  return figures;
}

v1::SurveyReport SurveyReportBuilder::Build() const {
  v1::SurveyReport report;
  report.set_survey(contract::JoinRevision(survey_.name(), survey_.revision().number()));
  report.set_display_name(survey_.display_name());
  *report.mutable_turnout() = Sum(all_);
  for (const auto& [layer, turnout] : layers_) {
    v1::SurveyLayerTurnout* entry = report.add_layers();
    entry->set_layer(static_cast<accounts::v1::Layer>(layer));
    *entry->mutable_turnout() = Sum(turnout);
  }
  std::vector<std::pair<absl::Time, std::string>> order;
  for (const auto& [key, round] : rounds_) order.emplace_back(round.first_asked, key);
  std::sort(order.begin(), order.end());
  for (const auto& [first_asked, key] : order) {
    v1::SurveyRoundTurnout* entry = report.add_rounds();
    entry->set_round(key);
    *entry->mutable_first_ask_time() = calendar::ToTimestamp(first_asked);
    *entry->mutable_turnout() = Sum(rounds_.at(key).turnout);
  }
  for (const v1::SurveyQuestion& question : survey_.questions()) {
    const auto all = said_.find({question.key(), kAllLayers});
    *report.add_questions() =
        FiguresOf(question, kAllLayers, all == said_.end() ? Said() : all->second);
    for (const auto& [layer, turnout] : layers_) {
      const auto said = said_.find({question.key(), layer});
      if (layer == kAllLayers || said == said_.end()) continue;
      *report.add_questions() = FiguresOf(question, layer, said->second);
    }
  }
  report.set_conclusion(TurnoutText(report.turnout()));
  return report;
}

}  // namespace banso::health
