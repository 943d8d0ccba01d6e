#include "services/accounts/domain/churn.h"

#include <algorithm>

#include "common/calendar/proto_time.h"
#include "services/accounts/domain/account.h"

namespace banso::accounts {

using calendar::ToDay;
using v1::Account;
using v1::Churn;

std::vector<Churn> ChurnsOf(const Account& account) {
  std::vector<Churn> churns(account.past_churns().begin(), account.past_churns().end());
  if (account.has_churn()) churns.push_back(account.churn());
  return churns;
}

bool WonBeforeReturn(const Account& account, const v1::Deal& deal, const Churn& churn) {
  if (!churn.has_reopen_time()) return true;
  return ToDay(deal.close_date()) < Today(account, calendar::ToTime(churn.reopen_time()));
}

const Churn* LossOf(const Account& account, const v1::Deal& deal) {
  for (const Churn& churn : account.past_churns()) {
    if (WonBeforeReturn(account, deal, churn)) return &churn;
  }
  return account.has_churn() ? &account.churn() : nullptr;
}

void AddChurns(const Account& duplicate, absl::Time now, Account* account) {
  const std::vector<Churn> own = ChurnsOf(*account);
  auto* past = account->mutable_past_churns();
  for (const Churn& churn : ChurnsOf(duplicate)) {
    const bool known = std::any_of(own.begin(), own.end(), [&](const Churn& other) {
      return ToDay(other.date()) == ToDay(churn.date());
    });
    if (known) continue;
    Churn* added = past->Add();
    *added = churn;
    if (!churn.has_reopen_time()) *added->mutable_reopen_time() = calendar::ToTimestamp(now);
  }
  std::stable_sort(past->begin(), past->end(), [](const Churn& a, const Churn& b) {
    return ToDay(a.date()) < ToDay(b.date());
  });
}

}  // namespace banso::accounts
