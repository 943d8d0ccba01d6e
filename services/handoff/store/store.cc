#include "services/handoff/store/store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/handoff/domain/facts.h"
#include "services/handoff/domain/gap_watch.h"
#include "services/handoff/domain/policy.h"
#include "services/handoff/store/kinds.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;

namespace {

absl::StatusOr<std::string> ZoneIn(const storage::Collection<accounts::v1::Account>& accounts,
                                   Reader& reader, absl::string_view name) {
  BANSO_ASSIGN_OR_RETURN(const auto account,
                         accounts.Find(reader, contract::Ancestor(name, "accounts")));
  if (!account.has_value() || account->time_zone().empty())
    return std::string(calendar::kDefaultZone);
  return account->time_zone();
}

storage::FactLog::Options FactOptions() {
  storage::FactLog::Options options;
  options.zone_of = [accounts = storage::Collection(AccountCopyKind())](
                        Reader& reader, absl::string_view subject) -> std::string {
    absl::StatusOr<std::string> zone = ZoneIn(accounts, reader, subject);
    return zone.ok() ? *std::move(zone) : calendar::kDefaultZone;
  };
  return options;
}

}  // namespace

Store::Store()
    : criteria_sets(CriteriaSetKind()),
      policies(HandoffPolicyKind()),
      completions(CompletionKind()),
      evidence(EvidenceKind()),
      exceptions(ExceptionKind()),
      handoffs(HandoffKind()),
      gap_watches(GapWatchKind()),
      processes(ProcessKind()),
      account_copies(AccountCopyKind()),
      onboarding_copies(OnboardingCopyKind()),
      member_copies(MemberCopyKind()),
      facts(FactOptions()) {}

