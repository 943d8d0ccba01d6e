#ifndef BANSO_SERVICES_KICKOFF_API_PLAN_EDITOR_H_
#define BANSO_SERVICES_KICKOFF_API_PLAN_EDITOR_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/calendar/calendars.h"
#include "common/storage/database.h"
#include "services/kickoff/domain/plan_parts.h"
#include "services/kickoff/domain/transitions.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// Changes plans as a whole. Immutable and thread-safe.
class PlanEditor {
 public:
  // All must outlive it.
  PlanEditor(const Store& store, const calendar::Calendars& calendars)
      : store_(store), calendars_(calendars) {}

  // Loads a plan, lets `change` alter it, moves what is counted from clocks or in working days that
  // changed (`reason` says why), and stores it with its facts.
  absl::Status Change(storage::Writer& writer, absl::string_view plan, absl::string_view reason,
                      absl::FunctionRef<absl::Status(PlanParts&, const Actor&)> change) const;

 private:
  const Store& store_;
  const calendar::Calendars& calendars_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_PLAN_EDITOR_H_
