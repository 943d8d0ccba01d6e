#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/health/v1/surveys_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_frame.h"
#include "common/calendar/proto_time.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Stakeholder;
using health::v1::Survey;
using health::v1::SurveyAnswer;
using health::v1::SurveyInvitation;
using health::v1::SurveyQuestion;

constexpr char kSurveys[] = "banso.health.v1.SurveysService/";
constexpr char kListStakeholders[] = "banso.accounts.v1.PeopleService/ListStakeholders";
constexpr char kAnswers[] = "answers.";

// One person who was asked in one round.
using AskedKey = std::tuple<std::string, std::string, std::string>;  // Survey, round, respondent.

AskedKey KeyOf(const SurveyInvitation& invitation) {
  const std::string& survey = invitation.survey();
  return {survey.substr(0, survey.find('@')), invitation.round(), invitation.respondent()};
}

// The customers' people, by account and by the names under which a file may speak of them.
class People {
 public:
  void Add(const Stakeholder& person) {
    // Nobody is found by what is left of who was erased.
    if (person.has_erase_time()) return;
    for (const std::string& known_as :
         {person.name(), contract::LastId(person.name()), person.display_name(), person.email()}) {
      if (known_as.empty()) continue;
      std::vector<Stakeholder>& found = accounts_[contract::Parent(person.name())][known_as];
      const auto same = [&](const Stakeholder& other) { return other.name() == person.name(); };
      if (std::none_of(found.begin(), found.end(), same)) found.push_back(person);
    }
  }

  // Everybody at `account` who is called so.
  std::vector<Stakeholder> Find(const std::string& account, const std::string& known_as) const {
    const auto people = accounts_.find(account);
    if (people == accounts_.end()) return {};
    const auto found = people->second.find(known_as);
    return found == people->second.end() ? std::vector<Stakeholder>() : found->second;
  }

 private:
  std::map<std::string, std::map<std::string, std::vector<Stakeholder>>> accounts_;
};

// Whether both say the same, in any order.
bool SameAnswers(const SurveyInvitation& a, const SurveyInvitation& b) {
  const auto ratings = [](const SurveyInvitation& invitation) {
    std::map<std::string, int> map;
    for (const SurveyAnswer& answer : invitation.answers())
      map[answer.question()] = answer.rating();
    return map;
  };
  return ratings(a) == ratings(b) && a.comment() == b.comment();
}

// Each row is one person who was asked in one round, with the answers or without.
class SurveyImport : public RowByRowImport<RowEntry<SurveyInvitation>> {
 public:
  SurveyImport(Context& context, const ImportOptions& options, Sheet sheet)
      : RowByRowImport(
            context, options, std::move(sheet),
            {.rows = "survey invitations", .one = "an invitation", .the = "the invitation"}) {}

 private:
  using Entry = RowEntry<SurveyInvitation>;

  absl::Status Prepare() override {
    BANSO_RETURN_IF_ERROR(CheckFields());
    BANSO_RETURN_IF_ERROR(FetchSurveys());
    BANSO_RETURN_IF_ERROR(CheckQuestions());
    accounts::v1::ListStakeholdersRequest people;
    people.set_parent("accounts/-");
    BANSO_RETURN_IF_ERROR(
        (EachPage<accounts::v1::ListStakeholdersRequest, accounts::v1::ListStakeholdersResponse>(
            connection(), kListStakeholders, people,
            [&](const accounts::v1::ListStakeholdersResponse& page) {
              for (const Stakeholder& person : page.stakeholders()) people_.Add(person);
            })));
    health::v1::ListSurveyInvitationsRequest asked;
    asked.set_parent("accounts/-");
    return EachPage<health::v1::ListSurveyInvitationsRequest,
                    health::v1::ListSurveyInvitationsResponse>(
        connection(), absl::StrCat(kSurveys, "ListSurveyInvitations"), asked,
        [&](const health::v1::ListSurveyInvitationsResponse& page) {
          for (const SurveyInvitation& one : page.survey_invitations()) stored_[KeyOf(one)] = one;
        });
  }

  // Those in force: only they are asked.
  absl::Status FetchSurveys() {
    return EachPage<health::v1::ListSurveyRevisionsRequest,
                    health::v1::ListSurveyRevisionsResponse>(
        connection(), absl::StrCat(kSurveys, "ListSurveyRevisions"), {},
        [&](const health::v1::ListSurveyRevisionsResponse& page) {
          for (const Survey& survey : page.surveys()) {
            if (survey.revision().state() != type::v1::REVISION_STATE_ACTIVE) continue;
            surveys_[survey.name()] = survey;
            names_.Add(survey.name(), survey.name());
            names_.Add(contract::LastId(survey.name()), survey.name());
            names_.Add(survey.display_name(), survey.name());
          }
        });
  }

