#include "clients/cli/csv.h"

#include <fstream>
#include <string>

#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::cli {
namespace {

using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ParseCsv, ReadsHeaderAndRowsWithTheirLines) {
  BANSO_ASSERT_OK_AND_ASSIGN(const CsvFile file, ParseCsv("name,size\nAcme,3\n\nBeta,4\n"));
  EXPECT_THAT(file.header, ElementsAre("name", "size"));
  ASSERT_THAT(file.rows, SizeIs(2));
  EXPECT_THAT(file.rows[0].cells, ElementsAre("Acme", "3"));
  EXPECT_EQ(file.rows[0].line, 2);
  EXPECT_EQ(file.rows[1].line, 4);
  EXPECT_EQ(file.records, 2);
  EXPECT_THAT(file.problems, IsEmpty());
}

TEST(ParseCsv, ReadsQuotedValuesWithSeparatorsQuotesAndLineBreaks) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const CsvFile file,
      ParseCsv("a,b\r\n\"x, y\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",z\r\nlast,"));
  ASSERT_THAT(file.rows, SizeIs(3));
  EXPECT_THAT(file.rows[0].cells, ElementsAre("x, y", "say \"hi\""));
  EXPECT_THAT(file.rows[1].cells, ElementsAre("two\r\nlines", "z"));
  EXPECT_THAT(file.rows[2].cells, ElementsAre("last", ""));
  // The record before it took two lines.
  EXPECT_EQ(file.rows[2].line, 5);
}

TEST(ParseCsv, PassesOverAByteOrderMark) {
  BANSO_ASSERT_OK_AND_ASSIGN(const CsvFile file, ParseCsv("\xEF\xBB\xBFid\n1\n"));
  EXPECT_THAT(file.header, ElementsAre("id"));
}

TEST(ParseCsv, ReadsOtherSeparators) {
  BANSO_ASSERT_OK_AND_ASSIGN(const CsvFile file, ParseCsv("a\tb\n1,5\t2\n", '\t'));
  EXPECT_THAT(file.rows[0].cells, ElementsAre("1,5", "2"));
}

TEST(ParseCsv, KeepsGoodRowsAndTellsOfTheOthers) {
  BANSO_ASSERT_OK_AND_ASSIGN(const CsvFile file,
                             ParseCsv("a,b\n1\n1,2\n1,2,3\nx\"y,2\n\"x\"y,2\n\xFF\xFE,2\n3,4\n"));
  EXPECT_THAT(file.rows, SizeIs(2));
  EXPECT_EQ(file.records, 7);
  EXPECT_THAT(file.problems,
              ElementsAre(RowProblem{2, "", "", "1 values instead of 2"},
                          RowProblem{4, "", "", "3 values instead of 2"},
                          RowProblem{5, "", "", "a quote inside a value that is not quoted"},
                          RowProblem{6, "", "", "text after the closing quote of a value"},
                          RowProblem{7, "", "", "text that is not UTF-8"}));
}

TEST(ParseCsv, RefusesFilesThatAreNone) {
  const struct {
    const char* name;
    const char* text;
    const char* message;
  } cases[] = {
      {"empty", "", "no header"},
      {"only blank lines", "\n\r\n", "no header"},
      {"a column without a name", "a,,c\n", "line 1: column 2 has no name"},
      {"a column twice", "a,b,a\n", "two columns are called \"a\""},
      {"a quote that does not end", "a\n1\n\"x\ny\n", "line 3: a quoted value does not end"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    EXPECT_THAT(ParseCsv(test.text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(test.message)));
  }
}

TEST(ReadCsv, NamesTheFileThatCannotBeRead) {
  const testing::TempDir folder;
  EXPECT_THAT(ReadCsv(folder.File("none.csv")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("none.csv")));
  std::ofstream(folder.File("bad.csv")) << "a,a\n";
  EXPECT_THAT(ReadCsv(folder.File("bad.csv")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bad.csv, line 1")));
}

}  // namespace
}  // namespace banso::cli
