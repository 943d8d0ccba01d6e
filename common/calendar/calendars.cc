#include "common/calendar/calendars.h"

#include <algorithm>
#include <utility>

namespace banso::calendar {

const Calendars& Calendars::BuiltIn() {
  static const auto* const kBuiltIn = new Calendars;
  return *kBuiltIn;
}

bool Calendars::Add(Calendar calendar) {
  if (Find(calendar.name()) != nullptr) return false;
  const std::string name = calendar.name();
  added_.emplace(name, std::move(calendar));
  return true;
}

const Calendar* Calendars::Find(absl::string_view name) const {
  for (const Calendar* calendar : {&Calendar::Japan(), &Calendar::Weekends()}) {
    if (calendar->name() == name) return calendar;
  }
  const auto found = added_.find(name);
  return found == added_.end() ? nullptr : &found->second;
}

std::vector<std::string> Calendars::names() const {
  std::vector<std::string> names = {Calendar::Japan().name(), Calendar::Weekends().name()};
  for (const auto& [name, calendar] : added_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace banso::calendar
