#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_MEMBER_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_MEMBER_H_

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/role_play.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "common/contract/errors.h"

namespace banso::accounts {

inline constexpr char kReasonNotCertified[] = "NOT_CERTIFIED";
inline constexpr char kReasonRoleRequired[] = "ROLE_REQUIRED";
inline constexpr char kReasonMemberLeft[] = "MEMBER_LEFT";
inline constexpr char kReasonNotLeft[] = "NOT_LEFT";

// The civil day at `now` in which the days of the vendor's own people are counted (Asia/Tokyo).
absl::CivilDay VendorDay(absl::Time now);

// Adds what is wrong with a member by itself: a leave that ends before it begins.
void CheckMember(const v1::Member& member, contract::Violations* violations);

// Puts the member into a team and department from `day` on, and writes it down in `memberships`.
// INVALID_ARGUMENT for a day after `today` or before the present membership began.
absl::Status Move(const std::string& team, const std::string& department, absl::CivilDay day,
                  absl::CivilDay today, v1::Member* member);

// Writes down a change of `team` and `department` that has been made, from `today` on. For a new
// member: where the member begins.
void NoteMembership(absl::CivilDay today, v1::Member* member);

// Ends the member's work for the vendor with `last_day`, and the present membership with it.
// FAILED_PRECONDITION (MEMBER_LEFT) when the member has left already; INVALID_ARGUMENT for a day
// after `today` or before the present membership began.
absl::Status EndEmployment(absl::CivilDay last_day, absl::CivilDay today, v1::Member* member);

// Lets a member who has left come back. On the day after the last one, and to the same team and
// department, it is as if the member had never left. FAILED_PRECONDITION (NOT_LEFT);
// INVALID_ARGUMENT for a day that is not after the last one, or that lies ahead.
absl::Status ResumeEmployment(const v1::ResumeEmploymentRequest& request, absl::CivilDay today,
                              v1::Member* member);

// FAILED_PRECONDITION (MEMBER_LEFT) when the member has left.
absl::Status CheckHasNotLeft(const v1::Member& member);

// Lets a member have the account without being certified, in place of an earlier waiver.
// INVALID_ARGUMENT when it would be over before today.
absl::Status Waive(const v1::WaiveCertificationRequest& request, const std::string& actor,
                   absl::Time now, v1::Account* account);

// What the policy asks the account's onboarding and retention owner to be certified for at its
// touch level; empty: nothing.
std::string CertificationFor(const v1::ClassificationPolicy& policy, const v1::Account& account);

// Whether the member may have the account on a day: certified, or let off.
bool MayHave(const v1::Account& account, absl::string_view certification, const v1::Member& member,
             absl::CivilDay day);

// FAILED_PRECONDITION (NOT_CERTIFIED) unless the member may be the account's onboarding or
// retention owner on `day`, by what the policy asks for.
absl::Status CheckCertified(const v1::ClassificationPolicy& policy, const v1::Account& account,
                            const v1::Member& member, absl::CivilDay day);

// PERMISSION_DENIED (ROLE_REQUIRED) when `actor` is a member without any of these roles; null
// stands for whoever is no member, such as an operator, and may. `what` says what it takes: `to
// approve`.
absl::Status CheckRole(const v1::Member* actor, std::initializer_list<v1::MemberRole> roles,
                       absl::string_view what);

// Whether the member is certified on a day.
bool IsCertified(const v1::Member& member, absl::string_view certification, absl::CivilDay day);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_MEMBER_H_
