#ifndef BANSO_SERVICES_KICKOFF_API_MEETINGS_API_H_
#define BANSO_SERVICES_KICKOFF_API_MEETINGS_API_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "banso/kickoff/v1/meetings_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/api/clock_sender.h"
#include "services/kickoff/api/plan_editor.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// The handlers of banso.kickoff.v1.MeetingsService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
//
// meetings.cc and hearing.cc hold them by topic.
class MeetingsApi {
 public:
  // All must outlive the handlers.
  MeetingsApi(storage::Database& database, const Store& store, AccountsClient& accounts,
              const PlanEditor& plans, ClockSender& clocks, contract::IdSource& ids)
      : database_(database),
        store_(store),
        accounts_(accounts),
        plans_(plans),
        clocks_(clocks),
        ids_(ids) {}

  absl::StatusOr<v1::Meeting> GetMeeting(const Call& call, const v1::GetMeetingRequest& request);
  absl::StatusOr<v1::ListMeetingsResponse> ListMeetings(const Call& call,
                                                        const v1::ListMeetingsRequest& request);
  absl::StatusOr<v1::Meeting> ScheduleMeeting(const Call& call,
                                              const v1::ScheduleMeetingRequest& request);
  absl::StatusOr<v1::Meeting> HoldMeeting(const Call& call, const v1::HoldMeetingRequest& request);

  absl::StatusOr<v1::HearingAnswer> RecordHearingAnswer(
      const Call& call, const v1::RecordHearingAnswerRequest& request);
  absl::StatusOr<v1::ListHearingAnswersResponse> ListHearingAnswers(
      const Call& call, const v1::ListHearingAnswersRequest& request);
  absl::StatusOr<v1::Goal> CreateGoal(const Call& call, const v1::CreateGoalRequest& request);
  absl::StatusOr<v1::Goal> AgreeGoal(const Call& call, const v1::AgreeGoalRequest& request);
  absl::StatusOr<v1::ListGoalsResponse> ListGoals(const Call& call,
                                                  const v1::ListGoalsRequest& request);
  absl::StatusOr<v1::RoleAssignment> AssignRole(const Call& call,
                                                const v1::AssignRoleRequest& request);
  absl::StatusOr<v1::ListRoleAssignmentsResponse> ListRoleAssignments(
      const Call& call, const v1::ListRoleAssignmentsRequest& request);

 private:
  // Sets the clocks that `kickoff` sets by being held, and keeps notices of them for accounts.
  absl::Status SetKickoffClocks(storage::Writer& writer, const std::string& kickoff,
                                absl::CivilDay held, v1::Plan* plan) const;

  // A violation unless the stakeholder is one of the account of `name`, as accounts knows it.
  absl::Status CheckStakeholder(const Call& call, absl::string_view name,
                                const std::string& stakeholder, absl::string_view field);

  storage::Database& database_;
  const Store& store_;
  AccountsClient& accounts_;
  const PlanEditor& plans_;
  ClockSender& clocks_;
  contract::IdSource& ids_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_MEETINGS_API_H_
