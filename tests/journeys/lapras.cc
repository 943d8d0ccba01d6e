#include "tests/journeys/lapras.h"

#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/handoff/v1/completions_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "banso/kickoff/v1/meetings_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::journeys {
namespace {

using ::banso::calendar::DayText;
using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kAccounts[] = "banso.accounts.v1.AccountsService/";
constexpr char kPeople[] = "banso.accounts.v1.PeopleService/";
constexpr char kOnboardings[] = "banso.accounts.v1.OnboardingsService/";
constexpr char kDeals[] = "banso.accounts.v1.DealsService/";
constexpr char kTeam[] = "banso.accounts.v1.TeamService/";
constexpr char kClassification[] = "banso.accounts.v1.ClassificationService/";
constexpr char kHealth[] = "banso.health.v1.HealthService/";
constexpr char kMetrics[] = "banso.health.v1.MetricsService/";
constexpr char kAssessments[] = "banso.health.v1.AssessmentsService/";
constexpr char kSuccess[] = "banso.health.v1.SuccessService/";
constexpr char kKickoff[] = "banso.kickoff.v1.KickoffService/";
constexpr char kMeetings[] = "banso.kickoff.v1.MeetingsService/";
constexpr char kHandoff[] = "banso.handoff.v1.HandoffService/";
constexpr char kCompletions[] = "banso.handoff.v1.CompletionsService/";
constexpr char kProcesses[] = "banso.handoff.v1.ProcessesService/";
constexpr char kGateway[] = "banso.gateway.v1.GatewayService/";

constexpr char kHeldKickoff[] = R"({"name": "$P/meetings/kickoff", "request_id": "hold-1",
    "held_date": {"year": 2025, "month": 4, "day": 10},
    "attendees": ["members/ueda", "$A/stakeholders/mori", "$A/stakeholders/hara"],
    "minutes": "Two positions. Thirty candidates a week."})";

// JSON in which $A, $O, $P and $C stand for the account, its onboarding, plan and completion.
std::string Json(absl::string_view text) {
  const std::string onboarding = "accounts/crm-100/onboardings/o1";
  return absl::StrReplaceAll(text, {{"$A", "accounts/crm-100"},
                                    {"$O", onboarding},
                                    {"$P", onboarding + "/plan"},
                                    {"$C", onboarding + "/completion"}});
}

std::string In(absl::string_view service, absl::string_view method) {
  return absl::StrCat(service, method);
}

bool IsOver(const handoff::v1::Process& process) {
  return process.state() == handoff::v1::PROCESS_STATE_SUCCEEDED;
}

}  // namespace

Lapras::Lapras(Suite& suite)
    : suite_(suite), client_(suite.gateway_address(), suite.operator_token()) {}

Finished Lapras::Banso(const std::vector<std::string>& words, const std::string& input) const {
  std::vector<std::string> command = {BinFile("banso"),
                                      absl::StrCat("--address=", suite_.gateway_address()),
                                      absl::StrCat("--token=", suite_.operator_token())};
  command.insert(command.end(), words.begin(), words.end());
  return Run(command, input);
}

void Lapras::SetTime(const std::string& time) {
  ASSERT_THAT(client_.Call<type::v1::SetTimeResponse>("banso.type.v1.OperationsService/SetTime",
                                                      absl::StrCat(R"({"time": ")", time, R"("})")),
              IsOk());
  time_ = time;
}

void Lapras::CatchUpWith(const std::string& service) {
  const auto position = client_.Call<type::v1::GetPositionResponse>(
      "banso.type.v1.OperationsService/GetPosition",
      absl::StrCat(R"({"service": ")", service, R"("})"));
  ASSERT_THAT(position, IsOk());
  ASSERT_THAT(client_.Call<type::v1::AwaitPositionResponse>(
                  "banso.type.v1.OperationsService/AwaitPosition",
                  absl::StrCat(R"({"service": ")", service, R"(", "position": )",
                               position->position(), "}")),
              IsOk());
}

