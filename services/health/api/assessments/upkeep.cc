#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/assessments/assessments_api.h"
#include "services/health/api/lists.h"
#include "services/health/domain/assessments/rubric.h"
#include "services/health/domain/assessments/upkeep.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;
using v1::UpkeepCampaign;
using v1::UpkeepTask;

constexpr size_t kMaxTasks = 20000;

absl::Status CheckItems(const UpkeepCampaign& campaign, const std::vector<v1::Rubric>& in_force) {
  contract::Violations violations;
  for (int i = 0; i < campaign.items_size(); ++i) {
    const bool known = std::any_of(in_force.begin(), in_force.end(), [&](const v1::Rubric& rubric) {
      return FindItem(rubric, campaign.items(i)) != nullptr;
    });
    if (known) continue;
    violations.Add(absl::StrCat("upkeep_campaign.items[", i, "]"), campaign.items(i),
                   "an item of a rubric in force", "UNKNOWN_ITEM");
  }
  return violations.ToStatus();
}

// What is to be judged for one account.
std::vector<UpkeepTask> TasksFor(const UpkeepCampaign& campaign,
                                 const accounts::v1::Account& account) {
  const std::string& member = account.accountable_owner();
  const auto& members = campaign.members();
  const bool wanted = members.empty()
                          ? !member.empty()
                          : std::find(members.begin(), members.end(), member) != members.end();
  if (!wanted || account.has_archive_time()) return {};
  const absl::Time lock = calendar::StartOfDay(calendar::ToDay(campaign.lock_date()) + 1,
                                               calendar::ZoneOrUtc(account.time_zone()));
  std::vector<UpkeepTask> tasks;
  for (int i = 0; i < campaign.items_size(); ++i) {
    UpkeepTask& task = tasks.emplace_back();
    task.set_account(account.name());
    task.set_item(campaign.items(i));
    task.set_member(member);
    *task.mutable_lock_time() = calendar::ToTimestamp(lock);
  }
  return tasks;
}

absl::StatusOr<std::vector<UpkeepTask>> AllTasks(const Store& store, Reader& reader,
                                                 const UpkeepCampaign& campaign) {
  std::vector<UpkeepTask> tasks;
  BANSO_RETURN_IF_ERROR(store.accounts.headers.ForEach(
      reader, "", {}, [&](const accounts::v1::Account& account) -> absl::Status {
        for (UpkeepTask& task : TasksFor(campaign, account)) tasks.push_back(std::move(task));
        if (tasks.size() <= kMaxTasks) return absl::OkStatus();
        return contract::FailedPrecondition(
            "TOO_MUCH", campaign.name(), "the campaign would ask for more than 20,000 judgements",
            "Name fewer items or members");
      }));
  if (!tasks.empty()) return tasks;
  return contract::FailedPrecondition("NOTHING_TO_DO", campaign.name(),
                                      "nobody of these is accountable for an account",
                                      "Name members who are, or nobody");
}

absl::StatusOr<UpkeepCampaign> WithProgress(const Store& store, Reader& reader,
                                            UpkeepCampaign campaign, absl::Time now) {
  UpkeepCounter counter(now);
  BANSO_RETURN_IF_ERROR(
      store.upkeep.tasks.ForEach(reader, campaign.name(), {}, [&](const UpkeepTask& task) {
        counter.Add(task);
        return absl::OkStatus();
      }));
  counter.Fill(&campaign);
  return campaign;
}

storage::Filter InState(v1::UpkeepState state, absl::Time now) {
  switch (state) {
    case v1::UPKEEP_STATE_OPEN:
      return storage::Where("done_time IS NULL AND lock_time > $open_at",
                            {{"open_at", storage::Value(now)}});
    case v1::UPKEEP_STATE_LATE:
      return storage::Where("done_time IS NULL AND lock_time <= $late_at",
                            {{"late_at", storage::Value(now)}});
    case v1::UPKEEP_STATE_DONE:
      return storage::Where("done_time IS NOT NULL AND done_late = 0");
    default:
      return storage::Equal("done_late", true);
  }
}

}  // namespace

