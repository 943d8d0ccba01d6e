// What a user does wrong, over the real programs: each is told which field, which value and what is
// accepted, and nothing of it is stored.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/files.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/client.h"
#include "tests/journeys/lapras.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kAccounts[] = "banso.accounts.v1.AccountsService/";
constexpr char kGateway[] = "banso.gateway.v1.GatewayService/";

// Exit statuses of `banso`.
constexpr int kUsage = 1;
constexpr int kRefused = 2;
constexpr int kPartly = 4;

constexpr char kIdForm[] = "1 to 63 characters of a-z, 0-9 and -";

// A suite with nothing in it.
class BadInputTest : public ::testing::Test {
 protected:
  BadInputTest() : suite_(Shape::kOneProcess, "2025-04-01T01:00:00Z"), user_(suite_) {}

  const Suite& suite() const { return suite_; }
  const Client& client() const { return user_.client(); }
  Finished Banso(const std::vector<std::string>& words, const std::string& input = "") const {
    return user_.Banso(words, input);
  }

  // The number of the last change that each service has committed.
  std::map<std::string, int64_t> Positions() const {
    std::map<std::string, int64_t> positions;
    for (const char* service : {"accounts", "health", "kickoff", "handoff"}) {
      const auto position = client().Call<type::v1::GetPositionResponse>(
          "banso.type.v1.OperationsService/GetPosition",
          absl::StrCat(R"({"service": ")", service, R"("})"));
      EXPECT_THAT(position, IsOk());
      if (position.ok()) positions[service] = position->position();
    }
    return positions;
  }

 private:
  Suite suite_;
  const Lapras user_;
};

std::string CreateAccount(const std::string& id, const std::string& display_name) {
  return absl::StrCat(R"({"account_id": ")", id, R"(", "account": {"display_name": ")",
                      display_name, R"("}})");
}

struct BadCommand {
  const char* what;
  std::vector<std::string> words;
  int exit_status;
  std::vector<std::string> told;
};

std::vector<BadCommand> BadCommands() {
  const std::string long_name(300, 'a');
  return {
      {"a name with blanks",
       {"overview", "Not A Name"},
       kRefused,
       {"name: \"accounts/Not A Name\"", "accepted: accounts/{account}"}},
      {"a name that is too long",
       {"overview", long_name},
       kRefused,
       {"name: \"accounts/aaaa", "accepted: accounts/{account}"}},
      {"a name of another kind",
       {"call", "GetAccount", "{name: members/aoki}"},
       kRefused,
       {"name: \"members/aoki\"", "accepted: accounts/{account}"}},
      {"a filter that is no name",
       {"portfolio", "--owner", "A B"},
       kRefused,
       {"owner: \"members/A B\"", "accepted: members/{member}"}},
      {"an id with capitals and a blank",
       {"call", "CreateAccount", CreateAccount("Bad Id", "Good")},
       kRefused,
       {"account_id: \"Bad Id\"", kIdForm}},
      {"an id that is too long",
       {"call", "CreateAccount", CreateAccount(std::string(64, 'a'), "Good")},
       kRefused,
       {"account_id: \"aaaa", kIdForm}},
      {"a display name that is too long",
       {"call", "CreateAccount", CreateAccount("good", std::string(201, 'x'))},
       kRefused,
       {"account.display_name: \"xxxx", "one line of 1 to 200 characters"}},
      {"a display name of two lines",
       {"call", "CreateAccount", CreateAccount("good", "a\\nb")},
       kRefused,
       {"account.display_name: \"a\\nb\"", "one line of 1 to 200 characters"}},
      {"a misspelt field",
       {"call", "CreateAccount", "{account: {displayname: Good}}"},
       kUsage,
       {"\"displayname\"", "fields of Account: ", "display_name"}},
      {"a misspelt RPC",
       {"call", "CreateAcount", CreateAccount("good", "Good")},
       kUsage,
       {"'CreateAcount'", "AccountsService/CreateAccount"}},
      {"a misspelt stage",
       {"portfolio", "--stage", "onbording"},
       kUsage,
       {"--stage 'onbording'", "onboarding", "churned"}},
  };
}