void Lapras::CatchUp() {
  for (const char* service : {"accounts", "kickoff", "handoff"}) CatchUpWith(service);
}

void Lapras::ApplyProgram() {
  const std::string folder = SourceFile("deploy/programs/lapras");
  const Finished first = Banso({"apply", folder, "--reason", "the first program"});
  ASSERT_EQ(first.exit_status, 0) << first.errors;
  const auto applied = client_.Call<gateway::v1::ProgramApplication>(
      In(kGateway, "GetProgramApplication"), R"({"name": "programs/lapras"})");
  ASSERT_THAT(applied, IsOk());
  EXPECT_EQ(applied->state(), gateway::v1::APPLICATION_STATE_APPLIED);
  const auto policy = client_.Call<accounts::v1::ClassificationPolicy>(
      In(kClassification, "GetClassificationPolicy"),
      R"({"name": "classificationPolicies/default"})");
  ASSERT_THAT(policy, IsOk());
  EXPECT_EQ(policy->revision().state(), type::v1::REVISION_STATE_ACTIVE);
  // Applied again, nothing changes.
  const Finished again = Banso({"--output=json", "apply", folder, "--reason", "once more"});
  ASSERT_EQ(again.exit_status, 0) << again.errors;
  EXPECT_THAT(again.output, HasSubstr("PART_OUTCOME_UNCHANGED"));
  EXPECT_THAT(again.output, Not(HasSubstr("PART_OUTCOME_CHANGED")));
  EXPECT_THAT(again.output, Not(HasSubstr("PART_OUTCOME_CREATED")));
}

void Lapras::ImportAccounts() {
  for (const char* member : {"sato-sales", "ueda", "ota"}) {
    ASSERT_THAT(client_.Call<accounts::v1::Member>(
                    In(kTeam, "CreateMember"),
                    absl::StrCat(R"({"member_id": ")", member, R"(", "request_id": "member-)",
                                 member, R"(", "member": {"display_name": "A Person"}})")),
                IsOk());
  }
  const Finished imported =
      Banso({"import", "accounts", "-", "--system", "crm", "--map",
             "display_name=company,industry=sector,employees=people", "--id", "id"},
            "id,company,sector,people\n"
            "CRM-100,Tsubame Works,software,420\n"
            "CRM-101,Hibari Kogyo,manufacturing,3100\n"
            "CRM-102,Kamome Shoten,retail,35\n");
  ASSERT_EQ(imported.exit_status, 0) << imported.errors << imported.output;
  const auto account =
      client_.Call<accounts::v1::Account>(In(kAccounts, "GetAccount"), Json(R"({"name": "$A"})"));
  ASSERT_THAT(account, IsOk());
  EXPECT_EQ(account->display_name(), "Tsubame Works");
  EXPECT_EQ(account->lifecycle_stage(), accounts::v1::LIFECYCLE_STAGE_PROSPECT);
  EXPECT_EQ(account->classification().segment(), "mid");
  EXPECT_EQ(account->classification().touch(), "high");
  EXPECT_EQ(account->classification().team(), "onboarding");
  EXPECT_EQ(account->classification().tier(), "");
  ASSERT_THAT(account->classification().reasons(), Not(IsEmpty()));
  EXPECT_THAT(account->classification().reasons(0).rule(), HasSubstr("account.employees"));
}

