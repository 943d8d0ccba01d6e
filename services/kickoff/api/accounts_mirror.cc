#include "services/kickoff/api/accounts_mirror.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/field_rules.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/redact_where.h"
#include "services/kickoff/domain/person_change.h"
#include "services/kickoff/domain/plan_days.h"
#include "services/kickoff/domain/working_days.h"

namespace banso::kickoff {
namespace {

using accounts::v1::Account;
using accounts::v1::AccountSummary;
using accounts::v1::Member;
using accounts::v1::Onboarding;
using accounts::v1::Site;
using accounts::v1::Stakeholder;
using accounts::v1::StakeholderChange;
using storage::Reader;
using storage::Writer;

// Whether it was given up, or its customer is lost.
bool EndedBeforeHandoff(const Onboarding& onboarding) {
  return onboarding.state() == accounts::v1::ONBOARDING_STATE_CANCELLED ||
         onboarding.state() == accounts::v1::ONBOARDING_STATE_LOST;
}

// Takes over the clocks and the owner of an onboarding.
void TakeOver(const Onboarding& onboarding, v1::Plan* plan) {
  PlanDays days = DaysOf(*plan, std::nullopt);
  for (const accounts::v1::ClockReading& clock : onboarding.clocks()) {
    days.clocks[clock.clock()] = calendar::ToDay(clock.date());
  }
  SetClocks(days, plan);
  plan->set_owner(onboarding.owner());
}

// Puts `site` in the place of what was there, or removes it.
void ReplaceSite(absl::string_view name, const std::optional<Site>& site,
                 std::vector<Site>* sites) {
  sites->erase(std::remove_if(sites->begin(), sites->end(),
                              [&](const Site& other) { return other.name() == name; }),
               sites->end());
  if (site.has_value()) sites->push_back(*site);
}

}  // namespace

absl::Status AccountsMirror::Apply(Writer& writer, const type::v1::Change& change) const {
  if (change.resource().Is<Site>() || change.resource().Is<AccountSummary>()) {
    return ApplyCustomer(writer, change);
  }
  if (change.operation() == type::v1::OPERATION_DELETED) return absl::OkStatus();
  if (StakeholderChange person; change.resource().UnpackTo(&person)) {
    return ApplyPersonChange(writer, person);
  }
  if (Stakeholder person; change.resource().UnpackTo(&person)) {
    if (!person.has_erase_time()) return absl::OkStatus();
    return EraseFromMeetings(writer, contract::Ancestor(person.name(), "accounts") + "/",
                             person.name());
  }
  if (Member person; change.resource().UnpackTo(&person)) {
    return person.has_erase_time() ? EraseFromMeetings(writer, "", person.name())
                                   : absl::OkStatus();
  }
  if (Account account; change.resource().UnpackTo(&account)) {
    return store_.account_copies.Put(writer, std::move(account)).status();
  }
  if (Onboarding onboarding; change.resource().UnpackTo(&onboarding)) {
    return ApplyOnboarding(writer, onboarding);
  }
  return absl::OkStatus();
}

absl::Status AccountsMirror::ApplyOnboarding(Writer& writer, const Onboarding& onboarding) const {
  BANSO_RETURN_IF_ERROR(store_.onboarding_copies.Put(writer, onboarding).status());
  const std::string plan = PlanOf(onboarding.name());
  BANSO_ASSIGN_OR_RETURN(const bool planned, store_.plans.Exists(writer, plan));
  if (!planned) return absl::OkStatus();
  return plans_.Change(writer, plan, "a clock of the onboarding has changed",
                       [&](PlanParts& parts, const Actor& actor) {
                         TakeOver(onboarding, &parts.plan);
                         if (EndedBeforeHandoff(onboarding)) {
                           GiveUp(actor, &parts);
                         }
                         return absl::OkStatus();
                       });
}

absl::Status AccountsMirror::ApplyCustomer(Writer& writer, const type::v1::Change& change) const {
  const std::string account = contract::Ancestor(change.name(), "accounts");
  BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Plan> plans,
                         store_.plans.All(writer, contract::Join(account, "onboardings", "-")));
  if (Site site; change.resource().UnpackTo(&site)) {
    BANSO_RETURN_IF_ERROR(ApplySite(writer, change, std::move(site), plans));
  } else if (AccountSummary summary; change.resource().UnpackTo(&summary)) {
    BANSO_RETURN_IF_ERROR(store_.summary_copies.Put(writer, std::move(summary)).status());
  }
  // Whether a kickoff can be held may hang on it.
  for (const v1::Plan& plan : plans) {
    BANSO_RETURN_IF_ERROR(store_.RecordFacts(writer, plan.name()));
  }
  return absl::OkStatus();
}

