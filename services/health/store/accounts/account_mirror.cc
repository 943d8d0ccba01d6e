#include "services/health/store/accounts/account_mirror.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/health/store/kinds.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;
using storage::Writer;

constexpr int kMaxSimilarNames = 1000;
// So many accounts in a row that were merged into each other.
constexpr int kMaxMerges = 1000;

absl::Status UnreadableAccount() { return absl::DataLossError("a stored account cannot be read"); }

// Reads what a brief says besides the name out of a stored account, past all the rest of it; the
// zone's name is kept in `zone`.
bool ParseBrief(absl::string_view data, std::string& zone, AccountBrief& brief) {
  using accounts::v1::Account;
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(data.data()),
                                            static_cast<int>(data.size()));
  zone.clear();
  while (const uint32_t tag = in.ReadTag()) {
    const int field = WireFormatLite::GetTagFieldNumber(tag);
    if (field == Account::kTimeZoneFieldNumber) {
      if (!WireFormatLite::ReadString(&in, &zone)) return false;
      continue;
    }
    if (field == Account::kArchiveTimeFieldNumber) brief.archived = true;
    if (field == Account::kMergedIntoFieldNumber) brief.merged = true;
    if (!WireFormatLite::SkipField(&in, tag)) return false;
  }
  brief.zone = zone.empty() ? absl::string_view(calendar::kDefaultZone) : absl::string_view(zone);
  return in.ConsumedEntireMessage();
}

absl::StatusOr<std::optional<KnownAccount>> FindHeader(Reader& reader, absl::string_view name) {
  std::optional<KnownAccount> known;
  const auto take = [&](const Row& row) {
    AccountBrief brief;
    std::string zone;
    if (!ParseBrief(row.Blob(0), zone, brief)) return UnreadableAccount();
    known = KnownAccount{.zone = std::string(brief.zone), .merged = brief.merged};
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(
      reader.QueryOne("SELECT data FROM account_header WHERE name = $name", {{"name", name}}, take)
          .status());
  return known;
}

absl::Status KeepExternalIds(Writer& writer, const accounts::v1::Account& account) {
  BANSO_RETURN_IF_ERROR(writer
                            .Execute("DELETE FROM external_account WHERE account = $account",
                                     {{"account", account.name()}})
                            .status());
  for (const accounts::v1::ExternalId& id : account.external_ids()) {
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("INSERT INTO external_account (system, id, account) VALUES ($system, $id, "
                     "$account) ON CONFLICT (system, id) DO UPDATE SET account = excluded.account",
                     {{"system", id.system()}, {"id", id.id()}, {"account", account.name()}})
            .status());
  }
  return absl::OkStatus();
}

}  // namespace

AccountMirror::AccountMirror()
    : headers(AccountHeaderKind()), onboardings(OnboardingHeaderKind()) {}

absl::Status AccountMirror::Keep(Writer& writer, const accounts::v1::Account& account) const {
  accounts::v1::Account header;
  header.set_name(account.name());
  header.set_display_name(account.display_name());
  *header.mutable_external_ids() = account.external_ids();
  *header.mutable_owners() = account.owners();
  header.set_accountable_owner(account.accountable_owner());
  header.set_lifecycle_stage(account.lifecycle_stage());
  if (account.has_recurring_revenue()) {
    *header.mutable_recurring_revenue() = account.recurring_revenue();
  }
  header.mutable_classification()->set_segment(account.classification().segment());
  header.mutable_classification()->set_touch(account.classification().touch());
  header.set_time_zone(account.time_zone());
  if (account.has_archive_time()) *header.mutable_archive_time() = account.archive_time();
  header.set_merged_into(account.merged_into());
  BANSO_RETURN_IF_ERROR(headers.Put(writer, std::move(header)).status());
  return KeepExternalIds(writer, account);
}

absl::Status AccountMirror::Keep(Writer& writer, const accounts::v1::Onboarding& onboarding) const {
  accounts::v1::Onboarding header = onboarding;
  header.clear_ball();
  header.clear_ball_history();
  // Changes with what is left out here; so does the time of the update, by which is known what the
  // onboarding was at an earlier time.
  header.clear_etag();
  return onboardings.Put(writer, std::move(header)).status();
}

absl::Status AccountMirror::ForgetAccount(Writer& writer, absl::string_view name) const {
  BANSO_RETURN_IF_ERROR(
      writer.Execute("DELETE FROM external_account WHERE account = $account", {{"account", name}})
          .status());
  BANSO_ASSIGN_OR_RETURN(const bool exists, headers.Exists(writer, name));
  return exists ? headers.Delete(writer, name) : absl::OkStatus();
}

