// A suite is backed up while it works and set back to the backup: it goes on from there, as one.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/client.h"
#include "tests/journeys/lapras.h"
#include "tests/journeys/process.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;
using ::testing::Pair;

constexpr char kStart[] = "2025-04-01T01:00:00Z";
constexpr char kListAccounts[] = "banso.accounts.v1.AccountsService/ListAccounts";
constexpr char kCreateAccount[] = "banso.accounts.v1.AccountsService/CreateAccount";
constexpr char kGetAccount[] = "banso.accounts.v1.AccountsService/GetAccount";
constexpr char kLate[] = R"({"account_id": "late", "account": {"display_name": "Late"}})";

// Runs a program of the suite that does one thing and ends.
void RunOnce(Suite& suite, const std::string& program, const std::string& flag) {
  const Finished finished =
      Run({BinFile(program), absl::StrCat("--data_dir=", suite.File("data")), flag});
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
}

// Moves the store of a service that does not run out of the way.
void MoveAway(Suite& suite, const std::string& service) {
  for (const char* ending : {".db", ".db-wal", ".db-shm"}) {
    const std::string file = suite.File(absl::StrCat("data/", service, ending));
    if (std::filesystem::exists(file)) std::filesystem::rename(file, file + ".away");
  }
}

// The rows of a query on a store that nobody has open, each as one text.
std::vector<std::string> Rows(Suite& suite, const std::string& service, const std::string& sql) {
  const Finished finished =
      Run({"/usr/bin/env", "python3", "-c",
           ("import sqlite3, sys\n"
            "for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row)\n"),
           suite.File(absl::StrCat("data/", service, ".db")), sql});
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
  return absl::StrSplit(absl::StripSuffix(finished.output, "\n"), '\n');
}

// What the services have copied from each other is what the owner has.
void ExpectConsistent(Suite& suite) {
  const std::vector<std::string> accounts =
      Rows(suite, "accounts", "SELECT name FROM account ORDER BY name");
  EXPECT_THAT(accounts, Contains("accounts/crm-100"));
  EXPECT_THAT(accounts, Not(Contains("accounts/late")));
  EXPECT_EQ(Rows(suite, "health", "SELECT name FROM account_header ORDER BY name"), accounts);
  for (const char* service : {"kickoff", "handoff"}) {
    EXPECT_EQ(Rows(suite, service, "SELECT name FROM account_copy ORDER BY name"), accounts);
    EXPECT_EQ(Rows(suite, service, "SELECT name FROM onboarding_copy ORDER BY name"),
              Rows(suite, "accounts", "SELECT name FROM onboarding ORDER BY name"));
  }
  for (const char* owner : {"accounts", "kickoff", "handoff"}) {
    const std::vector<std::string> facts =
        Rows(suite, owner, "SELECT DISTINCT subject, fact FROM fact_change ORDER BY subject, fact");
    for (const std::string& fact : facts) {
      EXPECT_THAT(Rows(suite, "health", "SELECT DISTINCT subject, fact FROM mirrored_fact"),
                  Contains(fact));
    }
  }
  EXPECT_THAT(Rows(suite, "health", "SELECT DISTINCT subject FROM mirrored_fact"),
              Not(Contains("accounts/late")));
}

// The token behind the first page of a list.
std::string PageToken(const Client& client) {
  const auto page =
      client.Call<accounts::v1::ListAccountsResponse>(kListAccounts, R"({"page_size": 1})");
  EXPECT_THAT(page, IsOk());
  return page.ok() ? page->next_page_token() : "";
}

absl::Status ListBehind(const Client& client, const std::string& token) {
  return client
      .Call<accounts::v1::ListAccountsResponse>(
          kListAccounts, absl::StrCat(R"({"page_size": 1, "page_token": ")", token, R"("})"))
      .status();
}

TEST(BackupTest, AWholeSuiteGoesOnFromABackupThatWasTakenWhileItWorked) {
  Suite suite(Shape::kOneProcess, kStart);
  Lapras lapras(suite);
  lapras.ApplyProgram();
  lapras.ImportAccounts();
  ASSERT_THAT(lapras.client().Call<accounts::v1::Account>(
                  kCreateAccount, R"({"account_id": "a", "account": {"display_name": "A"}})"),
              IsOk());
  lapras.WinDeal();
  // The process may be at any of its steps when the stores are copied.
  lapras.StartOnboarding();
  RunOnce(suite, "banso-suite", absl::StrCat("--backup_to=", suite.File("backup")));
  const std::string token = PageToken(lapras.client());
  ASSERT_THAT(ListBehind(lapras.client(), token), IsOk());
  ASSERT_THAT(lapras.client().Call<accounts::v1::Account>(kCreateAccount, kLate), IsOk());
  ASSERT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));

  for (const char* service : {"accounts", "kickoff", "health", "handoff", "gateway"}) {
    MoveAway(suite, service);
  }
  RunOnce(suite, "banso-suite", absl::StrCat("--restore_from=", suite.File("backup")));
  suite.Restart("suite", lapras.time());
  EXPECT_THAT(ListBehind(lapras.client(), token), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      lapras.client().Call<accounts::v1::Account>(kGetAccount, R"({"name": "accounts/late"})"),
      StatusIs(absl::StatusCode::kNotFound));
  lapras.AwaitOnboarding();
  lapras.LookAtPlan();
  lapras.CatchUp();
  ASSERT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));
  ExpectConsistent(suite);
}

TEST(BackupTest, ServicesThatWorkOnFollowOneThatWasSetBack) {
  Suite suite(Shape::kFiveProcesses, kStart);
  Lapras lapras(suite);
  lapras.ApplyProgram();
  lapras.ImportAccounts();
  lapras.WinDeal();
  lapras.StartOnboarding();
  lapras.AwaitOnboarding();
  RunOnce(suite, "banso-accounts", absl::StrCat("--backup_to=", suite.File("backup")));
  ASSERT_THAT(lapras.client().Call<accounts::v1::Account>(kCreateAccount, kLate), IsOk());
  lapras.CatchUp();
  suite.Kill("accounts");
  MoveAway(suite, "accounts");
  RunOnce(suite, "banso-accounts", absl::StrCat("--restore_from=", suite.File("backup")));
  suite.Restart("accounts", lapras.time());
  // More than was lost, so that nobody has reached the position of the last one before.
  for (const char* id : {"new-1", "new-2", "new-3"}) {
    ASSERT_THAT(
        lapras.client().Await<accounts::v1::Account>(
            kCreateAccount,
            absl::StrCat(R"({"account_id": ")", id, R"(", "account": {"display_name": "N"}})"),
            [](const accounts::v1::Account&) { return true; }),
        IsOk());
  }
  lapras.CatchUp();
  ASSERT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));
  ExpectConsistent(suite);
  EXPECT_THAT(Rows(suite, "health", "SELECT name FROM account_header"), Contains("accounts/new-3"));
}

}  // namespace
}  // namespace banso::journeys
