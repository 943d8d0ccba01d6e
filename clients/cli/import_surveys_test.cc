#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/health/v1/surveys_service.pb.h"
#include "clients/cli/import_fixture.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Who was asked in a survey, and what they answered, as another tool has it.
namespace banso::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using health::v1::Survey;
using health::v1::SurveyInvitation;

class SurveyImportTest : public ImportFixture {
 protected:
  void SetUp() override {
    for (const char* id : {"one", "two"}) {
      accounts_[id].set_name(absl::StrCat("accounts/", id));
      accounts_[id].set_display_name(absl::StrCat("Company ", id));
    }
    AddPerson("accounts/one/stakeholders/mori", "Mori Aya", accounts::v1::LAYER_EXECUTIVE);
    AddPerson("accounts/one/stakeholders/hara", "Hara Ken", accounts::v1::LAYER_FIELD);
    AddPerson("accounts/two/stakeholders/sato-1", "Sato", accounts::v1::LAYER_FIELD);
    AddPerson("accounts/two/stakeholders/sato-2", "Sato", accounts::v1::LAYER_MANAGER);
    people_["accounts/two/stakeholders/sato-2"].set_email("sato2@two.example");
    AddSurvey();
    List<accounts::v1::ListStakeholdersRequest, accounts::v1::ListStakeholdersResponse>(
        "banso.accounts.v1.PeopleService/ListStakeholders", people_,
        [](accounts::v1::ListStakeholdersResponse* out) { return out->add_stakeholders(); });
    List<health::v1::ListSurveyRevisionsRequest, health::v1::ListSurveyRevisionsResponse>(
        "banso.health.v1.SurveysService/ListSurveyRevisions", surveys_,
        [](health::v1::ListSurveyRevisionsResponse* out) { return out->add_surveys(); });
    List<health::v1::ListSurveyInvitationsRequest, health::v1::ListSurveyInvitationsResponse>(
        "banso.health.v1.SurveysService/ListSurveyInvitations", invitations_,
        [](health::v1::ListSurveyInvitationsResponse* out) {
          return out->add_survey_invitations();
        });
    ServeAsk();
    ServeAnswer();
  }

  void AddPerson(const std::string& name, const char* called, accounts::v1::Layer layer) {
    accounts::v1::Stakeholder& person = people_[name];
    person.set_name(name);
    person.set_display_name(called);
    person.set_layer(layer);
  }

  void AddSurvey() {
    Survey& survey = surveys_["surveys/expectations"];
    survey.set_name("surveys/expectations");
    survey.set_display_name("Before and after");
    for (const char* key : {"fit", "effort"}) {
      health::v1::SurveyQuestion* question = survey.add_questions();
      question->set_key(key);
      question->set_low(1);
      question->set_high(5);
    }
    survey.mutable_revision()->set_number(1);
    survey.mutable_revision()->set_state(type::v1::REVISION_STATE_ACTIVE);
    Survey& draft = surveys_["surveys/later"];
    draft.set_name("surveys/later");
    draft.add_questions()->set_key("other");
    draft.mutable_revision()->set_state(type::v1::REVISION_STATE_DRAFT);
  }

  void ServeAsk() {
    server_.Unary<health::v1::AskSurveyRequest, health::v1::AskSurveyResponse>(
        "banso.health.v1.SurveysService/AskSurvey",
        [this](const health::v1::AskSurveyRequest& request, health::v1::AskSurveyResponse*) {
          std::lock_guard lock(mutex_);
          if (request.round().find(' ') != std::string::npos) {
            return contract::InvalidField("round", request.round(), "an id of a-z, 0-9 and -");
          }
          const health::v1::SurveyInvitee& invitee = request.invitees(0);
          // As health has it: nobody is asked again who may still answer.
          for (const auto& [name, other] : invitations_) {
            if (other.respondent() != invitee.respondent() || other.has_answer_time()) continue;
            if (other.ask_time().seconds() + 7 * 86400 <= request.ask_time().seconds()) continue;
            return contract::FailedPrecondition("ALREADY_ASKED", name, "may still answer", "Wait");
          }
          SurveyInvitation invitation;
          invitation.set_name(contract::Join(contract::Parent(invitee.respondent()),
                                             "surveyInvitations", invitee.survey_invitation_id()));
          invitation.set_survey(request.survey() + "@1");
          invitation.set_round(request.round());
          invitation.set_respondent(invitee.respondent());
          invitation.set_layer(invitee.layer());
          *invitation.mutable_ask_time() = request.ask_time();
          invitations_[invitation.name()] = invitation;
          rounds_.push_back(request.round());
          return absl::OkStatus();
        });
  }

