// What health has taken over from the others can be taken over again, and is the same then.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"
#include "tests/journeys/process.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Pair;

// Runs the suite's program for one command.
Finished Command(Suite& suite, const std::string& flag) {
  return Run({BinFile("banso-suite"), absl::StrCat("--data_dir=", suite.File("data")), flag});
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

TEST(MirrorTest, IsTheSameAfterItWasTakenOverAgain) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  lapras.ApplyProgram();
  lapras.ImportAccounts();
  lapras.WinDeal();
  lapras.StartOnboarding();
  // The process dies while its services take over from each other.
  suite.Kill("suite");
  suite.Restart("suite", lapras.time());
  lapras.AwaitOnboarding();
  lapras.CatchUp();
  EXPECT_THAT(Command(suite, "--mirror_hash").errors, HasSubstr("open"));
  ASSERT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));

  const Finished before = Command(suite, "--mirror_hash");
  EXPECT_EQ(before.exit_status, 0) << before.errors;
  EXPECT_THAT(before.output, MatchesRegex("health [0-9a-f]+\n"));
  Spoil(suite);
  EXPECT_NE(Command(suite, "--mirror_hash").output, before.output);

  const Finished rebuilt = Command(suite, "--rebuild_mirrors");
  EXPECT_EQ(rebuilt.exit_status, 0) << rebuilt.errors;
  suite.Restart("suite", lapras.time());
  lapras.CatchUp();
  ASSERT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));
  EXPECT_EQ(Command(suite, "--mirror_hash").output, before.output);
}

}  // namespace
}  // namespace banso::journeys
