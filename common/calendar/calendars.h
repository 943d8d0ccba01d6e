#ifndef BANSO_COMMON_CALENDAR_CALENDARS_H_
#define BANSO_COMMON_CALENDAR_CALENDARS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/calendar/business_days.h"

namespace banso::calendar {

// The calendars that a process knows, by name: the built-in ones (`jp` and `weekends`) and those
// that it was given as data. Filled at the start, then only read, by any number of threads.
class Calendars {
 public:
  // The built-in ones alone.
  static const Calendars& BuiltIn();

  // False, with nothing done, when the name is taken.
  bool Add(Calendar calendar);

  // The calendar of that name, or null. It stays where it is.
  const Calendar* Find(absl::string_view name) const;
  // All names, in their order.
  std::vector<std::string> names() const;

 private:
  std::map<std::string, Calendar, std::less<>> added_;
};

}  // namespace banso::calendar

#endif  // BANSO_COMMON_CALENDAR_CALENDARS_H_
