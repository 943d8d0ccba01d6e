#include "clients/cli/app.h"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "clients/cli/connection.h"
#include "clients/cli/fake_server.h"
#include "clients/cli/methods.h"
#include "common/contract/json.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;

// The program as a user sees it, against a server that says what a test tells it to.
class AppTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"banso", "--address", server_.address()});
    return RunWithout(arguments);
  }

  int RunWithout(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    const int code = RunTo(out, arguments);
    out_ = out.str();
    return code;
  }

  // The same with a standard output that takes nothing.
  int RunOnAFullDisk(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"banso", "--address", server_.address()});
    class FullDisk : public std::streambuf {};
    FullDisk disk;
    std::ostream out(&disk);
    return RunTo(out, arguments);
  }

  void ServeTime() {
    server_.Unary<type::v1::GetTimeRequest, type::v1::GetTimeResponse>(
        "banso.type.v1.OperationsService/GetTime",
        [](const type::v1::GetTimeRequest&, type::v1::GetTimeResponse* response) {
          response->mutable_time()->set_seconds(1746057600);
          response->set_test_clock(true);
          return absl::OkStatus();
        });
  }

  // Two changes of the service that is asked for, then the end.
  void ServeChanges() {
    server_.Handle("banso.gateway.v1.GatewayService/WatchPortfolio",
                   [](const std::vector<std::string>& requests, const std::string&,
                      std::vector<std::string>* responses) {
                     gateway::v1::WatchPortfolioRequest request;
                     request.ParseFromString(requests.at(0));
                     gateway::v1::WatchPortfolioResponse message;
                     message.set_service(request.services(0));
                     message.mutable_change()->set_name("accounts/a");
                     message.mutable_change()->set_actor("members/aoki");
                     message.mutable_change()->set_operation(type::v1::OPERATION_CREATED);
                     message.set_resume_token("behind-a");
                     responses->push_back(message.SerializeAsString());
                     message.mutable_change()->set_name("accounts/b");
                     message.set_resume_token("behind-b");
                     responses->push_back(message.SerializeAsString());
                     return absl::OkStatus();
                   });
  }

  void ServeAccount() {
    server_.Unary<accounts::v1::GetAccountRequest, accounts::v1::Account>(
        "banso.accounts.v1.AccountsService/GetAccount",
        [](const accounts::v1::GetAccountRequest& request, accounts::v1::Account* account) {
          if (request.name() != "accounts/acme") return contract::NotFound(request.name());
          account->set_name(request.name());
          account->set_display_name("アクメ");
          return absl::OkStatus();
        });
  }

  // For handlers that do not answer; they may begin after the call is over.
  absl::Notification over_;
  FakeServer server_;
  std::string out_;
  std::string err_;

 private:
  int RunTo(std::ostream& out, const std::vector<std::string>& arguments) {
    std::vector<const char*> argv;
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    std::ostringstream err;
    const int code = RunApp(static_cast<int>(argv.size()), argv.data(), out, err);
    err_ = err.str();
    return code;
  }
};

TEST_F(AppTest, CallPrintsTheAnswerAsJson) {
  ServeAccount();
  EXPECT_EQ(Run({"call", "GetAccount", "{name: accounts/acme}"}), 0);
  EXPECT_THAT(out_, HasSubstr("\"display_name\": \"アクメ\""));
  EXPECT_EQ(err_, "");
}

TEST_F(AppTest, CallTellsWhyTheServerRefuses) {
  ServeAccount();
  EXPECT_EQ(Run({"call", "GetAccount", "{name: accounts/none}"}), 2);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, AllOf(HasSubstr("accounts/none"), HasSubstr("RESOURCE_NOT_FOUND")));
}

