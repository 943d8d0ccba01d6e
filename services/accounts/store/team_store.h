#ifndef BANSO_SERVICES_ACCOUNTS_STORE_TEAM_STORE_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_TEAM_STORE_H_

#include <initializer_list>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/role_play.pb.h"
#include "common/contract/errors.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/revisions.h"

namespace banso::accounts {

// The members of the vendor, and what they have practised. Members are written with Save only.
// Immutable and thread-safe.
class TeamStore {
 public:
  TeamStore();

  const storage::Collection<v1::Member> members;
  const storage::Collection<v1::RolePlay> role_plays;
  const storage::RevisionedCollection<v1::RolePlayRubric> rubrics;

  // Stores a member, creating it when `before` is null, with where it has belonged.
  absl::StatusOr<v1::Member> Save(storage::Writer& writer, const v1::Member* before,
                                  const v1::Member& after,
                                  absl::string_view expected_etag = "") const;

  // PERMISSION_DENIED (ROLE_REQUIRED) unless whoever acts has one of these roles or is no member;
  // see CheckRole.
  absl::Status CheckActorRole(storage::Writer& writer, std::initializer_list<v1::MemberRole> roles,
                              absl::string_view what) const;

  // Adds a violation of `field` unless `member` is empty or a member that exists (UNKNOWN_MEMBER)
  // and has not been erased (PERSON_ERASED). What a resource says already is not to be checked
  // again.
  absl::Status CheckMember(storage::Reader& reader, absl::string_view member,
                           absl::string_view field, contract::Violations* violations) const;
  // The same of somebody who is given something to do, who must not have left either (MEMBER_LEFT).
  absl::Status CheckEmployed(storage::Reader& reader, absl::string_view member,
                             absl::string_view field, contract::Violations* violations) const;

  // INTERNAL when a table is not as the collections need it.
  absl::Status CheckSchema(storage::Reader& reader) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_TEAM_STORE_H_