TEST_F(BadInputTest, CommandsAreToldFieldValueAndWhatIsAccepted) {
  const auto before = Positions();
  for (const BadCommand& command : BadCommands()) {
    SCOPED_TRACE(command.what);
    const Finished finished = Banso(command.words);
    EXPECT_EQ(finished.exit_status, command.exit_status);
    EXPECT_THAT(finished.output, IsEmpty());
    for (const std::string& told : command.told) EXPECT_THAT(finished.errors, HasSubstr(told));
  }
  EXPECT_EQ(Positions(), before);
}

struct BadRequest {
  const char* what;
  const char* method;
  std::string json;
  const char* field;
  std::vector<std::string> told;
};

std::vector<BadRequest> BadRequests() {
  const std::string long_id(64, 'a');
  return {
      {"a name with capitals",
       "AccountsService/GetAccount",
       R"({"name": "accounts/ACME"})",
       "name",
       {"\"accounts/ACME\"", "accounts/{account}"}},
      {"a name with too many parts",
       "AccountsService/GetAccount",
       R"({"name": "accounts/acme/deals/d"})",
       "name",
       {"\"accounts/acme/deals/d\"", "accounts/{account}"}},
      {"a name that is too long",
       "AccountsService/GetAccount",
       absl::StrCat(R"({"name": "accounts/)", long_id, R"("})"),
       "name",
       {"\"accounts/aaaa", "accounts/{account}"}},
      {"a parent of another kind",
       "DealsService/CreateDeal",
       R"({"parent": "members/aoki", "deal": {"display_name": "Good"}})",
       "parent",
       {"\"members/aoki\"", "accounts/{account}"}},
      {"an id that ends badly",
       "AccountsService/CreateAccount",
       CreateAccount("acme-", "Good"),
       "account_id",
       {"\"acme-\"", kIdForm}},
      {"an id that is too long",
       "AccountsService/CreateAccount",
       CreateAccount(long_id, "Good"),
       "account_id",
       {"\"aaaa", kIdForm}},
      {"no display name",
       "AccountsService/CreateAccount",
       CreateAccount("good", ""),
       "account.display_name",
       {"missing", "one line of 1 to 200 characters"}},
      {"a display name that is too long",
       "AccountsService/CreateAccount",
       CreateAccount("good", std::string(201, 'x')),
       "account.display_name",
       {"\"xxxx", "one line of 1 to 200 characters"}},
  };
}

TEST_F(BadInputTest, RequestsAreToldFieldValueAndWhatIsAccepted) {
  const auto before = Positions();
  for (const BadRequest& request : BadRequests()) {
    SCOPED_TRACE(request.what);
    const absl::Status status =
        client()
            .Call<accounts::v1::Account>(absl::StrCat("banso.accounts.v1.", request.method),
                                         request.json)
            .status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    const auto violations = contract::FieldViolations(status);
    ASSERT_THAT(violations, SizeIs(1)) << status;
    EXPECT_EQ(violations[0].field, request.field);
    for (const std::string& told : request.told) {
      EXPECT_THAT(violations[0].description, HasSubstr(told));
    }
  }
  EXPECT_EQ(Positions(), before);
  // Just within the limits it is taken.
  const std::string longest_id(63, 'a');
  const auto created = client().Call<accounts::v1::Account>(
      absl::StrCat(kAccounts, "CreateAccount"), CreateAccount(longest_id, std::string(200, 'x')));
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->name(), absl::StrCat("accounts/", longest_id));
}

// What a listing of all revisions of a kind, or of all metrics, answers for `{}`.
constexpr const char* kParts[] = {"ListClassificationPolicyRevisions",
                                  "ListRubricRevisions",
                                  "ListSuccessDefinitionRevisions",
                                  "ListScoreModelRevisions",
                                  "ListStageModelRevisions",
                                  "ListFunnelRevisions",
                                  "ListSurveyRevisions",
                                  "ListPlayRevisions",
                                  "ListSignalRuleRevisions",
                                  "ListPlanTemplateRevisions",
                                  "ListCriteriaSetRevisions",
                                  "ListHandoffPolicyRevisions",
                                  "ListMetrics"};

