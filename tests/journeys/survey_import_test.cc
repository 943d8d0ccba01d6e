#include <string>
#include <vector>

#include "banso/health/v1/surveys_service.pb.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::testing::HasSubstr;

// A tool for surveys has asked at the start and at the milestone; its table goes in by the command
// line, into the survey that the program brought along.
TEST(SurveyImportJourney, ATableOfAnswersTellsWhatHasChangedAndWhoWasSilent) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  for (const auto stretch :
       {&Lapras::ApplyProgram, &Lapras::ImportAccounts, &Lapras::WinDeal, &Lapras::StartOnboarding,
        &Lapras::AwaitOnboarding, &Lapras::GetReadyForKickoff}) {
    (lapras.*stretch)();
    if (HasFatalFailure()) return;
  }
  lapras.CatchUp();
  lapras.SetTime("2025-05-20T01:00:00Z");
  const std::vector<std::string> command = {
      "import",
      "surveys",
      "-",
      "--set",
      "survey=expectations",
      "--map",
      "account=company,respondent=who,round=wave,ask_time=sent,answer_time=answered",
      "--map",
      "answers.candidates=q1,answers.effort=q2,answers.alone=q3"};
  const std::string table =
      "company,who,wave,sent,answered,q1,q2,q3\n"
      "CRM-100,mori,after,2025-05-01,2025-05-02,5,4,5\n"
      "CRM-100,mori,before,2025-04-01,2025-04-02,3,4,1\n"
      "CRM-100,hara,before,2025-04-01,2025-04-20,2,2,2\n"
      "CRM-100,hara,after,2025-05-01,,,,\n"
      "CRM-100,nobody,after,2025-05-01,,,,\n"
      "CRM-100,hara,after-all,2025-05-03,2025-05-04,5,5,5\n";
  std::vector<std::string> in_full = command;
  in_full.insert(in_full.begin(), "--output=json");
  const Finished imported = lapras.Banso(in_full, table);
  EXPECT_EQ(imported.exit_status, 4) << imported.errors;
  for (const char* told :
       {R"("created":4,"updated":0,"unchanged":0,"answered":3,"without an answer":1)",
        R"("rejected_rows":2)", "nobody at accounts/crm-100 is called so",
        "accounts/crm-100/stakeholders/hara may still answer"}) {
    EXPECT_THAT(imported.output, HasSubstr(told));
  }
  EXPECT_THAT(lapras.Banso(command, table).output, HasSubstr("0 created, 0 updated, 4 unchanged"));

  const auto report = lapras.client().Call<health::v1::SurveyReport>(
      "banso.health.v1.SurveysService/GetSurveyReport",
      R"({"survey": "surveys/expectations", "parent": "accounts/-", "round": "after",
          "baseline_round": "before"})");
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->turnout().asked(), 2);
  EXPECT_EQ(report->turnout().answered(), 1);
  EXPECT_EQ(report->turnout().silent(), 1);
  ASSERT_GE(report->questions_size(), 3);
  EXPECT_EQ(report->questions(0).question(), "candidates");
  EXPECT_EQ(report->questions(0).mean().value(), 5);
  EXPECT_EQ(report->questions(0).change().value(), 2) << "of who has answered both times";
}

}  // namespace
}  // namespace banso::journeys
