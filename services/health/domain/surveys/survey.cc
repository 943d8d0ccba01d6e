#include "services/health/domain/surveys/survey.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/deadline.h"
#include "services/health/domain/surveys/survey_facts.h"

namespace banso::health {
namespace {

constexpr char kReasonAlreadyAsked[] = "ALREADY_ASKED";
constexpr char kReasonAlreadyAnswered[] = "ALREADY_ANSWERED";

void CheckAnswer(const v1::Survey& survey, const v1::SurveyAnswer& answer, absl::string_view path,
                 contract::Violations* violations) {
  const v1::SurveyQuestion* question = FindQuestion(survey, answer.question());
  if (question == nullptr) {
    violations->Add(absl::StrCat(path, ".question"), answer.question(),
                    absl::StrCat("a question of ", survey.name(), " as it was asked"),
                    "UNKNOWN_QUESTION");
  } else if (answer.rating() < question->low() || answer.rating() > question->high()) {
    violations->Add(absl::StrCat(path, ".rating"), absl::StrCat(answer.rating()),
                    absl::StrCat(question->low(), " to ", question->high()), "OUT_OF_RANGE");
  }
}

}  // namespace

void CheckSurvey(const v1::Survey& survey, absl::string_view field_path,
                 contract::Violations* violations) {
  std::set<std::string> keys = {kAnsweredKey};
  for (int i = 0; i < survey.questions_size(); ++i) {
    const v1::SurveyQuestion& question = survey.questions(i);
    const std::string path = absl::StrCat(field_path, ".questions[", i, "]");
    if (!keys.insert(question.key()).second) {
      violations->Add(absl::StrCat(path, ".key"), question.key(),
                      absl::StrCat("each key once, and not ", kAnsweredKey), "DUPLICATE");
    }
    if (question.low() >= question.high()) {
      violations->Add(absl::StrCat(path, ".high"), absl::StrCat(question.high()),
                      absl::StrCat("more than ", question.low(), ", the lowest answer"),
                      "OUT_OF_RANGE");
    }
  }
}

const v1::SurveyQuestion* FindQuestion(const v1::Survey& survey, absl::string_view key) {
  for (const v1::SurveyQuestion& question : survey.questions()) {
    if (question.key() == key) return &question;
  }
  return nullptr;
}

v1::SurveyInvitationState StateOf(const v1::SurveyInvitation& invitation, absl::Time now) {
  const absl::Time due = calendar::ToTime(invitation.due_time());
  if (invitation.has_answer_time()) {
    return calendar::ToTime(invitation.answer_time()) < due
               ? v1::SURVEY_INVITATION_STATE_ANSWERED
               : v1::SURVEY_INVITATION_STATE_ANSWERED_LATE;
  }
  return now < due ? v1::SURVEY_INVITATION_STATE_OPEN : v1::SURVEY_INVITATION_STATE_SILENT;
}

v1::SurveyInvitation MakeInvitation(const v1::Survey& survey, const v1::AskSurveyRequest& request,
                                    const v1::SurveyInvitee& invitee, absl::Time asked,
                                    absl::TimeZone zone) {
  v1::SurveyInvitation invitation;
  invitation.set_survey(contract::JoinRevision(survey.name(), survey.revision().number()));
  invitation.set_round(request.round());
  invitation.set_respondent(invitee.respondent());
  invitation.set_layer(invitee.layer());
  invitation.set_asked_by(request.asked_by());
  *invitation.mutable_ask_time() = calendar::ToTimestamp(asked);
  *invitation.mutable_due_time() =
      calendar::ToTimestamp(FirstMomentAfter(asked, survey.answer_within(), zone));
  return invitation;
}

absl::Status CheckMayAsk(const v1::SurveyInvitation& earlier, absl::string_view round,
                         absl::Time asked) {
  std::string wrong;
  if (earlier.round() == round) {
    wrong = absl::StrCat(earlier.respondent(), " was asked in the round ", round);
  } else if (StateOf(earlier, asked) == v1::SURVEY_INVITATION_STATE_OPEN) {
    wrong = absl::StrCat(earlier.respondent(), " may still answer ", earlier.name());
  } else {
    return absl::OkStatus();
  }
  return contract::FailedPrecondition(kReasonAlreadyAsked, earlier.name(), wrong,
                                      "Leave the person out, or ask later in another round");
}

bool SameAnswers(const v1::SurveyInvitation& invitation, const v1::AnswerSurveyRequest& request) {
  if (!invitation.has_answer_time() || invitation.comment() != request.comment() ||
      invitation.answers_size() != request.answers_size()) {
    return false;
  }
  return std::all_of(request.answers().begin(), request.answers().end(),
                     [&](const v1::SurveyAnswer& answer) {
                       return std::any_of(invitation.answers().begin(), invitation.answers().end(),
                                          [&](const v1::SurveyAnswer& recorded) {
                                            return recorded.question() == answer.question() &&
                                                   recorded.rating() == answer.rating();
                                          });
                     });
}

absl::Status Answer(const v1::Survey& survey, const v1::AnswerSurveyRequest& request,
                    absl::string_view actor, absl::Time now, absl::TimeZone zone,
                    v1::SurveyInvitation& invitation) {
  if (invitation.has_answer_time()) {
    return contract::FailedPrecondition(kReasonAlreadyAnswered, invitation.name(),
                                        "the invitation has been answered otherwise",
                                        "Ask the person again in another round");
  }
  contract::Violations violations;
  std::set<std::string> answered;
  for (int i = 0; i < request.answers_size(); ++i) {
    const std::string path = absl::StrCat("answers[", i, "]");
    CheckAnswer(survey, request.answers(i), path, &violations);
    if (!answered.insert(request.answers(i).question()).second) {
      violations.Add(absl::StrCat(path, ".question"), request.answers(i).question(),
                     "each question once", "DUPLICATE");
    }
  }
  const absl::Time answer_time =
      request.has_answer_time() ? calendar::ToTime(request.answer_time()) : now;
  const absl::Time asked = calendar::ToTime(invitation.ask_time());
  if (answer_time > now || answer_time < asked) {
    violations.Add(
        "answer_time", absl::FormatTime(answer_time),
        absl::StrCat("a time from ", absl::FormatTime(asked, zone), ", when it was asked, to now"),
        "OUT_OF_RANGE");
  }
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  *invitation.mutable_answers() = request.answers();
  invitation.set_comment(request.comment());
  *invitation.mutable_answer_time() = calendar::ToTimestamp(answer_time);
  invitation.set_recorded_by(std::string(actor));
  if (survey.has_valid_for()) {
    *invitation.mutable_expire_time() =
        calendar::ToTimestamp(FirstMomentAfter(answer_time, survey.valid_for(), zone));
  }
  return absl::OkStatus();
}

std::optional<absl::CivilDay> DueDay(const v1::SurveySchedule& schedule,
                                     const std::vector<accounts::v1::Onboarding>& onboardings,
                                     std::optional<absl::Time> last_asked, absl::TimeZone zone) {
  const calendar::Calendar& days = calendar::Calendar::Japan();
  if (last_asked.has_value()) {
    if (!schedule.has_every()) return std::nullopt;
    return calendar::Add(calendar::DayOf(*last_asked, zone), schedule.every(), days);
  }
  std::optional<absl::CivilDay> first;
  for (const accounts::v1::Onboarding& onboarding : onboardings) {
    for (const accounts::v1::ClockReading& reading : onboarding.clocks()) {
      if (reading.clock() != schedule.clock()) continue;
      const absl::CivilDay day = calendar::ToDay(reading.date());
      if (!first.has_value() || day < *first) first = day;
    }
  }
  if (!first.has_value()) return std::nullopt;
  return calendar::Add(*first, schedule.first_after(), days);
}

}  // namespace banso::health