  void ServeAnswer() {
    server_.Unary<health::v1::AnswerSurveyRequest, SurveyInvitation>(
        "banso.health.v1.SurveysService/AnswerSurvey",
        [this](const health::v1::AnswerSurveyRequest& request, SurveyInvitation* out) {
          std::lock_guard lock(mutex_);
          if (request.comment() == "refused") {
            return contract::InvalidField("comment", request.comment(), "another word");
          }
          SurveyInvitation& invitation = invitations_.at(request.name());
          *invitation.mutable_answers() = request.answers();
          invitation.set_comment(request.comment());
          *invitation.mutable_answer_time() = request.answer_time();
          *out = invitation;
          return absl::OkStatus();
        });
  }

  std::vector<std::string> Command(const std::string& file) {
    return {
        "surveys", file,
        "--set",   "survey=expectations",
        "--map",   "account=company,respondent=who,round=wave,ask_time=sent,answer_time=answered",
        "--map",   "comment=remark,answers.fit=Q1,answers.effort=Q2"};
  }

  // The invitation of a person in a round; empty when there is none.
  SurveyInvitation Of(const std::string& person, const std::string& round) {
    for (const auto& [name, invitation] : invitations_) {
      if (contract::LastId(invitation.respondent()) == person && invitation.round() == round) {
        return invitation;
      }
    }
    return SurveyInvitation();
  }

  std::map<std::string, accounts::v1::Stakeholder> people_;
  std::map<std::string, Survey> surveys_;
  std::map<std::string, SurveyInvitation> invitations_;
  // As they were asked.
  std::vector<std::string> rounds_;
};

constexpr char kHeader[] = "company,who,wave,sent,answered,Q1,Q2,remark\n";

constexpr char kGoodRows[] =
    "Company one,Mori Aya,before,2025-04-01,2025-04-02,2,3,\"We hope, but\"\n"
    "one, hara ,before,2025-04-01,,,,\n"
    "two,sato2@two.example,before,2025-04-01,2025-04-03,5,,\n";

TEST_F(SurveyImportTest, TakesAnswersAndThoseWhoGaveNone) {
  const std::string file = Write("s.csv", absl::StrCat(kHeader, kGoodRows).c_str());
  EXPECT_EQ(Run(Command(file)), 0) << out_ << err_;
  EXPECT_THAT(out_, HasSubstr("3 survey invitations: 3 created, 0 updated, 0 unchanged, 2 "
                              "answered, 1 without an answer, 0 rows rejected"));
  const SurveyInvitation mori = Of("mori", "before");
  ASSERT_THAT(mori.answers(), SizeIs(2));
  EXPECT_EQ(mori.answers(0).rating(), 2);
  EXPECT_EQ(mori.comment(), "We hope, but");
  EXPECT_EQ(mori.layer(), accounts::v1::LAYER_EXECUTIVE);
  // Midnight of 2 April in Japan.
  EXPECT_EQ(mori.answer_time().seconds(), 1743519600);
  EXPECT_FALSE(Of("hara", "before").has_answer_time());
  EXPECT_THAT(Of("sato-2", "before").answers(), SizeIs(1));

  EXPECT_EQ(Run(Command(file)), 0);
  EXPECT_THAT(out_, HasSubstr("0 created, 0 updated, 3 unchanged"));
  EXPECT_THAT(invitations_, SizeIs(3));
}

TEST_F(SurveyImportTest, TellsEachBadRowAndTakesTheOthers) {
  const std::string file =
      Write("s.csv", absl::StrCat(kHeader,
                                  "one,Mori Aya,before,2025-04-01,2025-04-02,6,3,\n"
                                  "one,Hara Ken,before,2025-04-01,2025-04-02,four,3,\n"
                                  "three,Abe,before,2025-04-01,2025-04-02,1,3,\n"
                                  "one,Nobody,before,2025-04-01,2025-04-02,1,3,\n"
                                  "two,Sato,before,2025-04-01,2025-04-02,1,3,\n"
                                  "two,sato-1,before,2025-04-05,2025-04-02,1,3,\n"
                                  "two,sato-2,before,2025-04-01,,1,3,\n"
                                  "two,sato-2,2025 Q2,2025-04-01,2025-04-02,1,3,\n"
                                  "two,sato-2,q3,,2025-04-02,1,3,\n"
                                  "two,sato-2,q4,2025-04-01,,,,well\n"
                                  "one,mori,good,2025-04-01,2025-04-02,1,,\n"
                                  "one,Mori Aya,good,2025-04-01,2025-04-02,2,,\n"
                                  "one,mori,short\n")
                         .c_str());
  EXPECT_EQ(Run(Command(file)), 4);
  EXPECT_THAT(
      out_,
      AllOf(HasSubstr("13 survey invitations: 1 created"), HasSubstr("12 rows rejected"),
            HasSubstr("\"6\""), HasSubstr("must be a whole number from 1 to 5"),
            HasSubstr("\"four\""), HasSubstr("the name of no account"),
            HasSubstr("nobody at accounts/one is called so"),
            HasSubstr("2 people at accounts/two are called so"), HasSubstr("before it was asked")));
  EXPECT_THAT(out_, AllOf(HasSubstr("empty; answers need their time"),
                          HasSubstr("round: \"2025 Q2\" is not accepted"),
                          HasSubstr("empty; an invitation needs it"),
                          HasSubstr("the row has no answer, which a comment goes with"),
                          HasSubstr("the same person, survey and round as in line 12")));
  ASSERT_THAT(invitations_, SizeIs(1));
  EXPECT_EQ(Of("mori", "good").answers(0).rating(), 1);
}

