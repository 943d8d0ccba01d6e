#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/accounts/v1/relations_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "banso/gateway/v1/token.pb.h"
#include "banso/handoff/v1/completions_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

// What must be nowhere any more.
constexpr char kCanary[] = "canary";

constexpr char kPeople[] = "banso.accounts.v1.PeopleService/";
constexpr char kRelations[] = "banso.accounts.v1.RelationsService/";
constexpr char kTeam[] = "banso.accounts.v1.TeamService/";
constexpr char kMeetings[] = "banso.kickoff.v1.MeetingsService/";
constexpr char kGateway[] = "banso.gateway.v1.GatewayService/";
constexpr char kHandoff[] = "banso.handoff.v1.HandoffService/";
constexpr char kCompletions[] = "banso.handoff.v1.CompletionsService/";

// The files of the suite, by their names, that hold the canary in any letter case: databases with
// what SQLite keeps beside them, logs, tokens.
std::vector<std::string> FilesWithCanary(const Suite& suite) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(suite.File(""))) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(file)), {});
    if (absl::StrContains(absl::AsciiStrToLower(content), kCanary)) {
      files.push_back(entry.path().filename().string());
    }
  }
  return files;
}

// A customer's person and a member whose every text is a canary, wherever a person can be named.
class People {
 public:
  explicit People(const Client& client) : client_(client) {}

  void PlantInAccounts() const {
    Make<accounts::v1::Stakeholder>(kPeople, "CreateStakeholder", R"({"parent": "$A",
        "stakeholder_id": "s9", "request_id": "c1", "stakeholder": {"display_name": "Canary Name",
        "name_kana": "Canary Kana", "email": "canary@acme.example", "phone": "canary 03",
        "title": "canary title", "decision_maker": true,
        "roles": ["STAKEHOLDER_ROLE_LEAD"],
        "commitment": {"level": 3, "note": "canary commitment"}}})");
    Make<accounts::v1::Member>(kTeam, "CreateMember", R"({"member_id": "m9",
        "request_id": "c2", "member": {"display_name": "Canary Member",
        "name_kana": "Canary Member Kana", "email": "canary@vendor.example"}})");
    for (const char* id : {"kept", "deleted"}) {
      Make<accounts::v1::Interaction>(
          kRelations, "CreateInteraction",
          absl::StrCat(R"({"parent": "$A", "interaction_id": ")", id, R"(", "request_id": "i-)", id,
                       R"(", "interaction": {"channel": "INTERACTION_CHANNEL_PHONE",
                       "start_time": "2025-04-01T00:30:00Z", "members": ["members/m9"],
                       "stakeholders": ["$A/stakeholders/s9"], "subject": "canary subject",
                       "notes": "canary notes"}})"));
    }
    Make<accounts::v1::DeleteInteractionResponse>(kRelations, "DeleteInteraction",
                                                  R"({"name": "$A/interactions/deleted"})");
    Make<accounts::v1::Stakeholder>(kPeople, "RecordEnthusiasm",
                                    R"({"name": "$A/stakeholders/s9", "level": 4,
                                        "evidence": "canary evidence"})");
    Make<accounts::v1::RolePlay>(kTeam, "CreateRolePlay", R"({"parent": "members/ueda",
        "role_play_id": "r9", "role_play": {"certification": "high_touch", "pass_mark": 3,
        "items": [{"key": "listening", "title": "Listening"}],
        "date": {"year": 2025, "month": 3, "day": 31}}})");
    Make<accounts::v1::RolePlay>(kTeam, "RateRolePlay",
                                 R"({"name": "members/ueda/rolePlays/r9", "rating": {
        "rater": "members/m9", "scores": {"listening": 4}, "comment": "canary comment"}})");
  }

  void PlantInKickoff() const {
    Make<kickoff::v1::Meeting>(kMeetings, "HoldMeeting", R"({"name": "$O/plan/meetings/follow-up",
        "request_id": "c3", "held_date": {"year": 2025, "month": 4, "day": 10},
        "attendees": ["members/m9", "$A/stakeholders/s9"], "minutes": "canary minutes",
        "next_actions": [{"title": "Go on", "side": "SIDE_CUSTOMER",
                          "due": {"year": 2025, "month": 4, "day": 30}}],
        "exception_reason": "A short call"})");
  }

  void PlantInHandoff() const {
    const char* evidence[] = {
        R"("criterion": "scouting-skills", "text": "Watched", "skill": {"skill": "search",
           "person": "canary person", "assessor": "canary assessor"})",
        R"("criterion": "how-to-go-on", "text": "Agreed", "decision": {"text": "Go on",
           "owner": "canary owner", "next_date": {"year": 2025, "month": 6, "day": 2}})",
        R"("criterion": "customers-word", "text": "Said so", "confirmation": {
           "key": "CONFIRMATION_KEY_CUSTOMER", "statement": "canary statement"},
           "confirmed_by": "$A/stakeholders/s9", "proof": "canary proof")"};
    for (const char* item : evidence) {
      Make<handoff::v1::Evidence>(
          kCompletions, "RecordEvidence",
          absl::StrCat(R"({"parent": "$O/completion", "evidence": {)", item, "}}"));
    }
  }

  void PlantInGapWatch() const {
    Make<handoff::v1::GapWatch>(kHandoff, "RecordRetentionContact",
                                R"({"name": "$O/gapWatch", "contact": {"member": "members/m9",
        "stakeholder": "$A/stakeholders/s9", "date": {"year": 2025, "month": 4, "day": 25},
        "channel": "CONTACT_CHANNEL_VIDEO", "note": "canary note"}})");
  }

  void Erase() const {
    for (const char* name : {"$A/stakeholders/s9", "members/m9"}) {
      Make<accounts::v1::ErasePersonResponse>(kPeople, "ErasePerson",
                                              absl::StrCat(R"({"name": ")", name, R"("})"));
    }
  }

  template <class Response>
  Response Make(const char* service, const char* method, const std::string& json) const {
    const auto response = client_.Call<Response>(
        absl::StrCat(service, method),
        absl::StrReplaceAll(
            json, {{"$A", "accounts/crm-100"}, {"$O", "accounts/crm-100/onboardings/o1"}}));
    EXPECT_THAT(response, IsOk()) << method;
    return response.value_or(Response());
  }

 private:
  const Client& client_;
};