void Lapras::WinDeal() {
  ASSERT_THAT(client_.Call<accounts::v1::Deal>(
                  In(kDeals, "CreateDeal"),
                  Json(R"({"parent": "$A", "deal_id": "d1", "request_id": "deal-1", "deal": {
                      "display_name": "Scout, a year", "sales_owner": "members/sato-sales",
                      "amount": {"minor_units": 1200000, "currency": "JPY"}}})")),
              IsOk());
  const auto deal = client_.Call<accounts::v1::Deal>(
      In(kDeals, "WinDeal"), Json(R"({"name": "$A/deals/d1", "request_id": "win-1",
               "contract_start": {"year": 2025, "month": 4, "day": 1}})"));
  ASSERT_THAT(deal, IsOk());
  EXPECT_EQ(deal->stage(), accounts::v1::DEAL_STAGE_WON);
  const auto account =
      client_.Call<accounts::v1::Account>(In(kAccounts, "GetAccount"), Json(R"({"name": "$A"})"));
  ASSERT_THAT(account, IsOk());
  EXPECT_EQ(account->lifecycle_stage(), accounts::v1::LIFECYCLE_STAGE_WON);
}

absl::StatusOr<handoff::v1::Process> Lapras::AskForOnboarding() {
  return client_.Call<handoff::v1::Process>(
      In(kProcesses, "StartOnboarding"),
      Json(R"({"parent": "$A", "onboarding_id": "o1", "kind": "ONBOARDING_KIND_INITIAL",
               "products": ["scout"], "deal": "$A/deals/d1", "owner": "members/ueda",
               "contract_start": {"year": 2025, "month": 4, "day": 1},
               "request_id": "start-1"})"));
}

void Lapras::StartOnboarding() { ASSERT_THAT(AskForOnboarding(), IsOk()); }

void Lapras::AwaitOnboarding() {
  const auto processes = client_.Await<handoff::v1::ListProcessesResponse>(
      In(kProcesses, "ListProcesses"), "{}",
      [](const auto& list) { return list.processes_size() == 1 && IsOver(list.processes(0)); });
  ASSERT_THAT(processes, IsOk());
  const auto account =
      client_.Call<accounts::v1::Account>(In(kAccounts, "GetAccount"), Json(R"({"name": "$A"})"));
  ASSERT_THAT(account, IsOk());
  EXPECT_EQ(account->lifecycle_stage(), accounts::v1::LIFECYCLE_STAGE_ONBOARDING);
  // Each effect happened once.
  const auto onboardings = client_.Call<accounts::v1::ListOnboardingsResponse>(
      In(kOnboardings, "ListOnboardings"), Json(R"({"parent": "accounts/-"})"));
  ASSERT_THAT(onboardings, IsOk());
  EXPECT_THAT(onboardings->onboardings(), SizeIs(1));
}

void Lapras::LookAtPlan() {
  const auto meetings = client_.Call<kickoff::v1::ListMeetingsResponse>(
      In(kMeetings, "ListMeetings"), Json(R"({"parent": "$P"})"));
  ASSERT_THAT(meetings, IsOk());
  ASSERT_THAT(meetings->meetings(), SizeIs(3));
  EXPECT_EQ(DayText(meetings->meetings(0).planned_date()), "2025-04-08");
  EXPECT_EQ(DayText(meetings->meetings(1).planned_date()), "2025-04-15");
  EXPECT_EQ(DayText(meetings->meetings(2).planned_date()), "2025-05-01");
  const auto plan =
      client_.Call<kickoff::v1::Plan>(In(kKickoff, "GetPlan"), Json(R"({"name": "$P"})"));
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(DayText(plan->deadline()), "2025-05-01");
  EXPECT_EQ(plan->template_revision(), "planTemplates/scout@1");
  const auto actions = client_.Call<kickoff::v1::ListNextActionsResponse>(
      In(kKickoff, "ListNextActions"), Json(R"({"parent": "$O"})"));
  ASSERT_THAT(actions, IsOk());
  std::set<std::string> titles;
  for (const auto& action : actions->next_actions()) titles.insert(action.title());
  EXPECT_THAT(titles, Contains("Invite everybody who scouts"));
  EXPECT_THAT(titles, Contains("Arrange: Kickoff"));
}

