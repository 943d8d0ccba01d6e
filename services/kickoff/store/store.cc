#include "services/kickoff/store/store.h"

#include <utility>

#include "common/calendar/period.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/kickoff/domain/facts.h"
#include "services/kickoff/store/kinds.h"

namespace banso::kickoff {
namespace {

using storage::Reader;
using storage::Row;
using storage::Writer;

// Creates each item.
template <typename T>
absl::Status CreateAll(Writer& writer, const storage::Collection<T>& collection,
                       std::vector<T>* items) {
  for (T& item : *items) {
    BANSO_ASSIGN_OR_RETURN(item, collection.Create(writer, item));
  }
  return absl::OkStatus();
}

storage::Params KeyOf(const ClockNotice& notice) {
  return {{"meeting", notice.meeting}, {"clock", notice.clock}};
}

}  // namespace

Store::Store()
    : templates(PlanTemplateKind()),
      plans(PlanKind()),
      tasks(PlanTaskKind()),
      meetings(MeetingKind()),
      hearing_answers(HearingAnswerKind()),
      goals(GoalKind()),
      role_assignments(RoleAssignmentKind()),
      account_copies(AccountCopyKind()),
      onboarding_copies(OnboardingCopyKind()),
      site_copies(SiteCopyKind()),
      summary_copies(SummaryCopyKind()) {}

absl::StatusOr<PlanParts> Store::Load(Reader& reader, absl::string_view name) const {
  PlanParts parts;
  BANSO_ASSIGN_OR_RETURN(parts.plan, plans.Get(reader, name));
  BANSO_ASSIGN_OR_RETURN(parts.tasks, tasks.All(reader, name));
  BANSO_ASSIGN_OR_RETURN(parts.meetings, meetings.All(reader, name));
  BANSO_ASSIGN_OR_RETURN(parts.hearing_answers, hearing_answers.All(reader, name));
  BANSO_ASSIGN_OR_RETURN(parts.goals, goals.All(reader, name));
  BANSO_ASSIGN_OR_RETURN(parts.role_assignments, role_assignments.All(reader, name));
  const std::string account = contract::Ancestor(name, "accounts");
  BANSO_ASSIGN_OR_RETURN(parts.sites, site_copies.All(reader, account));
  BANSO_ASSIGN_OR_RETURN(const auto summary, summary_copies.Find(reader, account + "/summary"));
  if (summary.has_value()) {
    parts.role_holders.assign(summary->role_holders().begin(), summary->role_holders().end());
  }
  return parts;
}

absl::StatusOr<PlanParts> Store::Create(Writer& writer, const PlanParts& parts) const {
  PlanParts stored = parts;
  BANSO_ASSIGN_OR_RETURN(stored.plan, plans.Create(writer, parts.plan));
  BANSO_RETURN_IF_ERROR(CreateAll(writer, tasks, &stored.tasks));
  BANSO_RETURN_IF_ERROR(CreateAll(writer, meetings, &stored.meetings));
  BANSO_RETURN_IF_ERROR(CreateAll(writer, hearing_answers, &stored.hearing_answers));
  BANSO_RETURN_IF_ERROR(CreateAll(writer, goals, &stored.goals));
  BANSO_RETURN_IF_ERROR(CreateAll(writer, role_assignments, &stored.role_assignments));
  BANSO_RETURN_IF_ERROR(RecordFacts(writer, stored.plan.name()));
  return stored;
}

absl::Status Store::Save(Writer& writer, const PlanParts& parts) const {
  BANSO_RETURN_IF_ERROR(plans.Update(writer, parts.plan).status());
  for (const v1::PlanTask& task : parts.tasks) {
    BANSO_RETURN_IF_ERROR(tasks.Put(writer, task).status());
  }
  for (const v1::Meeting& meeting : parts.meetings) {
    BANSO_RETURN_IF_ERROR(meetings.Put(writer, meeting).status());
  }
  return RecordFacts(writer, parts.plan.name());
}

absl::Status Store::RecordFacts(Writer& writer, absl::string_view plan) const {
  BANSO_ASSIGN_OR_RETURN(const PlanParts parts, Load(writer, plan));
  BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, Zone(writer, plan));
  const absl::CivilDay today = calendar::DayOf(writer.now(), zone);
  for (fact::v1::FactChange& change : FactsOf(parts, today, writer.now())) {
    BANSO_RETURN_IF_ERROR(facts.Record(writer, std::move(change)));
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::TimeZone> Store::Zone(Reader& reader, absl::string_view name) const {
  BANSO_ASSIGN_OR_RETURN(const auto account,
                         account_copies.Find(reader, contract::Ancestor(name, "accounts")));
  const bool said = account.has_value() && !account->time_zone().empty();
  return calendar::ZoneOrUtc(said ? account->time_zone() : calendar::kDefaultZone);
}

absl::StatusOr<Actor> Store::ActorFor(Writer& writer, absl::string_view name) const {
  BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, Zone(writer, name));
  return Actor{writer.call().actor, writer.now(), calendar::DayOf(writer.now(), zone)};
}

absl::StatusOr<std::vector<std::string>> Store::PlansWithTasksDue(Reader& reader,
                                                                  absl::CivilDay before) const {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT DISTINCT name FROM plan_task WHERE state = $open AND due < $before ORDER BY name",
      {{"open", v1::TASK_STATE_OPEN}, {"before", before}}, [&](const Row& row) {
        std::string plan = PlanOf(row.Text(0));
        if (names.empty() || names.back() != plan) names.push_back(std::move(plan));
        return absl::OkStatus();
      }));
  return names;
}

