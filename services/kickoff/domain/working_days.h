#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_WORKING_DAYS_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_WORKING_DAYS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "banso/accounts/v1/site.pb.h"
#include "common/calendar/business_days.h"
#include "common/calendar/calendars.h"

namespace banso::kickoff {

inline constexpr char kReasonUnknownCalendar[] = "UNKNOWN_CALENDAR";

// The days on which a customer works, for the dates of its plans: those on which every site of the
// account is open, each by its calendar and its own holidays (calendar::Calendar::OfAll). Without
// sites: Japan's. A site whose calendar is not known counts as one that names none; CheckCalendar
// keeps such sites away. `calendars` must outlive what is returned.
std::shared_ptr<const calendar::Calendar> WorkingDays(
    const std::vector<accounts::v1::Site>& sites,
    const calendar::Calendars& calendars = calendar::Calendars::BuiltIn());

// FAILED_PRECONDITION (UNKNOWN_CALENDAR) when the site's calendar is not known here.
absl::Status CheckCalendar(const accounts::v1::Site& site, const calendar::Calendars& calendars);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_WORKING_DAYS_H_
