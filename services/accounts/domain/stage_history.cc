#include "services/accounts/domain/stage_history.h"

#include <utility>

#include "common/calendar/proto_time.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {
namespace {

bool Continues(const v1::StagePeriod& last, const v1::StagePeriod& next) {
  return last.stage() == next.stage() && last.owner() == next.owner();
}

}  // namespace

bool SamePeriod(const v1::Account& a, const v1::Account& b) {
  return a.lifecycle_stage() == b.lifecycle_stage() && AccountableOwner(a) == AccountableOwner(b);
}

void ContinueHistory(const v1::Account& account, absl::Time now, const std::string& actor,
                     std::vector<v1::StagePeriod>* periods) {
  v1::StagePeriod period;
  period.set_stage(account.lifecycle_stage());
  period.set_owner(AccountableOwner(account));
  *period.mutable_start_time() = calendar::ToTimestamp(now);
  period.set_actor(actor);
  while (!periods->empty() && !Continues(periods->back(), period) &&
         calendar::ToTime(periods->back().start_time()) >= now) {
    periods->pop_back();
  }
  if (!periods->empty()) {
    v1::StagePeriod& last = periods->back();
    last.clear_end_time();
    if (Continues(last, period)) return;
    *last.mutable_end_time() = period.start_time();
  }
  periods->push_back(std::move(period));
}

}  // namespace banso::accounts
