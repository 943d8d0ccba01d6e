#include "common/server/calendar_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::absl::CivilDay;
using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kReadIn2025 = absl::FromUnixSeconds(1743465600);

constexpr char kGulf[] =
    "id: gulf\n"
    "display_name: Gulf\n"
    "weekend: [WEEKDAY_FRIDAY, WEEKDAY_SATURDAY]\n"
    "first_year: 2025\n"
    "last_year: 2026\n";

class CalendarFilesTest : public testing::TempDirTest {
 protected:
  // A folder of calendars with one file more.
  std::string With(const std::string& name, const std::string& text) {
    std::filesystem::create_directory(TempFile("calendars"));
    std::ofstream(TempFile(absl::StrCat("calendars/", name))) << text;
    return TempFile("calendars");
  }

  // What is wrong with the folder, as `file.field: description` without the folder.
  std::vector<std::string> FaultsOf(const std::string& folder) {
    const absl::Status status = ReadCalendars(folder, kReadIn2025).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    std::vector<std::string> faults;
    for (const contract::FieldViolation& violation : contract::FieldViolations(status)) {
      std::string field = violation.field;
      if (field.rfind(folder, 0) == 0) field.erase(0, folder.size() + 1);
      faults.push_back(absl::StrCat(field, ": ", violation.description));
    }
    return faults;
  }
};

TEST_F(CalendarFilesTest, HoldWhatACountryRestsOn) {
  With("gulf.yaml",
       absl::StrCat(kGulf,
                    "holidays:\n"
                    "  - {date: {year: 2025, month: 9, day: 23}, display_name: يوم,\n"
                    "     english_name: National Day}\n"
                    "  - {date: {year: 2025, month: 2, day: 23}, display_name: Day}\n"));
  With("shifts.json", R"({"id": "shifts", "displayName": "Every day", "first_year": 2025,
                          "last_year": 2025})");
  const std::string folder = With(".hidden", "no calendar");
  const auto calendars = ReadCalendars(folder, kReadIn2025);
  ASSERT_THAT(calendars, IsOk());
  EXPECT_THAT(calendars->names(), ElementsAre("gulf", "jp", "shifts", "weekends"));
  const calendar::Calendar& gulf = *calendars->Find("gulf");
  EXPECT_EQ(gulf.AddBusinessDays(CivilDay(2025, 4, 3), 1), CivilDay(2025, 4, 6));
  EXPECT_EQ(gulf.HolidayOn(CivilDay(2025, 9, 23))->name, "يوم");
  EXPECT_EQ(gulf.HolidayOn(CivilDay(2025, 9, 23))->english_name, "National Day");
  EXPECT_EQ(gulf.HolidayOn(CivilDay(2025, 2, 23))->english_name, "Day");
  // After its last year it still rests at weekends.
  EXPECT_EQ(gulf.AddBusinessDays(CivilDay(2027, 9, 22), 2), CivilDay(2027, 9, 26));
  const calendar::Calendar& shifts = *calendars->Find("shifts");
  EXPECT_EQ(shifts.AddBusinessDays(CivilDay(2025, 4, 4), 2), CivilDay(2025, 4, 6));
}

TEST_F(CalendarFilesTest, AreNotNeeded) {
  const auto calendars = ReadCalendars("", kReadIn2025);
  ASSERT_THAT(calendars, IsOk());
  EXPECT_THAT(calendars->names(), ElementsAre("jp", "weekends"));
}

