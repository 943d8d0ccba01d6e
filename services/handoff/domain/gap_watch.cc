#include "services/handoff/domain/gap_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/handoff/domain/evidence.h"
#include "services/handoff/domain/policy.h"

namespace banso::handoff {

using calendar::ToDate;
using calendar::ToDay;
using v1::GapWatch;

namespace {

constexpr int kMaxHistory = 500;

void AddEvent(const Act& act, absl::string_view text, GapWatch* watch) {
  if (watch->history_size() >= kMaxHistory) {
    watch->mutable_history()->DeleteSubrange(0, watch->history_size() - kMaxHistory + 1);
  }
  v1::GapEvent* event = watch->add_history();
  *event->mutable_time() = calendar::ToTimestamp(act.now);
  event->set_level(watch->level());
  event->set_text(std::string(text));
  event->set_actor(act.actor);
}

bool IsClosed(const GapWatch& watch) { return watch.level() == v1::GAP_LEVEL_CLOSED; }

std::string LevelText(v1::GapLevel level) {
  return std::string(absl::StripPrefix(v1::GapLevel_Name(level), "GAP_LEVEL_"));
}

// The quiet period runs from the first contact, once retention has accepted as well.
void SetQuietPeriod(const calendar::Calendar& calendar, GapWatch* watch) {
  if (!watch->has_accept_date() || !watch->has_contact()) return;
  *watch->mutable_quiet_until() =
      ToDate(calendar::Add(ToDay(watch->contact().date()), watch->quiet_period(), calendar));
}

void Close(v1::GapCloseReason reason, absl::string_view text, const Act& act, GapWatch* watch) {
  watch->set_level(v1::GAP_LEVEL_CLOSED);
  watch->set_close_reason(reason);
  *watch->mutable_close_date() = ToDate(act.today);
  AddEvent(act, text, watch);
}

}  // namespace

void OpenGapWatch(const v1::Completion& completion, const v1::HandoffPolicy& policy,
                  const calendar::Calendar& calendar, const Act& act, GapWatch* watch) {
  const absl::CivilDay start = ToDay(completion.complete_date());
  GapWatch opened;
  opened.set_name(GapWatchName(OnboardingOf(completion.name())));
  opened.set_etag(watch->etag());
  *opened.mutable_history() = watch->history();
  opened.set_level(v1::GAP_LEVEL_WATCH);
  *opened.mutable_start_date() = completion.complete_date();
  *opened.mutable_warn_date() = ToDate(calendar::Add(start, policy.gap_warn_after(), calendar));
  *opened.mutable_escalate_date() =
      ToDate(calendar::Add(start, policy.gap_escalate_after(), calendar));
  *opened.mutable_quiet_period() = policy.quiet_period();
  opened.set_accountable(completion.owner());
  opened.set_handoff_policy(RevisionNameOf(policy));
  opened.set_round(completion.round());
  AddEvent(act, "the onboarding is completed; the watch begins", &opened);
  *watch = std::move(opened);
  Advance(act, watch);
}

v1::GapLevel LevelOn(const GapWatch& watch, absl::CivilDay today) {
  if (IsClosed(watch)) return v1::GAP_LEVEL_CLOSED;
  if (watch.has_quiet_until()) {
    return today > ToDay(watch.quiet_until()) ? v1::GAP_LEVEL_CLOSED : v1::GAP_LEVEL_NONE;
  }
  if (today >= ToDay(watch.escalate_date())) return v1::GAP_LEVEL_ESCALATE;
  if (today >= ToDay(watch.warn_date())) return v1::GAP_LEVEL_WARN;
  return v1::GAP_LEVEL_WATCH;
}

bool Advance(const Act& act, GapWatch* watch) {
  if (IsClosed(*watch)) return false;
  bool changed = false;
  const int days = std::max(0, static_cast<int>(act.today - ToDay(watch->start_date())));
  if (days != watch->gap_days()) {
    watch->set_gap_days(days);
    changed = true;
  }
  const v1::GapLevel level = LevelOn(*watch, act.today);
  if (level == watch->level()) return changed;
  if (level == v1::GAP_LEVEL_CLOSED) {
    Close(v1::GAP_CLOSE_REASON_QUIET_PERIOD_PASSED, "the quiet period has passed", act, watch);
    return true;
  }
  watch->set_level(level);
  AddEvent(act, absl::StrCat("day ", days, ": ", LevelText(level)), watch);
  return true;
}

void NoteAcceptance(const std::string& retention_owner, const calendar::Calendar& calendar,
                    const Act& act, GapWatch* watch) {
  if (IsClosed(*watch)) return;
  *watch->mutable_accept_date() = ToDate(act.today);
  watch->set_accountable(retention_owner);
  SetQuietPeriod(calendar, watch);
  AddEvent(act, absl::StrCat("retention has accepted; ", retention_owner, " is accountable"),
           watch);
  Advance(act, watch);
}

absl::Status NoteContact(const v1::RetentionContact& contact, const calendar::Calendar& calendar,
                         const Act& act, GapWatch* watch) {
  contract::Violations violations;
  const absl::CivilDay day = ToDay(contact.date());
  if (day > act.today || day < ToDay(watch->start_date())) {
    violations.Add(
        "contact.date", calendar::DayText(day),
        absl::StrCat("a day from the completion, ", calendar::DayText(watch->start_date()),
                     ", up to today, ", calendar::DayText(act.today)),
        "OUT_OF_RANGE");
  }
  if (!contact.stakeholder().empty() && contract::Ancestor(contact.stakeholder(), "accounts") !=
                                            contract::Ancestor(watch->name(), "accounts")) {
    violations.Add("contact.stakeholder", contact.stakeholder(),
                   "a stakeholder of the same account", "OTHER_ACCOUNT");
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  if (IsClosed(*watch) || watch->has_contact()) {
    return contract::FailedPrecondition(
        kReasonWrongState, watch->name(),
        IsClosed(*watch) ? "the watch is closed" : "the first contact is on record already",
        "Nothing needs to be recorded");
  }
  *watch->mutable_contact() = contact;
  SetQuietPeriod(calendar, watch);
  AddEvent(act, absl::StrCat("retention has met the customer on ", calendar::DayText(day)), watch);
  Advance(act, watch);
  return absl::OkStatus();
}

void CloseForContinuation(const Act& act, GapWatch* watch) {
  if (IsClosed(*watch)) return;
  Close(v1::GAP_CLOSE_REASON_ONBOARDING_CONTINUED, "the onboarding goes on", act, watch);
}

void CloseForCancellation(const Act& act, GapWatch* watch) {
  if (IsClosed(*watch)) return;
  Close(v1::GAP_CLOSE_REASON_ONBOARDING_CANCELLED, "the onboarding was given up", act, watch);
}

void CloseForLostCustomer(const Act& act, GapWatch* watch) {
  if (IsClosed(*watch)) return;
  Close(v1::GAP_CLOSE_REASON_CUSTOMER_LOST, "the customer is lost", act, watch);
}

}  // namespace banso::handoff