absl::Status AccountMirror::ForgetOnboarding(Writer& writer, absl::string_view name) const {
  BANSO_ASSIGN_OR_RETURN(const bool exists, onboardings.Exists(writer, name));
  return exists ? onboardings.Delete(writer, name) : absl::OkStatus();
}

absl::Status AccountMirror::ForgetAll(Writer& writer) const {
  for (const char* sql : {"DELETE FROM external_account", "DELETE FROM account_header",
                          "DELETE FROM onboarding_header"}) {
    BANSO_RETURN_IF_ERROR(writer.Execute(sql, {}).status());
  }
  return absl::OkStatus();
}

absl::Status AccountMirror::ForEach(
    Reader& reader, absl::FunctionRef<absl::Status(const AccountBrief&)> on_account) const {
  std::string zone;
  return reader.Query("SELECT name, data FROM account_header", {}, [&](const Row& row) {
    AccountBrief brief{.name = row.Text(0), .zone = ""};
    if (!ParseBrief(row.Blob(1), zone, brief)) return UnreadableAccount();
    return on_account(brief);
  });
}

absl::StatusOr<std::optional<KnownAccount>> AccountMirror::Find(Reader& reader,
                                                                absl::string_view name) const {
  return FindHeader(reader, name);
}

absl::StatusOr<std::string> AccountMirror::KeptAccount(Reader& reader,
                                                       const std::string& account) const {
  std::string kept = account;
  for (int step = 0; step < kMaxMerges; ++step) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<accounts::v1::Account> header,
                           headers.Find(reader, kept));
    if (!header.has_value() || header->merged_into().empty()) return kept;
    kept = header->merged_into();
  }
  return contract::Internal(absl::StrCat(account, " is merged in a circle"));
}

absl::StatusOr<std::string> AccountMirror::KeptName(Reader& reader, const std::string& name) const {
  const std::string account = contract::Ancestor(name, "accounts");
  BANSO_ASSIGN_OR_RETURN(const std::string kept, KeptAccount(reader, account));
  return absl::StrCat(kept, absl::StripPrefix(name, account));
}

absl::Status AccountMirror::CheckOpen(Reader& reader, const std::string& account) const {
  BANSO_ASSIGN_OR_RETURN(const bool known, headers.Exists(reader, account));
  return known ? CheckNotMerged(reader, account) : contract::NotFound(account);
}

absl::Status AccountMirror::CheckNotMerged(Reader& reader, const std::string& name) const {
  const std::string account = contract::Ancestor(name, "accounts");
  BANSO_ASSIGN_OR_RETURN(const std::string kept, KeptAccount(reader, account));
  if (kept == account) return absl::OkStatus();
  return contract::FailedPrecondition("ACCOUNT_MERGED", account,
                                      absl::StrCat("it was merged into ", kept),
                                      absl::StrCat("Name ", kept));
}

absl::StatusOr<std::optional<std::string>> AccountMirror::FindByExternalId(
    Reader& reader, absl::string_view system, absl::string_view id) const {
  std::optional<std::string> account;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne("SELECT account FROM external_account WHERE system = $system AND id = $id",
                    {{"system", system}, {"id", id}},
                    [&](const Row& row) {
                      account = std::string(row.Text(0));
                      return absl::OkStatus();
                    })
          .status());
  return account;
}

absl::StatusOr<std::vector<std::string>> AccountMirror::NamesLike(Reader& reader,
                                                                  absl::string_view name) const {
  const std::string id = contract::LastId(name);
  const std::string prefix = absl::StrCat("accounts/", id.substr(0, 1));
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT name FROM account_header WHERE name >= $from AND name < $to ORDER BY name "
      "LIMIT $limit",
      {{"from", prefix}, {"to", absl::StrCat(prefix, "\x7f")}, {"limit", kMaxSimilarNames}},
      [&](const Row& row) {
        names.emplace_back(row.Text(0));
        return absl::OkStatus();
      }));
  return names;
}

absl::StatusOr<std::vector<accounts::v1::Onboarding>> AccountMirror::OnboardingsOf(
    Reader& reader, absl::string_view account) const {
  return onboardings.All(reader, "", {storage::Equal("account", account)});
}

absl::Status AccountMirror::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(headers.CheckSchema(reader));
  return onboardings.CheckSchema(reader);
}

std::string ZoneOf(Reader& reader, absl::string_view name) {
  const auto account = FindHeader(reader, contract::Ancestor(name, "accounts"));
  return account.ok() && account->has_value() ? (*account)->zone : calendar::kDefaultZone;
}

std::string ZoneNameOf(const accounts::v1::Account& account) {
  return account.time_zone().empty() ? calendar::kDefaultZone : account.time_zone();
}

}  // namespace banso::health
