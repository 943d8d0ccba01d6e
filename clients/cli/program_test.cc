#include "clients/cli/program.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::cli {
namespace {

using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

void Write(const testing::TempDir& folder, const char* name, const char* text) {
  std::ofstream(folder.File(name)) << text;
}

TEST(LoadProgram, PutsTheFilesOfAFolderTogether) {
  const testing::TempDir folder;
  Write(folder, "a.yaml", "name: programs/x\ndisplay_name: X\nmetrics:\n  - name: metrics/one\n");
  Write(folder, "b.json", R"({"metrics": [{"name": "metrics/two"}, {"name": "metrics/three"}]})");
  Write(folder, ".hidden.yaml", "nonsense: true\n");
  Write(folder, "notes.txt", "not a part");
  BANSO_ASSERT_OK_AND_ASSIGN(const ProgramSource source, LoadProgram(folder.path().string()));
  EXPECT_EQ(source.program.name(), "programs/x");
  ASSERT_EQ(source.program.metrics_size(), 3);
  EXPECT_EQ(source.program.metrics(2).name(), "metrics/three");
  EXPECT_EQ(source.files.size(), 2u);
}

TEST(LoadProgram, ReadsASingleFile) {
  const testing::TempDir folder;
  Write(folder, "p.yaml", "name: programs/x\n");
  BANSO_ASSERT_OK_AND_ASSIGN(const ProgramSource source, LoadProgram(folder.File("p.yaml")));
  EXPECT_EQ(source.program.name(), "programs/x");
}

TEST(LoadProgram, TellsWhatIsWrongInAllFilesAtOnce) {
  const testing::TempDir folder;
  Write(folder, "a.yaml", "name: programs/x\nmetrics:\n  - nam: metrics/one\n");
  Write(folder, "b.yaml", "name: programs/y\n");
  Write(folder, "c.yaml", "display_name: Y\n");
  Write(folder, "d.yaml", "display_name: Z\nrubrics: {}\n");
  Write(folder, "e.yaml", "display_name: Z\n");
  EXPECT_THAT(LoadProgram(folder.path().string()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("a.yaml: metrics[0]"), HasSubstr("\"nam\""),
                             HasSubstr("d.yaml: rubrics"),
                             HasSubstr("e.yaml: display_name: stands in"), HasSubstr("c.yaml"))));
}

TEST(LoadProgram, RefusesPathsWithoutAProgram) {
  const testing::TempDir folder;
  EXPECT_THAT(LoadProgram(folder.path().string()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no .yaml")));
  EXPECT_THAT(LoadProgram(folder.File("none")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("There is no")));
}

TEST(FieldInFile, TranslatesListIndexesIntoThoseOfTheFile) {
  const testing::TempDir folder;
  Write(folder, "a.yaml", "name: programs/x\nmetrics:\n  - name: metrics/one\n");
  Write(folder, "b.yaml", "metrics: [{name: metrics/two}, {name: metrics/three}]\n");
  BANSO_ASSERT_OK_AND_ASSIGN(const ProgramSource source, LoadProgram(folder.path().string()));
  EXPECT_EQ(FieldInFile(source, "program.metrics[2].unit"),
            folder.File("b.yaml") + ": metrics[1].unit");
  EXPECT_EQ(FieldInFile(source, "program.name"), folder.File("a.yaml") + ": name");
  EXPECT_EQ(FieldInFile(source, "program.handoff_policy.sections"),
            "program.handoff_policy.sections");
  EXPECT_EQ(FieldInFile(source, "reason"), "reason");
}

TEST(LoadProgram, ReadsTheProgramThatComesWithTheProject) {
  const char* root = std::getenv("BANSO_SOURCE_DIR");
  if (root == nullptr) GTEST_SKIP() << "BANSO_SOURCE_DIR is not set";
  BANSO_ASSERT_OK_AND_ASSIGN(const ProgramSource source,
                             LoadProgram(std::string(root) + "/deploy/programs/lapras"));
  EXPECT_EQ(source.program.name(), "programs/lapras");
  EXPECT_EQ(source.program.plan_templates(0).meetings_size(), 3);
  EXPECT_EQ(source.program.success_definitions(0).due().count(), 30);
}

}  // namespace
}  // namespace banso::cli
