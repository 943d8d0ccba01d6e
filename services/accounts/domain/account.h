#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_ACCOUNT_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_ACCOUNT_H_

#include <initializer_list>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "common/contract/errors.h"

// An account's own data: what makes it consistent, and what an imported row changes.
namespace banso::accounts {

// Checks what the proto's field rules cannot say: one external id per system, attributes with keys
// of the form TEXT_FORM_KEY and a value, no account as its own parent. Adds to `violations`, with
// paths below `field`.
void CheckAccount(const v1::Account& account, absl::string_view field,
                  contract::Violations* violations);

// The account's id in `system`; empty when it has none there.
std::string ExternalIdIn(const v1::Account& account, absl::string_view system);

// The account as it is after a row of an import: what the row sets takes the place of what was
// there, what it leaves empty stays. External ids are taken over system by system, attributes key
// by key, owners and adoption field by field. Name, etag and what the server sets stay.
v1::Account MergeRow(const v1::Account& existing, const v1::Account& row);

// The IANA zone in which the account's days are counted.
std::string ZoneOf(const v1::Account& account);

// The day that it is for the account at `now`.
absl::CivilDay Today(const v1::Account& account, absl::Time now);

// A resource id made from an id of another system: lower case, with `-` for every run of other
// characters than letters and digits. Absent when nothing is left of it.
std::optional<std::string> IdFromExternal(absl::string_view external_id);

// The id that is tried as the `attempt`th (1, 2, 3, ...) for the same base: the base itself, then
// `base-2`, `base-3`, within the length of an id.
std::string NumberedId(absl::string_view base, int attempt);

// The text in the form in which it is searched: compatibility forms, case and width folded away
// (Unicode NFKC_Casefold), hiragana as katakana, without spaces. Empty for what is no UTF-8.
std::string SearchText(absl::string_view text);

// What is searched for something with these names: each as SearchText, one per line.
std::string SearchTextOf(std::initializer_list<absl::string_view> names);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_ACCOUNT_H_
