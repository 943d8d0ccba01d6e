#include "services/accounts/api/charge.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/accounts/domain/erase.h"

namespace banso::accounts {

using storage::Reader;
using v1::Account;

namespace {

// `1 open deal`, `3 open deals`.
std::string Counted(int64_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

// What a member answers for, or would again when an account is restored.
struct Charge {
  int64_t accounts = 0;
  int64_t archived_accounts = 0;
  int64_t onboardings = 0;
  int64_t open_deals = 0;
};

absl::StatusOr<Charge> ChargeOf(Reader& reader, const Store& store, const std::string& member) {
  Charge charge;
  const storage::Filter is_owner = storage::AnyOf({storage::Equal("sales_owner", member),
                                                   storage::Equal("onboarding_owner", member),
                                                   storage::Equal("retention_owner", member)});
  BANSO_RETURN_IF_ERROR(store.accounts.ForEach(reader, "", {is_owner}, [&](Account& account) {
    if (!account.has_archive_time()) {
      ++charge.accounts;
    } else if (account.merged_into().empty()) {
      ++charge.archived_accounts;
    }
    return absl::OkStatus();
  }));
  // One that is not over makes its owner accountable once those before it are.
  BANSO_ASSIGN_OR_RETURN(
      charge.onboardings,
      store.onboardings.Count(
          reader, "",
          {storage::Equal("owner", member),
           storage::In("state", {storage::Value(v1::ONBOARDING_STATE_RUNNING),
                                 storage::Value(v1::ONBOARDING_STATE_COMPLETED)})}));
  BANSO_RETURN_IF_ERROR(store.deals.ForEach(
      reader, "",
      {storage::Equal("sales_owner", member), storage::Equal("stage", v1::DEAL_STAGE_OPEN)},
      [&](v1::Deal& deal) -> absl::Status {
        BANSO_ASSIGN_OR_RETURN(
            const Account account,
            store.accounts.Get(reader, contract::Ancestor(deal.name(), "accounts")));
        charge.open_deals += account.merged_into().empty() ? 1 : 0;
        return absl::OkStatus();
      }));
  return charge;
}

}  // namespace

absl::Status CheckNotInCharge(Reader& reader, const Store& store, const std::string& member) {
  BANSO_ASSIGN_OR_RETURN(const Charge charge, ChargeOf(reader, store, member));
  std::vector<contract::Precondition> causes;
  const auto add = [&](int64_t count, absl::string_view what, const char* what_to_do) {
    if (count == 0) return;
    causes.push_back(
        {member, absl::StrCat("the member is an owner of ", Counted(count, what)), what_to_do});
  };
  add(charge.accounts, "account", "Give the accounts to others first (ReassignAccounts)");
  add(charge.archived_accounts, "archived account",
      "Restore the accounts and give them to others first (RestoreAccount, ReassignAccounts)");
  add(charge.onboardings, "unfinished onboarding",
      "Give the onboardings to others first (UpdateOnboarding)");
  add(charge.open_deals, "open deal", "Give the deals to others first (UpdateDeal)");
  if (causes.empty()) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonMemberInCharge, causes);
}

}  // namespace banso::accounts