void Lapras::GetReadyForKickoff() {
  const auto before = client_.Call<kickoff::v1::Readiness>(In(kKickoff, "CheckReadiness"),
                                                           Json(R"({"name": "$P"})"));
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->verdict(), kickoff::v1::READINESS_VERDICT_NOT_READY);
  EXPECT_THAT(before->next_questions(), Contains("Ask the customer who the project owner is"));
  const std::pair<const char*, const char*> people[] = {{"mori", "STAKEHOLDER_ROLE_PROJECT_OWNER"},
                                                        {"hara", "STAKEHOLDER_ROLE_LEAD"}};
  for (const auto& [id, role] : people) {
    ASSERT_THAT(client_.Call<accounts::v1::Stakeholder>(
                    In(kPeople, "CreateStakeholder"),
                    Json(absl::StrCat(R"({"parent": "$A", "stakeholder_id": ")", id,
                                      R"(", "stakeholder": {"display_name": "Somebody"}})"))),
                IsOk());
    ASSERT_THAT(client_.Call<kickoff::v1::RoleAssignment>(
                    In(kMeetings, "AssignRole"),
                    Json(absl::StrCat(R"({"parent": "$P", "role": ")", role,
                                      R"(", "stakeholder": "$A/stakeholders/)", id, R"("})"))),
                IsOk());
  }
  for (const char* item : {"why-now", "positions", "today", "hours"}) {
    ASSERT_THAT(client_.Call<kickoff::v1::HearingAnswer>(
                    In(kMeetings, "RecordHearingAnswer"),
                    Json(absl::StrCat(R"({"hearing_answer": {"name": "$P/hearingAnswers/)", item,
                                      R"(", "answer": "As was said on the phone",
                                      "provenance": "PROVENANCE_CONFIRMED",
                                      "said_by": "$A/stakeholders/mori"}})"))),
                IsOk());
  }
  for (const char* goal : {"first-interview", "hires"}) {
    ASSERT_THAT(client_.Call<kickoff::v1::Goal>(
                    In(kMeetings, "AgreeGoal"),
                    Json(absl::StrCat(R"({"name": "$P/goals/)", goal,
                                      R"(", "agreed_by": "$A/stakeholders/mori"})"))),
                IsOk());
  }
  ASSERT_THAT(client_.Call<kickoff::v1::Meeting>(In(kMeetings, "ScheduleMeeting"),
                                                 Json(R"({"name": "$P/meetings/kickoff",
                           "scheduled_time": "2025-04-10T05:00:00Z"})")),
              IsOk());
  const auto after = client_.Call<kickoff::v1::Readiness>(In(kKickoff, "CheckReadiness"),
                                                          Json(R"({"name": "$P"})"));
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->verdict(), kickoff::v1::READINESS_VERDICT_READY) << after->ShortDebugString();
}

void Lapras::ComeToKickoff() {
  SetTime("2025-04-10T08:00:00Z");
  const auto refused =
      client_.Call<kickoff::v1::Meeting>(In(kMeetings, "HoldMeeting"), Json(kHeldKickoff));
  EXPECT_EQ(contract::Reason(refused.status()), "NEXT_ACTIONS_MISSING");
}

absl::Status Lapras::TellOfKickoff() {
  const std::string with_actions = absl::StrReplaceAll(
      kHeldKickoff, {{R"("minutes")", R"("next_actions": [{"title": "Add 30 candidates",
               "side": "SIDE_CUSTOMER", "target_count": 30,
               "due": {"year": 2025, "month": 4, "day": 17}}], "minutes")"}});
  return client_.Call<kickoff::v1::Meeting>(In(kMeetings, "HoldMeeting"), Json(with_actions))
      .status();
}

void Lapras::HoldKickoff() {
  ComeToKickoff();
  ASSERT_THAT(TellOfKickoff(), IsOk());
  const auto follow_up = client_.Call<kickoff::v1::Meeting>(
      In(kMeetings, "GetMeeting"), Json(R"({"name": "$P/meetings/follow-up"})"));
  ASSERT_THAT(follow_up, IsOk());
  EXPECT_EQ(DayText(follow_up->planned_date()), "2025-04-17");
}

