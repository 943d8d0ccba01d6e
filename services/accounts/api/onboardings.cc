#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/onboardings_api.h"
#include "services/accounts/api/roll_up.h"
#include "services/accounts/domain/intake.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/onboarding.h"
#include "services/accounts/store/of_account.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Onboarding;

namespace {

constexpr char kHandoffService[] = "services/handoff";

// The lifecycle is moved by the suite's processes only, which run in handoff.
absl::Status CheckFromHandoff(const Call& call, absl::string_view instead) {
  if (call.actor == kHandoffService) return absl::OkStatus();
  return contract::PermissionDenied(
      kReasonNotYours,
      absl::StrCat("only the handoff service moves the lifecycle; call its ", instead));
}

Act ActOf(const Writer& writer) { return {writer.call().actor, writer.now()}; }

// Takes over what was answered when sales asked about the deal before signing.
absl::Status CarryIntake(Reader& reader, const Store& store, Onboarding* onboarding) {
  if (onboarding->deal().empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto answer, store.intake.AnswerFor(reader, onboarding->deal()));
  if (answer.has_value()) CarryConditions(*answer, onboarding);
  return absl::OkStatus();
}

}  // namespace

absl::Status OnboardingsApi::CheckOnboarding(Reader& reader, const Onboarding& before,
                                             const Onboarding& onboarding,
                                             absl::string_view field) const {
  contract::Violations violations;
  if (onboarding.owner() != before.owner()) {
    BANSO_RETURN_IF_ERROR(store_.team.CheckEmployed(reader, onboarding.owner(),
                                                    absl::StrCat(field, ".owner"), &violations));
  }
  if (!onboarding.deal().empty()) {
    const std::string account = contract::Ancestor(onboarding.name(), "accounts");
    BANSO_ASSIGN_OR_RETURN(const bool exists, store_.deals.Exists(reader, onboarding.deal()));
    if (!exists || contract::Ancestor(onboarding.deal(), "accounts") != account) {
      violations.Add(absl::StrCat(field, ".deal"), onboarding.deal(),
                     absl::StrCat("a deal of ", account, " that exists"), "UNKNOWN_DEAL");
    }
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < onboarding.sites_size(); ++i) {
    const std::string path = absl::StrCat(field, ".sites[", i, "]");
    BANSO_RETURN_IF_ERROR(CheckOfAccount(reader, store_.sites, onboarding.name(),
                                         onboarding.sites(i), path, "site", &violations));
    if (!seen.insert(onboarding.sites(i)).second) {
      violations.Add(path, onboarding.sites(i), "each site once", "DUPLICATE");
    }
  }
  return violations.ToStatus();
}

absl::StatusOr<Onboarding> OnboardingsApi::ChangeOnboarding(
    Writer& writer, const std::string& name, const std::string& etag,
    absl::FunctionRef<absl::Status(Onboarding& onboarding, Account& account)> change) {
  BANSO_ASSIGN_OR_RETURN(const Onboarding before, store_.onboardings.Get(writer, name));
  BANSO_ASSIGN_OR_RETURN(const Account account_before, store_.AccountForChange(writer, name));
  Onboarding onboarding = before;
  Account account = account_before;
  BANSO_RETURN_IF_ERROR(change(onboarding, account));
  BANSO_ASSIGN_OR_RETURN(Onboarding stored, store_.Save(writer, &before, onboarding, etag));
  BANSO_RETURN_IF_ERROR(RollUpAccount(writer, store_, policy_, account_before, std::move(account)));
  return stored;
}

absl::StatusOr<Onboarding> OnboardingsApi::CreateOnboarding(
    const Call& call, const v1::CreateOnboardingRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckFromHandoff(call, "StartOnboarding"));
  return storage::Mutate<Onboarding>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Onboarding> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.accounts.Get(writer, request.parent()));
        BANSO_RETURN_IF_ERROR(CheckMayStartOnboarding(account));
        Onboarding onboarding = request.onboarding();
        onboarding.set_name(contract::Join(request.parent(), "onboardings",
                                           contract::IdOrNew(request.onboarding_id(), ids_)));
        BANSO_RETURN_IF_ERROR(CheckOnboarding(writer, {}, onboarding, "onboarding"));
        BANSO_RETURN_IF_ERROR(store_.classification.CheckCertified(writer, writer.now(), account,
                                                                   onboarding.owner()));
        BANSO_RETURN_IF_ERROR(CarryIntake(writer, store_, &onboarding));
        Begin(request.contract_start(), ActOf(writer), &onboarding);
        BANSO_ASSIGN_OR_RETURN(Onboarding stored, store_.Save(writer, nullptr, onboarding));
        BANSO_RETURN_IF_ERROR(RollUpAccount(writer, store_, policy_, account, account));
        return stored;
      });
}