  // An error of the input when a column is mapped to what cannot be imported.
  absl::Status CheckFields() const {
    static const auto& fields = *new std::vector<std::string>{
        "account", "respondent", "survey", "round", "ask_time", "answer_time", "comment", "layer"};
    for (const std::string& field : sheet().FieldsWith("")) {
      if (absl::StartsWith(field, kAnswers)) continue;
      if (std::find(fields.begin(), fields.end(), field) != fields.end()) continue;
      return InputError(absl::StrCat("'", field, "' cannot be imported; there are: ",
                                     absl::StrJoin(fields, ", "), ", answers.QUESTION"));
    }
    return absl::OkStatus();
  }

  // An error of the input when a column is mapped to what no survey asks.
  absl::Status CheckQuestions() const {
    if (sheet().FieldsWith(kAnswers).empty()) {
      return InputError(
          "no answers are mapped: add --map answers.QUESTION=COLUMN for the column of a question");
    }
    std::vector<std::string> known;
    for (const auto& [name, survey] : surveys_) {
      for (const SurveyQuestion& question : survey.questions()) {
        known.push_back(absl::StrCat(kAnswers, question.key()));
      }
    }
    for (const std::string& field : sheet().FieldsWith(kAnswers)) {
      if (std::find(known.begin(), known.end(), field) != known.end()) continue;
      return InputError(absl::StrCat("'", field,
                                     "' is no question of a survey in force; there are: ",
                                     known.empty() ? "none" : absl::StrJoin(known, ", ")));
    }
    return absl::OkStatus();
  }

  void Read(const CsvRow& row, Entry* entry) override {
    SurveyInvitation& invitation = entry->message;
    for (const char* field : {"round", "ask_time"}) Need(row, field, "an invitation needs it");
    invitation.set_survey(Find(row, "survey", names_, "a survey"));
    entry->account = FindAccount(row);
    if (!entry->account.empty()) ReadRespondent(row, entry);
    if (!invitation.survey().empty()) ReadAnswers(row, surveys_.at(invitation.survey()), entry);
    if (invitation.respondent().empty() || invitation.survey().empty()) return;
    const auto [first, added] = lines_.emplace(KeyOf(invitation), row.line);
    if (!added) {
      Reject(row, "respondent",
             absl::StrCat("the same person, survey and round as in line ", first->second));
    }
    entry->id = IdFor(invitation);
  }

  void ReadRespondent(const CsvRow& row, Entry* entry) {
    const std::string text = sheet().Text(row, "respondent");
    const std::vector<Stakeholder> found = people_.Find(entry->account, text);
    if (found.size() != 1) {
      Reject(row, "respondent",
             text.empty()    ? "empty; an invitation needs a person"
             : found.empty() ? absl::StrCat("nobody at ", entry->account, " is called so")
                             : absl::StrCat(found.size(), " people at ", entry->account,
                                            " are called so; write the id or the mail address"));
      return;
    }
    entry->message.set_respondent(found.front().name());
    if (entry->message.layer() == accounts::v1::LAYER_UNSPECIFIED) {
      entry->message.set_layer(found.front().layer());
    }
  }

  void ReadAnswers(const CsvRow& row, const Survey& survey, Entry* entry) {
    for (const std::string& field : sheet().FieldsWith(kAnswers)) {
      if (!sheet().Text(row, field).empty()) ReadAnswer(row, field, survey, entry);
    }
    if (!sheet().Text(row, "answer_time").empty()) {
      if (entry->message.answers().empty()) {
        Reject(row, "answer_time", "the row has no answer");
      } else if (entry->message.has_ask_time() && entry->message.has_answer_time() &&
                 calendar::ToTime(entry->message.answer_time()) <
                     calendar::ToTime(entry->message.ask_time())) {
        Reject(row, "answer_time", "before it was asked");
      }
    } else if (!entry->message.answers().empty()) {
      Reject(row, "answer_time", "empty; answers need their time");
    }
    if (entry->message.answers().empty() && !entry->message.comment().empty()) {
      Reject(row, "comment", "the row has no answer, which a comment goes with");
    }
  }

