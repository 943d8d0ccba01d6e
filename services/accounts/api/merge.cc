#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/churn.h"
#include "services/accounts/domain/classification/overrides.h"
#include "services/accounts/domain/contract.h"
#include "services/accounts/domain/fact_types.h"
#include "services/accounts/domain/merge.h"

namespace banso::accounts {

using storage::Writer;
using v1::Account;
using v1::MergeAccountsResponse;
using v1::Onboarding;

namespace {

// What becomes of something that belongs to the duplicate.
enum class Fate { kMove, kCopy, kKeep };

// The facts about a resource of this type, which go where it goes.
template <class T>
std::vector<std::string> FactsAbout() {
  fact::v1::SubjectKind kind = fact::v1::SUBJECT_KIND_UNSPECIFIED;
  if (std::is_same_v<T, v1::Stakeholder>) kind = fact::v1::SUBJECT_KIND_STAKEHOLDER;
  if (std::is_same_v<T, v1::Site>) kind = fact::v1::SUBJECT_KIND_SITE;
  std::vector<std::string> facts;
  for (const std::vector<fact::v1::FactType>& types : {FactTypes(), RelationFactTypes()}) {
    for (const fact::v1::FactType& type : types) {
      if (type.subject() == kind) facts.push_back(type.name());
    }
  }
  return facts;
}

// Brings what belongs to the duplicate over to the account that is kept: first every resource gets
// its new name (Plan), then all are stored with their references renamed (Move).
class Relocation {
 public:
  Relocation(Writer& writer, const storage::FactLog& facts, const std::string& from,
             const std::string& to, MergeAccountsResponse* response)
      : writer_(writer), facts_(facts), from_(from), to_(to), response_(response) {}

  template <class T>
  absl::Status Plan(const storage::Collection<T>& resources, const std::string& collection,
                    absl::FunctionRef<Fate(const std::string& name)> fate) {
    return resources.ForEach(writer_, from_, {}, [&](T& resource) -> absl::Status {
      const Fate what = fate(resource.name());
      if (what == Fate::kKeep) {
        response_->add_kept(resource.name());
        return absl::OkStatus();
      }
      if (what == Fate::kCopy) copied_.insert(resource.name());
      BANSO_ASSIGN_OR_RETURN(names_[resource.name()],
                             FreeName(resources, collection, contract::LastId(resource.name())));
      return absl::OkStatus();
    });
  }

  // `adjust` may change a resource, which has its new name already, before it is stored.
  template <class T>
  absl::Status Move(
      const storage::Collection<T>& resources,
      absl::FunctionRef<absl::Status(T& resource)> adjust = [](T&) { return absl::OkStatus(); }) {
    const std::vector<std::string> facts = FactsAbout<T>();
    BANSO_ASSIGN_OR_RETURN(std::vector<T> all, resources.All(writer_, from_));
    for (T& resource : all) {
      const auto planned = names_.find(resource.name());
      if (planned == names_.end()) continue;
      v1::MovedResource* moved = response_->add_moved();
      moved->set_before(planned->first);
      moved->set_after(planned->second);
      moved->set_copied(copied_.contains(planned->first));
      resource.set_name(planned->second);
      RenameReferences(names_, &resource);
      if constexpr (std::is_same_v<T, v1::Stakeholder>) resource.add_former_names(planned->first);
      BANSO_RETURN_IF_ERROR(adjust(resource));
      BANSO_RETURN_IF_ERROR(resources.Adopt(writer_, std::move(resource)).status());
      for (const std::string& fact : facts) BANSO_RETURN_IF_ERROR(MoveFact(fact, *moved));
      if (moved->copied()) continue;
      BANSO_RETURN_IF_ERROR(resources.Delete(writer_, planned->first));
    }
    return absl::OkStatus();
  }

 private:
  // Tells a fact's history under the new name, each value as known since when it was; under the old
  // one, unless that stays, it is unknown from now on.
  absl::Status MoveFact(const std::string& fact, const v1::MovedResource& moved) {
    BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactChange> changes,
                           facts_.Changes(writer_, moved.before(), fact));
    if (changes.empty()) return absl::OkStatus();
    fact::v1::FactChange withdrawn;
    withdrawn.set_subject(moved.before());
    withdrawn.set_fact(fact);
    withdrawn.set_source(changes.back().source());
    for (fact::v1::FactChange& change : changes) {
      change.set_subject(moved.after());
      change.set_backdated(true);
      BANSO_RETURN_IF_ERROR(facts_.Record(writer_, std::move(change)));
    }
    return moved.copied() ? absl::OkStatus() : facts_.Record(writer_, std::move(withdrawn));
  }

  template <class T>
  absl::StatusOr<std::string> FreeName(const storage::Collection<T>& resources,
                                       const std::string& collection, const std::string& id) {
    for (int attempt = 1;; ++attempt) {
      std::string name = contract::Join(to_, collection, NumberedId(id, attempt));
      BANSO_ASSIGN_OR_RETURN(const bool exists, resources.Exists(writer_, name));
      if (!exists && taken_.insert(name).second) return name;
    }
  }