void Lapras::AwaitKickoffClock() {
  const auto onboarding = client_.Await<accounts::v1::Onboarding>(
      In(kOnboardings, "GetOnboarding"), Json(R"({"name": "$O"})"),
      [](const accounts::v1::Onboarding& found) {
        for (const auto& clock : found.clocks()) {
          if (clock.clock() == type::v1::CLOCK_KICKOFF) return true;
        }
        return false;
      });
  ASSERT_THAT(onboarding, IsOk());
  std::map<type::v1::Clock, std::string> clocks;
  for (const auto& clock : onboarding->clocks()) clocks[clock.clock()] = DayText(clock.date());
  EXPECT_EQ(clocks[type::v1::CLOCK_CONTRACT_START], "2025-04-01");
  EXPECT_EQ(clocks[type::v1::CLOCK_KICKOFF], "2025-04-10");
  CatchUpWith("accounts");
}

void Lapras::LetTwoWeeksPass() { SetTime("2025-04-24T08:00:00Z"); }

std::string Lapras::Samples(int part) {
  struct Row {
    const char* metric;
    int day;
    int value;
  };
  const std::vector<Row> parts[] = {
      {{"candidates-added", 11, 30}, {"candidates-added", 15, 28}, {"mails-sent", 12, 6}},
      {{"candidates-added", 23, 31},
       {"mails-sent", 16, 9},
       {"replies", 17, 4},
       {"interviews", 20, 1}}};
  std::string samples;
  for (const Row& row : parts[part]) {
    absl::StrAppend(&samples, samples.empty() ? "" : ",", R"({"id": ")", row.metric, "-", row.day,
                    R"(", "account": "$A", "metric": "metrics/)", row.metric,
                    R"(", "occurred_time": "2025-04-)", row.day, R"(T03:00:00Z", "value": )",
                    row.value, "}");
  }
  return Json(absl::StrCat(R"({"samples": [)", samples, "]}"));
}

absl::Status Lapras::SendSamples(int part) {
  const auto ingested = client_.Stream<health::v1::IngestSamplesResponse>(
      In(kMetrics, "IngestSamples"), {Samples(part)});
  if (!ingested.ok()) return ingested.status();
  if (ingested->rejected() != 0) return absl::InternalError(ingested->ShortDebugString());
  return absl::OkStatus();
}

void Lapras::LookAtScore() {
  const std::pair<const char*, int> judgements[] = {
      {"hiring_needs_clarity", 4}, {"search_accuracy", 3}, {"scout_quality", 4}};
  for (const auto& [item, rating] : judgements) {
    ASSERT_THAT(client_.Call<health::v1::Assessment>(
                    In(kAssessments, "CreateAssessment"),
                    Json(absl::StrCat(R"({"parent": "$A", "assessment": {"item": ")", item,
                                      R"(", "rating": )", rating,
                                      R"(, "rater": "members/ueda",
                                      "evidence": "Seen in the second meeting"}})"))),
                IsOk());
  }
  CatchUpWith("accounts");
  const auto score = client_.Call<health::v1::Score>(In(kHealth, "GetScore"),
                                                     Json(R"({"name": "$A/scores/first-month"})"));
  ASSERT_THAT(score, IsOk());
  EXPECT_EQ(score->state(), health::v1::SCORE_STATE_SCORED) << score->ShortDebugString();
  EXPECT_EQ(score->score_model(), "scoreModels/first-month@1");
  EXPECT_NEAR(score->coverage(), 1, 1e-9);
  EXPECT_THAT(score->contributions(), SizeIs(6));
  double sum = 0;
  for (const auto& contribution : score->contributions()) {
    sum += contribution.amount();
    EXPECT_THAT(contribution.reading(), Not(IsEmpty()));
  }
  EXPECT_NEAR(sum, score->value(), 1e-9);
  // By hand: weeks with candidates (11, 15 and 23 April; seven-day buckets that end on the 24th) 2
  // -> 50; 15 mails -> 60 + 40 * 14 / 19; 4 replies -> 100; ratings 4, 3, 4 -> 75, 50, 75.
  const double numbers = (3 * 50 + 3 * (60 + 40.0 * 14 / 19) + 2 * 100) / 8;
  EXPECT_NEAR(score->value(), 0.7 * numbers + 0.3 * (75 + 50 + 75) / 3, 1e-9);
  EXPECT_EQ(score->band(), "green");
}

