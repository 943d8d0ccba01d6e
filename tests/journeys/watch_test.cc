// `banso watch` at the gateway of a suite that runs.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "common/contract/json.h"
#include "common/testing/files.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/client.h"
#include "tests/journeys/process.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::WaitUntil;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using gateway::v1::WatchPortfolioResponse;

class WatchTest : public ::testing::Test {
 protected:
  WatchTest()
      : suite_(Shape::kOneProcess, "2025-04-01T01:00:00Z"),
        client_(suite_.gateway_address(), suite_.operator_token()) {
    for (const char* id : {"alpha", "beta"}) {
      EXPECT_THAT(client_.Call<accounts::v1::Account>(
                      "banso.accounts.v1.AccountsService/CreateAccount",
                      absl::StrCat(R"({"account_id": ")", id,
                                   R"(", "account": {"display_name": "Company"}})")),
                  IsOk());
    }
  }

  void Rename(const std::string& id, const std::string& display_name) const {
    ASSERT_THAT(client_.Call<accounts::v1::Account>(
                    "banso.accounts.v1.AccountsService/UpdateAccount",
                    absl::StrCat(R"({"update_mask": "displayName", "account": {"name": "accounts/)",
                                 id, R"(", "display_name": ")", display_name, R"("}})")),
                IsOk());
  }

  // `banso watch OPTIONS` beside the test; it writes to the file `log` of the suite's folder.
  Process Watch(const char* log, const std::vector<std::string>& options) const {
    std::vector<std::string> command = {BinFile("banso"),
                                        absl::StrCat("--address=", suite_.gateway_address()),
                                        absl::StrCat("--token=", suite_.operator_token()), "watch"};
    command.insert(command.end(), options.begin(), options.end());
    return Process(command, suite_.File(log));
  }

  // What it has written so far.
  std::string Written(const char* log) const { return testing::ReadFile(suite_.File(log)); }

  bool Writes(const char* log, const std::string& text) const {
    return WaitUntil([&] { return absl::StrContains(Written(log), text); }, kPatience);
  }

  // The changes that it has written as JSON, whole lines only.
  std::vector<WatchPortfolioResponse> Changes(const char* log) const {
    std::vector<std::string> lines = absl::StrSplit(Written(log), '\n');
    lines.pop_back();
    std::vector<WatchPortfolioResponse> changes;
    for (const std::string& line : lines) {
      WatchPortfolioResponse message;
      EXPECT_THAT(contract::FromJson(line, &message), IsOk()) << line;
      if (message.has_change()) changes.push_back(message);
    }
    return changes;
  }

  Suite suite_;
  const Client client_;
};

TEST_F(WatchTest, TellsAPrefixAndGoesOnWhereItWasInterrupted) {
  const std::vector<std::string> options = {"--output=json", "--service=accounts",
                                            "--prefix=accounts/alpha"};
  {
    Process watch = Watch("first.log", options);
    ASSERT_TRUE(Writes("first.log", R"("name":"accounts/alpha")")) << Written("first.log");
    Rename("beta", "Nobody looks");
    Rename("alpha", "Second");
    ASSERT_TRUE(Writes("first.log", "Second")) << Written("first.log");
    watch.Kill();
  }
  const std::vector<WatchPortfolioResponse> first = Changes("first.log");
  ASSERT_THAT(first, Not(IsEmpty()));
  EXPECT_EQ(first.front().change().operation(), type::v1::OPERATION_CREATED);
  EXPECT_EQ(first.back().change().operation(), type::v1::OPERATION_UPDATED);
  for (const WatchPortfolioResponse& change : first) {
    EXPECT_EQ(change.service(), "accounts");
    EXPECT_THAT(change.change().name(), ::testing::StartsWith("accounts/alpha"));
    EXPECT_THAT(change.resume_token(), Not(IsEmpty()));
  }

  // What happened while nobody watched, and only that.
  Rename("alpha", "Third");
  std::vector<std::string> again = options;
  again.push_back(absl::StrCat("--resume=", first.back().resume_token()));
  Process watch = Watch("again.log", again);
  ASSERT_TRUE(Writes("again.log", "Third")) << Written("again.log");
  for (const WatchPortfolioResponse& change : Changes("again.log")) {
    EXPECT_EQ(change.change().operation(), type::v1::OPERATION_UPDATED);
  }
  EXPECT_THAT(Written("again.log"), Not(HasSubstr("Second")));
}

TEST_F(WatchTest, FromNowLeavesOutWhatExistsAlready) {
  Process watch = Watch("now.log", {"--from-now", "--service=accounts"});
  // Nothing tells when it has begun, so there is something new until it has seen it.
  int names = 0;
  ASSERT_TRUE(WaitUntil(
      [&] {
        Rename("beta", absl::StrCat("Name ", ++names));
        return absl::StrContains(Written("now.log"), "updated  accounts/beta by ");
      },
      kPatience))
      << Written("now.log");
  EXPECT_THAT(Written("now.log"), Not(HasSubstr("created")));
  EXPECT_THAT(Written("now.log"), Not(HasSubstr("alpha")));
}

TEST_F(WatchTest, EndsWithAnErrorWhenNothingCanBeWritten) {
  const std::string command =
      absl::StrCat("exec ", BinFile("banso"), " --address=", suite_.gateway_address(),
                   " --token=", suite_.operator_token(), " watch >/dev/full");
  const Finished finished = journeys::Run({"/bin/sh", "-c", command});
  EXPECT_EQ(finished.exit_status, 1);
  EXPECT_THAT(finished.errors, HasSubstr("standard output cannot be written"));
}

}  // namespace
}  // namespace banso::journeys
