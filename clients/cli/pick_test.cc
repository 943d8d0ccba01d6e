#include "clients/cli/pick.h"

#include <sstream>

#include "banso/health/v1/backtest.pb.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

health::v1::BacktestReport PickedReport() {
  health::v1::BacktestReport report;
  report.add_summary("It predicts nothing.");
  report.add_summary("These are associations.");
  report.set_verdict(health::v1::PREDICTION_VERDICT_NOTHING);
  report.mutable_split()->set_year(2024);
  report.mutable_split()->set_month(6);
  report.mutable_split()->set_day(1);
  for (const char* band : {"red", "green"}) {
    health::v1::BandLift* lift = report.mutable_out_of_time()->add_bands();
    lift->set_band(band);
    lift->set_cases(10);
  }
  report.mutable_out_of_time()->mutable_bands(0)->mutable_rate()->set_value(0.25);
  return report;
}

std::string Printed(const Pick& pick) {
  EXPECT_THAT(CheckPick(*health::v1::BacktestReport::descriptor(), pick), banso::testing::IsOk());
  std::ostringstream out;
  PrintPick(PickedReport(), pick, out);
  return out.str();
}

absl::Status Checked(const Pick& pick) {
  return CheckPick(*health::v1::BacktestReport::descriptor(), pick);
}

TEST(PickTest, PrintsTextsNumbersAndDaysOneALine) {
  EXPECT_EQ(Printed({"summary", {}}), "It predicts nothing.\nThese are associations.\n");
  EXPECT_EQ(Printed({"verdict", {}}), "PREDICTION_VERDICT_NOTHING\n");
  EXPECT_EQ(Printed({"split", {}}), "2024-06-01\n");
  EXPECT_EQ(Printed({"out_of_time.bands.cases", {}}), "10\n10\n");
  EXPECT_EQ(Printed({"in_sample.bands.cases", {}}), "");
}

TEST(PickTest, PrintsMessagesAsJson) {
  EXPECT_THAT(Printed({"out_of_time.bands", {}}), HasSubstr("\"band\":\"green\""));
}

TEST(PickTest, PrintsATableWithHolesWhereNothingIsKnown) {
  EXPECT_EQ(Printed({"out_of_time.bands", {"band", "cases", "rate.value"}}),
            "BAND   CASES  RATE.VALUE\n"
            "red       10        0.25\n"
            "green     10\n");
  EXPECT_EQ(Printed({"", {"verdict", "split"}}),
            "VERDICT                     SPLIT\n"
            "PREDICTION_VERDICT_NOTHING  2024-06-01\n");
}

TEST(PickTest, RefusesFieldsThatThereAreNotAndNamesThoseThereAre) {
  EXPECT_THAT(Checked({"sumary", {}}).message(),
              AllOf(HasSubstr("'sumary'"), HasSubstr("summary")));
  EXPECT_THAT(Checked({"verdict.text", {}}).message(), HasSubstr("verdict has no parts"));
  EXPECT_THAT(Checked({"out_of_time.bands", {"band", "lifts"}}).message(), HasSubstr("lift"));
  EXPECT_THAT(Checked({"summary", {"band"}}).message(), HasSubstr("has no fields"));
}

}  // namespace
}  // namespace banso::cli
