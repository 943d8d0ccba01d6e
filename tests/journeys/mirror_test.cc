// What health has taken over from the others can be taken over again, and is the same then.
#include <string>

#include "absl/strings/str_cat.h"
#include "banso/type/v1/operations.pb.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"
#include "tests/journeys/process.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Runs health's program for one command.
Finished Command(Suite& suite, const std::string& flag) {
  return Run({BinFile("banso-health"), absl::StrCat("--data_dir=", suite.File("data")), flag});
}

// Makes the latest fact one that no service has told.
void Spoil(Suite& suite) {
  const Finished finished =
      Run({"/usr/bin/env", "python3", "-c",
           "import sqlite3, sys\n"
           "store = sqlite3.connect(sys.argv[1])\n"
           "store.execute(\"UPDATE mirrored_fact SET source = 'nobody' WHERE position = "
           "(SELECT MAX(position) FROM mirrored_fact)\")\n"
           "store.commit()\n",
           suite.File("data/health.db")});
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
}

// Starts health again, and waits until the gateway has found it and it has caught up.
void RestartHealth(Suite& suite, Lapras& lapras) {
  suite.Restart("health", lapras.time());
  EXPECT_THAT(lapras.client().Await<type::v1::GetPositionResponse>(
                  "banso.type.v1.OperationsService/GetPosition", R"({"service": "health"})",
                  [](const type::v1::GetPositionResponse&) { return true; }),
              IsOk());
  lapras.CatchUp();
}

TEST(MirrorTest, IsTheSameAfterItWasTakenOverAgain) {
  Suite suite(Shape::kFiveProcesses, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  lapras.ApplyProgram();
  lapras.ImportAccounts();
  lapras.WinDeal();
  lapras.StartOnboarding();
  // It dies while it takes over what comes of that.
  suite.Kill("health");
  RestartHealth(suite, lapras);
  lapras.AwaitOnboarding();
  lapras.CatchUp();
  EXPECT_THAT(Command(suite, "--mirror_hash").errors, HasSubstr("open in another process"));
  suite.Kill("health");

  const Finished before = Command(suite, "--mirror_hash");
  EXPECT_EQ(before.exit_status, 0) << before.errors;
  EXPECT_THAT(before.output, MatchesRegex("health [0-9a-f]+\n"));
  Spoil(suite);
  EXPECT_NE(Command(suite, "--mirror_hash").output, before.output);

  const Finished rebuilt = Command(suite, "--rebuild_mirrors");
  EXPECT_EQ(rebuilt.exit_status, 0) << rebuilt.errors;
  RestartHealth(suite, lapras);
  suite.Kill("health");
  EXPECT_EQ(Command(suite, "--mirror_hash").output, before.output);
}

}  // namespace
}  // namespace banso::journeys
