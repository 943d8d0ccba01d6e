#include "services/health/domain/studies/hypothesis.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/health/domain/studies/contrast.h"

namespace banso::health {
namespace {

constexpr char kReasonWrongState[] = "WRONG_STATE";
constexpr char kReasonSettled[] = "HYPOTHESIS_SETTLED";
constexpr char kReasonNotBorneOut[] = "NOT_BORNE_OUT";

std::string StateText(v1::HypothesisState state) {
  const std::string name = v1::HypothesisState_Name(state);
  return name.substr(name.rfind('_') + 1);
}

absl::Status CheckState(const v1::Hypothesis& hypothesis, v1::HypothesisState wanted,
                        absl::string_view what_to_do) {
  if (hypothesis.state() == wanted) return absl::OkStatus();
  return contract::FailedPrecondition(
      kReasonWrongState, hypothesis.name(),
      absl::StrCat("it is ", StateText(hypothesis.state()), ", not ", StateText(wanted)),
      what_to_do);
}

bool InFavour(const v1::Contrast& contrast) {
  return contrast.finding() == v1::FINDING_DIFFERENT && FoundDifference(contrast) > 0;
}

// Whether those with the measure and those without were compared at the same time, and those with
// it were not ahead.
bool Contradicts(const v1::Contrast& concurrent) {
  return concurrent.finding() != v1::FINDING_INSUFFICIENT && FoundDifference(concurrent) <= 0;
}

absl::Status CheckCarries(const v1::Hypothesis& hypothesis, const v1::LookBack& look_back) {
  const bool borne_out = InFavour(look_back.concurrent()) || InFavour(look_back.before_after());
  const bool enough = look_back.concurrent().finding() != v1::FINDING_INSUFFICIENT ||
                      look_back.before_after().finding() != v1::FINDING_INSUFFICIENT;
  if (look_back.conclusion() == v1::LOOK_BACK_CONCLUSION_CONFIRMED && !borne_out) {
    return contract::FailedPrecondition(
        kReasonNotBorneOut, hypothesis.name(),
        absl::StrCat("no comparison is in favour of the measure. ",
                     look_back.concurrent().sentence(), " ", look_back.before_after().sentence()),
        "Conclude REFUTED, or CONTINUE with another date");
  }
  if (look_back.conclusion() == v1::LOOK_BACK_CONCLUSION_CONFIRMED &&
      Contradicts(look_back.concurrent())) {
    return contract::FailedPrecondition(
        kReasonNotBorneOut, hypothesis.name(),
        absl::StrCat("at the same time, those without the measure did no worse. ",
                     look_back.concurrent().sentence()),
        "Conclude REFUTED, or CONTINUE with another date");
  }
  if (look_back.conclusion() == v1::LOOK_BACK_CONCLUSION_REFUTED && !enough) {
    return contract::FailedPrecondition(kReasonNotBorneOut, hypothesis.name(),
                                        "there are too few cases to refute it",
                                        "Conclude CONTINUE with another date");
  }
  return absl::OkStatus();
}

}  // namespace

v1::WallEvidence EvidenceOf(const v1::FunnelAnalysis& analysis, absl::string_view wall) {
  v1::WallEvidence evidence;
  evidence.set_walls(analysis.walls_size());
  *evidence.mutable_basis() = analysis.basis();
  for (const v1::Wall& found : analysis.walls()) {
    if (found.key() == wall) evidence.set_rank(found.rank());
  }
  for (const v1::StepAnalysis& step : analysis.steps()) {
    if (step.reach().key() == wall) *evidence.mutable_contrast() = step.reach();
  }
  for (const v1::Contrast& habit : analysis.habits()) {
    if (habit.key() == wall) *evidence.mutable_contrast() = habit;
  }
  return evidence;
}

absl::Status CheckLookBackDate(absl::string_view field, const type::v1::Date& date,
                               absl::CivilDay today) {
  if (calendar::ToDay(date) > today) return absl::OkStatus();
  return contract::InvalidField(field, calendar::DayText(date),
                                absl::StrCat("a day after today, ", calendar::DayText(today)),
                                "OUT_OF_RANGE");
}

absl::Status CheckOpen(const v1::Hypothesis& hypothesis) {
  if (hypothesis.state() == v1::HYPOTHESIS_STATE_PROPOSED ||
      hypothesis.state() == v1::HYPOTHESIS_STATE_TESTING) {
    return absl::OkStatus();
  }
  return contract::FailedPrecondition(kReasonSettled, hypothesis.name(),
                                      absl::StrCat("it is ", StateText(hypothesis.state())),
                                      "Write a new hypothesis down");
}

absl::Status Start(v1::Hypothesis& hypothesis, const type::v1::Condition& treated,
                   const type::v1::Date& look_back, absl::CivilDay today) {
  BANSO_RETURN_IF_ERROR(CheckState(hypothesis, v1::HYPOTHESIS_STATE_PROPOSED,
                                   "Only a proposed hypothesis can be started"));
  BANSO_RETURN_IF_ERROR(CheckLookBackDate("look_back_date", look_back, today));
  hypothesis.set_state(v1::HYPOTHESIS_STATE_TESTING);
  *hypothesis.mutable_treated() = treated;
  *hypothesis.mutable_look_back_date() = look_back;
  *hypothesis.mutable_start_date() = calendar::ToDate(today);
  return absl::OkStatus();
}

absl::Status Conclude(v1::Hypothesis& hypothesis, const v1::LookBack& look_back,
                      const type::v1::Date* next, absl::CivilDay today) {
  BANSO_RETURN_IF_ERROR(
      CheckState(hypothesis, v1::HYPOTHESIS_STATE_TESTING, "Start it first (StartHypothesis)"));
  BANSO_RETURN_IF_ERROR(CheckCarries(hypothesis, look_back));
  if (look_back.conclusion() == v1::LOOK_BACK_CONCLUSION_CONTINUE) {
    if (next == nullptr) {
      return contract::InvalidField("next_look_back_date", "", "the day of the next look back",
                                    "REQUIRED");
    }
    BANSO_RETURN_IF_ERROR(CheckLookBackDate("next_look_back_date", *next, today));
    *hypothesis.mutable_look_back_date() = *next;
  } else {
    hypothesis.set_state(look_back.conclusion() == v1::LOOK_BACK_CONCLUSION_CONFIRMED
                             ? v1::HYPOTHESIS_STATE_CONFIRMED
                             : v1::HYPOTHESIS_STATE_REFUTED);
  }
  *hypothesis.add_look_backs() = look_back;
  return absl::OkStatus();
}

absl::Status Drop(v1::Hypothesis& hypothesis, absl::string_view reason) {
  BANSO_RETURN_IF_ERROR(CheckOpen(hypothesis));
  hypothesis.set_state(v1::HYPOTHESIS_STATE_DROPPED);
  hypothesis.set_drop_reason(std::string(reason));
  return absl::OkStatus();
}

void Answer(v1::Hypothesis& hypothesis, const v1::CustomerAnswer& answer) {
  auto& answers = *hypothesis.mutable_customer_answers();
  const auto earlier = std::ranges::find(answers, answer.account(), &v1::CustomerAnswer::account);
  if (earlier != answers.end()) {
    *earlier = answer;
  } else {
    *answers.Add() = answer;
  }
  const auto confirming =
      static_cast<int32_t>(std::ranges::count_if(answers, &v1::CustomerAnswer::confirms));
  hypothesis.set_customers_confirming(confirming);
  hypothesis.set_customers_denying(answers.size() - confirming);
}

}  // namespace banso::health
