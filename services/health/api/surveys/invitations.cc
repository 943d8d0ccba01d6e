#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/lists.h"
#include "services/health/api/surveys/surveys_api.h"
#include "services/health/domain/surveys/survey.h"
#include "services/health/store/evaluations.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;
using v1::SurveyInvitation;

// How many invitations are ended in one transaction.
constexpr int kEndBatch = 100;

absl::Status CheckAsk(const v1::AskSurveyRequest& request, absl::Time asked, absl::Time now) {
  contract::Violations violations;
  if (asked > now) {
    violations.Add("ask_time", absl::FormatTime(asked), "a time that is not in the future",
                   "OUT_OF_RANGE");
  }
  std::set<std::string> people;
  for (int i = 0; i < request.invitees_size(); ++i) {
    if (people.insert(request.invitees(i).respondent()).second) continue;
    violations.Add(absl::StrCat("invitees[", i, "].respondent"), request.invitees(i).respondent(),
                   "each person once", "DUPLICATE");
  }
  return violations.ToStatus();
}

storage::Filter InvitationsIn(v1::SurveyInvitationState state, absl::Time now) {
  switch (state) {
    case v1::SURVEY_INVITATION_STATE_OPEN:
      return storage::Where("answer_time IS NULL AND due_time > $open_at",
                            {{"open_at", storage::Value(now)}});
    case v1::SURVEY_INVITATION_STATE_SILENT:
      return storage::Where("answer_time IS NULL AND due_time <= $silent_at",
                            {{"silent_at", storage::Value(now)}});
    case v1::SURVEY_INVITATION_STATE_ANSWERED:
      return storage::Where("answer_time IS NOT NULL AND late = 0");
    default:
      return storage::Equal("late", true);
  }
}

SurveyInvitation WithState(SurveyInvitation invitation, absl::Time now) {
  invitation.set_state(StateOf(invitation, now));
  return invitation;
}

// The invitation of that name; of one that has gone over with its account, where it is now.
absl::StatusOr<SurveyInvitation> Invitation(const Store& store, Reader& reader,
                                            const std::string& name) {
  BANSO_ASSIGN_OR_RETURN(std::optional<SurveyInvitation> found,
                         store.surveys.invitations.Find(reader, name));
  if (found.has_value()) return *std::move(found);
  BANSO_ASSIGN_OR_RETURN(const std::string kept, store.accounts.KeptName(reader, name));
  BANSO_ASSIGN_OR_RETURN(found, store.surveys.invitations.Find(reader, kept));
  if (!found.has_value()) return contract::NotFound(name);
  return *std::move(found);
}

}  // namespace

absl::StatusOr<v1::AskSurveyResponse> SurveysApi::AskSurvey(const Call& call,
                                                            const v1::AskSurveyRequest& request) {
  const absl::Time asked = request.has_ask_time() ? calendar::ToTime(request.ask_time()) : call.now;
  BANSO_RETURN_IF_ERROR(CheckAsk(request, asked, call.now));
  using Response = v1::AskSurveyResponse;
  return storage::Mutate<Response>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Response> {
        for (const v1::SurveyInvitee& invitee : request.invitees()) {
          BANSO_RETURN_IF_ERROR(
              store_.accounts.CheckOpen(writer, contract::Parent(invitee.respondent())));
        }
        BANSO_ASSIGN_OR_RETURN(
            const v1::Survey survey,
            store_.surveys.surveys.Active(writer, request.survey(), writer.now()));
        Response response;
        for (const v1::SurveyInvitee& invitee : request.invitees()) {
          const std::string account = contract::Parent(invitee.respondent());
          BANSO_ASSIGN_OR_RETURN(
              const std::vector<SurveyInvitation> earlier,
              store_.surveys.InvitationsOf(writer, survey.name(), invitee.respondent()));
          for (const SurveyInvitation& one : earlier) {
            BANSO_RETURN_IF_ERROR(CheckMayAsk(one, request.round(), asked));
          }
          SurveyInvitation invitation = MakeInvitation(
              survey, request, invitee, asked, calendar::ZoneOrUtc(ZoneOf(writer, account)));
          if (invitation.asked_by().empty()) invitation.set_asked_by(call.actor);
          invitation.set_name(
              contract::Join(account, "surveyInvitations",
                             contract::IdOrNew(invitee.survey_invitation_id(), ids_)));
          BANSO_ASSIGN_OR_RETURN(invitation, store_.surveys.Ask(writer, std::move(invitation)));
          *response.add_survey_invitations() = WithState(std::move(invitation), writer.now());
        }
        return response;
      });
}

