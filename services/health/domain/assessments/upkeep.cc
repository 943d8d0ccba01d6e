#include "services/health/domain/assessments/upkeep.h"

#include "common/calendar/proto_time.h"

namespace banso::health {
namespace {

constexpr double kPercent = 100;

void SetPercent(v1::UpkeepProgress* progress) {
  if (progress->tasks() == 0) return;
  const int64_t done = progress->done() + progress->done_late();
  progress->set_percent(kPercent * static_cast<double>(done) /
                        static_cast<double>(progress->tasks()));
}

}  // namespace

v1::UpkeepState StateOf(const v1::UpkeepTask& task, absl::Time now) {
  const absl::Time lock = calendar::ToTime(task.lock_time());
  if (task.has_done_time()) {
    return calendar::ToTime(task.done_time()) < lock ? v1::UPKEEP_STATE_DONE
                                                     : v1::UPKEEP_STATE_DONE_LATE;
  }
  return now < lock ? v1::UPKEEP_STATE_OPEN : v1::UPKEEP_STATE_LATE;
}

void UpkeepCounter::Add(const v1::UpkeepTask& task) {
  const v1::UpkeepState state = StateOf(task, now_);
  v1::UpkeepProgress& own = members_[task.member()];
  own.set_member(task.member());
  AddTo(state, &own);
  AddTo(state, &all_);
}

void UpkeepCounter::AddTo(v1::UpkeepState state, v1::UpkeepProgress* progress) const {
  progress->set_tasks(progress->tasks() + 1);
  if (state == v1::UPKEEP_STATE_DONE) progress->set_done(progress->done() + 1);
  if (state == v1::UPKEEP_STATE_DONE_LATE) progress->set_done_late(progress->done_late() + 1);
  if (state == v1::UPKEEP_STATE_LATE) progress->set_late(progress->late() + 1);
}

void UpkeepCounter::Fill(v1::UpkeepCampaign* campaign) const {
  *campaign->mutable_progress() = all_;
  SetPercent(campaign->mutable_progress());
  campaign->clear_members_progress();
  for (const auto& [member, progress] : members_) {
    v1::UpkeepProgress* entry = campaign->add_members_progress();
    *entry = progress;
    SetPercent(entry);
  }
}

std::optional<v1::DueReason> WhyDue(const v1::Assessment* latest, absl::Time now,
                                    absl::Time due_by) {
  if (latest == nullptr) return v1::DUE_REASON_NEVER_JUDGED;
  if (!latest->has_expire_time()) return std::nullopt;
  const absl::Time expires = calendar::ToTime(latest->expire_time());
  if (expires <= now) return v1::DUE_REASON_EXPIRED;
  if (expires <= due_by) return v1::DUE_REASON_EXPIRING;
  return std::nullopt;
}

}  // namespace banso::health
