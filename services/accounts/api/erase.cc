#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/people_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/stakeholder.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::ErasePersonResponse;
using v1::Interaction;
using v1::Member;
using v1::Stakeholder;

namespace {

template <typename Names>
bool Has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Clears what is sensitive in each resource of a kind under `parent` that has to do with a person;
// returns how many these are.
template <typename T, typename Concerns>
absl::StatusOr<int> ClearAll(Writer& writer, const storage::Collection<T>& resources,
                             const std::string& parent, Concerns concerns) {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(resources.ForEach(writer, parent, {}, [&](T& resource) {
    if (concerns(resource)) names.push_back(resource.name());
    return absl::OkStatus();
  }));
  for (const std::string& name : names) {
    BANSO_RETURN_IF_ERROR(
        resources.Redact(writer, name, [](T& resource) { ClearSensitive(&resource); }));
  }
  return static_cast<int>(names.size());
}

// FAILED_PRECONDITION (MEMBER_IN_CHARGE) while accounts or onboardings under way have the member.
absl::Status CheckNotInCharge(Reader& reader, const Store& store, const std::string& member) {
  BANSO_ASSIGN_OR_RETURN(
      const int64_t accounts,
      store.accounts.Count(reader, "",
                           {storage::AnyOf({storage::Equal("sales_owner", member),
                                            storage::Equal("onboarding_owner", member),
                                            storage::Equal("retention_owner", member)}),
                            storage::IsNull("archive_time")}));
  if (accounts == 0) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonMemberInCharge, member,
                                      absl::StrCat("the member is an owner of ", accounts,
                                                   accounts == 1 ? " account" : " accounts"),
                                      "Give the accounts to others first (ReassignAccounts)");
}

ErasePersonResponse ResponseOf(const std::string& name, const google::protobuf::Timestamp& time,
                               int resources) {
  ErasePersonResponse response;
  response.set_name(name);
  *response.mutable_erase_time() = time;
  response.set_resources(resources);
  return response;
}

}  // namespace

absl::StatusOr<ErasePersonResponse> PeopleApi::EraseMember(Writer& writer,
                                                           const std::string& name) const {
  BANSO_ASSIGN_OR_RETURN(Member member, store_.members.Get(writer, name));
  if (member.has_erase_time()) return ResponseOf(name, member.erase_time(), 0);
  BANSO_RETURN_IF_ERROR(CheckNotInCharge(writer, store_, name));
  BANSO_ASSIGN_OR_RETURN(const int met, ClearAll(writer, store_.interactions, "accounts/-",
                                                 [&](const Interaction& interaction) {
                                                   return Has(interaction.members(), name);
                                                 }));
  BANSO_ASSIGN_OR_RETURN(
      const int played,
      ClearAll(writer, store_.role_plays, "members/-", [&](const v1::RolePlay& role_play) {
        return absl::StartsWith(role_play.name(), name + "/") ||
               std::any_of(role_play.ratings().begin(), role_play.ratings().end(),
                           [&](const auto& rating) { return rating.rater() == name; });
      }));
  BANSO_RETURN_IF_ERROR(store_.members.Redact(
      writer, name, [](Member& resource) { accounts::ErasePerson(&resource); }));
  BANSO_ASSIGN_OR_RETURN(member, store_.members.Get(writer, name));
  *member.mutable_erase_time() = calendar::ToTimestamp(writer.now());
  BANSO_RETURN_IF_ERROR(store_.members.Update(writer, member).status());
  return ResponseOf(name, member.erase_time(), 1 + met + played);
}

absl::StatusOr<ErasePersonResponse> PeopleApi::EraseStakeholder(Writer& writer,
                                                                const std::string& name) const {
  BANSO_ASSIGN_OR_RETURN(Stakeholder stakeholder, store_.stakeholders.Get(writer, name));
  if (stakeholder.has_erase_time()) return ResponseOf(name, stakeholder.erase_time(), 0);
  BANSO_ASSIGN_OR_RETURN(const Account account,
                         store_.accounts.Get(writer, contract::Ancestor(name, "accounts")));
  BANSO_ASSIGN_OR_RETURN(const int met, ClearAll(writer, store_.interactions, account.name(),
                                                 [&](const Interaction& interaction) {
                                                   return Has(interaction.stakeholders(), name);
                                                 }));
  BANSO_RETURN_IF_ERROR(store_.stakeholders.Redact(
      writer, name, [](Stakeholder& resource) { accounts::ErasePerson(&resource); }));
  BANSO_ASSIGN_OR_RETURN(stakeholder, store_.stakeholders.Get(writer, name));
  *stakeholder.mutable_erase_time() = calendar::ToTimestamp(writer.now());
  const absl::CivilDay today = Today(account, writer.now());
  if (IsActive(stakeholder, today)) {
    *stakeholder.mutable_active_until() = calendar::ToDate(today - 1);
    if (stakeholder.has_active_from() && calendar::ToDay(stakeholder.active_from()) == today) {
      stakeholder.clear_active_from();
    }
  }
  BANSO_RETURN_IF_ERROR(store_.stakeholders.Update(writer, stakeholder).status());
  BANSO_RETURN_IF_ERROR(store_.facts.Erase(writer, name).status());
  BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
  BANSO_ASSIGN_OR_RETURN(const int changes,
                         ClearAll(writer, store_.stakeholder_changes, account.name(),
                                  [&](const v1::StakeholderChange& change) {
                                    return change.before() == name || change.after() == name;
                                  }));
  return ResponseOf(name, stakeholder.erase_time(), 1 + met + changes);
}

absl::StatusOr<ErasePersonResponse> PeopleApi::ErasePerson(const Call& call,
                                                           const v1::ErasePersonRequest& request) {
  return storage::Mutate<ErasePersonResponse>(database_, call, request, [&](Writer& writer) {
    return absl::StartsWith(request.name(), "members/") ? EraseMember(writer, request.name())
                                                        : EraseStakeholder(writer, request.name());
  });
}

}  // namespace banso::accounts
