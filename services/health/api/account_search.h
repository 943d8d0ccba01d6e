#ifndef BANSO_SERVICES_HEALTH_API_ACCOUNT_SEARCH_H_
#define BANSO_SERVICES_HEALTH_API_ACCOUNT_SEARCH_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/contract/page_token.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"
#include "common/storage/page_size.h"
#include "services/health/store/store.h"

// Lists of what is due, worked out account by account.
namespace banso::health {

// Which accounts are looked at. Archived ones never are.
struct AccountSearch {
  // `accounts/{account}`, or `accounts/-` for all.
  std::string parent;
  // Only accounts for which this member is accountable; empty: all.
  std::string owner;
  int page_size = 0;
  std::string page_token;
};

// A page of entries, by account and then by key. `entries_of(account, owner)` gives those of an
// account, `key_of(entry)` what tells them apart within it; both keys and account names hold no
// newline. Entry has `account()`.
template <typename Entry, typename EntriesOf, typename KeyOf>
absl::StatusOr<storage::Page<Entry>> SearchAccounts(const Store& store, storage::Reader& reader,
                                                    const contract::TokenScope& scope,
                                                    const AccountSearch& search,
                                                    EntriesOf entries_of, KeyOf key_of) {
  const size_t size = static_cast<size_t>(storage::EffectivePageSize(search.page_size));
  const auto place_of = [&](const Entry& entry) {
    return absl::StrCat(entry.account(), "\n", key_of(entry));
  };
  std::string place;
  if (!search.page_token.empty()) {
    BANSO_ASSIGN_OR_RETURN(place, contract::DecodePageToken(scope, search.page_token));
  }
  storage::ListQuery query;
  query.page_size = query.max_page_size;
  query.filters = {storage::AtLeast("name", place.substr(0, place.find('\n')))};
  if (search.parent != "accounts/-") query.filters.push_back(storage::Equal("name", search.parent));
  storage::Page<Entry> found;
  do {
    BANSO_ASSIGN_OR_RETURN(const storage::Page<accounts::v1::Account> page,
                           store.accounts.headers.List(reader, query));
    for (const accounts::v1::Account& account : page.items) {
      const std::string& owner = account.accountable_owner();
      if (account.has_archive_time() || (!search.owner.empty() && search.owner != owner)) continue;
      BANSO_ASSIGN_OR_RETURN(std::vector<Entry> entries, entries_of(account, owner));
      std::sort(entries.begin(), entries.end(),
                [&](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
      for (Entry& entry : entries) {
        if (place_of(entry) <= place) continue;
        if (found.items.size() == size) {
          found.next_page_token = contract::EncodePageToken(scope, place_of(found.items.back()));
          return found;
        }
        found.items.push_back(std::move(entry));
      }
    }
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return found;
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_ACCOUNT_SEARCH_H_
