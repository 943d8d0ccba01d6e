#include "services/accounts/domain/member.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"

namespace banso::accounts {
namespace {

using calendar::DayText;
using calendar::ToDay;
using v1::Member;

void NoteFrom(absl::CivilDay day, Member* member) {
  auto* memberships = member->mutable_memberships();
  if (!memberships->empty()) {
    v1::Membership& last = *memberships->rbegin();
    if (last.team() == member->team() && last.department() == member->department()) return;
    if (ToDay(last.start_date()) == day) {
      // What is changed again on the same day never was.
      memberships->RemoveLast();
    } else {
      *last.mutable_end_date() = calendar::ToDate(day - 1);
    }
  }
  v1::Membership& now = *memberships->Add();
  now.set_team(member->team());
  now.set_department(member->department());
  *now.mutable_start_date() = calendar::ToDate(day);
}

}  // namespace

absl::CivilDay VendorDay(absl::Time now) { return calendar::DayOf(now, calendar::kDefaultZone); }

void CheckMember(const Member& member, contract::Violations* violations) {
  for (int i = 0; i < member.leaves_size(); ++i) {
    const v1::Leave& leave = member.leaves(i);
    if (ToDay(leave.end_date()) < ToDay(leave.start_date())) {
      violations->Add(absl::StrCat("member.leaves[", i, "].end_date"), DayText(leave.end_date()),
                      "the first day or one after it", "OUT_OF_ORDER");
    }
  }
}

absl::Status Move(const std::string& team, const std::string& department, absl::CivilDay day,
                  absl::CivilDay today, Member* member) {
  if (day > today) {
    return contract::InvalidField("date", DayText(day), "today or a day before", "IN_THE_FUTURE");
  }
  if (!member->memberships().empty() && day < ToDay(member->memberships().rbegin()->start_date())) {
    const std::string begin = DayText(member->memberships().rbegin()->start_date());
    return contract::InvalidField(
        "date", DayText(day),
        absl::StrCat("the first day of the present membership, ", begin, ", or one after it"),
        "OUT_OF_ORDER");
  }
  member->set_team(team);
  member->set_department(department);
  NoteFrom(day, member);
  return absl::OkStatus();
}

void NoteMembership(absl::CivilDay today, Member* member) { NoteFrom(today, member); }

absl::Status Waive(const v1::WaiveCertificationRequest& request, const std::string& actor,
                   absl::Time now, v1::Account* account) {
  if (request.has_until() && ToDay(request.until()) < VendorDay(now)) {
    return contract::InvalidField("until", DayText(request.until()), "today or a day after it",
                                  "IN_THE_PAST");
  }
  auto* waivers = account->mutable_certification_waivers();
  auto waiver = std::find_if(waivers->begin(), waivers->end(),
                             [&](const auto& known) { return known.member() == request.member(); });
  if (waiver == waivers->end()) {
    waivers->Add()->set_member(request.member());
    waiver = waivers->end() - 1;
  }
  waiver->set_reason(request.reason());
  waiver->set_waived_by(actor);
  *waiver->mutable_waive_time() = calendar::ToTimestamp(now);
  waiver->clear_until();
  if (request.has_until()) *waiver->mutable_until() = request.until();
  return absl::OkStatus();
}

std::string CertificationFor(const v1::ClassificationPolicy& policy, const v1::Account& account) {
  for (const v1::TouchCertification& asked : policy.touch_certifications()) {
    if (asked.touch() == account.classification().touch()) return asked.certification();
  }
  return "";
}

bool MayHave(const v1::Account& account, absl::string_view certification, const Member& member,
             absl::CivilDay day) {
  return IsCertified(member, certification, day) ||
         std::any_of(account.certification_waivers().begin(), account.certification_waivers().end(),
                     [&](const v1::CertificationWaiver& waiver) {
                       return waiver.member() == member.name() &&
                              (!waiver.has_until() || day <= ToDay(waiver.until()));
                     });
}

absl::Status CheckCertified(const v1::ClassificationPolicy& policy, const v1::Account& account,
                            const Member& member, absl::CivilDay day) {
  const std::string certification = CertificationFor(policy, account);
  if (certification.empty() || MayHave(account, certification, member, day)) {
    return absl::OkStatus();
  }
  return contract::FailedPrecondition(
      kReasonNotCertified, member.name(),
      absl::StrCat("the member is not certified for ", certification, ", which ", account.name(),
                   " asks for at the touch level ", account.classification().touch()),
      "Pass a role-play (RateRolePlay), or say why not this time (WaiveCertification)");
}

absl::Status CheckRole(const v1::Member* actor, std::initializer_list<v1::MemberRole> roles,
                       absl::string_view what) {
  if (actor == nullptr) return absl::OkStatus();
  std::string accepted;
  for (const v1::MemberRole role : roles) {
    if (std::find(actor->roles().begin(), actor->roles().end(), role) != actor->roles().end()) {
      return absl::OkStatus();
    }
    absl::StrAppend(&accepted, accepted.empty() ? "" : " or ", v1::MemberRole_Name(role));
  }
  return contract::PermissionDenied(kReasonRoleRequired,
                                    absl::StrCat(what, " takes the role ", accepted, ", which ",
                                                 actor->name(), " does not have"));
}

bool IsCertified(const Member& member, absl::string_view certification, absl::CivilDay day) {
  return std::any_of(member.certifications().begin(), member.certifications().end(),
                     [&](const v1::Certification& held) {
                       return held.certification() == certification &&
                              ToDay(held.start_date()) <= day &&
                              (!held.has_end_date() || day <= ToDay(held.end_date()));
                     });
}

}  // namespace banso::accounts
