#include <utility>
#include <vector>

#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/accounts/api/listing.h"
#include "services/accounts/api/people_api.h"

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
  storage::ListQuery query;
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  if (request.risk() == v1::ACCOUNT_RISK_KIND_CHAMPION_GAP) {
    query.filters.push_back(storage::Equal("champion_gap", true));
  }
  if (request.risk() == v1::ACCOUNT_RISK_KIND_PERSON_CHANGE) {
    query.filters.push_back(storage::Equal("person_change", true));
  }
  return ListPage<v1::ListAccountSummariesResponse>(database_, store_.summaries, query,
                                                    [](v1::ListAccountSummariesResponse* response) {
                                                      return response->mutable_account_summaries();
                                                    });
}

absl::Status PeopleApi::RefreshDueSummaries(const Call& call) {
  // Few at a time: everybody else's writes wait behind a transaction.
  constexpr size_t kBatch = 50;
  storage::ListQuery query;
  query.filters = {storage::AtMost("due_time", call.now)};
  query.page_size = static_cast<int>(kBatch);
  size_t refreshed = kBatch;
  const auto refresh = [&](Writer& writer) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const auto page, store_.summaries.List(writer, query));
    for (const AccountSummary& summary : page.items) {
      BANSO_ASSIGN_OR_RETURN(const v1::Account account,
                             store_.accounts.Get(writer, contract::Parent(summary.name())));
      BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
    }
    refreshed = page.items.size();
    return absl::OkStatus();
  };
  while (refreshed == kBatch && !call.is_cancelled()) {
    const auto found = storage::Fetch<int64_t>(database_, [&](Reader& reader) {
      return store_.summaries.Count(reader, "", query.filters);
    });
    BANSO_RETURN_IF_ERROR(found.status());
    if (*found == 0) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(database_.Write(call, refresh).status());
  }
  return absl::OkStatus();
}

}  // namespace banso::accounts
