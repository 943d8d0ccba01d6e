#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/gateway/v1/program.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/health/v1/signals_service.pb.h"
#include "banso/health/v1/studies_service.pb.h"
#include "banso/health/v1/surveys_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "banso/kickoff/v1/tasks_service.pb.h"
#include "common/testing/files.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

// Programs as data: whatever a team's way consists of is applied from a folder, arrives in every
// service, and is applied a second time without effect.
namespace banso::journeys {
namespace {

namespace fs = std::filesystem;

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kSignalRpcs[] = "banso.health.v1.SignalsService/";
constexpr char kGetProgramApplication[] = "banso.gateway.v1.GatewayService/GetProgramApplication";

// What the program lapras has none of.
constexpr char kOtherKinds[] = R"(
acceptance_policy:
  name: acceptancePolicies/default
  display_name: Whom we take on
  rules:
    - key: too_small
      when:
        compare: {fact: {fact: account.employees}, op: OPERATOR_LT, values: [{number: 5}]}
      verdict: INTAKE_VERDICT_DECLINE
      reason: Nobody there has an hour a week for it.
    - key: referred
      when:
        compare: {fact: {fact: account.attribute.referred_by}, op: OPERATOR_EQ, values: [{text: partner}]}
      verdict: INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS
      reason: The partner has to know.
      conditions: [The partner joins the kickoff]
attribute_definitions:
  - name: attributeDefinitions/referred-by
    display_name: Who referred the customer
    value_type: VALUE_TYPE_TEXT
    allowed_values: [partner, customer]
role_play_rubrics:
  - name: rolePlayRubrics/kickoff
    display_name: Leading a kickoff
    certification: kickoff
    items:
      - {key: listening, title: Lets the customer finish}
    pass_mark: 3
    min_raters: 2
matrix_policies:
  - name: matrixPolicies/default
    display_name: What is done in which band
    score_model: scoreModels/first-month
    actions:
      - {band: red, action: The CSM calls this week.}
      - {band: green, action: The CSM asks for a reference.}
)";

// A suite, and a copy of a program that a test may change.
class ProgramsTest : public ::testing::Test {
 protected:
  ProgramsTest() : suite_(Shape::kOneProcess, "2025-04-01T01:00:00Z"), banso_(suite_) {}

  void CopyLapras() {
    fs::copy(SourceFile("deploy/programs/lapras"), folder_, fs::copy_options::recursive);
    Write("more.yaml", kOtherKinds);
  }

  std::string Path(const char* file) const { return absl::StrCat(folder_, "/", file); }
  void Write(const char* file, absl::string_view text) const { std::ofstream(Path(file)) << text; }
  // Replaces `from`, which the file must have, by `to`.
  void Replace(const char* file, absl::string_view from, absl::string_view to) const {
    const std::string text = testing::ReadFile(Path(file));
    ASSERT_TRUE(absl::StrContains(text, from)) << file;
    Write(file, absl::StrReplaceAll(text, {{from, to}}));
  }

  Finished Apply(const std::string& folder) const {
    return banso_.Banso({"apply", folder, "--reason", "as tested"});
  }

  // Applies and returns what became of each part, by its name without revision.
  std::map<std::string, std::string> Outcomes(const std::string& folder) const {
    std::map<std::string, std::string> outcomes;
    const Finished applied = Apply(folder);
    EXPECT_EQ(applied.exit_status, 0) << applied.errors;
    const auto application = client().Call<gateway::v1::ProgramApplication>(
        kGetProgramApplication, R"({"name": "programs/-"})");
    EXPECT_THAT(application, IsOk());
    if (!application.ok()) return outcomes;
    EXPECT_EQ(application->state(), gateway::v1::APPLICATION_STATE_APPLIED);
    content_ = application->content();
    for (const gateway::v1::AppliedPart& part : application->parts()) {
      const std::string name = part.name().substr(0, part.name().find('@'));
      outcomes[name] = gateway::v1::PartOutcome_Name(part.outcome()).substr(13);
    }
    return outcomes;
  }

  const Client& client() const { return banso_.client(); }

  Suite suite_;
  Lapras banso_;
  const testing::TempDir dir_;
  const std::string folder_ = dir_.File("program");
  // The program that was applied last.
  mutable gateway::v1::Program content_;
};

// The folders of deploy/programs.
std::vector<std::string> Programs() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(SourceFile("deploy/programs"))) {
    if (entry.is_directory()) names.push_back(entry.path().string());
  }
  return names;
}

