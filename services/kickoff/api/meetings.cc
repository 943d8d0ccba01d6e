#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/kickoff/api/listing.h"
#include "services/kickoff/api/meetings_api.h"
#include "services/kickoff/domain/plan_days.h"

namespace banso::kickoff {
namespace {

using storage::Reader;
using storage::Writer;
using v1::Meeting;
using v1::PlanTask;

// The meeting of that name, which must be there.
absl::StatusOr<Meeting*> FindMeeting(PlanParts& parts, absl::string_view name) {
  for (Meeting& meeting : parts.meetings) {
    if (meeting.name() == name) return &meeting;
  }
  return contract::NotFound(name);
}

// Makes the next actions of a held meeting into tasks.
void AddNextActions(const v1::HoldMeetingRequest& request, contract::IdSource& ids,
                    PlanParts* parts, Meeting* meeting) {
  for (const PlanTask& action : request.next_actions()) {
    PlanTask task = action;
    const std::string id = contract::LastId(action.name());
    task.set_name(contract::Join(parts->plan.name(), "tasks", contract::IdOrNew(id, ids)));
    task.set_state(v1::TASK_STATE_OPEN);
    task.set_origin(meeting->name());
    if (task.category() == v1::TASK_CATEGORY_UNSPECIFIED) {
      task.set_category(v1::TASK_CATEGORY_NEXT_ACTION);
    }
    if (!task.has_due()) *task.mutable_due() = parts->plan.deadline();
    meeting->add_next_actions(task.name());
    parts->tasks.push_back(std::move(task));
  }
}

// The clocks that a held kickoff sets: KICKOFF, and FIRST_MEETING where there was none.
std::vector<type::v1::Clock> ClocksOfKickoff(const PlanDays& days) {
  std::vector<type::v1::Clock> clocks;
  if (!days.clocks.contains(type::v1::CLOCK_FIRST_MEETING)) {
    clocks.push_back(type::v1::CLOCK_FIRST_MEETING);
  }
  clocks.push_back(type::v1::CLOCK_KICKOFF);
  return clocks;
}

}  // namespace

absl::StatusOr<Meeting> MeetingsApi::GetMeeting(const Call& /*call*/,
                                                const v1::GetMeetingRequest& request) {
  return storage::Fetch<Meeting>(
      database_, [&](Reader& reader) { return store_.meetings.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListMeetingsResponse> MeetingsApi::ListMeetings(
    const Call& /*call*/, const v1::ListMeetingsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  query.order_by = "day";
  return ListParts(database_, store_.plans, store_.meetings, query,
                   &v1::ListMeetingsResponse::mutable_meetings);
}

absl::StatusOr<Meeting> MeetingsApi::ScheduleMeeting(const Call& call,
                                                     const v1::ScheduleMeetingRequest& request) {
  const std::string& name = request.name();
  return storage::Mutate<Meeting>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Meeting> {
        BANSO_RETURN_IF_ERROR(store_.meetings.Get(writer, name).status());
        BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, store_.Zone(writer, name));
        const std::string reason =
            request.reason().empty() ? "the kickoff was arranged" : request.reason();
        BANSO_RETURN_IF_ERROR(
            plans_.Change(writer, PlanOf(name), reason,
                          [&](PlanParts& parts, const Actor& actor) -> absl::Status {
                            BANSO_ASSIGN_OR_RETURN(Meeting * meeting, FindMeeting(parts, name));
                            return kickoff::ScheduleMeeting(request, actor, zone, meeting);
                          }));
        return store_.meetings.Get(writer, name);
      });
}

absl::Status MeetingsApi::SetKickoffClocks(Writer& writer, const std::string& kickoff,
                                           absl::CivilDay held, v1::Plan* plan) const {
  PlanDays days = DaysOf(*plan, std::nullopt);
  for (const type::v1::Clock clock : ClocksOfKickoff(days)) {
    days.clocks[clock] = held;
    BANSO_RETURN_IF_ERROR(
        store_.AddClockNotice(writer, {kickoff, clock, held, contract::IdOrNew("", ids_)}));
  }
  SetClocks(days, plan);
  return absl::OkStatus();
}

absl::StatusOr<Meeting> MeetingsApi::HoldMeeting(const Call& call,
                                                 const v1::HoldMeetingRequest& request) {
  const std::string& name = request.name();
  const absl::CivilDay held = calendar::ToDay(request.held_date());
  absl::StatusOr<Meeting> result = storage::Mutate<Meeting>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Meeting> {
        BANSO_RETURN_IF_ERROR(store_.meetings.Get(writer, name).status());
        BANSO_RETURN_IF_ERROR(
            plans_.Change(writer, PlanOf(name), "the kickoff was held",
                          [&](PlanParts& parts, const Actor& actor) -> absl::Status {
                            BANSO_ASSIGN_OR_RETURN(Meeting * meeting, FindMeeting(parts, name));
                            BANSO_RETURN_IF_ERROR(kickoff::HoldMeeting(
                                request, parts.role_assignments, actor, meeting));
                            AddNextActions(request, ids_, &parts, meeting);
                            if (meeting->kind() != v1::MEETING_KIND_KICKOFF)
                              return absl::OkStatus();
                            return SetKickoffClocks(writer, name, held, &parts.plan);
                          }));
        return store_.meetings.Get(writer, name);
      });
  // Told at once when accounts is there; else by the sweep.
  if (result.ok()) clocks_.Send(call).IgnoreError();
  return result;
}

}  // namespace banso::kickoff