TEST_F(BadInputTest, AMisspeltFactRefusesTheWholeProgram) {
  const testing::TempDir dir;
  const std::string folder = dir.File("program");
  std::filesystem::copy(SourceFile("deploy/programs/lapras"), folder,
                        std::filesystem::copy_options::recursive);
  const std::string file = absl::StrCat(folder, "/classification.yaml");
  const std::string good = testing::ReadFile(file);
  const std::string bad =
      absl::StrReplaceAll(good, {{"fact: account.expected_users", "fact: account.expected_user"}});
  ASSERT_NE(bad, good);
  std::ofstream(file) << bad;

  const auto before = Positions();
  const Finished refused = Banso({"apply", folder, "--reason", "with a slip"});
  EXPECT_EQ(refused.exit_status, kRefused);
  EXPECT_THAT(refused.output, IsEmpty());
  EXPECT_THAT(refused.errors,
              HasSubstr(absl::StrCat(file, ": classification_policy.segments[0].when.all.",
                                     "conditions[1].compare.fact.fact: ")));
  EXPECT_THAT(refused.errors, HasSubstr("\"account.expected_user\" is not accepted"));
  EXPECT_THAT(refused.errors, HasSubstr("did you mean account.expected_users?"));

  // Not one part of it has come into being.
  for (const char* method : kParts) {
    const Finished list = Banso({"call", method, "{}"});
    EXPECT_EQ(list.exit_status, 0) << method << list.errors;
    EXPECT_EQ(list.output, "{}\n") << method;
  }
  EXPECT_EQ(Positions(), before);
  EXPECT_THAT(client().Call<gateway::v1::ProgramApplication>(
                  absl::StrCat(kGateway, "GetProgramApplication"), R"({"name": "programs/-"})"),
              StatusIs(absl::StatusCode::kNotFound));

  // Spelt as it was told, it is taken.
  std::ofstream(file) << good;
  const Finished applied = Banso({"apply", folder, "--reason", "without the slip"});
  EXPECT_EQ(applied.exit_status, 0) << applied.errors;
  for (const char* method : kParts) {
    EXPECT_NE(Banso({"call", method, "{}"}).output, "{}\n") << method;
  }
}

constexpr char kDeals[] =
    "deal,customer,stage,owner,closed\n"
    "d-1,CRM-1,Won,Sato,2025-03-03\n"
    "d-2,CRM-1,Won,Sato,2025-02-30\n"
    "d-3,CRM-2,Won,Sato,03.03.2025\n"
    "d-4,CRM-2,Won,Sato,2025-03-04\n";

