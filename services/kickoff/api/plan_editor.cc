#include "services/kickoff/api/plan_editor.h"

#include "common/status_macros.h"
#include "services/kickoff/domain/plan_days.h"
#include "services/kickoff/domain/reschedule.h"
#include "services/kickoff/domain/working_days.h"

namespace banso::kickoff {

using storage::Writer;

absl::Status PlanEditor::Change(
    Writer& writer, absl::string_view plan, absl::string_view reason,
    absl::FunctionRef<absl::Status(PlanParts&, const Actor&)> change) const {
  BANSO_ASSIGN_OR_RETURN(PlanParts parts, store_.Load(writer, plan));
  BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, store_.Zone(writer, plan));
  BANSO_ASSIGN_OR_RETURN(const Actor actor, store_.ActorFor(writer, plan));
  const auto days_now = [&] {
    PlanDays days = DaysOf(parts.plan, ScheduledKickoff(parts.meetings, zone));
    days.calendar = WorkingDays(parts.sites, calendars_);
    return days;
  };
  const PlanDays before = days_now();
  BANSO_RETURN_IF_ERROR(change(parts, actor));
  const PlanDays after = days_now();
  if (after != before) {
    BANSO_ASSIGN_OR_RETURN(
        const v1::PlanTemplate plan_template,
        store_.templates.Get(writer, parts.plan.template_revision(), writer.now()));
    Reschedule(plan_template, before, after, reason, writer.now(), &parts);
  }
  return store_.Save(writer, parts);
}

}  // namespace banso::kickoff