// Of people who are erased no byte is left: not in a resource, its history or an answer that is
// kept, not in a deleted page or in the log of changes beside the file.
TEST(EraseJourney, LeavesNothingOfAPersonInAnyFile) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  const People people(lapras.client());
  for (const auto stretch :
       {&Lapras::ApplyProgram, &Lapras::ImportAccounts, &Lapras::WinDeal, &Lapras::StartOnboarding,
        &Lapras::AwaitOnboarding, &Lapras::GetReadyForKickoff, &Lapras::HoldKickoff,
        &Lapras::AwaitKickoffClock}) {
    (lapras.*stretch)();
    if (HasFatalFailure()) return;
  }
  people.PlantInAccounts();
  people.PlantInKickoff();
  lapras.LetTwoWeeksPass();
  ASSERT_THAT(lapras.SendSamples(0), IsOk());
  ASSERT_THAT(lapras.SendSamples(1), IsOk());
  lapras.RecordEvidence();
  people.PlantInHandoff();
  lapras.Complete();
  if (HasFatalFailure()) return;
  lapras.HandOver();
  people.PlantInGapWatch();
  lapras.CatchUp();
  std::vector<std::string> before = FilesWithCanary(suite);
  for (std::string& file : before) absl::StrReplaceAll({{"-wal", ""}}, &file);
  EXPECT_THAT(before, IsSupersetOf({"accounts.db", "kickoff.db", "handoff.db"}));

  people.Erase();
  lapras.CatchUp();
  const auto evidence = people.Make<handoff::v1::ListEvidenceResponse>(
      kCompletions, "ListEvidence", R"({"parent": "$O/completion"})");
  int pseudonyms = 0;
  for (const handoff::v1::Evidence& item : evidence.evidence()) {
    pseudonyms += absl::StartsWith(item.skill().person(), "erased-") ? 1 : 0;
  }
  EXPECT_EQ(pseudonyms, 1) << "names given as resource names stay";
  suite.Stop();
  EXPECT_THAT(FilesWithCanary(suite), IsEmpty());
}

// Whoever is erased is let in no more: the gateway hears of it from accounts.
TEST(EraseJourney, EndsTheTokensAndTheOpenStreamsOfAMember) {
  Suite suite(Shape::kFiveProcesses, "2025-04-01T01:00:00Z");
  const Client client(suite.gateway_address(), suite.operator_token());
  ASSERT_THAT(client.Call<accounts::v1::Member>(
                  absl::StrCat(kTeam, "CreateMember"),
                  R"({"member_id": "m9", "member": {"display_name": "Canary Member"}})"),
              IsOk());
  constexpr char kToken[] =
      R"({"token": {"subject": "members/m9", "scope": "TOKEN_SCOPE_READ", "purpose": "mine"}})";
  const std::string create = absl::StrCat(kGateway, "CreateToken");
  const auto token = client.Call<gateway::v1::Token>(create, kToken);
  ASSERT_THAT(token, IsOk());
  const Client member(suite.gateway_address(), token->secret());

  absl::Notification open;
  std::future<absl::Status> end = std::async(std::launch::async, [&] {
    return member.Watch(absl::StrCat(kGateway, "WatchPortfolio"), "{}", [&] {
      if (!open.HasBeenNotified()) open.Notify();
    });
  });
  ASSERT_TRUE(open.WaitForNotificationWithTimeout(kPatience));
  ASSERT_THAT(client.Call<accounts::v1::ErasePersonResponse>(absl::StrCat(kPeople, "ErasePerson"),
                                                             R"({"name": "members/m9"})"),
              IsOk());
  EXPECT_EQ(contract::Reason(end.get()), "TOKEN_REVOKED");
  const auto refused = member.Call<accounts::v1::ListAccountsResponse>(
      "banso.accounts.v1.AccountsService/ListAccounts", "{}");
  EXPECT_EQ(contract::Reason(refused.status()), "TOKEN_REVOKED");
  EXPECT_EQ(contract::Reason(client.Call<gateway::v1::Token>(create, kToken).status()),
            "PERSON_ERASED");
}

}  // namespace
}  // namespace banso::journeys