  Writer& writer_;
  const storage::FactLog& facts_;
  const std::string from_;
  const std::string to_;
  MergeAccountsResponse* response_;
  std::map<std::string, std::string> names_;
  std::set<std::string> copied_;
  std::set<std::string> taken_;
};

// The names of what belongs to one of these deals.
template <class T>
absl::Status NamesWithDeal(Writer& writer, const storage::Collection<T>& resources,
                           const std::string& account, const std::set<std::string>& deals,
                           std::set<std::string>* names) {
  return resources.ForEach(writer, account, {}, [&](T& resource) {
    if (!resource.deal().empty() && deals.contains(resource.deal())) names->insert(resource.name());
    return absl::OkStatus();
  });
}

// Lets `account`, the one that is kept, carry the overrides of the duplicate too. Where both have
// one of the same axis in force, that of the account that is kept goes on and the other one ends.
absl::Status MoveOverrides(Writer& writer, const Store& store, Account* account,
                           Relocation* relocation) {
  BANSO_RETURN_IF_ERROR(relocation->Plan(store.classification.overrides, "classificationOverrides",
                                         [](const std::string& /*name*/) { return Fate::kMove; }));
  v1::Classification& carrying = *account->mutable_classification();
  const v1::Classification own = carrying;
  const absl::CivilDay today = Today(*account, writer.now());
  const auto adjust = [&](v1::ClassificationOverride& moved) -> absl::Status {
    if (moved.state() != v1::OVERRIDE_STATE_IN_FORCE) return absl::OkStatus();
    if (OverrideOf(own, moved.axis(), today) != nullptr) {
      return EndOverride(v1::OVERRIDE_STATE_REPLACED, writer.call().actor,
                         absl::StrCat("merged into ", account->name()), writer.now(), &moved);
    }
    SetExpireTime(*account, &moved);
    AddOverride(moved, &carrying);
    return absl::OkStatus();
  };
  return relocation->Move<v1::ClassificationOverride>(store.classification.overrides, adjust);
}

// Lets lists find the interactions that have moved by those who took part.
absl::Status FollowInteractions(Writer& writer, const Store& store,
                                const MergeAccountsResponse& response) {
  for (const v1::MovedResource& moved : response.moved()) {
    if (!absl::StrContains(moved.after(), "/interactions/")) continue;
    BANSO_RETURN_IF_ERROR(store.participants.Forget(writer, moved.before()));
    BANSO_ASSIGN_OR_RETURN(const v1::Interaction interaction,
                           store.interactions.Get(writer, moved.after()));
    BANSO_RETURN_IF_ERROR(store.participants.Note(writer, interaction));
  }
  return absl::OkStatus();
}

absl::Status Relocate(Writer& writer, const Store& store, const v1::MergeAccountsRequest& request,
                      const std::vector<Onboarding>& onboardings, const Account& account,
                      MergeAccountsResponse* response, Relocation& relocation) {
  std::set<std::string> deals_in_use;
  for (const Onboarding& onboarding : onboardings) {
    response->add_kept(onboarding.name());
    deals_in_use.insert(onboarding.deal());
  }
  const auto fate_of_deal = [&](const std::string& name) {
    return deals_in_use.contains(name) ? Fate::kKeep : Fate::kMove;
  };
  // Plans in the kickoff service name the people (and these their sites) of their onboarding.
  const auto fate_of_person = [&](const std::string& /*name*/) {
    return onboardings.empty() ? Fate::kMove : Fate::kCopy;
  };
  BANSO_RETURN_IF_ERROR(relocation.Plan(store.deals, "deals", fate_of_deal));
  BANSO_RETURN_IF_ERROR(relocation.Plan(store.stakeholders, "stakeholders", fate_of_person));
  const auto always = [](const std::string& /*name*/) { return Fate::kMove; };
  // Meetings stay with the onboarding that they were about.
  std::set<std::string> of_onboarding;
  BANSO_RETURN_IF_ERROR(store.interactions.ForEach(writer, request.duplicate(), {},
                                                   [&](v1::Interaction& interaction) {
                                                     if (!interaction.onboarding().empty())
                                                       of_onboarding.insert(interaction.name());
                                                     return absl::OkStatus();
                                                   }));
  const auto fate_of_interaction = [&](const std::string& name) {
    return of_onboarding.contains(name) ? Fate::kKeep : Fate::kMove;
  };
  BANSO_RETURN_IF_ERROR(relocation.Plan(store.sites, "sites", fate_of_person));
  BANSO_RETURN_IF_ERROR(relocation.Plan(store.contracts, "contracts", always));
  BANSO_RETURN_IF_ERROR(relocation.Plan(store.upsell_conditions, "upsellConditions", always));
  BANSO_RETURN_IF_ERROR(relocation.Plan(store.interactions, "interactions", fate_of_interaction));
  BANSO_RETURN_IF_ERROR(
      relocation.Plan(store.stakeholder_changes, "stakeholderChanges", fate_of_person));
  // Questions and voices go where their deal goes.
  std::set<std::string> with_kept_deal;
  BANSO_RETURN_IF_ERROR(NamesWithDeal(writer, store.intake.reviews, request.duplicate(),
                                      deals_in_use, &with_kept_deal));
  BANSO_RETURN_IF_ERROR(NamesWithDeal(writer, store.intake.voices, request.duplicate(),
                                      deals_in_use, &with_kept_deal));
  const auto fate_with_deal = [&](const std::string& name) {
    return with_kept_deal.contains(name) ? Fate::kKeep : Fate::kMove;
  };
  BANSO_RETURN_IF_ERROR(relocation.Plan(store.intake.reviews, "intakeReviews", fate_with_deal));
  BANSO_RETURN_IF_ERROR(relocation.Plan(store.intake.voices, "voices", fate_with_deal));
  BANSO_RETURN_IF_ERROR(relocation.Move(store.intake.reviews));
  BANSO_RETURN_IF_ERROR(relocation.Move(store.intake.voices));
  BANSO_RETURN_IF_ERROR(relocation.Move(store.deals));
  BANSO_RETURN_IF_ERROR(relocation.Move(store.sites));
  BANSO_RETURN_IF_ERROR(relocation.Move(store.stakeholders));
  BANSO_RETURN_IF_ERROR(relocation.Move<v1::Contract>(store.contracts, [&](v1::Contract& moved) {
    if (account.has_churn()) Terminate(calendar::ToDay(account.churn().date()), &moved);
    return absl::OkStatus();
  }));
  BANSO_RETURN_IF_ERROR(relocation.Move(store.upsell_conditions));
  BANSO_RETURN_IF_ERROR(relocation.Move(store.interactions));
  BANSO_RETURN_IF_ERROR(FollowInteractions(writer, store, *response));
  return relocation.Move(store.stakeholder_changes);
}

// Accounts whose parent was the duplicate belong to the account that is kept.
absl::Status AdoptSubsidiaries(Writer& writer, const Store& store,
                               const v1::MergeAccountsRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<Account> subsidiaries,
                         store.accounts.All(writer, "",
                                            {storage::Equal("parent_account", request.duplicate()),
                                             storage::Where("parent_account <> ''")}));
  for (const Account& before : subsidiaries) {
    Account after = before;
    after.set_parent_account(request.name());
    BANSO_RETURN_IF_ERROR(store.Save(writer, &before, after).status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<MergeAccountsResponse> AccountsApi::MergeAccounts(
    const Call& call, const v1::MergeAccountsRequest& request) {
  return storage::Mutate<MergeAccountsResponse>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<MergeAccountsResponse> {
        BANSO_ASSIGN_OR_RETURN(const Account kept, store_.accounts.Get(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(const Account duplicate,
                               store_.accounts.Get(writer, request.duplicate()));
        BANSO_ASSIGN_OR_RETURN(const std::vector<Onboarding> onboardings,
                               store_.onboardings.All(writer, duplicate.name()));
        BANSO_RETURN_IF_ERROR(CheckMerge(kept, duplicate, onboardings));
        const Account merged = Merged(kept, duplicate);
        MergeAccountsResponse response;
        // The duplicate first: its external ids must be free before the other can have them.
        BANSO_ASSIGN_OR_RETURN(
            *response.mutable_duplicate(),
            store_.Save(writer, &duplicate, MergedAway(duplicate, merged, writer.now())));
        Account account = merged;
        Relocation relocation(writer, store_.facts, duplicate.name(), kept.name(), &response);
        AddChurns(duplicate, writer.now(), &account);
        BANSO_RETURN_IF_ERROR(MoveOverrides(writer, store_, &account, &relocation));
        BANSO_RETURN_IF_ERROR(policy_.Classify(writer, writer.now(), &account));
        BANSO_RETURN_IF_ERROR(store_.Save(writer, &kept, account, request.etag()).status());
        BANSO_RETURN_IF_ERROR(store_.external_ids.PassOn(writer, duplicate.name(), kept.name()));
        BANSO_RETURN_IF_ERROR(
            Relocate(writer, store_, request, onboardings, account, &response, relocation));
        BANSO_RETURN_IF_ERROR(store_.DropSummary(writer, duplicate));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account, {.recount_contacts = true}));
        BANSO_RETURN_IF_ERROR(AdoptSubsidiaries(writer, store_, request));
        BANSO_ASSIGN_OR_RETURN(*response.mutable_account(),
                               store_.accounts.Get(writer, kept.name()));
        return response;
      });
}

}  // namespace banso::accounts
