#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_WORKING_DAYS_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_WORKING_DAYS_H_

#include <memory>
#include <vector>

#include "banso/accounts/v1/site.pb.h"
#include "common/calendar/business_days.h"

namespace banso::kickoff {

// The days on which a customer works, for the dates of its plans: those on which every site of the
// account is open, each by its calendar and its own holidays. Without sites: Japan's. Calendars of
// one name are alike.
std::shared_ptr<const calendar::Calendar> WorkingDays(const std::vector<accounts::v1::Site>& sites);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_WORKING_DAYS_H_