absl::StatusOr<SurveyInvitation> SurveysApi::AnswerSurvey(const Call& call,
                                                          const v1::AnswerSurveyRequest& request) {
  return storage::Mutate<SurveyInvitation>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<SurveyInvitation> {
        BANSO_ASSIGN_OR_RETURN(SurveyInvitation invitation,
                               Invitation(store_, writer, request.name()));
        if (SameAnswers(invitation, request)) return WithState(std::move(invitation), writer.now());
        BANSO_ASSIGN_OR_RETURN(
            const v1::Survey survey,
            store_.surveys.surveys.Get(writer, invitation.survey(), writer.now()));
        const std::string account = contract::Parent(invitation.name());
        BANSO_RETURN_IF_ERROR(health::Answer(survey, request, call.actor, writer.now(),
                                             calendar::ZoneOrUtc(ZoneOf(writer, account)),
                                             invitation));
        BANSO_ASSIGN_OR_RETURN(invitation, store_.surveys.Answer(writer, std::move(invitation)));
        BANSO_RETURN_IF_ERROR(MarkDue(writer, account, "a survey was answered"));
        return WithState(std::move(invitation), writer.now());
      });
}

absl::StatusOr<SurveyInvitation> SurveysApi::GetSurveyInvitation(
    const Call& call, const v1::GetSurveyInvitationRequest& request) {
  return storage::Fetch<SurveyInvitation>(
      database_, [&](Reader& reader) -> absl::StatusOr<SurveyInvitation> {
        BANSO_ASSIGN_OR_RETURN(SurveyInvitation invitation,
                               store_.surveys.invitations.Get(reader, request.name()));
        return WithState(std::move(invitation), call.now);
      });
}

absl::StatusOr<v1::ListSurveyInvitationsResponse> SurveysApi::ListSurveyInvitations(
    const Call& call, const v1::ListSurveyInvitationsRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = "ask_time";
  if (!request.survey().empty()) {
    query.filters.push_back(storage::Equal("survey", request.survey()));
  }
  if (!request.round().empty()) query.filters.push_back(storage::Equal("round", request.round()));
  if (!request.states().empty()) {
    std::vector<storage::Filter> states;
    for (const int state : request.states()) {
      states.push_back(InvitationsIn(static_cast<v1::SurveyInvitationState>(state), call.now));
    }
    query.filters.push_back(storage::AnyOf(std::move(states)));
  }
  using Response = v1::ListSurveyInvitationsResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(storage::Page<SurveyInvitation> page,
                           store_.surveys.invitations.List(reader, query));
    for (SurveyInvitation& invitation : page.items) {
      invitation.set_state(StateOf(invitation, call.now));
    }
    return ToResponse<Response>(std::move(page), &Response::mutable_survey_invitations);
  });
}

absl::Status SurveysApi::EndInvitations(const Call& call) {
  while (!call.is_cancelled()) {
    std::vector<std::string> ended;
    BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(ended, store_.surveys.Ended(reader, call.now, kEndBatch));
      return absl::OkStatus();
    }));
    if (ended.empty()) break;
    const auto end_all = [&](Writer& writer) -> absl::Status {
      // As it is now: some may have been answered since.
      BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                             store_.surveys.Ended(writer, writer.now(), kEndBatch));
      for (const std::string& name : names) {
        BANSO_ASSIGN_OR_RETURN(const SurveyInvitation invitation,
                               store_.surveys.invitations.Get(writer, name));
        BANSO_ASSIGN_OR_RETURN(
            const v1::Survey survey,
            store_.surveys.surveys.Get(writer, invitation.survey(), writer.now()));
        BANSO_RETURN_IF_ERROR(store_.surveys.End(writer, invitation, survey));
        BANSO_RETURN_IF_ERROR(MarkDue(writer, contract::Parent(name), "a survey has ended"));
      }
      return absl::OkStatus();
    };
    BANSO_RETURN_IF_ERROR(database_.Write(call, end_all).status());
  }
  return absl::OkStatus();
}

}  // namespace banso::health
