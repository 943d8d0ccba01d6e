#ifndef BANSO_SERVICES_KICKOFF_API_ACCOUNTS_MIRROR_H_
#define BANSO_SERVICES_KICKOFF_API_ACCOUNTS_MIRROR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "banso/type/v1/change.pb.h"
#include "common/calendar/calendars.h"
#include "common/storage/database.h"
#include "services/kickoff/api/plan_editor.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// What kickoff keeps of accounts, and how plans follow it. Immutable and thread-safe.
class AccountsMirror {
 public:
  // All must outlive it.
  AccountsMirror(storage::Database& database, const Store& store, const PlanEditor& plans,
                 const calendar::Calendars& calendars)
      : database_(database), store_(store), plans_(plans), calendars_(calendars) {}

  // Takes over a change of an account or onboarding from accounts' feed: keeps a copy, and moves
  // what a plan counts from the onboarding's clocks. Erases what is kept of people who are erased.
  // FAILED_PRECONDITION for a site whose calendar is not known here: plans would get wrong days.
  // May see a change twice.
  absl::Status Apply(storage::Writer& writer, const type::v1::Change& change) const;

  // Forgets all copies, before the feed begins anew.
  absl::Status Reset(storage::Writer& writer) const;

  // FAILED_PRECONDITION when a site that was taken over has a calendar that is not known any more.
  absl::Status CheckCalendars() const;

 private:
  absl::Status ApplyOnboarding(storage::Writer& writer,
                               const accounts::v1::Onboarding& onboarding) const;
  absl::Status ApplyPersonChange(storage::Writer& writer,
                                 const accounts::v1::StakeholderChange& change) const;
  // A change of a site or of the account's summary.
  absl::Status ApplyCustomer(storage::Writer& writer, const type::v1::Change& change) const;
  // `plans` are those of the site's account.
  absl::Status ApplySite(storage::Writer& writer, const type::v1::Change& change,
                         accounts::v1::Site site, const std::vector<v1::Plan>& plans) const;
  // Moves what is counted in working days: `sites` are the account's from now on.
  absl::Status MovePlans(storage::Writer& writer, const std::vector<v1::Plan>& plans,
                         const std::vector<accounts::v1::Site>& sites) const;
  // Clears the minutes of the meetings that a person who was erased has attended.
  absl::Status EraseFromMeetings(storage::Writer& writer, const std::string& prefix,
                                 const std::string& person) const;

  storage::Database& database_;
  const Store& store_;
  const PlanEditor& plans_;
  const calendar::Calendars& calendars_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_ACCOUNTS_MIRROR_H_