TEST_F(BadInputTest, ABadDateInAnImportRefusesItsRowAlone) {
  const Finished accounts = Banso(
      {"import", "accounts", "-", "--system", "crm", "--id", "id", "--map", "display_name=company"},
      "id,company\nCRM-1,Tsubame Works\nCRM-2,Hibari Kogyo\n");
  ASSERT_EQ(accounts.exit_status, 0) << accounts.errors << accounts.output;

  const std::vector<std::string> words = {
      "import", "deals",
      "-",      "--system",
      "crm",    "--create-members",
      "--won",  "Won",
      "--map",  "id=deal,account=customer,stage=stage,sales_owner=owner,contract_start=closed"};
  const Finished told = Banso(words, kDeals);
  EXPECT_EQ(told.exit_status, kPartly) << told.errors;
  EXPECT_THAT(told.output, HasSubstr("4 deals: 2 created"));
  EXPECT_THAT(told.output, HasSubstr("2 rows rejected"));
  EXPECT_THAT(told.output, HasSubstr("\"2025-02-30\"  must be a day as YYYY-MM-DD  3"));

  // Sent again, the good rows are there already, and the bad ones are reported to a program.
  std::vector<std::string> as_json = words;
  as_json.insert(as_json.end(), {"--output", "json"});
  const Finished again = Banso(as_json, kDeals);
  EXPECT_EQ(again.exit_status, kPartly) << again.errors;
  EXPECT_THAT(again.output, HasSubstr(R"("created":0,"updated":0,"unchanged":2)"));
  EXPECT_THAT(again.output, HasSubstr(R"("rejected_rows":2)"));
  for (const char* row : {R"({"line":3,"column":"closed","value":"2025-02-30",)",
                          R"({"line":4,"column":"closed","value":"03.03.2025",)"}) {
    EXPECT_THAT(again.output, HasSubstr(absl::StrCat(row, R"("problem":"must be a day as )")));
  }

  const auto deals = client().Call<accounts::v1::ListDealsResponse>(
      "banso.accounts.v1.DealsService/ListDeals", R"({"parent": "accounts/-"})");
  ASSERT_THAT(deals, IsOk());
  std::vector<std::string> names;
  for (const accounts::v1::Deal& deal : deals->deals()) {
    EXPECT_EQ(deal.stage(), accounts::v1::DEAL_STAGE_WON);
    names.push_back(deal.name());
  }
  EXPECT_THAT(names, ElementsAre("accounts/crm-1/deals/d-1", "accounts/crm-2/deals/d-4"));
}

// The port of a service in the file that the suite has written.
std::string PortOf(const Suite& suite, const std::string& service) {
  const std::string text = testing::ReadFile(suite.File("suite.json"));
  const std::string key = absl::StrCat("\"", service, "\": ");
  const size_t at = text.find(key);
  if (at == std::string::npos) return "";
  return text.substr(at + key.size(), text.find_first_of(",}", at) - at - key.size());
}

TEST_F(BadInputTest, WithoutTheRightTokenNobodyIsLetIn) {
  const auto before = Positions();
  const std::string create = CreateAccount("good", "Good");
  // In a folder without a token of its own, which `banso` would take.
  const testing::TempDir elsewhere;
  const auto as = [&](const std::vector<std::string>& token) {
    std::vector<std::string> command = {"/usr/bin/env",
                                        "--chdir",
                                        elsewhere.path().string(),
                                        "--unset=BANSO_TOKEN",
                                        "--unset=BANSO_TOKEN_FILE",
                                        BinFile("banso"),
                                        "--address",
                                        suite().gateway_address()};
    command.insert(command.end(), token.begin(), token.end());
    command.insert(command.end(), {"call", "CreateAccount", create});
    return journeys::Run(command);
  };
  const Finished without = as({});
  EXPECT_EQ(without.exit_status, kRefused);
  EXPECT_THAT(without.errors, HasSubstr("authorization: Bearer <secret of a token>"));
  EXPECT_THAT(without.errors, HasSubstr("TOKEN_REQUIRED"));
  const Finished wrong = as({"--token", "banso_not-the-secret"});
  EXPECT_EQ(wrong.exit_status, kRefused);
  EXPECT_THAT(wrong.errors, HasSubstr("there is no token with that secret (TOKEN_UNKNOWN)"));
  EXPECT_THAT(wrong.errors, Not(HasSubstr("banso_not-the-secret")));

  const Client stranger(suite().gateway_address(), "banso_not-the-secret");
  const auto refused =
      stranger.Call<accounts::v1::Account>(absl::StrCat(kAccounts, "CreateAccount"), create);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(contract::Reason(refused.status()), "TOKEN_UNKNOWN");

  // A service itself takes calls from the suite only: no client's token opens it.
  const std::string port = PortOf(suite(), "accounts");
  ASSERT_THAT(port, Not(IsEmpty()));
  const Client neighbour(absl::StrCat("127.0.0.1:", port), suite().operator_token());
  EXPECT_THAT(
      neighbour.Call<accounts::v1::Account>(absl::StrCat(kAccounts, "CreateAccount"), create),
      StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(Positions(), before);
}

TEST_F(BadInputTest, ATokenForReadingAndARevokedOneChangeNothing) {
  const auto token = client().Call<gateway::v1::Token>(
      absl::StrCat(kGateway, "CreateToken"),
      R"({"token": {"subject": "members/aoki", "scope": "TOKEN_SCOPE_READ"}})");
  ASSERT_THAT(token, IsOk());
  const auto before = Positions();
  const Client reader(suite().gateway_address(), token->secret());
  const std::string list = absl::StrCat(kAccounts, "ListAccounts");
  EXPECT_THAT(reader.Call<accounts::v1::ListAccountsResponse>(list, "{}"), IsOk());
  const auto narrow = reader.Call<accounts::v1::Account>(absl::StrCat(kAccounts, "CreateAccount"),
                                                         CreateAccount("good", "Good"));
  EXPECT_THAT(narrow, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(contract::Reason(narrow.status()), "SCOPE_TOO_NARROW");

  ASSERT_THAT(
      client().Call<gateway::v1::Token>(absl::StrCat(kGateway, "RevokeToken"),
                                        absl::StrCat(R"({"name": ")", token->name(), R"("})")),
      IsOk());
  const auto revoked = reader.Call<accounts::v1::ListAccountsResponse>(list, "{}");
  EXPECT_THAT(revoked, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(contract::Reason(revoked.status()), "TOKEN_REVOKED");
  EXPECT_EQ(Positions(), before);
}

}  // namespace
}  // namespace banso::journeys
