#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/api/roll_up.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/domain/reassign.h"

namespace banso::accounts {

using storage::Writer;
using v1::Account;
using v1::Onboarding;
using v1::ReassignAccountsRequest;
using v1::ReassignAccountsResponse;

namespace {

// Ends the transaction of a dry run.
constexpr char kDryRun[] = "dry run";

void AddErrors(int index, const v1::Reassignment& row,
               const std::vector<contract::FieldViolation>& violations,
               ReassignAccountsResponse* response) {
  response->set_rejected(response->rejected() + 1);
  for (const contract::FieldViolation& violation : violations) {
    v1::ReassignmentError* error = response->add_errors();
    error->set_index(index);
    error->set_account(row.account());
    error->set_field(violation.field);
    error->set_message(violation.description);
    error->set_reason(violation.reason);
  }
}

constexpr int kMaxAccounts = 1000;

// The column of the owners in a role.
const char* OwnerColumn(v1::OwnerRole role) {
  if (role == v1::OWNER_ROLE_SALES) return "sales_owner";
  return role == v1::OWNER_ROLE_ONBOARDING ? "onboarding_owner" : "retention_owner";
}

// Either the accounts are named or all of a member are meant.
absl::Status CheckWhichAccounts(const ReassignAccountsRequest& request) {
  contract::Violations violations;
  if (request.has_all_of() == (request.assignments_size() > 0)) {
    violations.Add("assignments", "",
                   request.has_all_of() ? "none, with all_of" : "at least one, or all_of",
                   request.has_all_of() ? "NOT_ACCEPTED" : "REQUIRED");
  }
  const v1::AccountsOfMember& all = request.all_of();
  if (request.has_all_of() && all.owner() == all.new_owner()) {
    violations.Add("all_of.new_owner", all.new_owner(), "somebody else than all_of.owner",
                   "NOT_ACCEPTED");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<ReassignAccountsRequest> AccountsApi::NameAccountsOf(
    storage::Reader& reader, const ReassignAccountsRequest& request,
    ReassignAccountsResponse* response) const {
  const v1::AccountsOfMember& all = request.all_of();
  ReassignAccountsRequest named = request;
  storage::ListQuery query;
  query.filters = {storage::Equal(OwnerColumn(all.role()), all.owner()),
                   storage::IsNull("archive_time"), storage::Greater("name", all.after_account())};
  query.page_size =
      all.max_accounts() == 0 ? kMaxAccounts : std::min(all.max_accounts(), kMaxAccounts);
  BANSO_ASSIGN_OR_RETURN(const auto page, store_.accounts.List(reader, query));
  for (const Account& account : page.items) {
    v1::Reassignment* row = named.add_assignments();
    row->set_account(account.name());
    row->set_role(all.role());
    row->set_owner(all.new_owner());
  }
  if (page.items.empty()) return named;
  response->set_last_account(page.items.back().name());
  query.filters.back() = storage::Greater("name", response->last_account());
  BANSO_ASSIGN_OR_RETURN(const int64_t remaining, store_.accounts.Count(reader, "", query.filters));
  response->set_remaining(remaining);
  return named;
}

absl::Status AccountsApi::ReassignRow(Writer& writer, const v1::Reassignment& row,
                                      ReassignAccountsResponse* response) {
  contract::Violations violations;
  BANSO_ASSIGN_OR_RETURN(const std::optional<Account> account,
                         store_.accounts.Find(writer, row.account()));
  if (!account.has_value()) {
    violations.Add("account", row.account(), "an account that exists", "UNKNOWN_ACCOUNT");
  } else {
    const absl::Status usable = CheckNotArchived(*account);
    if (!usable.ok()) {
      violations.Add("account", row.account(), "an account that is in use",
                     contract::Reason(usable));
    }
  }
  BANSO_RETURN_IF_ERROR(store_.team.CheckEmployed(writer, row.owner(), "owner", &violations));
  if (account.has_value() && row.role() != v1::OWNER_ROLE_SALES) {
    const absl::Status certified =
        store_.classification.CheckCertified(writer, writer.now(), *account, row.owner());
    if (!certified.ok() && contract::Reason(certified) != kReasonNotCertified) return certified;
    if (!certified.ok()) {
      violations.Add("owner", row.owner(),
                     "a member who is certified for the account's touch level",
                     contract::Reason(certified));
    }
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  BANSO_ASSIGN_OR_RETURN(const std::vector<Onboarding> onboardings,
                         store_.onboardings.All(writer, row.account()));
  Handover handover = HandOver(row, *account, onboardings);
  if (handover.move.before() == handover.move.after()) {
    response->set_unchanged(response->unchanged() + 1);
    return absl::OkStatus();
  }
  for (const Onboarding& after : handover.onboardings) {
    BANSO_ASSIGN_OR_RETURN(const Onboarding before, store_.onboardings.Get(writer, after.name()));
    BANSO_RETURN_IF_ERROR(store_.Save(writer, &before, after).status());
  }
  BANSO_RETURN_IF_ERROR(
      RollUpAccount(writer, store_, policy_, *account, std::move(handover.account)));
  response->set_reassigned(response->reassigned() + 1);
  *response->add_moves() = std::move(handover.move);
  return absl::OkStatus();
}

absl::Status AccountsApi::Reassign(Writer& writer, const ReassignAccountsRequest& asked,
                                   ReassignAccountsResponse* response) {
  ReassignAccountsRequest request = asked;
  if (asked.has_all_of()) {
    BANSO_ASSIGN_OR_RETURN(request, NameAccountsOf(writer, asked, response));
  }
  contract::Violations violations;
  std::set<std::pair<std::string, v1::OwnerRole>> seen;
  for (int i = 0; i < request.assignments_size(); ++i) {
    const v1::Reassignment& row = request.assignments(i);
    const absl::Status status =
        seen.emplace(row.account(), row.role()).second
            ? ReassignRow(writer, row, response)
            : contract::InvalidField("account", row.account(), "each account and role once");
    if (status.ok()) continue;
    const auto found = contract::FieldViolations(status);
    if (found.empty()) return status;
    AddErrors(i, row, found, response);
    violations.AddAll(absl::StrCat("assignments[", i, "]"), status);
  }
  const bool all_or_nothing = !request.allow_partial() && !request.validate_only();
  return all_or_nothing ? violations.ToStatus() : absl::OkStatus();
}

absl::StatusOr<ReassignAccountsResponse> AccountsApi::ReassignAccounts(
    const Call& call, const ReassignAccountsRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckWhichAccounts(request));
  ReassignAccountsResponse response;
  if (request.validate_only()) {
    const absl::Status status =
        database_
            .Write(call,
                   [&](Writer& writer) -> absl::Status {
                     BANSO_RETURN_IF_ERROR(Reassign(writer, request, &response));
                     return absl::AbortedError(kDryRun);
                   })
            .status();
    if (status.message() != kDryRun) return status;
    return response;
  }
  return storage::Mutate<ReassignAccountsResponse>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<ReassignAccountsResponse> {
        BANSO_RETURN_IF_ERROR(Reassign(writer, request, &response));
        return response;
      });
}

}  // namespace banso::accounts
