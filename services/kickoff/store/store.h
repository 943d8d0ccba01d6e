#ifndef BANSO_SERVICES_KICKOFF_STORE_STORE_H_
#define BANSO_SERVICES_KICKOFF_STORE_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "banso/kickoff/v1/plan_template.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/migration.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"
#include "services/kickoff/domain/plan_parts.h"
#include "services/kickoff/domain/transitions.h"

namespace banso::kickoff {

// The schema of this service.
storage::Migrations Schema();

// A clock that accounts must be told of: the day on which a kickoff was held.
struct ClockNotice {
  std::string meeting;
  type::v1::Clock clock = type::v1::CLOCK_UNSPECIFIED;
  absl::CivilDay day;
  // The id of the call that tells it, the same at every attempt.
  std::string request_id;
};

// What kickoff keeps. Immutable and thread-safe.
class Store {
 public:
  Store();

  const storage::RevisionedCollection<v1::PlanTemplate> templates;
  const storage::Collection<v1::Plan> plans;
  const storage::Collection<v1::PlanTask> tasks;
  const storage::Collection<v1::Meeting> meetings;
  const storage::Collection<v1::HearingAnswer> hearing_answers;
  const storage::Collection<v1::Goal> goals;
  const storage::Collection<v1::RoleAssignment> role_assignments;
  const storage::Collection<accounts::v1::Account> account_copies;
  const storage::Collection<accounts::v1::Onboarding> onboarding_copies;
  const storage::Collection<accounts::v1::Site> site_copies;
  const storage::Collection<accounts::v1::AccountSummary> summary_copies;
  const storage::FactLog facts;

  // The plan `name` with all its parts. NOT_FOUND when there is no plan.
  absl::StatusOr<PlanParts> Load(storage::Reader& reader, absl::string_view name) const;

  // Stores a new plan with its parts and the facts that follow. ALREADY_EXISTS.
  absl::StatusOr<PlanParts> Create(storage::Writer& writer, const PlanParts& parts) const;

  // Stores the plan, tasks and meetings as they are in `parts`, creating those that are new. What
  // has not changed is not written.
  absl::Status Save(storage::Writer& writer, const PlanParts& parts) const;

  // Records what the facts of a plan's onboarding are now. To be called after every change of the
  // plan or its parts.
  absl::Status RecordFacts(storage::Writer& writer, absl::string_view plan) const;

  // The zone in which the days of the account of `name` are counted.
  absl::StatusOr<absl::TimeZone> Zone(storage::Reader& reader, absl::string_view name) const;

  // Who acts in a transaction on `name`, and on which day there.
  absl::StatusOr<Actor> ActorFor(storage::Writer& writer, absl::string_view name) const;

  // The names of the plans with an open task that is due before a day, in order.
  absl::StatusOr<std::vector<std::string>> PlansWithTasksDue(storage::Reader& reader,
                                                             absl::CivilDay before) const;

  // Keeps a notice until DropClockNotice. The same meeting and clock again replaces it.
  absl::Status AddClockNotice(storage::Writer& writer, const ClockNotice& notice) const;
  // The notices that are to be sent, in order of their meetings.
  absl::StatusOr<std::vector<ClockNotice>> ClockNotices(storage::Reader& reader) const;
  // Removes a notice that was taken.
  absl::Status DropClockNotice(storage::Writer& writer, const ClockNotice& notice) const;
  // Keeps a notice that was refused, and why; it is not sent again.
  absl::Status RefuseClockNotice(storage::Writer& writer, const ClockNotice& notice,
                                 absl::string_view why) const;

  // What a feed of changes begins with.
  storage::SnapshotSources sources() const;

  // INTERNAL when a table is not as the collections need it. For the start of the service.
  absl::Status CheckSchema(storage::Reader& reader) const;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_STORE_STORE_H_
