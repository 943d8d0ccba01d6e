#include "services/kickoff/domain/facts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "services/kickoff/domain/readiness.h"

namespace banso::kickoff {
namespace {

fact::v1::FactType MakeType(const std::string& name, type::v1::ValueType value_type,
                            const std::string& unit, const std::string& meaning,
                            const std::vector<std::string>& values = {}) {
  fact::v1::FactType type;
  type.set_name(name);
  type.set_value_type(value_type);
  type.set_unit(unit);
  type.set_meaning(meaning);
  type.set_subject(fact::v1::SUBJECT_KIND_ONBOARDING);
  for (const std::string& value : values) type.add_values(value);
  return type;
}

std::string ReadinessWord(v1::ReadinessVerdict verdict) {
  switch (verdict) {
    case v1::READINESS_VERDICT_READY:
      return "ready";
    case v1::READINESS_VERDICT_READY_WITH_GAPS:
      return "ready_with_gaps";
    default:
      return "not_ready";
  }
}

}  // namespace

std::vector<fact::v1::FactType> FactTypes() {
  using type::v1::VALUE_TYPE_DATE;
  using type::v1::VALUE_TYPE_FLAG;
  using type::v1::VALUE_TYPE_NUMBER;
  using type::v1::VALUE_TYPE_TEXT;
  return {
      MakeType("plan.readiness", VALUE_TYPE_TEXT, "", "Whether the kickoff can be held.",
               {"not_ready", "ready_with_gaps", "ready"}),
      MakeType("plan.kickoff_held", VALUE_TYPE_FLAG, "", "Whether the kickoff was held."),
      MakeType("plan.meetings_held", VALUE_TYPE_NUMBER, "meetings", "How many meetings were held."),
      MakeType("plan.tasks_open", VALUE_TYPE_NUMBER, "tasks", "How many tasks are open."),
      MakeType("plan.tasks_overdue", VALUE_TYPE_NUMBER, "tasks",
               "How many open tasks were due before today."),
      MakeType("plan.required_tasks_open", VALUE_TYPE_NUMBER, "tasks",
               "How many tasks that the template requires are open."),
      MakeType("plan.goals_agreed", VALUE_TYPE_NUMBER, "goals",
               "How many goals a named customer has agreed to."),
      MakeType("plan.deadline", VALUE_TYPE_DATE, "",
               "The day by which the onboarding must be over."),
  };
}

std::vector<fact::v1::FactChange> FactsOf(const PlanParts& parts, absl::CivilDay today,
                                          absl::Time now) {
  std::vector<fact::v1::FactChange> changes;
  const std::string onboarding = contract::Parent(parts.plan.name());
  const auto add = [&](const std::string& fact, type::v1::Value value) {
    fact::v1::FactChange& change = changes.emplace_back();
    change.set_subject(onboarding);
    change.set_fact(fact);
    *change.mutable_value() = std::move(value);
    *change.mutable_occurred_time() = calendar::ToTimestamp(now);
    change.set_source(parts.plan.name());
  };
  int open = 0, overdue = 0, required_open = 0;
  for (const v1::PlanTask& task : parts.tasks) {
    if (task.state() != v1::TASK_STATE_OPEN) continue;
    ++open;
    if (calendar::ToDay(task.due()) < today) ++overdue;
    if (task.required()) ++required_open;
  }
  int held = 0;
  bool kickoff_held = false;
  for (const v1::Meeting& meeting : parts.meetings) {
    if (meeting.state() != v1::MEETING_STATE_HELD) continue;
    ++held;
    kickoff_held = kickoff_held || meeting.kind() == v1::MEETING_KIND_KICKOFF;
  }
  const auto agreed = std::count_if(parts.goals.begin(), parts.goals.end(), [](const v1::Goal& g) {
    return g.state() == v1::GOAL_STATE_AGREED;
  });
  add("plan.readiness", rule::TextValue(ReadinessWord(CheckReadiness(parts, now).verdict())));
  add("plan.kickoff_held", rule::FlagValue(kickoff_held));
  add("plan.meetings_held", rule::NumberValue(held));
  add("plan.tasks_open", rule::NumberValue(open));
  add("plan.tasks_overdue", rule::NumberValue(overdue));
  add("plan.required_tasks_open", rule::NumberValue(required_open));
  add("plan.goals_agreed", rule::NumberValue(static_cast<double>(agreed)));
  add("plan.deadline", rule::DateValue(calendar::ToDay(parts.plan.deadline())));
  return changes;
}

}  // namespace banso::kickoff