absl::StatusOr<Onboarding> OnboardingsApi::GetOnboarding(const Call& /*call*/,
                                                         const v1::GetOnboardingRequest& request) {
  return storage::Fetch<Onboarding>(
      database_, [&](Reader& reader) { return store_.onboardings.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListOnboardingsResponse> OnboardingsApi::ListOnboardings(
    const Call& /*call*/, const v1::ListOnboardingsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  if (!request.owner().empty()) query.filters.push_back(storage::Equal("owner", request.owner()));
  return storage::ListPage(database_, store_.onboardings, query,
                           &v1::ListOnboardingsResponse::mutable_onboardings);
}

absl::StatusOr<Onboarding> OnboardingsApi::UpdateOnboarding(
    const Call& call, const v1::UpdateOnboardingRequest& request) {
  const Onboarding& patch = request.onboarding();
  return storage::Mutate<Onboarding>(database_, call, request, [&](Writer& writer) {
    return ChangeOnboarding(
        writer, patch.name(), patch.etag(),
        [&](Onboarding& onboarding, Account& account) -> absl::Status {
          const Onboarding before = onboarding;
          BANSO_RETURN_IF_ERROR(
              contract::ApplyMask(request.update_mask(), patch, "onboarding", &onboarding));
          BANSO_RETURN_IF_ERROR(CheckOnboarding(writer, before, onboarding, "onboarding"));
          if (onboarding.owner() == before.owner()) return absl::OkStatus();
          return store_.classification.CheckCertified(writer, writer.now(), account,
                                                      onboarding.owner());
        });
  });
}

absl::StatusOr<Onboarding> OnboardingsApi::RecordClock(const Call& call,
                                                       const v1::RecordClockRequest& request) {
  return storage::Mutate<Onboarding>(database_, call, request, [&](Writer& writer) {
    return ChangeOnboarding(
        writer, request.name(), "", [&](Onboarding& onboarding, Account& /*account*/) {
          return accounts::RecordClock(request.clock(), request.date(), request.reason(),
                                       ActOf(writer), &onboarding);
        });
  });
}

absl::StatusOr<Onboarding> OnboardingsApi::PassBall(const Call& call,
                                                    const v1::PassBallRequest& request) {
  return storage::Mutate<Onboarding>(database_, call, request, [&](Writer& writer) {
    return ChangeOnboarding(
        writer, request.name(), "", [&](Onboarding& onboarding, Account& /*account*/) {
          return accounts::PassBall(request.holder(), request.reason(), ActOf(writer), &onboarding);
        });
  });
}

absl::StatusOr<Onboarding> OnboardingsApi::AdvanceOnboarding(
    const Call& call, const v1::AdvanceOnboardingRequest& request) {
  BANSO_RETURN_IF_ERROR(
      CheckFromHandoff(call, "CompleteOnboarding, AcceptHandoff or CancelOnboarding"));
  return storage::Mutate<Onboarding>(database_, call, request, [&](Writer& writer) {
    return ChangeOnboarding(
        writer, request.name(), "", [&](Onboarding& onboarding, Account& account) -> absl::Status {
          BANSO_RETURN_IF_ERROR(CheckNotChurned(account));
          BANSO_RETURN_IF_ERROR(Advance(request, ActOf(writer), &onboarding));
          if (onboarding.state() != v1::ONBOARDING_STATE_HANDED_OFF) return absl::OkStatus();
          contract::Violations violations;
          BANSO_RETURN_IF_ERROR(store_.team.CheckEmployed(writer, request.retention_owner(),
                                                          "retention_owner", &violations));
          BANSO_RETURN_IF_ERROR(violations.ToStatus());
          const Account before = account;
          account.mutable_owners()->set_retention(request.retention_owner());
          return store_.classification.CheckOwnersCertified(writer, writer.now(), &before, account);
        });
  });
}

}  // namespace banso::accounts
