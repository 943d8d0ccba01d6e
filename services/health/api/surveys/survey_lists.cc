#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/page_token.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/account_search.h"
#include "services/health/api/lists.h"
#include "services/health/api/surveys/surveys_api.h"
#include "services/health/domain/surveys/survey.h"
#include "services/health/domain/surveys/survey_report.h"

namespace banso::health {
namespace {

using storage::Reader;
using v1::DueSurvey;
using v1::Survey;

constexpr char kListDueSurveys[] = "banso.health.v1.SurveysService/ListDueSurveys";

absl::Status CheckRounds(const v1::GetSurveyReportRequest& request) {
  contract::Violations violations;
  if (!request.baseline_round().empty() && request.round().empty()) {
    violations.Add("round", "", "the round that is compared with the baseline", "REQUIRED");
  }
  if (!request.round().empty() && request.round() == request.baseline_round()) {
    violations.Add("baseline_round", request.baseline_round(), "another round than `round`",
                   "DUPLICATE");
  }
  return violations.ToStatus();
}

// The invitation as it was known at a time: answers that were recorded later are not there. Nothing
// when it came later itself.
std::optional<v1::SurveyInvitation> InvitationAsKnown(v1::SurveyInvitation invitation,
                                                      absl::Time known_at) {
  if (calendar::ToTime(invitation.ask_time()) > known_at) return std::nullopt;
  if (invitation.has_answer_time() && calendar::ToTime(invitation.update_time()) > known_at) {
    invitation.clear_answer_time();
    invitation.clear_answers();
  }
  return invitation;
}

// The survey for one account, if it is to be asked by `due_by`.
absl::StatusOr<std::optional<DueSurvey>> DueFor(
    const Store& store, Reader& reader, const Survey& survey, const accounts::v1::Account& account,
    const std::vector<accounts::v1::Onboarding>& onboardings, absl::Time due_by) {
  BANSO_ASSIGN_OR_RETURN(const std::optional<absl::Time> asked,
                         store.surveys.LastAsked(reader, account.name(), survey.name()));
  const absl::TimeZone zone = calendar::ZoneOrUtc(account.time_zone());
  const std::optional<absl::CivilDay> day = DueDay(survey.schedule(), onboardings, asked, zone);
  if (!day.has_value() || calendar::StartOfDay(*day, zone) > due_by) {
    return std::optional<DueSurvey>();
  }
  DueSurvey due;
  due.set_account(account.name());
  due.set_survey(contract::JoinRevision(survey.name(), survey.revision().number()));
  due.set_display_name(survey.display_name());
  *due.mutable_due_date() = calendar::ToDate(*day);
  if (asked.has_value()) *due.mutable_last_ask_time() = calendar::ToTimestamp(*asked);
  return std::optional<DueSurvey>(std::move(due));
}

// The surveys in force that have a schedule; only the one named, if one is.
absl::StatusOr<std::vector<Survey>> Scheduled(const Store& store, Reader& reader,
                                              absl::string_view named, absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(std::vector<Survey> surveys, store.surveys.surveys.AllActive(reader, now));
  std::erase_if(surveys, [&](const Survey& survey) {
    return !survey.has_schedule() || (!named.empty() && survey.name() != named);
  });
  return surveys;
}

}  // namespace

absl::StatusOr<v1::SurveyReport> SurveysApi::GetSurveyReport(
    const Call& call, const v1::GetSurveyReportRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckRounds(request));
  std::vector<storage::Filter> filters = {storage::Equal("survey", request.survey())};
  if (!request.round().empty()) {
    std::vector<storage::Value> rounds = {storage::Value(request.round())};
    if (!request.baseline_round().empty()) rounds.emplace_back(request.baseline_round());
    filters.push_back(storage::In("round", std::move(rounds)));
  }
  using Response = v1::SurveyReport;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(const Survey told,
                           store_.surveys.surveys.Get(reader, request.survey(), call.now));
    std::map<std::string, Survey> revisions;
    const absl::Time known_at =
        request.has_known_at() ? calendar::ToTime(request.known_at()) : call.now;
    SurveyReportBuilder builder(told, request.baseline_round(), known_at);
    BANSO_RETURN_IF_ERROR(store_.surveys.invitations.ForEach(
        reader, request.parent() == "accounts/-" ? "" : request.parent(), filters,
        [&](v1::SurveyInvitation& stored) -> absl::Status {
          const auto invitation = InvitationAsKnown(std::move(stored), known_at);
          if (!invitation.has_value()) return absl::OkStatus();
          const auto [asked, is_new] = revisions.try_emplace(invitation->survey());
          if (is_new) {
            BANSO_ASSIGN_OR_RETURN(
                asked->second, store_.surveys.surveys.Get(reader, invitation->survey(), call.now));
          }
          builder.Add(*invitation, asked->second);
          return absl::OkStatus();
        }));
    return builder.Build();
  });
}

absl::StatusOr<v1::ListDueSurveysResponse> SurveysApi::ListDueSurveys(
    const Call& call, const v1::ListDueSurveysRequest& request) {
  const contract::TokenScope scope{.store_epoch = database_.epoch(),
                                   .query = contract::QueryKey(kListDueSurveys, request)};
  const AccountSearch search = {.parent = request.parent(),
                                .owner = request.owner(),
                                .page_size = request.page_size(),
                                .page_token = request.page_token()};
  const absl::Time due_by =
      request.has_due_by() ? std::max(call.now, calendar::ToTime(request.due_by())) : call.now;
  using Response = v1::ListDueSurveysResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(const std::vector<Survey> surveys,
                           Scheduled(store_, reader, request.survey(), call.now));
    const auto due_of = [&](const accounts::v1::Account& account,
                            const std::string& owner) -> absl::StatusOr<std::vector<DueSurvey>> {
      std::vector<DueSurvey> found;
      if (surveys.empty()) return found;
      BANSO_ASSIGN_OR_RETURN(const auto onboardings,
                             store_.accounts.OnboardingsOf(reader, account.name()));
      for (const Survey& survey : surveys) {
        BANSO_ASSIGN_OR_RETURN(std::optional<DueSurvey> due,
                               DueFor(store_, reader, survey, account, onboardings, due_by));
        if (!due.has_value()) continue;
        due->set_owner(owner);
        found.push_back(*std::move(due));
      }
      return found;
    };
    BANSO_ASSIGN_OR_RETURN(
        storage::Page<DueSurvey> page,
        SearchAccounts<DueSurvey>(store_, reader, scope, search, due_of,
                                  [](const DueSurvey& due) { return due.survey(); }));
    return ToResponse<Response>(std::move(page), &Response::mutable_due_surveys);
  });
}

}  // namespace banso::health
