#include "services/accounts/domain/classification/overrides.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/classification/stages.h"

namespace banso::accounts {
namespace {

using v1::AppliedOverride;
using v1::Classification;
using v1::ClassificationOverride;

// The axes whose rules decide, in order.
std::vector<Stage> AxesWithRules(const std::vector<Stage>& stages) {
  std::vector<Stage> axes;
  for (const Stage& stage : stages) {
    if (stage.kind == StageKind::kRules && !stage.rules->empty()) axes.push_back(stage);
  }
  return axes;
}

void CheckAxisAndClass(const v1::ClassificationPolicy& policy,
                       const ClassificationOverride& class_override,
                       contract::Violations* violations) {
  const std::vector<Stage> axes = AxesWithRules(StagesOf(policy));
  const auto axis = std::find_if(axes.begin(), axes.end(), [&](const Stage& stage) {
    return stage.name == class_override.axis();
  });
  if (axis == axes.end()) {
    violations->Add("classification_override.axis", class_override.axis(),
                    absl::StrCat("an axis that ", policy.name(), " decides by rules: ",
                                 absl::StrJoin(axes, ", ",
                                               [](std::string* out, const Stage& stage) {
                                                 absl::StrAppend(out, stage.name);
                                               })),
                    "UNKNOWN_AXIS");
    return;
  }
  const std::vector<std::string> classes = ClassesOf(*axis);
  if (std::find(classes.begin(), classes.end(), class_override.value()) != classes.end()) return;
  violations->Add(
      "classification_override.value", class_override.value(),
      absl::StrCat("a class of ", class_override.axis(), ": ", absl::StrJoin(classes, ", ")),
      "UNKNOWN_CLASS");
}

}  // namespace

void CheckOverride(const v1::ClassificationPolicy& policy,
                   const ClassificationOverride& class_override, absl::CivilDay today,
                   contract::Violations* violations) {
  CheckAxisAndClass(policy, class_override, violations);
  if (class_override.has_until() && calendar::ToDay(class_override.until()) < today) {
    violations->Add("classification_override.until", calendar::DayText(class_override.until()),
                    absl::StrCat("today (", calendar::DayText(today), ") or a day after it"),
                    "IN_THE_PAST");
  }
}

bool HoldsOn(const AppliedOverride& applied, absl::CivilDay day) {
  return !applied.has_until() || day <= calendar::ToDay(applied.until());
}

const AppliedOverride* OverrideOf(const Classification& classification, absl::string_view axis,
                                  absl::CivilDay day) {
  for (const AppliedOverride& applied : classification.overrides()) {
    if (applied.axis() == axis && HoldsOn(applied, day)) return &applied;
  }
  return nullptr;
}

void SetExpireTime(const v1::Account& account, ClassificationOverride* class_override) {
  if (!class_override->has_until()) return;
  *class_override->mutable_expire_time() = calendar::ToTimestamp(calendar::StartOfDay(
      calendar::ToDay(class_override->until()) + 1, calendar::ZoneOrUtc(ZoneOf(account))));
}

void AddOverride(const ClassificationOverride& class_override, Classification* classification) {
  auto* overrides = classification->mutable_overrides();
  overrides->erase(std::remove_if(overrides->begin(), overrides->end(),
                                  [&](const AppliedOverride& applied) {
                                    return applied.axis() == class_override.axis();
                                  }),
                   overrides->end());
  AppliedOverride* applied = overrides->Add();
  applied->set_axis(class_override.axis());
  applied->set_value(class_override.value());
  applied->set_classification_override(class_override.name());
  applied->set_created_by(class_override.created_by());
  applied->set_reason(class_override.reason());
  if (class_override.has_until()) *applied->mutable_until() = class_override.until();
}

void RemoveOverride(absl::string_view name, Classification* classification) {
  auto* overrides = classification->mutable_overrides();
  overrides->erase(std::remove_if(overrides->begin(), overrides->end(),
                                  [&](const AppliedOverride& applied) {
                                    return applied.classification_override() == name;
                                  }),
                   overrides->end());
}

v1::ClassificationReason Overridden(const AppliedOverride& applied,
                                    const v1::ClassificationReason& by_policy) {
  v1::ClassificationReason reason = by_policy;
  reason.set_axis(applied.axis());
  reason.set_value(applied.value());
  const std::string until =
      applied.has_until() ? absl::StrCat(" until ", calendar::DayText(applied.until())) : "";
  const std::string policy_says =
      by_policy.value().empty() ? "no class" : absl::StrCat("`", by_policy.value(), "`");
  reason.set_rule(absl::StrCat("overridden by ", applied.created_by(), until, ": ",
                               applied.reason(), " (the policy says ", policy_says, ": ",
                               by_policy.rule(), ")"));
  return reason;
}

absl::Status EndOverride(v1::OverrideState state, const std::string& actor,
                         absl::string_view reason, absl::Time now,
                         ClassificationOverride* class_override) {
  if (class_override->state() != v1::OVERRIDE_STATE_IN_FORCE) {
    return contract::FailedPrecondition(kReasonOverrideNotInForce, class_override->name(),
                                        "the override does not hold any more",
                                        "Look at its state; make another one if it is needed");
  }
  class_override->set_state(state);
  class_override->set_ended_by(actor);
  class_override->set_end_reason(std::string(reason));
  *class_override->mutable_end_time() = calendar::ToTimestamp(now);
  return absl::OkStatus();
}

}  // namespace banso::accounts
