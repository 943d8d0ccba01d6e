#ifndef BANSO_SERVICES_HANDOFF_STORE_STORE_H_
#define BANSO_SERVICES_HANDOFF_STORE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/handoff/v1/completion.pb.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "banso/handoff/v1/handoff.pb.h"
#include "banso/handoff/v1/process.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/migration.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"
#include "google/protobuf/message.h"
#include "services/handoff/domain/readiness.h"
#include "services/handoff/domain/transfer.h"

namespace banso::handoff {

// The schema of this service.
storage::Migrations Schema();

// What a process was started with.
struct ProcessInput {
  // The request, in its encoding.
  std::string request;
  // The day on which it was made, in the account's time zone.
  absl::CivilDay day;
};

// What handoff keeps: the collections, and writes that concern more than one table. Immutable and
// thread-safe. Completions, handoffs and gap watches are written with Put only, which keeps their
// facts in step.
class Store {
 public:
  Store();

  const storage::RevisionedCollection<v1::CriteriaSet> criteria_sets;
  const storage::RevisionedCollection<v1::HandoffPolicy> policies;
  const storage::Collection<v1::Completion> completions;
  const storage::Collection<v1::Evidence> evidence;
  const storage::Collection<v1::Exception> exceptions;
  const storage::Collection<v1::Handoff> handoffs;
  const storage::Collection<v1::GapWatch> gap_watches;
  const storage::Collection<v1::Process> processes;
  const storage::Collection<accounts::v1::Account> account_copies;
  const storage::Collection<accounts::v1::Onboarding> onboarding_copies;
  // Names and roles alone.
  const storage::Collection<accounts::v1::Member> member_copies;
  const storage::FactLog facts;

  // Stores the resource, creating it where it does not exist, and records what its facts are now.
  absl::StatusOr<v1::Completion> Put(storage::Writer& writer,
                                     const v1::Completion& completion) const;
  absl::StatusOr<v1::Handoff> Put(storage::Writer& writer, const v1::Handoff& handoff) const;
  absl::StatusOr<v1::GapWatch> Put(storage::Writer& writer, const v1::GapWatch& watch) const;
  // Stores an exception and the number of approved ones of its completion.
  absl::StatusOr<v1::Exception> Put(storage::Writer& writer, const v1::Exception& exception) const;

  // Closes what there is of an onboarding that was given up: its completion, handoff and gap watch.
  // Again, it changes nothing.
  absl::Status GiveUp(storage::Writer& writer, const std::string& onboarding,
                      absl::string_view reason, const Act& act) const;

  // The same for an onboarding that accounts has ended before retention took over: CANCELLED or
  // LOST. Any other stays as it is.
  absl::Status FollowEnd(storage::Writer& writer, const accounts::v1::Onboarding& onboarding) const;

  // The completion `name` with all that belongs to it. NOT_FOUND when there is none.
  absl::StatusOr<Case> LoadCase(storage::Reader& reader, absl::string_view completion,
                                absl::Time now) const;

  // The policy revision `revision_name`, with defaults; for "" the defaults alone.
  absl::StatusOr<v1::HandoffPolicy> Policy(storage::Reader& reader, absl::string_view revision_name,
                                           absl::Time now) const;
  // The policy in force, with defaults: the one that was activated last.
  absl::StatusOr<v1::HandoffPolicy> ActivePolicy(storage::Reader& reader, absl::Time now) const;

  // Stores a new process with what it was started with.
  absl::StatusOr<v1::Process> Begin(storage::Writer& writer, const v1::Process& process,
                                    const google::protobuf::Message& request,
                                    absl::CivilDay day) const;
  absl::StatusOr<ProcessInput> Input(storage::Reader& reader, absl::string_view process) const;
  // The names of the processes that have something to do at `system_now`, oldest first, at most
  // `limit`.
  absl::StatusOr<std::vector<std::string>> DueProcesses(storage::Reader& reader,
                                                        absl::Time system_now, int limit) const;
  // Whether a process that was not cancelled has started this onboarding.
  absl::StatusOr<bool> WasStarted(storage::Reader& reader, absl::string_view onboarding) const;

  // The IANA zone in which the days of the account of `name` are counted.
  absl::StatusOr<std::string> ZoneOf(storage::Reader& reader, absl::string_view name) const;
  // The day that `now` is for that account.
  absl::StatusOr<absl::CivilDay> DayFor(storage::Reader& reader, absl::string_view name,
                                        absl::Time now) const;
  // Who writes, when, and which day that is for the account of `name`.
  absl::StatusOr<Act> ActFor(storage::Writer& writer, absl::string_view name) const;

  // What a feed of changes begins with.
  storage::SnapshotSources sources() const;

  // INTERNAL when a table is not as the collections need it. For the start of the service.
  absl::Status CheckSchema(storage::Reader& reader) const;

 private:
  absl::Status Record(storage::Writer& writer,
                      const std::vector<fact::v1::FactChange>& changes) const;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_STORE_STORE_H_