absl::Status Store::AddClockNotice(Writer& writer, const ClockNotice& notice) const {
  return writer
      .Execute(
          "INSERT INTO clock_notice (meeting, clock, day, request_id, refusal) "
          "VALUES ($meeting, $clock, $day, $request_id, '') "
          "ON CONFLICT (meeting, clock) DO UPDATE SET "
          "day = excluded.day, request_id = excluded.request_id, refusal = ''",
          KeyOf(notice).Set("day", notice.day).Set("request_id", notice.request_id))
      .status();
}

absl::StatusOr<std::vector<ClockNotice>> Store::ClockNotices(Reader& reader) const {
  std::vector<ClockNotice> notices;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT meeting, clock, day, request_id FROM clock_notice WHERE refusal = '' "
      "ORDER BY meeting, clock",
      {}, [&](const Row& row) {
        notices.push_back({std::string(row.Text(0)), static_cast<type::v1::Clock>(row.Int64(1)),
                           row.Day(2), std::string(row.Text(3))});
        return absl::OkStatus();
      }));
  return notices;
}

absl::Status Store::DropClockNotice(Writer& writer, const ClockNotice& notice) const {
  return writer
      .Execute("DELETE FROM clock_notice WHERE meeting = $meeting AND clock = $clock",
               KeyOf(notice))
      .status();
}

absl::Status Store::RefuseClockNotice(Writer& writer, const ClockNotice& notice,
                                      absl::string_view why) const {
  return writer
      .Execute("UPDATE clock_notice SET refusal = $why WHERE meeting = $meeting AND clock = $clock",
               KeyOf(notice).Set("why", why))
      .status();
}

storage::SnapshotSources Store::sources() const {
  return {templates.source(), plans.source(),           tasks.source(),           meetings.source(),
          goals.source(),     hearing_answers.source(), role_assignments.source()};
}

absl::Status Store::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(templates.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(plans.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(tasks.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(meetings.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(hearing_answers.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(goals.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(role_assignments.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(account_copies.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(site_copies.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(summary_copies.CheckSchema(reader));
  return onboarding_copies.CheckSchema(reader);
}

}  // namespace banso::kickoff
