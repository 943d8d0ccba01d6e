#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "common/storage/redact_where.h"
#include "services/accounts/api/charge.h"
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

using Names = std::set<std::string>;

template <typename List>
bool HasAny(const List& list, const Names& names) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& name) { return names.contains(name); });
}

// What tells that a resource has to do with one of these people.
bool Concerns(const Interaction& interaction, const Names& people) {
  return HasAny(interaction.stakeholders(), people) || HasAny(interaction.members(), people);
}

bool Concerns(const v1::StakeholderChange& change, const Names& people) {
  return people.contains(change.before()) || people.contains(change.after());
}

bool Concerns(const v1::RolePlay& role_play, const Names& people) {
  return people.contains(contract::Ancestor(role_play.name(), "members")) ||
         std::any_of(role_play.ratings().begin(), role_play.ratings().end(),
                     [&](const auto& rating) { return people.contains(rating.rater()); });
}

bool Concerns(const v1::Voice& voice, const Names& people) {
  return people.contains(voice.stakeholder());
}

// Takes what is personal out of a resource that has to do with somebody.
template <typename T>
void Clear(T* resource) {
  contract::ClearSensitive(resource);
}

void Clear(v1::Voice* voice) { accounts::ErasePerson(voice); }

// Clears what is personal in each resource of a kind that has to do with these people, or ever
// had. `prefixes` are the beginnings of the names that come into question. Returns how many it
// were.
template <typename T>
absl::StatusOr<int> ClearAll(Writer& writer, const storage::Collection<T>& resources,
                             const Names& prefixes, const Names& people) {
  int cleared = 0;
  for (const std::string& prefix : prefixes) {
    BANSO_ASSIGN_OR_RETURN(const int here,
                           storage::RedactWhere<T>(
                               writer, resources, prefix,
                               [&](const T& resource) { return Concerns(resource, people); },
                               [](T& resource) { Clear(&resource); }));
    cleared += here;
  }
  return cleared;
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
  BANSO_ASSIGN_OR_RETURN(Member member, store_.team.members.Get(writer, name));
  if (member.has_erase_time()) return ResponseOf(name, member.erase_time(), 0);
  BANSO_RETURN_IF_ERROR(CheckNotInCharge(writer, store_, name));
  BANSO_ASSIGN_OR_RETURN(const int met, ClearAll(writer, store_.interactions, {""}, {name}));
  BANSO_ASSIGN_OR_RETURN(const int played, ClearAll(writer, store_.team.role_plays, {""}, {name}));
  BANSO_RETURN_IF_ERROR(store_.team.members.Redact(
      writer, name, [](Member& resource) { accounts::ErasePerson(&resource); }));
  BANSO_ASSIGN_OR_RETURN(member, store_.team.members.Get(writer, name));
  *member.mutable_erase_time() = calendar::ToTimestamp(writer.now());
  BANSO_RETURN_IF_ERROR(store_.team.members.Update(writer, member).status());
  return ResponseOf(name, member.erase_time(), 1 + met + played);
}

absl::StatusOr<std::set<std::string>> PeopleApi::NamesOf(Reader& reader,
                                                         const std::string& name) const {
  Names names;
  std::vector<std::string> open = {name};
  while (!open.empty()) {
    const std::string next = std::move(open.back());
    open.pop_back();
    if (!names.insert(next).second) continue;
    BANSO_ASSIGN_OR_RETURN(const auto stakeholder, store_.stakeholders.Find(reader, next));
    if (!stakeholder.has_value()) continue;
    open.insert(open.end(), stakeholder->former_names().begin(), stakeholder->former_names().end());
    BANSO_ASSIGN_OR_RETURN(const auto account,
                           store_.accounts.Find(reader, contract::Ancestor(next, "accounts")));
    if (!account.has_value() || account->merged_into().empty()) continue;
    BANSO_RETURN_IF_ERROR(store_.stakeholders.ForEach(
        reader, account->merged_into(), {}, [&](const Stakeholder& successor) {
          if (HasAny(successor.former_names(), {next})) open.push_back(successor.name());
          return absl::OkStatus();
        }));
  }
  return names;
}

absl::Status PeopleApi::EraseResource(Writer& writer, const std::string& name) const {
  BANSO_RETURN_IF_ERROR(store_.facts.Erase(writer, name).status());
  BANSO_RETURN_IF_ERROR(store_.stakeholders.Redact(
      writer, name, [](Stakeholder& resource) { accounts::ErasePerson(&resource); }));
  BANSO_ASSIGN_OR_RETURN(auto stakeholder, store_.stakeholders.Find(writer, name));
  // It has got another name since, in a merge.
  if (!stakeholder.has_value() || stakeholder->has_erase_time()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const Account account,
                         store_.accounts.Get(writer, contract::Ancestor(name, "accounts")));
  *stakeholder->mutable_erase_time() = calendar::ToTimestamp(writer.now());
  const absl::CivilDay today = Today(account, writer.now());
  if (IsActive(*stakeholder, today)) {
    *stakeholder->mutable_active_until() = calendar::ToDate(today - 1);
    if (stakeholder->has_active_from() && calendar::ToDay(stakeholder->active_from()) == today) {
      stakeholder->clear_active_from();
    }
  }
  BANSO_RETURN_IF_ERROR(store_.stakeholders.Update(writer, *stakeholder).status());
  return store_.RefreshSummary(writer, account);
}

absl::StatusOr<ErasePersonResponse> PeopleApi::EraseStakeholder(Writer& writer,
                                                                const std::string& name) const {
  BANSO_ASSIGN_OR_RETURN(Stakeholder stakeholder, store_.stakeholders.Get(writer, name));
  if (stakeholder.has_erase_time()) return ResponseOf(name, stakeholder.erase_time(), 0);
  BANSO_ASSIGN_OR_RETURN(const Names people, NamesOf(writer, name));
  Names prefixes;
  for (const std::string& person : people) {
    BANSO_RETURN_IF_ERROR(EraseResource(writer, person));
    prefixes.insert(contract::Ancestor(person, "accounts") + "/");
  }
  BANSO_ASSIGN_OR_RETURN(const int met, ClearAll(writer, store_.interactions, prefixes, people));
  BANSO_ASSIGN_OR_RETURN(const int changes,
                         ClearAll(writer, store_.stakeholder_changes, prefixes, people));
  BANSO_ASSIGN_OR_RETURN(const int voices,
                         ClearAll(writer, store_.intake.voices, prefixes, people));
  BANSO_ASSIGN_OR_RETURN(stakeholder, store_.stakeholders.Get(writer, name));
  return ResponseOf(name, stakeholder.erase_time(),
                    static_cast<int>(people.size()) + met + changes + voices);
}

absl::StatusOr<ErasePersonResponse> PeopleApi::ErasePerson(const Call& call,
                                                           const v1::ErasePersonRequest& request) {
  return storage::Mutate<ErasePersonResponse>(database_, call, request, [&](Writer& writer) {
    return absl::StartsWith(request.name(), "members/") ? EraseMember(writer, request.name())
                                                        : EraseStakeholder(writer, request.name());
  });
}

}  // namespace banso::accounts