TEST(ProgramsJourney, EveryProgramOfTheProjectArrivesAndIsAppliedOnce) {
  for (const std::string& folder : Programs()) {
    SCOPED_TRACE(folder);
    Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
    const Lapras banso(suite);
    const Finished first = banso.Banso({"apply", folder, "--reason", "at first"});
    ASSERT_EQ(first.exit_status, 0) << first.errors;
    EXPECT_THAT(first.output,
                AllOf(HasSubstr(": applied; "), HasSubstr(" created"), Not(HasSubstr(" to be "))));
    // The services themselves say that exactly this is in force.
    const Finished again = banso.Banso({"apply", folder, "--reason", "once more"});
    ASSERT_EQ(again.exit_status, 0) << again.errors;
    EXPECT_THAT(again.output, AllOf(HasSubstr(" unchanged"), Not(HasSubstr(" created")),
                                    Not(HasSubstr(" changed"))));
  }
}

TEST_F(ProgramsTest, EveryKindOfPartArrives) {
  CopyLapras();
  for (const auto& [part, outcome] : Outcomes(folder_)) {
    EXPECT_EQ(outcome, part == "accounts/-" ? "UNCHANGED" : "CREATED") << part;
  }
  // No kind was left out.
  const google::protobuf::Descriptor* type = content_.GetDescriptor();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  content_.GetReflection()->ListFields(content_, &fields);
  EXPECT_THAT(fields, SizeIs(static_cast<size_t>(type->field_count())));

  const auto rule = client().Call<health::v1::SignalRule>(
      absl::StrCat(kSignalRpcs, "GetSignalRule"), R"({"name": "signalRules/no-mail"})");
  ASSERT_THAT(rule, IsOk());
  EXPECT_EQ(rule->revision().state(), type::v1::REVISION_STATE_ACTIVE);
  EXPECT_EQ(rule->revision().reason(), "as tested");
  EXPECT_EQ(rule->play(), "plays/first-mail");
  const auto play = client().Call<health::v1::Play>(absl::StrCat(kSignalRpcs, "GetPlay"),
                                                    R"({"name": "plays/first-mail"})");
  ASSERT_THAT(play, IsOk());
  EXPECT_EQ(play->revision().state(), type::v1::REVISION_STATE_ACTIVE);
  const auto model = client().Call<health::v1::StageModel>(
      "banso.health.v1.StagesService/GetStageModel", R"({"name": "stageModels/first-interview"})");
  ASSERT_THAT(model, IsOk());
  EXPECT_THAT(model->levels(), SizeIs(4));
  const auto funnel = client().Call<health::v1::Funnel>("banso.health.v1.StudiesService/GetFunnel",
                                                        R"({"name": "funnels/first-month"})");
  ASSERT_THAT(funnel, IsOk());
  EXPECT_THAT(funnel->steps(), SizeIs(5));
  const auto survey = client().Call<health::v1::Survey>("banso.health.v1.SurveysService/GetSurvey",
                                                        R"({"name": "surveys/expectations"})");
  ASSERT_THAT(survey, IsOk());
  EXPECT_THAT(survey->questions(), SizeIs(3));

  for (const auto& [part, outcome] : Outcomes(folder_)) EXPECT_EQ(outcome, "UNCHANGED") << part;

  // What a later program does not name stays, and is told.
  fs::remove(Path("more.yaml"));
  const Finished without = Apply(folder_);
  EXPECT_EQ(without.exit_status, 0) << without.errors;
  for (const char* other :
       {"acceptancePolicies/default@1", "matrixPolicies/default@1", "rolePlayRubrics/kickoff@1",
        "not in the program", "; 3 in force besides it"}) {
    EXPECT_THAT(without.output, HasSubstr(other));
  }
}

// A band that the score model is about to have may be read by everything that comes with it.
TEST_F(ProgramsTest, OneApplicationMayChangeAModelAndWhatReadsItsNewWords) {
  CopyLapras();
  ASSERT_EQ(Apply(folder_).exit_status, 0);
  Replace("health.yaml", "      - {key: green, display_name: On the way, lower_edge: 70}\n",
          "      - {key: green, display_name: On the way, lower_edge: 70}\n"
          "      - {key: blue, display_name: Far ahead, lower_edge: 90}\n");
  Replace("more.yaml", "band: green", "band: blue");
  Replace("walls.yaml", "signal_rules:\n", R"(signal_rules:
  - name: signalRules/far-ahead
    display_name: Far ahead
    purpose: Somebody asks for a reference.
    reason: It goes well.
    severity: SIGNAL_SEVERITY_WATCH
    condition:
      compare: {fact: {fact: score.first_month.band}, op: OPERATOR_EQ, values: [{text: blue}]}
)");
  std::map<std::string, std::string> outcomes = Outcomes(folder_);
  for (const auto& [part, outcome] :
       std::map<std::string, std::string>{{"scoreModels/first-month", "CHANGED"},
                                          {"matrixPolicies/default", "CHANGED"},
                                          {"signalRules/far-ahead", "CREATED"}}) {
    EXPECT_EQ(outcomes[part], outcome) << part;
    outcomes.erase(part);
  }
  for (const auto& [part, outcome] : outcomes) EXPECT_EQ(outcome, "UNCHANGED") << part;
}