absl::Status Store::Record(Writer& writer, const std::vector<fact::v1::FactChange>& changes) const {
  for (const fact::v1::FactChange& change : changes) {
    BANSO_RETURN_IF_ERROR(facts.Record(writer, change));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Completion> Store::Put(Writer& writer, const v1::Completion& completion) const {
  BANSO_RETURN_IF_ERROR(Record(writer, FactsOf(completion, writer.now())));
  return completions.Put(writer, completion);
}

absl::StatusOr<v1::Handoff> Store::Put(Writer& writer, const v1::Handoff& handoff) const {
  v1::Handoff stored = handoff;
  stored.clear_response_overdue();
  BANSO_RETURN_IF_ERROR(Record(writer, FactsOf(stored, writer.now())));
  return handoffs.Put(writer, std::move(stored));
}

absl::StatusOr<v1::GapWatch> Store::Put(Writer& writer, const v1::GapWatch& watch) const {
  BANSO_RETURN_IF_ERROR(Record(writer, FactsOf(watch, writer.now())));
  return gap_watches.Put(writer, watch);
}

absl::StatusOr<v1::Exception> Store::Put(Writer& writer, const v1::Exception& exception) const {
  BANSO_ASSIGN_OR_RETURN(v1::Exception stored, exceptions.Put(writer, exception));
  const std::string completion = contract::Parent(exception.name());
  BANSO_ASSIGN_OR_RETURN(const v1::Completion owner, completions.Get(writer, completion));
  BANSO_ASSIGN_OR_RETURN(const int64_t approved,
                         exceptions.Count(writer, completion,
                                          {storage::Equal("state", v1::EXCEPTION_STATE_APPROVED)}));
  BANSO_RETURN_IF_ERROR(
      facts.Record(writer, ExceptionsFact(owner, static_cast<int>(approved), writer.now())));
  return stored;
}

absl::Status Store::GiveUp(Writer& writer, const std::string& onboarding, absl::string_view reason,
                           const Act& act) const {
  BANSO_ASSIGN_OR_RETURN(auto completion, completions.Find(writer, CompletionName(onboarding)));
  if (completion.has_value() && completion->state() != v1::COMPLETION_STATE_CANCELLED) {
    CancelCompletion(reason, act, &*completion);
    BANSO_RETURN_IF_ERROR(Put(writer, *completion).status());
  }
  BANSO_ASSIGN_OR_RETURN(auto handoff, handoffs.Find(writer, HandoffName(onboarding)));
  if (handoff.has_value()) {
    CancelHandoff(reason, &*handoff);
    BANSO_RETURN_IF_ERROR(Put(writer, *handoff).status());
  }
  BANSO_ASSIGN_OR_RETURN(auto watch, gap_watches.Find(writer, GapWatchName(onboarding)));
  if (!watch.has_value()) return absl::OkStatus();
  CloseForCancellation(act, &*watch);
  return Put(writer, *watch).status();
}

absl::Status Store::FollowEnd(Writer& writer, const accounts::v1::Onboarding& onboarding) const {
  const bool lost = onboarding.state() == accounts::v1::ONBOARDING_STATE_LOST;
  if (!lost && onboarding.state() != accounts::v1::ONBOARDING_STATE_CANCELLED) {
    return absl::OkStatus();
  }
  BANSO_ASSIGN_OR_RETURN(const Act act, ActFor(writer, onboarding.name()));
  BANSO_ASSIGN_OR_RETURN(auto watch, gap_watches.Find(writer, GapWatchName(onboarding.name())));
  if (lost && watch.has_value()) {
    CloseForLostCustomer(act, &*watch);
    BANSO_RETURN_IF_ERROR(Put(writer, *watch).status());
  }
  return GiveUp(
      writer, onboarding.name(),
      onboarding.end_reason().empty() ? "the onboarding was cancelled" : onboarding.end_reason(),
      act);
}

absl::StatusOr<Case> Store::LoadCase(Reader& reader, absl::string_view completion,
                                     absl::Time now) const {
  Case loaded;
  BANSO_ASSIGN_OR_RETURN(loaded.completion, completions.Get(reader, completion));
  BANSO_ASSIGN_OR_RETURN(loaded.evidence, evidence.All(reader, completion));
  BANSO_ASSIGN_OR_RETURN(loaded.exceptions, exceptions.All(reader, completion));
  BANSO_ASSIGN_OR_RETURN(loaded.policy, Policy(reader, loaded.completion.handoff_policy(), now));
  BANSO_ASSIGN_OR_RETURN(const auto onboarding,
                         onboarding_copies.Find(reader, contract::Parent(completion)));
  if (onboarding.has_value()) {
    loaded.intake_conditions.assign(onboarding->intake_conditions().begin(),
                                    onboarding->intake_conditions().end());
  }
  const auto older = [](const auto& a, const auto& b) {
    return calendar::ToTime(a.create_time()) < calendar::ToTime(b.create_time());
  };
  std::stable_sort(loaded.evidence.begin(), loaded.evidence.end(), older);
  std::stable_sort(loaded.exceptions.begin(), loaded.exceptions.end(), older);
  return loaded;
}

absl::StatusOr<v1::HandoffPolicy> Store::Policy(Reader& reader, absl::string_view revision_name,
                                                absl::Time now) const {
  if (revision_name.empty()) return WithDefaults({});
  BANSO_ASSIGN_OR_RETURN(v1::HandoffPolicy policy, policies.Get(reader, revision_name, now));
  return WithDefaults(std::move(policy));
}

absl::StatusOr<v1::HandoffPolicy> Store::ActivePolicy(Reader& reader, absl::Time now) const {
  BANSO_ASSIGN_OR_RETURN(std::vector<v1::HandoffPolicy> active, policies.AllActive(reader, now));
  if (active.empty()) return WithDefaults({});
  const auto latest =
      std::max_element(active.begin(), active.end(), [](const auto& a, const auto& b) {
        return calendar::ToTime(a.revision().active_from()) <
               calendar::ToTime(b.revision().active_from());
      });
  return WithDefaults(std::move(*latest));
}

absl::StatusOr<v1::Process> Store::Begin(Writer& writer, const v1::Process& process,
                                         const google::protobuf::Message& request,
                                         absl::CivilDay day) const {
  static constexpr char kInsert[] =
      "INSERT INTO process_input (name, request, day) VALUES ($name, $request, $day)";
  BANSO_RETURN_IF_ERROR(
      writer
          .Execute(kInsert, {{"name", process.name()},
                             {"request", storage::Bytes{contract::DeterministicBytes(request)}},
                             {"day", day}})
          .status());
  return processes.Create(writer, process);
}

absl::StatusOr<ProcessInput> Store::Input(Reader& reader, absl::string_view process) const {
  static constexpr char kSelect[] = "SELECT request, day FROM process_input WHERE name = $name";
  ProcessInput input;
  BANSO_ASSIGN_OR_RETURN(
      const bool found, reader.QueryOne(kSelect, {{"name", process}}, [&](const storage::Row& row) {
        input.request = std::string(row.Blob(0));
        input.day = row.Day(1);
        return absl::OkStatus();
      }));
  if (!found) return contract::Internal(absl::StrCat(process, " has no input"));
  return input;
}

absl::StatusOr<std::vector<std::string>> Store::DueProcesses(Reader& reader, absl::Time system_now,
                                                             int limit) const {
  static constexpr char kSelect[] =
      "SELECT name FROM process WHERE state IN ($running, $cancelling) "
      "AND (next_attempt IS NULL OR next_attempt <= $now) ORDER BY create_time, name LIMIT $limit";
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(reader.Query(kSelect,
                                     {{"running", v1::PROCESS_STATE_RUNNING},
                                      {"cancelling", v1::PROCESS_STATE_CANCELLING},
                                      {"now", system_now},
                                      {"limit", limit}},
                                     [&](const storage::Row& row) {
                                       names.emplace_back(row.Text(0));
                                       return absl::OkStatus();
                                     }));
  return names;
}

absl::StatusOr<bool> Store::WasStarted(Reader& reader, absl::string_view onboarding) const {
  BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Process> started,
                         processes.All(reader, "", {storage::Equal("onboarding", onboarding)}));
  return std::any_of(started.begin(), started.end(), [](const v1::Process& process) {
    return process.kind() == v1::PROCESS_KIND_START_ONBOARDING &&
           process.state() != v1::PROCESS_STATE_CANCELLED;
  });
}

absl::StatusOr<std::string> Store::ZoneOf(Reader& reader, absl::string_view name) const {
  return ZoneIn(account_copies, reader, name);
}

absl::StatusOr<absl::CivilDay> Store::DayFor(Reader& reader, absl::string_view name,
                                             absl::Time now) const {
  BANSO_ASSIGN_OR_RETURN(const std::string zone, ZoneOf(reader, name));
  return calendar::DayOf(now, absl::string_view(zone));
}

absl::StatusOr<Act> Store::ActFor(Writer& writer, absl::string_view name) const {
  Act act;
  act.actor = writer.call().actor;
  act.now = writer.now();
  BANSO_ASSIGN_OR_RETURN(act.today, DayFor(writer, name, act.now));
  return act;
}

storage::SnapshotSources Store::sources() const {
  return {criteria_sets.source(), policies.source(), completions.source(), evidence.source(),
          exceptions.source(),    handoffs.source(), gap_watches.source(), processes.source()};
}

absl::Status Store::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(criteria_sets.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(policies.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(completions.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(evidence.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(exceptions.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(handoffs.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(gap_watches.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(processes.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(account_copies.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(member_copies.CheckSchema(reader));
  return onboarding_copies.CheckSchema(reader);
}

}  // namespace banso::handoff
