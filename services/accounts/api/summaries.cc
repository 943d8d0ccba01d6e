#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "services/accounts/api/people_api.h"
#include "services/accounts/api/sweep.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::AccountSummary;

absl::StatusOr<AccountSummary> PeopleApi::GetAccountSummary(
    const Call& /*call*/, const v1::GetAccountSummaryRequest& request) {
  return storage::Fetch<AccountSummary>(
      database_, [&](Reader& reader) { return store_.summaries.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListAccountSummariesResponse> PeopleApi::ListAccountSummaries(
    const Call& /*call*/, const v1::ListAccountSummariesRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.risk() == v1::ACCOUNT_RISK_KIND_CHAMPION_GAP) {
    query.filters.push_back(storage::Equal("champion_gap", true));
  }
  if (request.risk() == v1::ACCOUNT_RISK_KIND_PERSON_CHANGE) {
    query.filters.push_back(storage::Equal("person_change", true));
  }
  if (request.risk() == v1::ACCOUNT_RISK_KIND_OWNER_NOT_CERTIFIED) {
    query.filters.push_back(storage::Equal("owner_not_certified", true));
  }
  return storage::ListPage(database_, store_.summaries, query,
                           &v1::ListAccountSummariesResponse::mutable_account_summaries);
}

absl::Status PeopleApi::RefreshDueSummaries(const Call& call) {
  return SweepDue<AccountSummary>(
      database_, call, store_.summaries, {storage::AtMost("due_time", call.now)},
      [&](Writer& writer, const AccountSummary& summary) -> absl::Status {
        BANSO_ASSIGN_OR_RETURN(const v1::Account account,
                               store_.accounts.Get(writer, contract::Parent(summary.name())));
        return store_.RefreshSummary(writer, account);
      });
}

}  // namespace banso::accounts
