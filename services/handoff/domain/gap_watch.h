#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_GAP_WATCH_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_GAP_WATCH_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "banso/handoff/v1/handoff.pb.h"
#include "common/calendar/business_days.h"
#include "services/handoff/domain/transfer.h"

// The watch over the gap between completion and retention.
namespace banso::handoff {

// Opens the watch of a completed onboarding on its day of completion, or opens it once more in a
// new round, with its history kept.
void OpenGapWatch(const v1::Completion& completion, const v1::HandoffPolicy& policy,
                  const calendar::Calendar& calendar, const Act& act, v1::GapWatch* watch);

// The level on a day, by the days that have passed, the acceptance and the contact; CLOSED once the
// quiet period is over.
v1::GapLevel LevelOn(const v1::GapWatch& watch, absl::CivilDay today);

// Brings days and level up to `act.today`, and closes the watch when it is over. Returns whether
// anything changed. A closed watch does not change.
bool Advance(const Act& act, v1::GapWatch* watch);

// Retention has accepted: its owner is accountable from now on.
void NoteAcceptance(const std::string& retention_owner, const calendar::Calendar& calendar,
                    const Act& act, v1::GapWatch* watch);

// Retention has met the customer. FAILED_PRECONDITION (WRONG_STATE) when the watch is closed or has
// a contact; INVALID_ARGUMENT for a day in the future or before the completion, and for a
// stakeholder of another account.
absl::Status NoteContact(const v1::RetentionContact& contact, const calendar::Calendar& calendar,
                         const Act& act, v1::GapWatch* watch);

// The onboarding goes on: the watch is closed.
void CloseForContinuation(const Act& act, v1::GapWatch* watch);

// The onboarding was given up: the watch is closed.
void CloseForCancellation(const Act& act, v1::GapWatch* watch);

// The customer is lost: there is nobody left to watch over.
void CloseForLostCustomer(const Act& act, v1::GapWatch* watch);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_GAP_WATCH_H_