  void ReadAnswer(const CsvRow& row, const std::string& field, const Survey& survey, Entry* entry) {
    const std::string key(absl::StripPrefix(field, kAnswers));
    const auto question = std::find_if(survey.questions().begin(), survey.questions().end(),
                                       [&](const SurveyQuestion& one) { return one.key() == key; });
    int rating = 0;
    if (question == survey.questions().end()) {
      Reject(row, field, absl::StrCat(survey.name(), " does not ask ", key));
    } else if (!absl::SimpleAtoi(sheet().Text(row, field), &rating) || rating < question->low() ||
               rating > question->high()) {
      Reject(
          row, field,
          absl::StrCat("must be a whole number from ", question->low(), " to ", question->high()));
    } else {
      SurveyAnswer* answer = entry->message.add_answers();
      answer->set_question(key);
      answer->set_rating(rating);
    }
  }

  // The same for whoever imports it.
  static std::string IdFor(const SurveyInvitation& invitation) {
    const auto& [survey, round, respondent] = KeyOf(invitation);
    return absl::StrCat("import-", absl::BytesToHexString(contract::Hash(
                                       absl::StrCat(survey, " ", round, " ", respondent), 16)));
  }

  // Nobody is asked again who may still answer, so earlier rounds go first.
  std::string ChainOf(const Entry& entry) const override {
    return absl::StrCat(entry.message.survey(), " ", entry.message.respondent());
  }

  absl::Status StoreAll() override {
    std::stable_sort(entries().begin(), entries().end(), [](const Entry& a, const Entry& b) {
      return calendar::ToTime(a.message.ask_time()) < calendar::ToTime(b.message.ask_time());
    });
    BANSO_RETURN_IF_ERROR(RowByRowImport::StoreAll());
    report().others.emplace_back("answered", answered_);
    report().others.emplace_back("without an answer", silent_);
    return absl::OkStatus();
  }

  absl::Status Store(const Entry& entry) override {
    const bool answers = !entry.message.answers().empty();
    const auto stored = stored_.find(KeyOf(entry.message));
    if (stored == stored_.end()) {
      BANSO_RETURN_IF_ERROR(Ask(entry));
      BANSO_ASSIGN_OR_RETURN(const bool answered,
                             TookAlso(answers ? Answer(entry, NameOf(entry)) : absl::OkStatus(),
                                      *entry.row, "answer_time", "the answers are not taken"));
      if (!answered) return absl::OkStatus();
      Count(RowOutcome::kCreated);
    } else if (!stored->second.has_answer_time() && answers) {
      BANSO_RETURN_IF_ERROR(Answer(entry, stored->second.name()));
      Count(RowOutcome::kUpdated);
    } else if (answers && !SameAnswers(stored->second, entry.message)) {
      return FromServer(absl::FailedPreconditionError(absl::StrCat(
          "answered otherwise before, and first answers stand: ", stored->second.name())));
    } else {
      Count(RowOutcome::kUnchanged);
    }
    ++(answers ? answered_ : silent_);
    return absl::OkStatus();
  }

  static std::string NameOf(const Entry& entry) {
    return contract::Join(entry.account, "surveyInvitations", entry.id);
  }

  absl::Status Ask(const Entry& entry) {
    health::v1::AskSurveyRequest ask;
    ask.set_survey(entry.message.survey());
    ask.set_round(entry.message.round());
    *ask.mutable_ask_time() = entry.message.ask_time();
    health::v1::SurveyInvitee* invitee = ask.add_invitees();
    invitee->set_respondent(entry.message.respondent());
    invitee->set_layer(entry.message.layer());
    invitee->set_survey_invitation_id(entry.id);
    SetRequestId(&ask);
    return Change<health::v1::AskSurveyResponse>(absl::StrCat(kSurveys, "AskSurvey"), ask);
  }

  absl::Status Answer(const Entry& entry, const std::string& name) {
    health::v1::AnswerSurveyRequest answer;
    answer.set_name(name);
    *answer.mutable_answers() = entry.message.answers();
    answer.set_comment(entry.message.comment());
    *answer.mutable_answer_time() = entry.message.answer_time();
    SetRequestId(&answer);
    return Change<SurveyInvitation>(absl::StrCat(kSurveys, "AnswerSurvey"), answer);
  }

  std::map<std::string, Survey> surveys_;
  // The surveys by the names under which a file may speak of them.
  Directory names_;
  People people_;
  std::map<AskedKey, SurveyInvitation> stored_;
  std::map<AskedKey, int64_t> lines_;
  std::atomic<int64_t> answered_{0};
  std::atomic<int64_t> silent_{0};
};

}  // namespace

absl::StatusOr<ImportReport> ImportSurveys(Context& context, const ImportOptions& options) {
  return ImportRows<SurveyImport>(context, options, {"account", "respondent", "survey", kAnswers},
                                  {"account", "respondent", "survey", "round", "ask_time"});
}

}  // namespace banso::cli
