#include "clients/cli/directory.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "clients/cli/spelling.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

constexpr size_t kMaxIdLength = 63;

}  // namespace

void Directory::Add(const std::string& known_as, const std::string& resource) {
  if (!known_as.empty()) resources_.emplace(known_as, resource);
}

std::optional<std::string> Directory::Find(absl::string_view text) const {
  const auto found = resources_.find(std::string(absl::StripAsciiWhitespace(text)));
  if (found == resources_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> Directory::Near(absl::string_view text) const {
  std::vector<std::string> names;
  for (const auto& [name, resource] : resources_) names.push_back(name);
  return NearestOf(text, names);
}

absl::StatusOr<Directory> AccountDirectory(Connection& connection, absl::string_view system) {
  std::vector<accounts::v1::Account> accounts;
  BANSO_RETURN_IF_ERROR(
      (EachPage<accounts::v1::ListAccountsRequest, accounts::v1::ListAccountsResponse>(
          connection, "banso.accounts.v1.AccountsService/ListAccounts", {},
          [&](const accounts::v1::ListAccountsResponse& page) {
            accounts.insert(accounts.end(), page.accounts().begin(), page.accounts().end());
          })));
  Directory directory;
  // Ids of the other system count before names.
  for (const accounts::v1::Account& account : accounts) {
    for (const accounts::v1::ExternalId& id : account.external_ids()) {
      if (id.system() == system) directory.Add(id.id(), account.name());
    }
  }
  for (const accounts::v1::Account& account : accounts) {
    directory.Add(account.name(), account.name());
    directory.Add(account.display_name(), account.name());
    directory.Add(contract::LastId(account.name()), account.name());
  }
  return directory;
}

absl::StatusOr<Directory> MemberDirectory(Connection& connection) {
  Directory directory;
  BANSO_RETURN_IF_ERROR(
      (EachPage<accounts::v1::ListMembersRequest, accounts::v1::ListMembersResponse>(
          connection, "banso.accounts.v1.TeamService/ListMembers", {},
          [&](const accounts::v1::ListMembersResponse& page) {
            for (const accounts::v1::Member& member : page.members()) {
              directory.Add(member.name(), member.name());
              directory.Add(member.display_name(), member.name());
              directory.Add(contract::LastId(member.name()), member.name());
            }
          })));
  return directory;
}

absl::Status EachContract(Connection& connection,
                          absl::FunctionRef<void(const accounts::v1::Contract&)> see) {
  accounts::v1::ListContractsRequest request;
  request.set_parent("accounts/-");
  return EachPage<accounts::v1::ListContractsRequest, accounts::v1::ListContractsResponse>(
      connection, "banso.accounts.v1.RelationsService/ListContracts", request,
      [&](const accounts::v1::ListContractsResponse& page) {
        for (const accounts::v1::Contract& contract : page.contracts()) see(contract);
      });
}

std::string IdOf(absl::string_view text) {
  std::string id;
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) {
      id.push_back(absl::ascii_tolower(c));
    } else if (!id.empty() && id.back() != '-') {
      id.push_back('-');
    }
    if (id.size() == kMaxIdLength) break;
  }
  absl::string_view trimmed = id;
  absl::ConsumeSuffix(&trimmed, "-");
  if (!trimmed.empty()) return std::string(trimmed);
  return absl::BytesToHexString(contract::Hash(text, 16)).substr(0, 16);
}

}  // namespace banso::cli
