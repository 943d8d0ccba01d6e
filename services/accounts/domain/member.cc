#include "services/accounts/domain/member.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"

namespace banso::accounts {
namespace {

using calendar::DayText;
using calendar::ToDay;
using v1::Member;

// Adds the membership in the member's team and department that begins on `day`.
void Begin(absl::CivilDay day, Member* member) {
  v1::Membership& membership = *member->add_memberships();
  membership.set_team(member->team());
  membership.set_department(member->department());
  *membership.mutable_start_date() = calendar::ToDate(day);
}

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
  Begin(day, member);
}

// INVALID_ARGUMENT for a day after `today` or before the present membership began.
absl::Status CheckDayOfMembership(const char* field, absl::CivilDay day, absl::CivilDay today,
                                  const Member& member) {
  if (day > today) {
    return contract::InvalidField(field, DayText(day), "today or a day before", "IN_THE_FUTURE");
  }
  if (!member.memberships().empty() && day < ToDay(member.memberships().rbegin()->start_date())) {
    const std::string begin = DayText(member.memberships().rbegin()->start_date());
    return contract::InvalidField(
        field, DayText(day),
        absl::StrCat("the first day of the present membership, ", begin, ", or one after it"),
        "OUT_OF_ORDER");
  }
  return absl::OkStatus();
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
  BANSO_RETURN_IF_ERROR(CheckDayOfMembership("date", day, today, *member));
  member->set_team(team);
  member->set_department(department);
  NoteFrom(day, member);
  return absl::OkStatus();
}

void NoteMembership(absl::CivilDay today, Member* member) { NoteFrom(today, member); }

absl::Status EndEmployment(absl::CivilDay last_day, absl::CivilDay today, Member* member) {
  BANSO_RETURN_IF_ERROR(CheckHasNotLeft(*member));
  BANSO_RETURN_IF_ERROR(CheckDayOfMembership("last_day", last_day, today, *member));
  *member->mutable_last_day() = calendar::ToDate(last_day);
  if (!member->memberships().empty()) {
    *member->mutable_memberships()->rbegin()->mutable_end_date() = member->last_day();
  }
  return absl::OkStatus();
}

absl::Status ResumeEmployment(const v1::ResumeEmploymentRequest& request, absl::CivilDay today,
                              Member* member) {
  if (!member->has_last_day()) {
    return contract::FailedPrecondition(kReasonNotLeft, member->name(),
                                        "the member works for the vendor", "");
  }
  const absl::CivilDay earliest = ToDay(member->last_day()) + 1;
  const absl::CivilDay latest = std::max(today, earliest);
  const absl::CivilDay day = request.has_date() ? ToDay(request.date()) : latest;
  if (day < earliest || day > latest) {
    return contract::InvalidField(
        "date", DayText(day),
        absl::StrCat("a day from ", DayText(earliest), ", the one after the last day, to ",
                     DayText(latest)),
        day < earliest ? "OUT_OF_ORDER" : "IN_THE_FUTURE");
  }
  member->clear_last_day();
  if (!request.team().empty()) member->set_team(request.team());
  if (!request.department().empty()) member->set_department(request.department());
  auto* memberships = member->mutable_memberships();
  if (!memberships->empty() && day == earliest && memberships->rbegin()->team() == member->team() &&
      memberships->rbegin()->department() == member->department()) {
    memberships->rbegin()->clear_end_date();
  } else {
    Begin(day, member);
  }
  return absl::OkStatus();
}

absl::Status CheckHasNotLeft(const Member& member) {
  if (!member.has_last_day()) return absl::OkStatus();
  return contract::FailedPrecondition(
      kReasonMemberLeft, member.name(),
      absl::StrCat("the member left on ", DayText(member.last_day())),
      "Choose somebody else, or let the member come back first (ResumeEmployment)");
}

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