TEST_F(AppTest, EveryViolationHasALineOfItsOwn) {
  server_.Unary<accounts::v1::CreateAccountRequest, accounts::v1::Account>(
      "banso.accounts.v1.AccountsService/CreateAccount",
      [](const accounts::v1::CreateAccountRequest&, accounts::v1::Account*) {
        contract::Violations violations;
        violations.Add("account.display_name", "", "1 to 200 characters", "REQUIRED");
        violations.Add("account.employees", "-4", "0 or more", "OUT_OF_RANGE");
        return violations.ToStatus();
      });
  EXPECT_EQ(Run({"call", "CreateAccount"}), 2);
  EXPECT_THAT(err_,
              AllOf(HasSubstr("2 fields are not accepted"), HasSubstr("\n  account.display_name: "),
                    HasSubstr("\n  account.employees: \"-4\"")));
}

TEST_F(AppTest, PreconditionsSayWhatToDo) {
  server_.Unary<accounts::v1::WinDealRequest, accounts::v1::Deal>(
      "banso.accounts.v1.DealsService/WinDeal",
      [](const accounts::v1::WinDealRequest&, accounts::v1::Deal*) {
        return contract::FailedPrecondition("DEAL_CLOSED", "accounts/a/deals/d",
                                            "the deal is won already", "Create another deal");
      });
  EXPECT_EQ(Run({"call", "WinDeal"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("DEAL_CLOSED"),
                          HasSubstr("accounts/a/deals/d: the deal is won already"),
                          HasSubstr("Create another deal")));
}

TEST_F(AppTest, ExitCodesTellUsersFaultsFromTheServersAbsence) {
  EXPECT_EQ(Run({"call", "Nothing"}), 1);
  EXPECT_EQ(Run({"call", "GetAccount", "{nam: x}"}), 1);
  EXPECT_THAT(err_, HasSubstr("\"nam\""));
  EXPECT_EQ(Run({"nonsense"}), 1);
  EXPECT_EQ(Run({"portfolio", "--timeout", "soon"}), 1);
  EXPECT_EQ(RunWithout({"banso", "--address", "127.0.0.1:1", "portfolio"}), 3);
  EXPECT_THAT(err_, HasSubstr("No server answers at 127.0.0.1:1"));
  EXPECT_EQ(Run({"call", "GetDeal"}), 2);
}

TEST_F(AppTest, SendsTheTokenOfAFile) {
  const testing::TempDir folder;
  std::ofstream(folder.File("token")) << "banso_secret\n";
  std::string seen;
  server_.Handle("banso.type.v1.OperationsService/GetTime",
                 [&](const std::vector<std::string>&, const std::string& authorization,
                     std::vector<std::string>* responses) {
                   seen = authorization;
                   type::v1::GetTimeResponse response;
                   response.mutable_time()->set_seconds(1746057600);
                   responses->push_back(response.SerializeAsString());
                   return absl::OkStatus();
                 });
  EXPECT_EQ(Run({"--token-file", folder.File("token"), "time"}), 0);
  EXPECT_EQ(seen, "Bearer banso_secret");
  EXPECT_EQ(out_, "2025-05-01T00:00:00+00:00\n");
  EXPECT_EQ(Run({"--token-file", folder.File("none"), "time"}), 1);
}

TEST_F(AppTest, TriesAgainWhenTheServerHasTooMuchToDo) {
  int calls = 0;
  server_.Unary<type::v1::GetTimeRequest, type::v1::GetTimeResponse>(
      "banso.type.v1.OperationsService/GetTime",
      [&](const type::v1::GetTimeRequest&, type::v1::GetTimeResponse*) {
        return ++calls < 3 ? contract::Overloaded(absl::Milliseconds(1)) : absl::OkStatus();
      });
  EXPECT_EQ(Run({"time"}), 0);
  EXPECT_EQ(calls, 3);
}

TEST_F(AppTest, TheTimeIsShownInAZone) {
  ServeTime();
  EXPECT_EQ(Run({"time"}), 0);
  EXPECT_EQ(out_, "2025-05-01T00:00:00+00:00 (test clock)\n");
  EXPECT_EQ(Run({"time", "--zone", "Asia/Tokyo"}), 0);
  EXPECT_EQ(out_, "2025-05-01T09:00:00+09:00 (test clock)\n");
  EXPECT_NE(Run({"time", "--zone", "Tokyo"}), 0);
}

TEST_F(AppTest, AStreamIsPrintedOneMessageALine) {
  ServeChanges();
  EXPECT_EQ(Run({"watch", "--service", "accounts"}), 0);
  EXPECT_THAT(
      out_, AllOf(HasSubstr("created  accounts/a by members/aoki\n"), HasSubstr("accounts/b by")));
  EXPECT_EQ(Run({"call", "WatchPortfolio", "{services: [health]}"}), 0);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 2);
}

