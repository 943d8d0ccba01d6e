#include "common/server/calendar_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "banso/type/v1/calendar.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/contract/json.h"
#include "common/contract/yaml.h"
#include "common/server/config_file.h"
#include "common/server/log.h"
#include "common/status_macros.h"

namespace banso::server {
namespace {

constexpr char kCalendarDir[] = "calendar_dir";
constexpr char kCalendarDirReason[] = "CALENDAR_DIR";
constexpr char kJson[] = ".json";

// The files of the folder in the order of their names; what is no such file goes to `violations`.
absl::StatusOr<std::vector<std::string>> CalendarFiles(const std::string& folder,
                                                       contract::Violations* violations) {
  std::vector<std::string> files;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (path.filename().string().front() == '.') continue;
    const std::string ending = path.extension().string();
    const bool is_calendar = ending == ".yaml" || ending == ".yml" || ending == kJson;
    std::error_code gone;
    if (is_calendar && std::filesystem::is_regular_file(path, gone)) {
      files.push_back(path.string());
    } else {
      violations->Add("--calendar_dir", path.string(), "files that end in .yaml, .yml or .json",
                      "NOT_ACCEPTED");
    }
  }
  if (error) {
    return contract::FailedPrecondition(
        kCalendarDirReason, folder,
        absl::StrCat("the folder of the calendars cannot be read: ", error.message()),
        "Give --calendar_dir a folder that this process can read");
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::Weekday ToWeekday(type::v1::Weekday weekday) {
  // Both begin with Monday.
  return static_cast<absl::Weekday>(weekday - type::v1::WEEKDAY_MONDAY);
}

void CheckWeekend(const type::v1::Calendar& calendar, contract::Violations* violations) {
  std::set<int> days;
  for (int i = 0; i < calendar.weekend_size(); ++i) {
    const type::v1::Weekday day = calendar.weekend(i);
    const std::string field = absl::StrCat("weekend[", i, "]");
    if (day == type::v1::WEEKDAY_UNSPECIFIED) {
      violations->Add(field, type::v1::Weekday_Name(day), "WEEKDAY_MONDAY to WEEKDAY_SUNDAY",
                      "NOT_ACCEPTED");
    } else if (!days.insert(day).second) {
      violations->Add(field, type::v1::Weekday_Name(day), "each day once", "DUPLICATE");
    }
  }
}

void CheckHolidays(const type::v1::Calendar& calendar, contract::Violations* violations) {
  if (calendar.last_year() < calendar.first_year()) {
    violations->Add("last_year", absl::StrCat(calendar.last_year()),
                    absl::StrCat("first_year (", calendar.first_year(), ") or later"),
                    "OUT_OF_RANGE");
    return;
  }
  std::set<absl::CivilDay> days;
  for (int i = 0; i < calendar.holidays_size(); ++i) {
    const type::v1::Date& date = calendar.holidays(i).date();
    const std::string field = absl::StrCat("holidays[", i, "].date");
    if (date.year() < calendar.first_year() || date.year() > calendar.last_year()) {
      violations->Add(field, calendar::DayText(date),
                      absl::StrCat("a day from first_year (", calendar.first_year(),
                                   ") to last_year (", calendar.last_year(), ")"),
                      "OUT_OF_RANGE");
    } else if (!days.insert(calendar::ToDay(date)).second) {
      violations->Add(field, calendar::DayText(date), "each day once", "DUPLICATE");
    }
  }
}

// Reads the file and checks it by itself.
absl::StatusOr<type::v1::Calendar> ReadCalendarFile(const std::string& file) {
  BANSO_ASSIGN_OR_RETURN(const std::string text,
                         ReadSettings(file, kCalendarDir, kCalendarDirReason));
  return ReadCalendar(text, std::filesystem::path(file).extension() == kJson);
}

calendar::Calendar ToCalendar(const type::v1::Calendar& given) {
  std::vector<absl::Weekday> weekend;
  for (const int day : given.weekend()) {
    weekend.push_back(ToWeekday(static_cast<type::v1::Weekday>(day)));
  }
  std::vector<calendar::Holiday> holidays;
  for (const type::v1::CalendarHoliday& holiday : given.holidays()) {
    holidays.push_back(
        {calendar::ToDay(holiday.date()), holiday.display_name(),
         holiday.english_name().empty() ? holiday.display_name() : holiday.english_name()});
  }
  return {given.id(), weekend, std::move(holidays)};
}

void LogCalendar(const type::v1::Calendar& calendar, const std::string& file, absl::Time now) {
  const bool ends = calendar.last_year() <= absl::ToCivilYear(now, absl::UTCTimeZone()).year();
  server::Log(ends ? LogLevel::kWarning : LogLevel::kInfo,
              ends ? "a calendar ends this year or has ended; after it only weekends are closed"
                   : "a calendar was read",
              {{"calendar", calendar.id()},
               {"file", file},
               {"first_year", calendar.first_year()},
               {"last_year", calendar.last_year()},
               {"holidays", calendar.holidays_size()}});
}

}  // namespace

absl::StatusOr<type::v1::Calendar> ReadCalendar(absl::string_view text, bool json) {
  type::v1::Calendar calendar;
  BANSO_RETURN_IF_ERROR(json ? contract::FromJson(text, &calendar)
                             : contract::FromYaml(text, &calendar));
  BANSO_RETURN_IF_ERROR(contract::Check(&calendar));
  contract::Violations violations;
  CheckWeekend(calendar, &violations);
  CheckHolidays(calendar, &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  return calendar;
}

absl::StatusOr<calendar::Calendars> ReadCalendars(const std::string& folder, absl::Time now) {
  calendar::Calendars calendars;
  if (folder.empty()) return calendars;
  contract::Violations violations;
  BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> files, CalendarFiles(folder, &violations));
  std::map<std::string, std::string> file_of;
  for (const std::string& file : files) {
    const absl::StatusOr<type::v1::Calendar> calendar = ReadCalendarFile(file);
    if (absl::IsFailedPrecondition(calendar.status())) return calendar.status();
    if (!calendar.ok()) {
      violations.AddAll(file, calendar.status());
      continue;
    }
    if (calendars.Add(ToCalendar(*calendar))) {
      file_of[calendar->id()] = file;
      LogCalendar(*calendar, file, now);
      continue;
    }
    const auto other = file_of.find(calendar->id());
    violations.Add(absl::StrCat(file, ".id"), calendar->id(),
                   other == file_of.end()
                       ? "an id that is not that of a built-in calendar"
                       : absl::StrCat("each id once; it is that of ", other->second),
                   "DUPLICATE");
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  return calendars;
}

}  // namespace banso::server
