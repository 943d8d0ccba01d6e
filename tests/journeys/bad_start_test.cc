// What is wrong with the machine when the suite starts: it says what, in words, ends with exit
// status 1 and leaves everything as it was.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/client.h"
#include "tests/journeys/process.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kGetAccount[] = "banso.accounts.v1.AccountsService/GetAccount";
constexpr char kCreateAccount[] = "banso.accounts.v1.AccountsService/CreateAccount";

class BadStartTest : public testing::TempDirTest {
 protected:
  // Starts the suite on `data_dir`, by `prefix` if that is not empty. A suite that starts against
  // all expectation is ended after two minutes, with exit status 124, and with the test.
  Finished Start(const std::string& data_dir, int port, std::vector<std::string> prefix = {}) {
    std::vector<std::string> command = {"/usr/bin/env", "timeout",     "120",
                                        "setpriv",      "--pdeathsig", "KILL"};
    command.insert(command.end(), prefix.begin(), prefix.end());
    for (const std::string& word :
         {BinFile("banso-suite"), absl::StrCat("--data_dir=", data_dir),
          absl::StrCat("--port=", port), absl::StrCat("--log_file=", TempFile("suite.log"))}) {
      command.push_back(word);
    }
    return journeys::Run(command);
  }
};

// The sentence that a program ends with, and nothing else.
auto EndsSaying(const std::string& sentence) {
  return AllOf(::testing::Field("exit_status", &Finished::exit_status, 1),
               ::testing::Field("output", &Finished::output, IsEmpty()),
               ::testing::Field("errors", &Finished::errors, absl::StrCat(sentence, "\n")));
}

int PortOf(const std::string& address) { return std::stoi(address.substr(address.find(':') + 1)); }

TEST_F(BadStartTest, APortInUseIsNamed) {
  const Suite other(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  EXPECT_THAT(Start(TempFile("data"), PortOf(other.gateway_address())),
              EndsSaying(absl::StrCat(other.gateway_address(),
                                      ": gateway cannot listen there: the port is taken, or the "
                                      "host is not this machine's. Choose another --port (0 takes "
                                      "a free one) or --listen_host.")));
}

TEST_F(BadStartTest, DeployUpSaysThatAPortIsInUseBeforeItBuildsAnything) {
  const Suite other(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  const int port = PortOf(other.gateway_address());
  const Finished refused = journeys::Run({SourceFile("deploy/up"), "--detach", "--port",
                                          absl::StrCat(port), "--data-dir", TempFile("data")});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.output, IsEmpty());
  EXPECT_THAT(refused.errors,
              HasSubstr(absl::StrCat("Port ", port, " is in use by another program")));
  EXPECT_THAT(refused.errors,
              HasSubstr(absl::StrCat("Choose another: deploy/up --port ", port + 100)));
  EXPECT_FALSE(std::filesystem::exists(TempFile("data/accounts.db")));
}

TEST_F(BadStartTest, DeployUpRefusesWhatIsNoPort) {
  for (const char* port : {"0", "65536", "eighty"}) {
    const Finished refused =
        journeys::Run({SourceFile("deploy/up"), "--port", port, "--data-dir", TempFile("data")});
    EXPECT_EQ(refused.exit_status, 1);
    EXPECT_THAT(refused.errors, HasSubstr(absl::StrCat("'", port, "' is no port: 1 to 65535.")));
  }
  EXPECT_FALSE(std::filesystem::exists(TempFile("data")));
}

TEST_F(BadStartTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(TempFile("file")) << "no folder";
  for (const std::string& path : {TempFile("file"), TempFile("file/below")}) {
    EXPECT_THAT(Start(path, 0),
                EndsSaying(absl::StrCat(path,
                                        ": the folder of the databases cannot be created: Not a "
                                        "directory. Give --data_dir a folder that can be written "
                                        "to.")));
  }
  const Finished up =
      journeys::Run({SourceFile("deploy/up"), "--detach", "--port", absl::StrCat(FreePorts(1)[0]),
                     "--data-dir", TempFile("file/below")});
  EXPECT_EQ(up.exit_status, 1);
  EXPECT_THAT(up.errors,
              HasSubstr(absl::StrCat("The folder ", TempFile("file/below"), " cannot be written")));
}

TEST_F(BadStartTest, AFolderThatCannotBeWrittenIsNamed) {
  const std::string folder = TempFile("read-only");
  ASSERT_EQ(mkdir(folder.c_str(), 0555), 0);
  // Root may write everywhere, unless it gives that up.
  std::vector<std::string> prefix;
  if (geteuid() == 0) prefix = {"setpriv", "--bounding-set=-dac_override"};
  EXPECT_THAT(
      Start(folder, 0, prefix),
      EndsSaying(absl::StrCat(folder, "/accounts.db: no file can be made in the folder ", folder,
                              " (Permission denied). Name a folder that exists and that this user "
                              "may write to.")));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST_F(BadStartTest, AFileThatIsNoStoreIsNamedAndLeftAlone) {
  const std::string folder = TempFile("data");
  const std::string file = absl::StrCat(folder, "/accounts.db");
  ASSERT_EQ(mkdir(folder.c_str(), 0755), 0);
  const std::string text(4096, 'x');
  std::ofstream(file) << text;
  EXPECT_THAT(Start(folder, 0),
              EndsSaying(absl::StrCat(file,
                                      ": the file is no store, or is damaged. Name another file, "
                                      "or restore a backup.")));
  std::string after;
  std::getline(std::ifstream(file), after);
  EXPECT_EQ(after, text);
}

// Runs one statement on a database that nobody has open.
void RunSql(const std::string& path, const std::string& sql) {
  const Finished finished =
      journeys::Run({"/usr/bin/env", "python3", "-c",
                     "import sqlite3, sys\n"
                     "database = sqlite3.connect(sys.argv[1])\n"
                     "changed = database.execute(sys.argv[2]).rowcount\n"
                     "database.commit()\n"
                     "sys.exit(0 if changed == 1 else 'changed %d rows' % changed)\n",
                     path, sql});
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
}

TEST_F(BadStartTest, AStoreOfANewerVersionIsRefusedAndLeftAlone) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  const Client client(suite.gateway_address(), suite.operator_token());
  ASSERT_THAT(client.Call<accounts::v1::Account>(
                  kCreateAccount, R"({"account_id": "acme", "account": {"display_name": "Acme"}})"),
              IsOk());
  ASSERT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));

  const std::string file = suite.File("data/accounts.db");
  RunSql(file,
         "INSERT INTO schema_migration (series, number, name) "
         "VALUES ('service', 99, 'of_next_year')");
  const Finished refused = Start(suite.File("data"), 0);
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.errors,
              HasSubstr(absl::StrCat(file, ": the store has had service/99 `of_next_year`, ",
                                     "this program knows only ")));
  EXPECT_THAT(refused.errors, HasSubstr("Run the newer version of the program that wrote it."));

  // It was only looked at: without that line everything is there.
  RunSql(file, "DELETE FROM schema_migration WHERE series = 'service' AND number = 99");
  suite.Restart("suite", "2025-04-01T01:00:00Z");
  const auto account = client.Await<accounts::v1::Account>(
      kGetAccount, R"({"name": "accounts/acme"})", [](const auto&) { return true; });
  ASSERT_THAT(account, IsOk());
  EXPECT_EQ(account->display_name(), "Acme");
}