absl::StatusOr<UpkeepCampaign> AssessmentsApi::CreateUpkeepCampaign(
    const Call& call, const v1::CreateUpkeepCampaignRequest& request) {
  return storage::Mutate<UpkeepCampaign>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<UpkeepCampaign> {
        UpkeepCampaign campaign = request.upkeep_campaign();
        campaign.clear_progress();
        campaign.clear_members_progress();
        campaign.set_name(contract::Join("", "upkeepCampaigns",
                                         contract::IdOrNew(request.upkeep_campaign_id(), ids_)));
        BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Rubric> in_force,
                               store_.assessments.rubrics.AllActive(writer, writer.now()));
        BANSO_RETURN_IF_ERROR(CheckItems(campaign, in_force));
        BANSO_ASSIGN_OR_RETURN(std::vector<UpkeepTask> tasks, AllTasks(store_, writer, campaign));
        if (calendar::ToTime(tasks.front().lock_time()) <= writer.now()) {
          return contract::InvalidField("upkeep_campaign.lock_date",
                                        calendar::DayText(campaign.lock_date()),
                                        "a day that has not passed", "OUT_OF_RANGE");
        }
        BANSO_ASSIGN_OR_RETURN(campaign,
                               store_.upkeep.campaigns.Create(writer, std::move(campaign)));
        for (size_t i = 0; i < tasks.size(); ++i) {
          // Numbered with leading zeros, so that the order of names is that of accounts.
          constexpr int kDigits = 100000;
          tasks[i].set_name(contract::Join(campaign.name(), "tasks",
                                           absl::StrCat("t", absl::StrCat(kDigits + i).substr(1))));
          BANSO_RETURN_IF_ERROR(store_.upkeep.tasks.Create(writer, tasks[i]).status());
        }
        return WithProgress(store_, writer, std::move(campaign), writer.now());
      });
}

absl::StatusOr<UpkeepCampaign> AssessmentsApi::GetUpkeepCampaign(
    const Call& call, const v1::GetUpkeepCampaignRequest& request) {
  return storage::Fetch<UpkeepCampaign>(
      database_, [&](Reader& reader) -> absl::StatusOr<UpkeepCampaign> {
        BANSO_ASSIGN_OR_RETURN(UpkeepCampaign campaign,
                               store_.upkeep.campaigns.Get(reader, request.name()));
        return WithProgress(store_, reader, std::move(campaign), call.now);
      });
}

absl::StatusOr<v1::ListUpkeepCampaignsResponse> AssessmentsApi::ListUpkeepCampaigns(
    const Call& call, const v1::ListUpkeepCampaignsRequest& request) {
  return storage::Fetch<v1::ListUpkeepCampaignsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListUpkeepCampaignsResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<UpkeepCampaign> page,
                               store_.upkeep.campaigns.List(reader, PageOf(request)));
        for (UpkeepCampaign& campaign : page.items) {
          BANSO_ASSIGN_OR_RETURN(campaign,
                                 WithProgress(store_, reader, std::move(campaign), call.now));
        }
        return ToResponse<v1::ListUpkeepCampaignsResponse>(
            std::move(page), &v1::ListUpkeepCampaignsResponse::mutable_upkeep_campaigns);
      });
}

absl::StatusOr<v1::ListUpkeepTasksResponse> AssessmentsApi::ListUpkeepTasks(
    const Call& call, const v1::ListUpkeepTasksRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  if (!request.member().empty()) {
    query.filters.push_back(storage::Equal("member", request.member()));
  }
  if (!request.states().empty()) {
    std::vector<storage::Filter> states;
    for (const int state : request.states()) {
      states.push_back(InState(static_cast<v1::UpkeepState>(state), call.now));
    }
    query.filters.push_back(storage::AnyOf(std::move(states)));
  }
  return storage::Fetch<v1::ListUpkeepTasksResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListUpkeepTasksResponse> {
        BANSO_RETURN_IF_ERROR(store_.upkeep.campaigns.Get(reader, request.parent()).status());
        BANSO_ASSIGN_OR_RETURN(storage::Page<UpkeepTask> page,
                               store_.upkeep.tasks.List(reader, query));
        for (UpkeepTask& task : page.items) task.set_state(StateOf(task, call.now));
        return ToResponse<v1::ListUpkeepTasksResponse>(std::move(page),
                                                       &v1::ListUpkeepTasksResponse::mutable_tasks);
      });
}

}  // namespace banso::health
