#include "services/health/api/scoring/portfolio.h"

#include <utility>

#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"

namespace banso::health {
namespace {

using storage::Reader;

// How many accounts are read from one snapshot.
constexpr int kPart = 100;

}  // namespace

absl::StatusOr<int64_t> CountAccounts(storage::Database& database, const Store& store) {
  return storage::Fetch<int64_t>(database,
                                 [&](Reader& reader) { return store.accounts.Count(reader, ""); });
}

absl::Status ForEachAccount(
    storage::Database& database, const Store& store, const Call& call, Portfolio portfolio,
    absl::FunctionRef<absl::Status(storage::Reader& reader, AccountEvaluation& account)> visit) {
  storage::ListQuery query;
  query.page_size = kPart;
  do {
    if (call.is_cancelled()) return contract::Cancelled();
    BANSO_RETURN_IF_ERROR(database.Read([&](Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(const storage::Page<accounts::v1::Account> page,
                             store.accounts.List(reader, query));
      StoreFactReader facts(store, reader);
      for (const accounts::v1::Account& header : page.items) {
        BANSO_ASSIGN_OR_RETURN(AccountEvaluation account,
                               AccountEvaluation::Load(store, reader, facts, header.name()));
        if (account.archived() && portfolio == Portfolio::kPresent) continue;
        BANSO_RETURN_IF_ERROR(visit(reader, account));
        if (call.is_cancelled()) return contract::Cancelled();
      }
      query.page_token = page.next_page_token;
      return absl::OkStatus();
    }));
  } while (!query.page_token.empty());
  return absl::OkStatus();
}

}  // namespace banso::health