void Lapras::LookAtSuccess() {
  const auto label = client_.Call<health::v1::SuccessLabel>(
      In(kSuccess, "GetSuccessLabel"),
      Json(R"({"name": "$O/successLabels/interview-within-a-month"})"));
  ASSERT_THAT(label, IsOk());
  EXPECT_EQ(label->state(), health::v1::SUCCESS_STATE_MET) << label->ShortDebugString();
  EXPECT_EQ(DayText(label->met_date()), "2025-04-20");
  EXPECT_EQ(DayText(label->due_date()), "2025-05-01");
  EXPECT_EQ(label->days_to_success(), 19);
  EXPECT_THAT(label->explanation().rule(), HasSubstr("metric.interviews"));
}

void Lapras::RecordEvidence() {
  const auto before = client_.Call<handoff::v1::EvaluateReadinessResponse>(
      In(kCompletions, "EvaluateReadiness"), Json(R"({"name": "$C"})"));
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->readiness().verdict(), handoff::v1::OVERALL_VERDICT_NOT_READY);
  const auto refused = client_.Call<handoff::v1::Process>(
      In(kProcesses, "CompleteOnboarding"),
      Json(R"({"onboarding": "$O", "outcomes": [{"text": "Interviews", "evidence": "calendar",
               "layer": "LAYER_FIELD"}]})"));
  EXPECT_EQ(contract::Reason(refused.status()), "NOT_READY");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("scouting-skills"));
  const char* evidence[] = {
      R"("criterion": "scouting-skills", "text": "Watched", "skill": {"skill": "search",
         "person": "$A/stakeholders/hara", "assessor": "members/ueda"})",
      R"("criterion": "scouting-skills", "text": "Watched", "skill": {"skill": "mail",
         "person": "$A/stakeholders/hara", "assessor": "members/ueda"})",
      R"("criterion": "how-to-go-on", "text": "Second meeting", "decision": {
         "text": "Two hours a week, thirty candidates", "owner": "hara",
         "next_date": {"year": 2025, "month": 6, "day": 2}})",
      R"("criterion": "customers-word", "text": "We can go on alone", "confirmation": {
         "key": "CONFIRMATION_KEY_CUSTOMER", "statement": "We can go on alone"},
         "confirmed_by": "$A/stakeholders/mori", "proof": "Minutes of 24 April")"};
  for (const char* item : evidence) {
    ASSERT_THAT(client_.Call<handoff::v1::Evidence>(
                    In(kCompletions, "RecordEvidence"),
                    Json(absl::StrCat(R"({"parent": "$C", "evidence": {)", item, "}}"))),
                IsOk())
        << item;
  }
  const auto after = client_.Call<handoff::v1::EvaluateReadinessResponse>(
      In(kCompletions, "EvaluateReadiness"), Json(R"({"name": "$C"})"));
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->readiness().verdict(), handoff::v1::OVERALL_VERDICT_READY)
      << after->readiness().ShortDebugString();
  EXPECT_THAT(after->readiness().unavailable_services(), IsEmpty());
  for (const auto& criterion : after->readiness().criteria()) {
    if (!criterion.required()) continue;
    EXPECT_EQ(criterion.verdict(), handoff::v1::VERDICT_MET) << criterion.ShortDebugString();
    EXPECT_TRUE(!criterion.evidence().empty() || criterion.has_explanation())
        << criterion.criterion();
  }
}

