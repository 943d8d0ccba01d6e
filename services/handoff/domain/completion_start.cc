#include "services/handoff/domain/completion_start.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"

namespace banso::handoff {

using v1::Completion;

namespace {

// The types of the facts that the chosen criteria read.
void CopyFactTypes(const Selection& selection, Completion* completion) {
  std::set<std::string> facts;
  for (const v1::Criterion& criterion : selection.criteria) facts.merge(FactsOf(criterion));
  for (const fact::v1::FactType& type : selection.set->fact_types()) {
    if (facts.count(type.name()) > 0) *completion->add_fact_types() = type;
  }
}

}  // namespace

Completion StartCompletion(const std::string& onboarding, const std::string& owner,
                           const Selection& selection, const Clocks& clocks, const Act& act) {
  Completion completion;
  completion.set_name(CompletionName(onboarding));
  completion.set_state(v1::COMPLETION_STATE_OPEN);
  completion.set_round(1);
  completion.set_owner(owner);
  completion.mutable_selection()->Assign(selection.trail.begin(), selection.trail.end());
  if (selection.set != nullptr) {
    completion.set_criteria_set(RevisionNameOf(*selection.set));
    completion.mutable_criteria()->Assign(selection.criteria.begin(), selection.criteria.end());
    *completion.mutable_stages() = selection.set->stages();
    CopyFactTypes(selection, &completion);
    if (selection.set->has_target()) {
      *completion.mutable_target() = selection.set->target();
      completion.set_target_clock(selection.set->target_clock() == type::v1::CLOCK_UNSPECIFIED
                                      ? type::v1::CLOCK_CONTRACT_START
                                      : selection.set->target_clock());
    }
  }
  UpdateDeadline(clocks, calendar::Calendar::Japan(), &completion);
  v1::CompletionEvent* event = completion.add_history();
  *event->mutable_time() = calendar::ToTimestamp(act.now);
  event->set_state(completion.state());
  event->set_actor(act.actor);
  event->set_round(1);
  event->set_reason(selection.set == nullptr
                        ? "the onboarding begins; no criteria apply"
                        : absl::StrCat("the onboarding begins with ", completion.criteria_set()));
  return completion;
}

bool UpdateDeadline(const Clocks& clocks, const calendar::Calendar& calendar,
                    Completion* completion) {
  if (completion->round() > 1 || !completion->has_target()) return false;
  const auto clock = clocks.find(completion->target_clock());
  if (clock == clocks.end()) return false;
  const absl::CivilDay deadline = calendar::Add(clock->second, completion->target(), calendar);
  if (completion->has_deadline() && calendar::ToDay(completion->deadline()) == deadline) {
    return false;
  }
  *completion->mutable_deadline() = calendar::ToDate(deadline);
  return true;
}

}  // namespace banso::handoff