TEST_F(AppTest, ProgramsGetTheWholeAnswerAsJson) {
  ServeChanges();
  EXPECT_EQ(Run({"-o", "json", "watch", "--service", "health"}), 0);
  const std::vector<std::string> lines = absl::StrSplit(out_, '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(2));
  gateway::v1::WatchPortfolioResponse change;
  ASSERT_THAT(contract::FromJson(lines[1], &change), IsOk());
  EXPECT_EQ(change.service(), "health");
  EXPECT_EQ(change.change().name(), "accounts/b");
  EXPECT_EQ(change.resume_token(), "behind-b");

  server_.Unary<gateway::v1::GetAccountOverviewRequest, gateway::v1::AccountOverview>(
      "banso.gateway.v1.GatewayService/GetAccountOverview",
      [](const gateway::v1::GetAccountOverviewRequest& request,
         gateway::v1::AccountOverview* overview) {
        overview->mutable_account()->set_name(request.name());
        overview->mutable_account()->set_accountable_owner("members/aoki");
        overview->add_story()->set_text("The deal was won");
        return absl::OkStatus();
      });
  EXPECT_EQ(Run({"-o", "json", "overview", "acme"}), 0);
  gateway::v1::AccountOverview overview;
  ASSERT_THAT(contract::FromJson(out_, &overview), IsOk());
  EXPECT_EQ(overview.account().name(), "accounts/acme");
  EXPECT_EQ(overview.account().accountable_owner(), "members/aoki");
  ASSERT_THAT(overview.story(), SizeIs(1));

  ServeTime();
  EXPECT_EQ(Run({"-o", "json", "time"}), 0);
  type::v1::GetTimeResponse time;
  ASSERT_THAT(contract::FromJson(out_, &time), IsOk());
  EXPECT_EQ(time.time().seconds(), 1746057600);
  EXPECT_TRUE(time.test_clock());

  EXPECT_EQ(Run({"-o", "json", "list", "GetTime"}), 0);
  EXPECT_EQ(out_,
            "[{\"rpc\":\"OperationsService/GetTime\",\"request\":\"GetTimeRequest\","
            "\"answer\":\"GetTimeResponse\"}]\n");
}

TEST_F(AppTest, AnAnswerThatCannotBeWrittenIsAnError) {
  ServeTime();
  ServeChanges();
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"time"}, {"list"}, {"watch", "--service", "health"}, {"--help"}}) {
    EXPECT_EQ(RunOnAFullDisk(command), 1) << command[0];
    EXPECT_EQ(err_, "banso: standard output cannot be written\n") << command[0];
  }
}

TEST_F(AppTest, ACallThatIsNotAnsweredInTimeIsTheServersAbsence) {
  server_.Unary<type::v1::GetTimeRequest, type::v1::GetTimeResponse>(
      "banso.type.v1.OperationsService/GetTime",
      [&](const type::v1::GetTimeRequest&, type::v1::GetTimeResponse*) {
        over_.WaitForNotification();
        return absl::OkStatus();
      });
  EXPECT_EQ(Run({"--timeout", "50ms", "time"}), 3);
  EXPECT_THAT(err_, HasSubstr("did not answer within 50ms; --timeout gives it longer"));
  over_.Notify();
}