absl::Status AccountsMirror::ApplySite(Writer& writer, const type::v1::Change& change, Site site,
                                       const std::vector<v1::Plan>& plans) const {
  const bool is_deleted = change.operation() == type::v1::OPERATION_DELETED;
  if (!is_deleted) BANSO_RETURN_IF_ERROR(CheckCalendar(site, calendars_));
  const std::string account = contract::Ancestor(change.name(), "accounts");
  BANSO_ASSIGN_OR_RETURN(std::vector<Site> sites, store_.site_copies.All(writer, account));
  const auto days_before = WorkingDays(sites, calendars_);
  ReplaceSite(change.name(), is_deleted ? std::nullopt : std::optional<Site>(site), &sites);
  if (!WorkingDays(sites, calendars_)->HasSameDays(*days_before)) {
    // Before the copy changes: what is moved is told by the days that were worked until now.
    BANSO_RETURN_IF_ERROR(MovePlans(writer, plans, sites));
  }
  if (!is_deleted) return store_.site_copies.Put(writer, std::move(site)).status();
  const absl::Status deleted = store_.site_copies.Delete(writer, change.name());
  return absl::IsNotFound(deleted) ? absl::OkStatus() : deleted;
}

absl::Status AccountsMirror::MovePlans(Writer& writer, const std::vector<v1::Plan>& plans,
                                       const std::vector<Site>& sites) const {
  for (const v1::Plan& plan : plans) {
    BANSO_RETURN_IF_ERROR(plans_.Change(writer, plan.name(),
                                        "the working days of a site have changed",
                                        [&](PlanParts& parts, const Actor&) {
                                          parts.sites = sites;
                                          return absl::OkStatus();
                                        }));
  }
  return absl::OkStatus();
}

absl::Status AccountsMirror::ApplyPersonChange(Writer& writer,
                                               const StakeholderChange& change) const {
  const std::string account = contract::Ancestor(change.name(), "accounts");
  BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, store_.Zone(writer, account));
  // A new follower is told old changes too.
  if (calendar::ToDay(change.watch_until()) < calendar::DayOf(writer.now(), zone)) {
    return absl::OkStatus();
  }
  BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Plan> plans,
                         store_.plans.All(writer, contract::Join(account, "onboardings", "-")));
  for (const v1::Plan& plan : plans) {
    const std::string name = contract::Ancestor(plan.name(), "onboardings");
    BANSO_ASSIGN_OR_RETURN(const auto onboarding, store_.onboarding_copies.Find(writer, name));
    const bool ended = onboarding.has_value() &&
                       (EndedBeforeHandoff(*onboarding) ||
                        onboarding->state() == accounts::v1::ONBOARDING_STATE_HANDED_OFF);
    if (ended) continue;
    BANSO_RETURN_IF_ERROR(
        plans_.Change(writer, plan.name(), "", [&](PlanParts& parts, const Actor&) {
          AddPersonChangeTasks(change, &parts);
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

absl::Status AccountsMirror::EraseFromMeetings(Writer& writer, const std::string& prefix,
                                               const std::string& person) const {
  return storage::RedactWhere<v1::Meeting>(
             writer, store_.meetings, prefix,
             [&](const v1::Meeting& meeting) {
               return std::find(meeting.attendees().begin(), meeting.attendees().end(), person) !=
                      meeting.attendees().end();
             },
             [](v1::Meeting& meeting) { contract::ClearSensitive(&meeting); })
      .status();
}

absl::Status AccountsMirror::CheckCalendars() const {
  return database_.Read([&](Reader& reader) {
    return store_.site_copies.ForEach(
        reader, "", {}, [&](const Site& site) { return CheckCalendar(site, calendars_); });
  });
}

absl::Status AccountsMirror::Reset(Writer& writer) const {
  BANSO_RETURN_IF_ERROR(writer.Execute("DELETE FROM account_copy", {}).status());
  BANSO_RETURN_IF_ERROR(writer.Execute("DELETE FROM site_copy", {}).status());
  BANSO_RETURN_IF_ERROR(writer.Execute("DELETE FROM summary_copy", {}).status());
  return writer.Execute("DELETE FROM onboarding_copy", {}).status();
}

}  // namespace banso::kickoff
