#include "services/accounts/domain/account.h"

#include <utf8proc.h>

#include <cstdlib>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/contract/text.h"

namespace banso::accounts {
namespace {

using v1::Account;

constexpr size_t kMaxIdLength = 63;

void CheckExternalIds(const Account& account, absl::string_view field,
                      contract::Violations* violations) {
  std::set<std::string> systems;
  for (int i = 0; i < account.external_ids_size(); ++i) {
    const v1::ExternalId& id = account.external_ids(i);
    if (!systems.insert(id.system()).second) {
      violations->Add(absl::StrCat(field, ".external_ids[", i, "].system"), id.system(),
                      "each system once", "DUPLICATE");
    }
  }
}

void CheckAttributes(const Account& account, absl::string_view field,
                     contract::Violations* violations) {
  for (const auto& [key, value] : account.attributes()) {
    const std::string path = absl::StrCat(field, ".attributes[", key, "]");
    if (!contract::IsKey(key)) {
      violations->Add(path, key,
                      "a key of 1 to 63 characters a-z, 0-9 and _ that begins with a letter",
                      "NOT_A_KEY");
    }
    if (value.kind_case() == type::v1::Value::KIND_NOT_SET) {
      violations->Add(path, "", "a number, text, flag, date or set of words", "REQUIRED");
    }
  }
}

// The row without what a row cannot set.
Account SettableFields(const Account& row) {
  Account result = row;
  result.clear_name();
  result.clear_etag();
  result.clear_external_ids();
  result.clear_lifecycle_stage();
  result.clear_stage_since();
  result.clear_classification();
  result.clear_archive_time();
  result.clear_churn();
  result.clear_past_churns();
  result.clear_reopen_time();
  result.clear_merged_into();
  result.clear_certification_waivers();
  result.clear_create_time();
  result.clear_update_time();
  return result;
}

void MergeExternalIds(const Account& row, Account* account) {
  for (const v1::ExternalId& id : row.external_ids()) {
    v1::ExternalId* known = nullptr;
    for (v1::ExternalId& other : *account->mutable_external_ids()) {
      if (other.system() == id.system()) known = &other;
    }
    if (known == nullptr) known = account->add_external_ids();
    *known = id;
  }
}

// Hiragana as the katakana of the same sound; the two blocks lie 0x60 apart in Unicode.
utf8proc_int32_t Katakana(utf8proc_int32_t letter) {
  const bool hiragana = (letter >= 0x3041 && letter <= 0x3096) ||  // ぁ to ゖ
                        letter == 0x309D || letter == 0x309E;      // ゝ ゞ
  return hiragana ? letter + 0x60 : letter;
}

// Valid UTF-8 with hiragana as katakana and without spaces.
std::string FoldKana(const utf8proc_uint8_t* text, utf8proc_ssize_t size) {
  std::string result;
  for (utf8proc_ssize_t at = 0; at < size;) {
    utf8proc_int32_t letter = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(text + at, size - at, &letter);
    if (length <= 0) break;
    at += length;
    if (utf8proc_category(letter) == UTF8PROC_CATEGORY_ZS) continue;
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t written = utf8proc_encode_char(Katakana(letter), bytes);
    result.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(written));
  }
  return result;
}

}  // namespace

void CheckAccount(const Account& account, absl::string_view field,
                  contract::Violations* violations) {
  CheckExternalIds(account, field, violations);
  CheckAttributes(account, field, violations);
  if (!account.name().empty() && account.parent_account() == account.name()) {
    violations->Add(absl::StrCat(field, ".parent_account"), account.parent_account(),
                    "another account", "OWN_PARENT");
  }
}

std::string ExternalIdIn(const Account& account, absl::string_view system) {
  for (const v1::ExternalId& id : account.external_ids()) {
    if (id.system() == system) return id.id();
  }
  return "";
}

Account MergeRow(const Account& existing, const Account& row) {
  Account result = existing;
  // Merging would keep the old amount where the new one is 0.
  if (row.has_recurring_revenue()) result.clear_recurring_revenue();
  // Merging would add to lists instead of taking their place.
  if (row.purchase().products_size() > 0) result.mutable_purchase()->clear_products();
  if (row.purchase().options_size() > 0) result.mutable_purchase()->clear_options();
  result.MergeFrom(SettableFields(row));
  MergeExternalIds(row, &result);
  return result;
}

std::string ZoneOf(const Account& account) {
  return account.time_zone().empty() ? calendar::kDefaultZone : account.time_zone();
}

absl::CivilDay Today(const Account& account, absl::Time now) {
  return calendar::DayOf(now, ZoneOf(account));
}

std::optional<std::string> IdFromExternal(absl::string_view external_id) {
  std::string id;
  for (const char c : external_id) {
    if (absl::ascii_isalnum(c)) {
      id.push_back(absl::ascii_tolower(c));
    } else if (!id.empty() && id.back() != '-') {
      id.push_back('-');
    }
    if (id.size() == kMaxIdLength) break;
  }
  absl::string_view trimmed = id;
  absl::ConsumeSuffix(&trimmed, "-");
  if (trimmed.empty()) return std::nullopt;
  return std::string(trimmed);
}

std::string NumberedId(absl::string_view base, int attempt) {
  if (attempt <= 1) return std::string(base);
  const std::string suffix = absl::StrCat("-", attempt);
  absl::string_view head = base.substr(0, kMaxIdLength - suffix.size());
  absl::ConsumeSuffix(&head, "-");
  return absl::StrCat(head, suffix);
}

std::string SearchText(absl::string_view text) {
  utf8proc_uint8_t* folded = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &folded,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                     UTF8PROC_CASEFOLD | UTF8PROC_IGNORE));
  std::string result;
  if (size > 0) result = FoldKana(folded, size);
  std::free(folded);
  return result;
}

std::string SearchTextOf(std::initializer_list<absl::string_view> names) {
  return absl::StrJoin(names, "\n", [](std::string* out, absl::string_view name) {
    absl::StrAppend(out, SearchText(name));
  });
}

}  // namespace banso::accounts