TEST_F(SurveyImportTest, WhoWasAskedAndWhoseAnswersAreRefusedIsStoredInPart) {
  const std::string file = Write(
      "s.csv",
      absl::StrCat(kHeader, "one,Mori Aya,before,2025-04-01,2025-04-02,2,3,refused\n").c_str());
  EXPECT_EQ(Run(Command(file)), 4);
  EXPECT_THAT(out_, AllOf(HasSubstr("1 survey invitations: 0 created, 0 updated, 0 unchanged, 0 "
                                    "answered, 0 without an answer, 1 rows stored in part, 0 rows"),
                          HasSubstr("the answers are not taken: comment: ")));
  EXPECT_FALSE(Of("mori", "before").has_answer_time());
}

TEST_F(SurveyImportTest, BringsAnswersThatCameSinceAndLeavesThoseThereWere) {
  ASSERT_EQ(Run(Command(Write("s.csv", absl::StrCat(kHeader, kGoodRows).c_str()))), 0);
  const std::string later =
      Write("later.csv", absl::StrCat(kHeader,
                                      "one,hara,before,2025-04-01,2025-04-04,4,4,\n"
                                      "one,mori,before,2025-04-01,2025-04-02,5,5,\n")
                             .c_str());
  EXPECT_EQ(Run(Command(later)), 4);
  EXPECT_THAT(out_, AllOf(HasSubstr("0 created, 1 updated, 0 unchanged"),
                          HasSubstr("answered otherwise before, and first answers stand: ")));
  EXPECT_EQ(Of("hara", "before").answers(0).rating(), 4);
  EXPECT_EQ(Of("mori", "before").answers(0).rating(), 2);
}

TEST_F(SurveyImportTest, AsksAPersonsRoundsInTheirOrderWhateverThatOfTheFile) {
  const std::string file = Write("s.csv", absl::StrCat(kHeader,
                                                       "one,mori,june,2025-06-01,,,,\n"
                                                       "one,mori,april,2025-04-01,2025-04-02,1,1,\n"
                                                       "one,mori,may,2025-05-01,,,,\n")
                                              .c_str());
  EXPECT_EQ(Run(Command(file)), 0) << out_;
  EXPECT_THAT(rounds_, ElementsAre("april", "may", "june"));
}

TEST_F(SurveyImportTest, ADryRunAsksNobody) {
  std::vector<std::string> command =
      Command(Write("s.csv", absl::StrCat(kHeader, kGoodRows).c_str()));
  command.push_back("--dry-run");
  EXPECT_EQ(Run(command), 0);
  EXPECT_THAT(out_, HasSubstr("3 survey invitations, dry run: 3 created"));
  EXPECT_THAT(invitations_, IsEmpty());
}

TEST_F(SurveyImportTest, ColumnsThatMeanNothingAreTheUsersFault) {
  const std::string file = Write("s.csv", kHeader);
  std::vector<std::string> command = Command(file);
  command.back() = "answers.fti=Q1";
  EXPECT_EQ(Run(command), 1);
  EXPECT_THAT(err_, AllOf(HasSubstr("'answers.fti' is no question of a survey in force"),
                          HasSubstr("answers.effort"), Not(HasSubstr("answers.other"))));
  command.back() = "answers.fit=Q1,state=remark";
  EXPECT_EQ(Run(command), 1);
  EXPECT_THAT(err_, HasSubstr("'state' cannot be imported; there are: account, respondent"));
  command.back() = "comment=remark";
  EXPECT_EQ(Run(command), 1);
  EXPECT_THAT(err_, HasSubstr("--map answers.QUESTION=COLUMN"));
}

}  // namespace
}  // namespace banso::cli
