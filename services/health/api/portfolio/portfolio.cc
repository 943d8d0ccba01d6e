#include "services/health/api/portfolio/portfolio.h"

#include <algorithm>
#include <future>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/calendar/period.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/health/api/parallel.h"

namespace banso::health {
namespace {

using storage::Reader;
using Numbers = std::vector<std::pair<std::string, int64_t>>;

constexpr size_t kMostThreads = 4;

// The accounts, in no order and without numbers.
absl::Status ListAccounts(const Store& store, Reader& reader, Portfolio portfolio,
                          std::vector<NumberedAccount>& accounts) {
  // Most are in the same zone as the one before.
  std::string zone_name;
  absl::TimeZone zone = absl::UTCTimeZone();
  return store.accounts.ForEach(reader, [&](const AccountBrief& account) {
    if (account.archived && portfolio == Portfolio::kPresent) return absl::OkStatus();
    if (account.zone != zone_name) {
      zone_name = std::string(account.zone);
      zone = calendar::ZoneOrUtc(zone_name);
    }
    accounts.push_back({.name = std::string(account.name), .number = 0, .zone = zone});
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<int64_t> CountAccounts(storage::Database& database, const Store& store) {
  return storage::Fetch<int64_t>(
      database, [&](Reader& reader) { return store.accounts.headers.Count(reader, ""); });
}

absl::StatusOr<std::vector<NumberedAccount>> NumberAccounts(storage::Database& database,
                                                            const Store& store,
                                                            Portfolio portfolio) {
  // Numbers and accounts are read at once. Of two snapshots: an account that is numbered in between
  // is taken for one without samples.
  auto numbering = std::async(std::launch::async, [&] {
    return storage::Fetch<Numbers>(
        database, [&](Reader& reader) { return store.words.NumbersBelow(reader, "accounts/"); });
  });
  std::vector<NumberedAccount> accounts;
  const absl::Status read = database.Read(
      [&](Reader& reader) { return ListAccounts(store, reader, portfolio, accounts); });
  BANSO_ASSIGN_OR_RETURN(const Numbers numbers, numbering.get());
  BANSO_RETURN_IF_ERROR(read);
  absl::flat_hash_map<absl::string_view, int64_t> number_of;
  number_of.reserve(numbers.size());
  for (const auto& [name, number] : numbers) number_of.emplace(name, number);
  for (NumberedAccount& account : accounts) {
    const auto found = number_of.find(account.name);
    if (found != number_of.end()) account.number = found->second;
  }
  std::sort(accounts.begin(), accounts.end(),
            [](const NumberedAccount& a, const NumberedAccount& b) {
              return a.number != b.number ? a.number < b.number : a.name < b.name;
            });
  return accounts;
}

size_t CountParts(absl::Span<const NumberedAccount> accounts, size_t size) {
  return (accounts.size() + size - 1) / size;
}

absl::Status ForEachPart(storage::Database& database, const Call& call,
                         absl::Span<const NumberedAccount> accounts, size_t size,
                         absl::FunctionRef<absl::Status(size_t part, Reader& reader,
                                                        absl::Span<const NumberedAccount> accounts)>
                             work) {
  return InParallel(CountParts(accounts, size), kMostThreads, [&](size_t part) {
    if (call.is_cancelled()) return contract::Cancelled();
    return database.Read(
        [&](Reader& reader) { return work(part, reader, accounts.subspan(part * size, size)); });
  });
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
