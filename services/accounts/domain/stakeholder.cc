#include "services/accounts/domain/stakeholder.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"

namespace banso::accounts {
namespace {

using calendar::DayText;
using calendar::ToDay;
using v1::Stakeholder;

constexpr int kMaxReadings = 500;

void TakeRole(v1::StakeholderRole role, Stakeholder* stakeholder) {
  auto* roles = stakeholder->mutable_roles();
  roles->erase(std::remove(roles->begin(), roles->end(), role), roles->end());
}

template <typename Numbers>
void CheckEachOnce(const Numbers& numbers, absl::string_view field,
                   contract::Violations* violations) {
  std::set<int> seen;
  for (int i = 0; i < numbers.size(); ++i) {
    if (!seen.insert(numbers[i]).second) {
      violations->Add(absl::StrCat(field, "[", i, "]"), absl::StrCat(numbers[i]), "each once",
                      "DUPLICATE");
    }
  }
}

}  // namespace

bool IsActive(const Stakeholder& stakeholder, absl::CivilDay day) {
  if (stakeholder.has_active_from() && day < ToDay(stakeholder.active_from())) return false;
  return !stakeholder.has_active_until() || day <= ToDay(stakeholder.active_until());
}

bool HasRole(const Stakeholder& stakeholder, v1::StakeholderRole role) {
  return std::find(stakeholder.roles().begin(), stakeholder.roles().end(), role) !=
         stakeholder.roles().end();
}

void CheckStakeholder(const Stakeholder& stakeholder, contract::Violations* violations) {
  if (stakeholder.has_active_from() && stakeholder.has_active_until() &&
      ToDay(stakeholder.active_until()) < ToDay(stakeholder.active_from())) {
    violations->Add("stakeholder.active_until", DayText(stakeholder.active_until()),
                    "`active_from` or a day after it", "OUT_OF_ORDER");
  }
  CheckEachOnce(stakeholder.roles(), "stakeholder.roles", violations);
  CheckEachOnce(stakeholder.commitment().kinds(), "stakeholder.commitment.kinds", violations);
}

absl::Status ReplaceRole(const v1::ReplaceStakeholderRequest& request, absl::CivilDay day,
                         Stakeholder* before, Stakeholder* after) {
  if (!HasRole(*before, request.role()) || !IsActive(*before, day - 1)) {
    return contract::FailedPrecondition(kReasonNotRoleHolder, before->name(),
                                        "the person does not hold the role",
                                        "Name the person who holds it");
  }
  if (after != nullptr && !IsActive(*after, day)) {
    return contract::FailedPrecondition(kReasonNotActive, after->name(),
                                        absl::StrCat("the person is not active on ", DayText(day)),
                                        "Name somebody who is, or change the active period");
  }
  if (request.leaves()) {
    *before->mutable_active_until() = calendar::ToDate(day - 1);
  } else {
    TakeRole(request.role(), before);
  }
  if (after == nullptr) return absl::OkStatus();
  if (!HasRole(*after, request.role())) after->add_roles(request.role());
  const bool at_site = request.role() == v1::STAKEHOLDER_ROLE_SITE_CHAMPION;
  if (at_site && after->site().empty()) after->set_site(before->site());
  return absl::OkStatus();
}

absl::Status RecordEnthusiasm(const v1::RecordEnthusiasmRequest& request, absl::CivilDay day,
                              absl::string_view actor, Stakeholder* stakeholder) {
  auto* readings = stakeholder->mutable_enthusiasm();
  const bool any = !readings->empty();
  const absl::CivilDay last = any ? ToDay(readings->rbegin()->date()) : absl::CivilDay();
  if (any && day < last) {
    return contract::InvalidField(
        "date", DayText(day),
        absl::StrCat("the day of the last reading, ", DayText(last), ", or one after it"),
        "OUT_OF_ORDER");
  }
  if (!any || day > last) {
    if (readings->size() >= kMaxReadings) {
      return contract::FailedPrecondition(kReasonTooManyReadings, stakeholder->name(),
                                          absl::StrCat("there are ", kMaxReadings, " readings"),
                                          "Record fewer of them");
    }
    readings->Add();
  }
  v1::Enthusiasm& reading = *readings->rbegin();
  *reading.mutable_date() = calendar::ToDate(day);
  reading.set_level(request.level());
  reading.set_evidence(request.evidence());
  reading.set_recorded_by(std::string(actor));
  return absl::OkStatus();
}

}  // namespace banso::accounts
