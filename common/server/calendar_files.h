#ifndef BANSO_COMMON_SERVER_CALENDAR_FILES_H_
#define BANSO_COMMON_SERVER_CALENDAR_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/type/v1/calendar.pb.h"
#include "common/calendar/calendars.h"

namespace banso::server {

// The built-in calendars and those of the files in `folder` (--calendar_dir), each file a
// banso.type.v1.Calendar in YAML (`*.yaml`, `*.yml`) or JSON (`*.json`). Hidden files are not
// looked at. An empty `folder` names none. Logs what was read, and as a warning which calendars end
// before the year after `now`.
//
// INVALID_ARGUMENT with all violations, each with its file: a field that breaks its rules or is not
// there, a weekday or holiday given twice, a holiday outside the calendar's years, an id that is
// built in or was taken by another file, a file with another ending. FAILED_PRECONDITION when the
// folder or a file cannot be read.
absl::StatusOr<calendar::Calendars> ReadCalendars(const std::string& folder, absl::Time now);

// What stands in one such file. INVALID_ARGUMENT as above, without the file's name.
absl::StatusOr<type::v1::Calendar> ReadCalendar(absl::string_view text, bool json);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_CALENDAR_FILES_H_
