#include "common/calendar/calendars.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::calendar {
namespace {

using ::testing::ElementsAre;

TEST(Calendars, AreFoundByName) {
  const Calendars& calendars = Calendars::BuiltIn();
  EXPECT_EQ(calendars.Find("jp"), &Calendar::Japan());
  EXPECT_EQ(calendars.Find("weekends"), &Calendar::Weekends());
  EXPECT_EQ(calendars.Find("mars"), nullptr);
  EXPECT_THAT(calendars.names(), ElementsAre("jp", "weekends"));
  EXPECT_TRUE(Calendar::Weekends().IsBusinessDay(absl::CivilDay(2025, 5, 5)));
}

TEST(Calendars, TakeEachNameOnce) {
  Calendars calendars;
  EXPECT_TRUE(calendars.Add(Calendar("gulf", {absl::Weekday::friday}, {})));
  const Calendar* gulf = calendars.Find("gulf");
  ASSERT_NE(gulf, nullptr);
  EXPECT_FALSE(calendars.Add(Calendar("gulf", {absl::Weekday::monday}, {})));
  EXPECT_FALSE(calendars.Add(Calendar("jp", {absl::Weekday::monday}, {})));
  EXPECT_TRUE(calendars.Add(Calendar("alps", {absl::Weekday::sunday}, {})));
  EXPECT_EQ(calendars.Find("gulf"), gulf);
  EXPECT_FALSE(gulf->IsBusinessDay(absl::CivilDay(2025, 1, 3)));
  EXPECT_TRUE(gulf->IsBusinessDay(absl::CivilDay(2025, 1, 6)));
  EXPECT_EQ(calendars.Find("jp"), &Calendar::Japan());
  EXPECT_THAT(calendars.names(), ElementsAre("alps", "gulf", "jp", "weekends"));
}

}  // namespace
}  // namespace banso::calendar