TEST_F(AppTest, AnUploadHasTheTimeThatItsErrorTells) {
  server_.Handle(
      "banso.accounts.v1.AccountsService/ImportAccounts",
      [&](const std::vector<std::string>&, const std::string&, std::vector<std::string>*) {
        over_.WaitForNotification();
        return absl::OkStatus();
      });
  // What an upload is given by default, and what --timeout says: the longer counts.
  const std::pair<int, int> cases[] = {{60, 20}, {20, 60}};
  for (const auto& [own, asked] : cases) {
    ConnectionOptions options;
    options.address = server_.address();
    options.timeout = absl::Milliseconds(asked);
    Connection connection(options);
    const auto upload = connection.Send(
        *FindFullName("banso.accounts.v1.AccountsService/ImportAccounts"), absl::Milliseconds(own));
    accounts::v1::ImportAccountsResponse response;
    const absl::Status status = upload->Finish(&response);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("did not answer within 60ms; --timeout gives it longer"));
  }
  over_.Notify();
}

TEST_F(AppTest, NumbersThatMeanNothingAreRefused) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"portfolio", "--limit", "-5"},
        {"import", "accounts", "-", "--map", "display_name=account", "--show", "-1"},
        {"import", "deals", "-", "--map", "id=a,account=a", "--parallel", "0"},
        {"import", "accounts", "-", "--map", "display_name=account", "--separator", "ab"}}) {
    EXPECT_EQ(Run(command), 1) << command.back();
    EXPECT_THAT(err_, HasSubstr(command[command.size() - 2])) << command.back();
  }
}

