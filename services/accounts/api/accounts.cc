#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;

namespace {

// Returns the orders that ListAccounts accepts; anything else is a violation.
absl::Status CheckOrder(const std::string& order_by) {
  absl::string_view column = order_by;
  absl::ConsumeSuffix(&column, " desc");
  for (const char* accepted : {"", "name", "display_name", "create_time", "update_time"}) {
    if (column == accepted && (!column.empty() || order_by.empty())) return absl::OkStatus();
  }
  return contract::InvalidField(
      "order_by", order_by,
      "name, display_name, create_time or update_time, each with or without \" desc\"");
}

storage::ListQuery QueryFor(const v1::ListAccountsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  query.order_by = request.order_by();
  auto& filters = query.filters;
  if (request.lifecycle_stages_size() > 0) {
    filters.push_back(storage::InEnums("lifecycle_stage", request.lifecycle_stages()));
  }
  if (!request.owner().empty()) {
    filters.push_back(storage::AnyOf({storage::Equal("sales_owner", request.owner()),
                                      storage::Equal("onboarding_owner", request.owner()),
                                      storage::Equal("retention_owner", request.owner())}));
  }
  const std::pair<const char*, const std::string&> equals[] = {
      {"segment", request.segment()},
      {"touch", request.touch()},
      {"country", request.country()},
      {"tier", request.tier()},
      {"team", request.team()},
      {"industry", request.industry()},
      {"parent_account", request.parent_account()},
  };
  for (const auto& [column, value] : equals) {
    if (value.empty()) continue;
    filters.push_back(storage::Equal(column, value));
    // The indexes hold what is not empty.
    filters.push_back(storage::Where(absl::StrCat(column, " <> ''")));
  }
  for (storage::Filter& filter : HasAttributes(request.attributes())) {
    filters.push_back(std::move(filter));
  }
  if (!request.text().empty()) {
    filters.push_back(storage::Contains("search_text", SearchText(request.text())));
  }
  if (request.has_external_id()) {
    filters.push_back(storage::Where(
        "name IN (SELECT account FROM external_id WHERE system = $system AND id = $id)",
        {{"system", request.external_id().system()}, {"id", request.external_id().id()}}));
  }
  if (!request.show_archived()) filters.push_back(storage::IsNull("archive_time"));
  return query;
}

}  // namespace

absl::StatusOr<Account> AccountsApi::CreateAccount(const Call& call,
                                                   const v1::CreateAccountRequest& request) {
  return storage::Mutate<Account>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Account> {
        Account account = request.account();
        account.set_name(
            contract::Join("", "accounts", contract::IdOrNew(request.account_id(), ids_)));
        account.set_lifecycle_stage(v1::LIFECYCLE_STAGE_PROSPECT);
        *account.mutable_stage_since() = calendar::ToTimestamp(writer.now());
        contract::Violations violations;
        CheckAccount(account, "account", &violations);
        BANSO_RETURN_IF_ERROR(
            store_.CheckReferences(writer, nullptr, account, "account", &violations));
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        BANSO_RETURN_IF_ERROR(policy_.Classify(writer, writer.now(), &account));
        BANSO_RETURN_IF_ERROR(
            store_.classification.CheckOwnersCertified(writer, writer.now(), nullptr, account));
        return store_.Save(writer, nullptr, account);
      });
}

absl::StatusOr<Account> AccountsApi::GetAccount(const Call& /*call*/,
                                                const v1::GetAccountRequest& request) {
  return storage::Fetch<Account>(
      database_, [&](Reader& reader) { return store_.accounts.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListAccountsResponse> AccountsApi::ListAccounts(
    const Call& /*call*/, const v1::ListAccountsRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckOrder(request.order_by()));
  return storage::ListPage(database_, store_.accounts, QueryFor(request),
                           &v1::ListAccountsResponse::mutable_accounts);
}

absl::StatusOr<Account> AccountsApi::UpdateAccount(const Call& call,
                                                   const v1::UpdateAccountRequest& request) {
  return storage::Mutate<Account>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Account> {
        BANSO_ASSIGN_OR_RETURN(const Account before,
                               store_.AccountForChange(writer, request.account().name()));
        Account account = before;
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), request.account(), "account", &account));
        contract::Violations violations;
        CheckAccount(account, "account", &violations);
        BANSO_RETURN_IF_ERROR(
            store_.CheckReferences(writer, &before, account, "account", &violations));
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        BANSO_RETURN_IF_ERROR(CheckOwners(before, account));
        BANSO_RETURN_IF_ERROR(policy_.Classify(writer, writer.now(), &account));
        BANSO_RETURN_IF_ERROR(
            store_.classification.CheckOwnersCertified(writer, writer.now(), &before, account));
        return store_.Save(writer, &before, account, request.account().etag());
      });
}

absl::StatusOr<Account> AccountsApi::ArchiveAccount(const Call& call,
                                                    const v1::ArchiveAccountRequest& request) {
  return storage::Mutate<Account>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Account> {
        BANSO_ASSIGN_OR_RETURN(const Account before, store_.accounts.Get(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(
            const int64_t running,
            store_.onboardings.Count(writer, request.name(),
                                     {storage::Equal("state", v1::ONBOARDING_STATE_RUNNING)}));
        if (running > 0) {
          return contract::FailedPrecondition(
              kReasonOnboardingRunning, request.name(),
              absl::StrCat(running, running == 1 ? " onboarding runs" : " onboardings run"),
              "Complete it, or give it up with CancelOnboarding of handoff, first");
        }
        Account account = before;
        if (!account.has_archive_time()) {
          *account.mutable_archive_time() = calendar::ToTimestamp(writer.now());
        }
        return store_.Save(writer, &before, account, request.etag());
      });
}

absl::StatusOr<Account> AccountsApi::RestoreAccount(const Call& call,
                                                    const v1::RestoreAccountRequest& request) {
  return storage::Mutate<Account>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Account> {
        BANSO_ASSIGN_OR_RETURN(const Account before, store_.accounts.Get(writer, request.name()));
        if (!before.merged_into().empty()) return CheckNotArchived(before);
        Account account = before;
        account.clear_archive_time();
        BANSO_RETURN_IF_ERROR(policy_.Classify(writer, writer.now(), &account));
        return store_.Save(writer, &before, account);
      });
}

}  // namespace banso::accounts
