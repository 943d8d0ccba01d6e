#include "services/health/api/scoring/portfolio.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/calendar/period.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"

namespace banso::health {
namespace {

using storage::Reader;
using Numbers = std::vector<std::pair<std::string, int64_t>>;

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
      StoreFactReader facts(store, reader, Holding::kOneAccount);
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

absl::StatusOr<std::vector<NumberedAccount>> NumberAccounts(Reader& reader, const Store& store,
                                                            Portfolio portfolio) {
  BANSO_ASSIGN_OR_RETURN(const Numbers numbers, store.words.NumbersBelow(reader, "accounts/"));
  std::vector<NumberedAccount> accounts;
  auto number = numbers.begin();
  BANSO_RETURN_IF_ERROR(store.accounts.ForEach(reader, "", {}, [&](accounts::v1::Account& header) {
    if (header.has_archive_time() && portfolio == Portfolio::kPresent) return absl::OkStatus();
    // Both come by name.
    while (number != numbers.end() && number->first < header.name()) ++number;
    const bool found = number != numbers.end() && number->first == header.name();
    accounts.push_back({.name = header.name(),
                        .number = found ? number->second : 0,
                        .zone = calendar::ZoneOrUtc(ZoneNameOf(header))});
    return absl::OkStatus();
  }));
  std::stable_sort(
      accounts.begin(), accounts.end(),
      [](const NumberedAccount& a, const NumberedAccount& b) { return a.number < b.number; });
  return accounts;
}

absl::Status ScanSamples(
    Reader& reader, absl::Span<const NumberedAccount> accounts,
    const LoadedPages::MetricsBySource& metrics,
    absl::FunctionRef<absl::Status(const NumberedAccount& account, SamplePages& pages)> visit) {
  if (accounts.empty()) return absl::OkStatus();
  LoadedPages none(metrics);
  LoadedPages pages(metrics);
  auto next = accounts.begin();
  const auto visit_silent_before = [&](int64_t number) -> absl::Status {
    for (; next != accounts.end() && next->number < number; ++next) {
      BANSO_RETURN_IF_ERROR(visit(*next, none));
    }
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(ScanAccounts(reader, accounts.front().number, accounts.back().number, pages,
                                     [&](int64_t number) -> absl::Status {
                                       BANSO_RETURN_IF_ERROR(visit_silent_before(number));
                                       if (next == accounts.end() || next->number != number) {
                                         return absl::OkStatus();
                                       }
                                       return visit(*next++, pages);
                                     }));
  return visit_silent_before(std::numeric_limits<int64_t>::max());
}

}  // namespace banso::health