TEST_F(AppTest, PortfolioReadsAllPagesAndSaysWhatIsMissing) {
  server_.Unary<gateway::v1::ListPortfolioRequest, gateway::v1::ListPortfolioResponse>(
      "banso.gateway.v1.GatewayService/ListPortfolio",
      [](const gateway::v1::ListPortfolioRequest& request,
         gateway::v1::ListPortfolioResponse* response) {
        gateway::v1::PortfolioRow* row = response->add_rows();
        row->set_owner(request.owner());
        row->set_lifecycle_stage(accounts::v1::LIFECYCLE_STAGE_HANDOFF_GAP);
        row->set_next_step("no next step");
        if (request.page_token().empty()) {
          row->set_account("accounts/one");
          response->set_next_page_token("two");
          return absl::OkStatus();
        }
        row->set_account("accounts/two");
        row->set_score(72.4);
        gateway::v1::MissingPart* missing = response->add_missing();
        missing->set_part("kickoff.plans");
        missing->set_service("kickoff");
        missing->set_reason("it does not answer");
        return absl::OkStatus();
      });
  EXPECT_EQ(Run({"portfolio", "--owner", "aoki", "--stage", "handoff_gap"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("one "), HasSubstr("two "), HasSubstr("handoff gap"),
                          HasSubstr("aoki"), HasSubstr("72"), HasSubstr("kickoff.plans")));
  EXPECT_EQ(Run({"portfolio", "--stage", "nowhere"}), 1);
  EXPECT_THAT(err_, HasSubstr("handoff_gap"));
}

TEST_F(AppTest, ARefusedProgramNamesTheFileAtFault) {
  const testing::TempDir folder;
  std::ofstream(folder.File("program.yaml")) << "name: programs/x\n";
  std::ofstream(folder.File("metrics.yaml")) << "metrics: [{name: metrics/a}, {name: metrics/b}]\n";
  server_.Unary<gateway::v1::ApplyProgramRequest, gateway::v1::ProgramApplication>(
      "banso.gateway.v1.GatewayService/ApplyProgram",
      [](const gateway::v1::ApplyProgramRequest& request, gateway::v1::ProgramApplication* done) {
        if (!request.validate_only()) {
          return contract::InvalidField("program.metrics[1].source", "", "a key", "REQUIRED");
        }
        done->set_program(request.program().name());
        done->set_state(gateway::v1::APPLICATION_STATE_VALIDATED);
        const auto add = [&](const char* name, gateway::v1::PartOutcome outcome,
                             const char* previous) {
          gateway::v1::AppliedPart* part = done->add_parts();
          part->set_name(name);
          part->set_outcome(outcome);
          part->set_previous(previous);
        };
        add("metrics/a", gateway::v1::PART_OUTCOME_UNCHANGED, "metrics/a");
        add("funnels/f", gateway::v1::PART_OUTCOME_PENDING, "funnels/f@3");
        add("plays/y", gateway::v1::PART_OUTCOME_PENDING, "");
        done->add_others_in_force("plays/old@2");
        return absl::OkStatus();
      });
  EXPECT_EQ(Run({"apply", folder.path().string()}), 2);
  EXPECT_THAT(err_, HasSubstr("metrics.yaml: metrics[1].source: "));
  EXPECT_EQ(Run({"apply", folder.path().string(), "--dry-run"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("metrics/a  unchanged"),
                          HasSubstr("funnels/f  to be changed       funnels/f@3"),
                          HasSubstr("plays/y    to be created"),
                          HasSubstr("plays/old  not in the program  plays/old@2"),
                          HasSubstr("programs/x: validated; 1 to be created, 1 to be changed, "
                                    "1 unchanged; 1 in force besides it")));
}

TEST_F(AppTest, DiffTellsWhoSavedWhatAndEachDifference) {
  server_.Unary<gateway::v1::DiffRevisionsRequest, gateway::v1::DiffRevisionsResponse>(
      "banso.gateway.v1.GatewayService/DiffRevisions",
      [](const gateway::v1::DiffRevisionsRequest& request,
         gateway::v1::DiffRevisionsResponse* response) {
        response->mutable_before()->set_number(1);
        response->mutable_before()->set_author("members/aoki");
        response->mutable_before()->set_state(type::v1::REVISION_STATE_ACTIVE);
        response->mutable_before()->set_reason("first");
        response->mutable_after()->set_number(2);
        if (request.before() == request.after()) return absl::OkStatus();
        gateway::v1::Difference* difference = response->add_differences();
        difference->set_path("bands[green].lower_edge");
        difference->set_kind(gateway::v1::DIFFERENCE_KIND_CHANGED);
        difference->set_before("70");
        difference->set_after("75");
        return absl::OkStatus();
      });
  EXPECT_EQ(Run({"diff", "scoreModels/s@1", "scoreModels/s@2"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("revision 1, active, 1970-01-01 00:00 by aoki: first\n"),
                          HasSubstr("bands[green].lower_edge  changed     70      75")));
  EXPECT_EQ(Run({"diff", "scoreModels/s@1", "scoreModels/s@1"}), 0);
  EXPECT_THAT(out_, HasSubstr("They say the same."));
  EXPECT_EQ(Run({"--output", "json", "diff", "scoreModels/s@1", "scoreModels/s@2"}), 0);
  EXPECT_THAT(out_, HasSubstr(R"("path": "bands[green].lower_edge")"));
  EXPECT_EQ(Run({"diff", "scoreModels/s@1"}), 1);
}

TEST_F(AppTest, ListShowsRpcsByName) {
  EXPECT_EQ(Run({"list", "importacc"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("AccountsService/ImportAccounts"),
                          HasSubstr("stream ImportAccountsRequest"), Not(HasSubstr("GetAccount"))));
}

TEST_F(AppTest, HelpNamesTheExitCodes) {
  EXPECT_EQ(RunWithout({"banso", "--help"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("Exit codes"), HasSubstr("portfolio"), HasSubstr("import")));
}

}  // namespace
}  // namespace banso::cli