TEST_F(ProgramsTest, EveryMistakeIsToldWithItsFileAndPartAndNothingIsStored) {
  CopyLapras();
  Replace("walls.yaml",
          "fact: {fact: metric.mails_sent, window: {aggregation: AGGREGATION_SUM}}\n"
          "              op: OPERATOR_LT",
          "fact: {fact: metric.mails_snt, window: {aggregation: AGGREGATION_SUM}}\n"
          "              op: OPERATOR_LT");
  Replace("walls.yaml", "play: plays/last-week", "play: plays/last-weak");
  Replace("walls.yaml", "success_definition: successDefinitions/interview-within-a-month",
          "success_definition: successDefinitions/interview");
  Replace("survey.yaml", "key: alone", "key: effort");
  Replace("more.yaml", "band: red", "band: rde");
  const Finished refused = Apply(folder_);
  EXPECT_EQ(refused.exit_status, 2);
  for (const char* told :
       {"walls.yaml: signal_rules[1].condition.all.conditions[1].compare.fact.fact: ",
        "did you mean metric.mails_sent?", "walls.yaml: signal_rules[2].play: ",
        "walls.yaml: funnels[0].success_definition: ", "survey.yaml: surveys[0].questions[2].key: ",
        "more.yaml: matrix_policies[0].actions[0].band: ", "5 fields are not accepted"}) {
    EXPECT_THAT(refused.errors, HasSubstr(told));
  }
  EXPECT_THAT(client().Call<gateway::v1::ProgramApplication>(kGetProgramApplication,
                                                             R"({"name": "programs/-"})"),
              StatusIs(absl::StatusCode::kNotFound));
  for (const char* list : {"ListSurveyRevisions", "ListFunnelRevisions", "ListSignalRuleRevisions",
                           "ListPlayRevisions", "ListMatrixPolicyRevisions"}) {
    EXPECT_EQ(banso_.Banso({"call", list, "{}"}).output, "{}\n") << list;
  }
}

// The titles of the plan's tasks.
std::vector<std::string> TitlesOf(const kickoff::v1::ListPlanTasksResponse& list) {
  std::vector<std::string> titles;
  for (const kickoff::v1::PlanTask& task : list.tasks()) titles.push_back(task.title());
  return titles;
}

// The program's own rules, on a customer that stops after a first search: each of the walls becomes
// a task of whoever is accountable, once.
TEST(LaprasWalls, ACustomerThatStopsGetsATaskForEachWall) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  for (const auto stretch :
       {&Lapras::ApplyProgram, &Lapras::ImportAccounts, &Lapras::WinDeal, &Lapras::StartOnboarding,
        &Lapras::AwaitOnboarding, &Lapras::GetReadyForKickoff, &Lapras::HoldKickoff,
        &Lapras::AwaitKickoffClock, &Lapras::CatchUp, &Lapras::LetTwoWeeksPass}) {
    (lapras.*stretch)();
    if (HasFatalFailure()) return;
  }
  const auto searched = lapras.client().Stream<health::v1::IngestSamplesResponse>(
      "banso.health.v1.MetricsService/IngestSamples", {R"({"samples": [{"id": "first",
          "account": "accounts/crm-100", "metric": "metrics/candidates-added",
          "occurred_time": "2025-04-11T03:00:00Z", "value": 12}]})"});
  ASSERT_THAT(searched, IsOk());
  ASSERT_EQ(searched->stored(), 1);
  const std::vector<std::string> titles = {
      "Search with the customer, and fix an hour a week in the calendar",
      "Write the first scout mail with the customer",
      "Look with the project owner at where candidates drop out"};
  const auto has_all = [&](const kickoff::v1::ListPlanTasksResponse& list) {
    return ::testing::Value(TitlesOf(list), ::testing::IsSupersetOf(titles));
  };
  const auto tasks = lapras.client().Await<kickoff::v1::ListPlanTasksResponse>(
      "banso.kickoff.v1.TasksService/ListPlanTasks",
      R"({"parent": "accounts/crm-100/onboardings/o1/plan", "page_size": 100})", has_all);
  ASSERT_THAT(tasks, IsOk());
  // Another day, the same cause: nothing more.
  lapras.SetTime("2025-04-25T08:00:00Z");
  lapras.CatchUp();
  const auto signals = lapras.client().Call<health::v1::ListSignalsResponse>(
      absl::StrCat(kSignalRpcs, "ListSignals"), R"({"parent": "accounts/crm-100"})");
  ASSERT_THAT(signals, IsOk());
  EXPECT_THAT(signals->signals(), SizeIs(3));
}

}  // namespace
}  // namespace banso::journeys
