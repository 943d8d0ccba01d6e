#include "services/accounts/domain/stage_history.h"

#include <utility>

#include "common/calendar/proto_time.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {
namespace {

v1::StagePeriod PeriodFrom(const AccountState& state) {
  v1::StagePeriod period;
  period.set_stage(state.account.lifecycle_stage());
  period.set_owner(AccountableOwner(state.account));
  *period.mutable_start_time() = calendar::ToTimestamp(state.since);
  period.set_actor(state.actor);
  return period;
}

bool Continues(const v1::StagePeriod& last, const v1::StagePeriod& next) {
  return last.stage() == next.stage() && last.owner() == next.owner();
}

}  // namespace

std::vector<v1::StagePeriod> StagePeriods(const std::vector<AccountState>& states) {
  std::vector<v1::StagePeriod> periods;
  for (const AccountState& state : states) {
    v1::StagePeriod period = PeriodFrom(state);
    // What was changed again at the same moment never was.
    while (!periods.empty() && !Continues(periods.back(), period) &&
           calendar::ToTime(periods.back().start_time()) >= state.since) {
      periods.pop_back();
    }
    if (!periods.empty()) {
      if (Continues(periods.back(), period)) continue;
      *periods.back().mutable_end_time() = period.start_time();
    }
    periods.push_back(std::move(period));
  }
  return periods;
}

}  // namespace banso::accounts
