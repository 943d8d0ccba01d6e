#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "banso/handoff/v1/processes_service.pb.h"
#include "banso/kickoff/v1/meetings_service.pb.h"
#include "clients/cli/csv.h"
#include "clients/cli/play.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// The sample portfolio that comes with the project, as files; deploy/up shows it at work.
namespace banso::cli {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::SizeIs;

class SampleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("BANSO_SOURCE_DIR");
    if (root == nullptr) GTEST_SKIP() << "BANSO_SOURCE_DIR is not set";
    folder_ = std::string(root) + "/deploy/sample/";
  }

  std::string Text(const char* file) const {
    absl::StatusOr<std::string> text = ReadText(folder_ + file);
    EXPECT_THAT(text, testing::IsOk());
    return text.value_or("");
  }

  static Placeholders On(absl::CivilDay day) {
    const absl::TimeZone zone = calendar::ZoneOrUtc("Asia/Tokyo");
    return {absl::FromCivil(absl::CivilSecond(day) + 12 * 3600, zone), zone};
  }

  std::string folder_;
};

TEST_F(SampleTest, EveryStepIsACallOfTheContract) {
  for (const char* file : {"1-members.yaml", "2-onboardings.yaml", "3-handovers.yaml"}) {
    EXPECT_THAT(ParsePlay(Text(file), On(absl::CivilDay(2025, 4, 30))), testing::IsOk()) << file;
  }
}

TEST_F(SampleTest, MeetingsAreHeldAfterTheContractBeganWheneverItIsLoaded) {
  const std::string text = Text("2-onboardings.yaml");
  // A year with all its holidays, day by day.
  for (absl::CivilDay today(2026, 1, 1); today.year() == 2026; ++today) {
    BANSO_ASSERT_OK_AND_ASSIGN(const std::vector<PlayStep> steps, ParsePlay(text, On(today)));
    std::map<std::string, absl::CivilDay> starts;
    for (const PlayStep& step : steps) {
      if (const auto* start =
              dynamic_cast<const handoff::v1::StartOnboardingRequest*>(step.request.get())) {
        starts[start->parent()] = calendar::ToDay(start->contract_start());
      }
      const auto* held = dynamic_cast<const kickoff::v1::HoldMeetingRequest*>(step.request.get());
      if (held == nullptr) continue;
      const std::string account = contract::Ancestor(held->name(), "accounts");
      ASSERT_THAT(starts, Contains(Key(account)));
      EXPECT_GE(calendar::ToDay(held->held_date()), starts[account])
          << held->name() << " on " << calendar::DayText(today);
      EXPECT_LE(calendar::ToDay(held->held_date()), today);
    }
    ASSERT_THAT(starts, SizeIs(8));
  }
}

TEST_F(SampleTest, TablesHaveNoFaultyRows) {
  const std::map<std::string, size_t> rows = {
      {"accounts.csv", 12}, {"deals.csv", 12}, {"samples.csv", 58}};
  for (const auto& [file, count] : rows) {
    BANSO_ASSERT_OK_AND_ASSIGN(const CsvFile table, ReadCsv(folder_ + file));
    EXPECT_THAT(table.rows, SizeIs(count)) << file;
    EXPECT_TRUE(table.problems.empty()) << file;
  }
}

}  // namespace
}  // namespace banso::cli