TEST_F(CalendarFilesTest, AreRefusedWithFileFieldAndWhatIsAccepted) {
  struct Case {
    const char* name;
    std::string text;
    const char* fault;
  };
  const std::string three_fields = "id: gulf\ndisplay_name: Gulf\nfirst_year: 2025\n";
  for (const Case& c :
       {Case{"no YAML", "id: [", "x.yaml"},
        Case{"an unknown field", absl::StrCat(kGulf, "week_end: []\n"), "week_end"},
        Case{"an id that is none", "id: Gulf\ndisplay_name: x\nfirst_year: 2025\nlast_year: 2025\n",
             "x.yaml.id: \"Gulf\" is not accepted"},
        Case{"no last year", three_fields, "x.yaml.last_year: missing"},
        Case{"years the wrong way round", absl::StrCat(three_fields, "last_year: 2024\n"),
             "x.yaml.last_year: \"2024\" is not accepted; accepted: first_year (2025) or later"},
        Case{"a year that is none", absl::StrCat(three_fields, "last_year: 20250\n"), "1900"},
        Case{"a day of the week that is none",
             absl::StrCat(three_fields, "last_year: 2025\n", "weekend: [FRIDAY]\n"), "weekend"},
        Case{"a day of the week that is not said",
             absl::StrCat(three_fields, "last_year: 2025\n", "weekend: [WEEKDAY_UNSPECIFIED]\n"),
             "x.yaml.weekend[0]: \"WEEKDAY_UNSPECIFIED\" is not accepted; accepted: "
             "WEEKDAY_MONDAY to WEEKDAY_SUNDAY"},
        Case{"a day of the week twice",
             absl::StrCat(three_fields, "last_year: 2025\n",
                          "weekend: [WEEKDAY_FRIDAY, WEEKDAY_FRIDAY]\n"),
             "x.yaml.weekend[1]: \"WEEKDAY_FRIDAY\" is not accepted; accepted: each day once"},
        Case{"no day to work on",
             absl::StrCat(three_fields, "last_year: 2025\n",
                          "weekend: [WEEKDAY_MONDAY, WEEKDAY_TUESDAY, WEEKDAY_WEDNESDAY, "
                          "WEEKDAY_THURSDAY, WEEKDAY_FRIDAY, WEEKDAY_SATURDAY, WEEKDAY_SUNDAY]\n"),
             "6"},
        Case{"a day that does not exist",
             absl::StrCat(kGulf,
                          "holidays: [{date: {year: 2025, month: 2, day: 29}, "
                          "display_name: x}]\n"),
             "x.yaml.holidays[0].date: \"2025-2-29\" is not accepted; accepted: a day that exists"},
        Case{"a holiday outside the years",
             absl::StrCat(kGulf,
                          "holidays: [{date: {year: 2027, month: 2, day: 1}, "
                          "display_name: x}]\n"),
             "x.yaml.holidays[0].date: \"2027-02-01\" is not accepted; accepted: a day from "
             "first_year (2025) to last_year (2026)"},
        Case{"a holiday twice",
             absl::StrCat(kGulf,
                          "holidays: [{date: {year: 2025, month: 2, day: 1}, display_name: "
                          "x}, {date: {year: 2025, month: 2, day: 1}, display_name: y}]\n"),
             "x.yaml.holidays[1].date: \"2025-02-01\" is not accepted; accepted: each day once"},
        Case{"a built-in calendar", "id: jp\ndisplay_name: x\nfirst_year: 2025\nlast_year: 2025\n",
             "x.yaml.id: \"jp\" is not accepted; accepted: an id that is not that of a built-in "
             "calendar"}}) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(FaultsOf(With("x.yaml", c.text)), ElementsAre(HasSubstr(c.fault)));
  }
}

TEST_F(CalendarFilesTest, AreRefusedTogetherWithEveryFault) {
  With("a.yaml", kGulf);
  With("b.json", R"({"id": "gulf", "display_name": "Again", "firstYear": 2025, "lastYear": 2025})");
  With("c.yaml", "id: c\ndisplay_name: C\n");
  const std::string folder = With("notes.txt", "to do");
  EXPECT_THAT(FaultsOf(folder),
              ElementsAre(HasSubstr("notes.txt\" is not accepted; accepted: files that end in "),
                          AllOf(HasSubstr("b.json.id: \"gulf\""), HasSubstr("that of "),
                                HasSubstr("a.yaml")),
                          HasSubstr("c.yaml.first_year"), HasSubstr("c.yaml.last_year")));
}

TEST_F(CalendarFilesTest, AreRefusedWhenTheyCannotBeRead) {
  EXPECT_THAT(ReadCalendars(TempFile("none"), kReadIn2025).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("--calendar_dir")));
  EXPECT_THAT(ReadCalendars(With("long.yaml", std::string(2 << 20, '#')), kReadIn2025).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("long.yaml")));
}

TEST_F(CalendarFilesTest, AreShippedAsExamples) {
  const char* source = std::getenv("BANSO_SOURCE_DIR");
  if (source == nullptr) GTEST_SKIP() << "ctest says where the sources are";
  const auto calendars = ReadCalendars(absl::StrCat(source, "/deploy/calendars"), kReadIn2025);
  ASSERT_THAT(calendars, IsOk());
  EXPECT_THAT(calendars->names(), ElementsAre("jp", "sa", "th", "weekends"));
  // Thursday, then the weekend.
  EXPECT_EQ(calendars->Find("sa")->AddBusinessDays(CivilDay(2025, 4, 3), 1), CivilDay(2025, 4, 6));
  // Over Songkran, which began on a Sunday.
  EXPECT_EQ(calendars->Find("th")->AddBusinessDays(CivilDay(2025, 4, 11), 1),
            CivilDay(2025, 4, 16));
}

}  // namespace
}  // namespace banso::server