void Lapras::Complete() {
  const auto process = client_.Call<handoff::v1::Process>(
      In(kProcesses, "CompleteOnboarding"), Json(R"({"onboarding": "$O", "request_id": "complete-1",
               "retention_owner": "members/ota", "summary": "One person scouts every Monday.",
               "outcomes": [{"text": "Interviews with candidates", "baseline": 0, "result": 1,
                             "unit": "interviews a month", "evidence": "calendar of 20 April",
                             "layer": "LAYER_FIELD"}]})"));
  ASSERT_THAT(process, IsOk());
  ASSERT_THAT(client_.Await<handoff::v1::Process>(
                  In(kProcesses, "GetProcess"),
                  absl::StrCat(R"({"name": ")", process->name(), R"("})"), IsOver),
              IsOk());
  const auto account =
      client_.Call<accounts::v1::Account>(In(kAccounts, "GetAccount"), Json(R"({"name": "$A"})"));
  ASSERT_THAT(account, IsOk());
  EXPECT_EQ(account->lifecycle_stage(), accounts::v1::LIFECYCLE_STAGE_HANDOFF_GAP);
}

void Lapras::HandOver() {
  const std::string name = Json(R"({"name": "$A/handoffs/o1-retention")");
  const auto say = [&](const char* people) {
    return client_.Call<handoff::v1::Handoff>(
        In(kHandoff, "UpdateHandoff"),
        Json(absl::StrCat(R"({"update_mask": "receiver,sections", "handoff": {
             "name": "$A/handoffs/o1-retention", "receiver": "members/ota",
             "sections": [{"id": "people", "body": ")",
                          people, R"("}]}})")));
  };
  EXPECT_EQ(
      contract::Reason(
          client_.Call<handoff::v1::Handoff>(In(kHandoff, "OfferHandoff"), name + "}").status()),
      "PACKAGE_INCOMPLETE");
  ASSERT_THAT(say("Mori decides."), IsOk());
  ASSERT_THAT(client_.Call<handoff::v1::Handoff>(In(kHandoff, "OfferHandoff"), name + "}"), IsOk());
  SetTime("2025-04-25T08:00:00Z");
  const auto returned = client_.Call<handoff::v1::Handoff>(
      In(kHandoff, "ReturnHandoff"),
      name + R"(, "reason_code": "package_incomplete", "outcome": "RETURN_OUTCOME_FIX_PACKAGE",
                 "reason": "Who drives it day by day?"})");
  ASSERT_THAT(returned, IsOk());
  EXPECT_EQ(returned->state(), handoff::v1::HANDOFF_STATE_RETURNED);
  EXPECT_EQ(returned->accountable(), "members/ueda");
  ASSERT_THAT(say("Mori decides. Hara scouts every Monday."), IsOk());
  ASSERT_THAT(client_.Call<handoff::v1::Handoff>(In(kHandoff, "OfferHandoff"), name + "}"), IsOk());
  const auto accepted = client_.Call<handoff::v1::Handoff>(In(kHandoff, "AcceptHandoff"),
                                                           name + R"(, "request_id": "accept-1"})");
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->accountable(), "members/ota");
  ASSERT_THAT(accepted->returns(), SizeIs(1));
  EXPECT_EQ(accepted->returns(0).reason(), "Who drives it day by day?");
  const auto account = client_.Await<accounts::v1::Account>(
      In(kAccounts, "GetAccount"), Json(R"({"name": "$A"})"),
      [](const accounts::v1::Account& found) {
        return found.lifecycle_stage() == accounts::v1::LIFECYCLE_STAGE_RETENTION;
      });
  ASSERT_THAT(account, IsOk());
  EXPECT_EQ(account->owners().retention(), "members/ota");
}