TEST_F(BadStartTest, AStoreThatIsOpenElsewhereIsNamed) {
  const Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  EXPECT_THAT(Start(suite.File("data"), 0),
              EndsSaying(absl::StrCat(suite.File("data/accounts.db"),
                                      ": the store is open in another process. Stop that process, "
                                      "or name another file.")));
}

TEST_F(BadStartTest, FlagsThatMeanNothingAreNamed) {
  const Finished range = journeys::Run({BinFile("banso-suite"), "--port=99999"});
  EXPECT_THAT(range, EndsSaying("--port: \"99999\" is not accepted; accepted: 0 to 65535"));
  const Finished unknown = journeys::Run({BinFile("banso-suite"), "--prot=1"});
  EXPECT_EQ(unknown.exit_status, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("'prot'"));
}

TEST_F(BadStartTest, VariablesThatMeanNothingAreNamedWithoutTheirValues) {
  const Finished refused =
      journeys::Run({"/usr/bin/env", "BANSO_DATA_DIRR=secret", BinFile("banso-suite")});
  EXPECT_THAT(refused,
              EndsSaying("BANSO_DATA_DIRR: not accepted; accepted: the name of a flag; did "
                         "you mean BANSO_DATA_DIR?"));
  EXPECT_FALSE(std::filesystem::exists(TempFile("data")));
}

TEST_F(BadStartTest, ACalendarWithAFaultIsNamed) {
  const std::string folder = TempFile("calendars");
  ASSERT_EQ(mkdir(folder.c_str(), 0755), 0);
  std::ofstream(absl::StrCat(folder, "/jp.yaml"))
      << "{id: jp, display_name: Ours, first_year: 2025, last_year: 2025}";
  const std::string sentence =
      absl::StrCat(folder,
                   "/jp.yaml.id: \"jp\" is not accepted; accepted: an id that is not that of a "
                   "built-in calendar");
  for (const char* program : {"banso-suite", "banso-accounts", "banso-kickoff"}) {
    EXPECT_THAT(journeys::Run({BinFile(program), absl::StrCat("--calendar_dir=", folder),
                               absl::StrCat("--data_dir=", TempFile("data"))}),
                EndsSaying(sentence))
        << program;
  }
}

TEST_F(BadStartTest, ASiteHasACalendarOfTheFolderGiven) {
  const Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z",
                    {absl::StrCat("--calendar_dir=", SourceFile("deploy/calendars"))});
  const Client client(suite.gateway_address(), suite.operator_token());
  ASSERT_THAT(client.Call<accounts::v1::Account>(
                  kCreateAccount, R"({"account_id": "acme", "account": {"display_name": "Acme"}})"),
              IsOk());
  const auto create = [&](const std::string& calendar) {
    return client.Call<accounts::v1::Site>(
        "banso.accounts.v1.RelationsService/CreateSite",
        absl::StrCat(R"({"parent": "accounts/acme", "site": {"display_name": "Riyadh",)",
                     R"("calendar": ")", calendar, R"("}})"));
  };
  EXPECT_THAT(create("sa"), IsOk());
  EXPECT_THAT(create("mars").status(), testing::StatusIs(absl::StatusCode::kInvalidArgument,
                                                         HasSubstr("one of jp, sa, th, weekends")));
}

}  // namespace
}  // namespace banso::journeys
