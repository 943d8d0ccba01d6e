#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/health/v1/survey.pb.h"
#include "banso/health/v1/surveys_service.pb.h"
#include "common/contract/errors.h"

// A survey, whom it is put to, and what becomes of an invitation.
namespace banso::health {

// Checks what the field rules cannot: keys appear once and are not `answered`, and every scale has
// at least two steps. Adds to `violations`, with paths below `field_path`.
void CheckSurvey(const v1::Survey& survey, absl::string_view field_path,
                 contract::Violations* violations);

// The question with that key, or null.
const v1::SurveyQuestion* FindQuestion(const v1::Survey& survey, absl::string_view key);

// Where an invitation stands at `now`.
v1::SurveyInvitationState StateOf(const v1::SurveyInvitation& invitation, absl::Time now);

// An invitation as it is stored: without its state. `zone` is the account's.
v1::SurveyInvitation MakeInvitation(const v1::Survey& survey, const v1::AskSurveyRequest& request,
                                    const v1::SurveyInvitee& invitee, absl::Time asked,
                                    absl::TimeZone zone);

// Whether a person who has this invitation may be asked in `round` at `asked`. FAILED_PRECONDITION
// (ALREADY_ASKED): it may still be answered, or is of the same round.
absl::Status CheckMayAsk(const v1::SurveyInvitation& earlier, absl::string_view round,
                         absl::Time asked);

// Whether the request says what is recorded already.
bool SameAnswers(const v1::SurveyInvitation& invitation, const v1::AnswerSurveyRequest& request);

// Records answers in an invitation to `survey`. INVALID_ARGUMENT for a question that was not asked
// or appears twice, a rating that is not on its scale, and a time before the invitation or after
// `now`; FAILED_PRECONDITION (ALREADY_ANSWERED).
absl::Status Answer(const v1::Survey& survey, const v1::AnswerSurveyRequest& request,
                    absl::string_view actor, absl::Time now, absl::TimeZone zone,
                    v1::SurveyInvitation& invitation);

// The day on which an account is to be asked; nothing while the clock has no day, and for what is
// asked once and was. `last_asked` is absent when it never was.
std::optional<absl::CivilDay> DueDay(const v1::SurveySchedule& schedule,
                                     const std::vector<accounts::v1::Onboarding>& onboardings,
                                     std::optional<absl::Time> last_asked, absl::TimeZone zone);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_H_
