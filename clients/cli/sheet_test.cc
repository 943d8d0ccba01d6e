#include "clients/cli/sheet.h"

#include <fstream>
#include <string>
#include <vector>

#include "banso/accounts/v1/account.pb.h"
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

using accounts::v1::Account;

class SheetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.file = folder_.File("accounts.csv");
    std::ofstream(options_.file) << "account,sector,office,employees\n"
                                    "Acme,technolgy, Tokyo ,12\n"
                                    "Beta,retail,,many\n"
                                    "Gamma,farming,Osaka,3\n";
    options_.map = {"display_name=account,industry=sector", "country=office",
                    "employees=employees"};
  }

  absl::StatusOr<Sheet> Open() const {
    return Sheet::Open(options_, *Account::descriptor(), {"parent", "metrics."},
                       absl::CivilDay(2025, 5, 1));
  }

  testing::TempDir folder_;
  SheetOptions options_;
  std::vector<RowProblem> problems_;
  std::vector<RowProblem> warnings_;
};

TEST_F(SheetTest, FillsFieldsFromColumnsAndConstants) {
  options_.set = {"language=ja"};
  BANSO_ASSERT_OK_AND_ASSIGN(const Sheet sheet, Open());
  Account account;
  EXPECT_TRUE(sheet.Fill(sheet.file().rows[0], &account, &problems_));
  EXPECT_EQ(account.display_name(), "Acme");
  EXPECT_EQ(account.industry(), "technolgy");
  // Spaces around a value are no part of it.
  EXPECT_EQ(account.country(), "Tokyo");
  EXPECT_EQ(account.employees(), 12);
  EXPECT_EQ(account.language(), "ja");
}

TEST_F(SheetTest, NamesLineColumnAndValueOfWhatItCannotTake) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Sheet sheet, Open());
  Account account;
  EXPECT_FALSE(sheet.Fill(sheet.file().rows[1], &account, &problems_));
  EXPECT_THAT(problems_, ElementsAre(RowProblem{3, "employees", "many",
                                                "must be a whole number such as 1200"}));
}

TEST_F(SheetTest, LeavesOwnFieldsToTheImport) {
  options_.map.push_back("parent=office,metrics.visits=employees");
  BANSO_ASSERT_OK_AND_ASSIGN(const Sheet sheet, Open());
  EXPECT_TRUE(sheet.Has("parent"));
  EXPECT_EQ(sheet.Text(sheet.file().rows[0], "parent"), "Tokyo");
  EXPECT_THAT(sheet.FieldsWith("metrics."), ElementsAre("metrics.visits"));
  EXPECT_THAT(sheet.Require({"display_name", "tenant"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'tenant'")));
}

TEST_F(SheetTest, RefusesMappingsThatMeanNothing) {
  const struct {
    const char* name;
    const char* map;
    const char* message;
  } cases[] = {
      {"no such column", "name_kana=kana", "no column 'kana'; it has: account, sector"},
      {"no such field", "color=office", "there is no 'color'"},
      {"a field twice", "industry=office", "'industry' is given twice"},
      {"no pair", "industry", "FIELD=COLUMN"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    const std::vector<std::string> good = options_.map;
    options_.map.push_back(test.map);
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(test.message)));
    options_.map = good;
  }
  options_.time_zone = "Mars";
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Mars")));
}

TEST_F(SheetTest, WarnsOfUnknownValues) {
  options_.known = {"sector=technology|retail"};
  BANSO_ASSERT_OK_AND_ASSIGN(Sheet sheet, Open());
  for (CsvRow row : sheet.file().rows) EXPECT_TRUE(sheet.CheckKnown(&row, &problems_, &warnings_));
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_THAT(
      warnings_,
      ElementsAre(RowProblem{2, "sector", "technolgy", "not known; near 'technology'"},
                  RowProblem{4, "sector", "farming", "not known; known are technology, retail"}));
}

TEST_F(SheetTest, CorrectsNearValuesAndRejectsOthersWhenAsked) {
  options_.known = {"sector=technology|retail"};
  options_.unknown = UnknownValues::kCorrect;
  BANSO_ASSERT_OK_AND_ASSIGN(Sheet sheet, Open());
  std::vector<CsvRow> rows = sheet.TakeRows();
  EXPECT_TRUE(sheet.CheckKnown(&rows[0], &problems_, &warnings_));
  EXPECT_EQ(rows[0].cells[1], "technology");
  EXPECT_FALSE(sheet.CheckKnown(&rows[2], &problems_, &warnings_));
  EXPECT_EQ(warnings_.size(), 1u);
  EXPECT_EQ(problems_.size(), 1u);
}

TEST_F(SheetTest, RejectsUnknownValuesWhenAsked) {
  std::ofstream(folder_.File("sectors.csv")) << "name\ntechnology\nretail\n";
  options_.known = {"sector=@" + folder_.File("sectors.csv") + ":name"};
  options_.unknown = UnknownValues::kReject;
  BANSO_ASSERT_OK_AND_ASSIGN(Sheet sheet, Open());
  std::vector<CsvRow> rows = sheet.TakeRows();
  EXPECT_FALSE(sheet.CheckKnown(&rows[0], &problems_, &warnings_));
  EXPECT_TRUE(sheet.CheckKnown(&rows[1], &problems_, &warnings_));
}

TEST_F(SheetTest, ProfilesTheMappedColumns) {
  options_.known = {"sector=technology|retail"};
  BANSO_ASSERT_OK_AND_ASSIGN(const Sheet sheet, Open());
  const std::vector<ColumnProfile> profiles = sheet.Profiles();
  ASSERT_EQ(profiles.size(), 4u);
  EXPECT_EQ(profiles[1].suspicions.size(), 1u);
  EXPECT_EQ(profiles[2].column, "office");
  EXPECT_EQ(profiles[2].empty, 1);
  EXPECT_EQ(profiles[2].padded, 1);
}

TEST_F(SheetTest, MovesDaysSoThatOneBecomesToday) {
  options_.as_if_today = "2025-04-01";
  BANSO_ASSERT_OK_AND_ASSIGN(const Sheet sheet, Open());
  EXPECT_EQ(sheet.rules().shift_days, 30);
  options_.as_if_today = "April";
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("April")));
}

}  // namespace
}  // namespace banso::cli