void Lapras::WatchTheGap() {
  const auto level_on = [&](const std::string& time) {
    SetTime(time);
    const auto watch = client_.Call<handoff::v1::GapWatch>(In(kHandoff, "GetGapWatch"),
                                                           Json(R"({"name": "$O/gapWatch"})"));
    EXPECT_THAT(watch, IsOk());
    return watch.ok() ? watch->level() : handoff::v1::GAP_LEVEL_UNSPECIFIED;
  };
  // Completed on 24 April: warns on day 8, escalates on day 15.
  EXPECT_EQ(level_on("2025-05-01T08:00:00Z"), handoff::v1::GAP_LEVEL_WATCH);
  EXPECT_EQ(level_on("2025-05-02T08:00:00Z"), handoff::v1::GAP_LEVEL_WARN);
  EXPECT_EQ(level_on("2025-05-09T08:00:00Z"), handoff::v1::GAP_LEVEL_ESCALATE);
  ASSERT_THAT(client_.Call<handoff::v1::GapWatch>(
                  In(kHandoff, "RecordRetentionContact"),
                  Json(R"({"name": "$O/gapWatch", "contact": {"member": "members/ota",
                           "date": {"year": 2025, "month": 5, "day": 9},
                           "channel": "CONTACT_CHANNEL_VIDEO"}})")),
              IsOk());
  EXPECT_EQ(level_on("2025-05-20T08:00:00Z"), handoff::v1::GAP_LEVEL_NONE);
  EXPECT_EQ(level_on("2025-05-26T08:00:00Z"), handoff::v1::GAP_LEVEL_CLOSED);
}

void Lapras::TellTheStory() {
  for (const char* service : {"accounts", "kickoff", "handoff"}) CatchUpWith(service);
  const auto overview = client_.Call<gateway::v1::AccountOverview>(
      In(kGateway, "GetAccountOverview"), Json(R"({"name": "$A"})"));
  ASSERT_THAT(overview, IsOk());
  EXPECT_THAT(overview->missing(), IsEmpty()) << overview->missing(0).ShortDebugString();
  EXPECT_EQ(overview->account().accountable_owner(), "members/ota");
  ASSERT_THAT(overview->onboardings(), SizeIs(1));
  const gateway::v1::OnboardingOverview& onboarding = overview->onboardings(0);
  EXPECT_THAT(onboarding.meetings(), SizeIs(3));
  EXPECT_THAT(onboarding.success_labels(), SizeIs(1));
  EXPECT_EQ(onboarding.completion().state(), handoff::v1::COMPLETION_STATE_COMPLETED);
  EXPECT_EQ(onboarding.gap_watch().level(), handoff::v1::GAP_LEVEL_CLOSED);
  std::string story;
  std::string last_day;
  for (const gateway::v1::StoryLine& line : overview->story()) {
    EXPECT_GE(DayText(line.day()), last_day) << line.text();
    last_day = DayText(line.day());
    EXPECT_THAT(line.source(), Not(IsEmpty()));
    absl::StrAppend(&story, last_day, " ", line.text(), "\n");
  }
  EXPECT_THAT(story, HasSubstr("2025-04-10"));
  EXPECT_THAT(story, HasSubstr("Interviews with candidates"));
  EXPECT_THAT(story, HasSubstr("Who drives it day by day?"));
  EXPECT_THAT(story, HasSubstr("members/ota"));
  const Finished told = Banso({"overview", "crm-100"});
  EXPECT_EQ(told.exit_status, 0) << told.errors;
  EXPECT_THAT(told.output, HasSubstr("Tsubame Works"));
  const Finished portfolio = Banso({"--output=json", "portfolio"});
  EXPECT_EQ(portfolio.exit_status, 0) << portfolio.errors;
  EXPECT_THAT(portfolio.output, HasSubstr("accounts/crm-100"));
}

}  // namespace banso::journeys
