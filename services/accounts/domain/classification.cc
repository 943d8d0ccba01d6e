#include "services/accounts/domain/classification.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/classification/overrides.h"

namespace banso::accounts {
namespace {

using v1::Classification;
using v1::ClassificationPolicy;
using v1::ClassificationReason;

constexpr const char* kBuiltInAxes[] = {"segment", "tier", "potential_tier", "touch", "team"};

void SetClass(const Stage& stage, const std::string& value, Classification* classification) {
  if (stage.custom != nullptr) {
    v1::AxisClass* axis = classification->add_axes();
    axis->set_axis(stage.name);
    axis->set_value(value);
    return;
  }
  if (stage.name == "segment") classification->set_segment(value);
  if (stage.name == "tier") classification->set_tier(value);
  if (stage.name == "potential_tier") classification->set_potential_tier(value);
  if (stage.name == "touch") classification->set_touch(value);
  if (stage.name == "team") classification->set_team(value);
}

// A number below `total` that is the same for an account and key for ever, and evenly spread.
int DrawNumber(const std::string& account, const std::string& key, int total) {
  const std::string hash = contract::Hash(absl::StrCat(key, "\n", account));
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(hash[i]);
  return static_cast<int>(number % static_cast<uint64_t>(total));
}

// The facts of the account without what an earlier classification decided.
FactValues FactsBefore(const v1::Account& account) {
  v1::Account undecided = account;
  undecided.clear_classification();
  return FactsOf(undecided);
}

// Overrides of axes that this policy does not decide by rules stay for a policy that does.
void KeepIdleOverrides(const Classification& present, absl::CivilDay today,
                       Classification* result) {
  for (const v1::AppliedOverride& applied : present.overrides()) {
    if (!HoldsOn(applied, today)) continue;
    if (OverrideOf(*result, applied.axis(), today) == nullptr) *result->add_overrides() = applied;
  }
}

}  // namespace

Classifier::Classifier(ClassificationPolicy policy)
    : policy_(std::move(policy)), catalog_(CatalogFor(StagesOf(policy_), {})) {
  for (const Stage& stage : StagesOf(policy_)) stages_.push_back(MakeReady(stage));
}

Classifier::Ready Classifier::MakeReady(const Stage& stage) const {
  Ready ready;
  ready.stage = stage;
  if (stage.kind == StageKind::kRules) {
    for (const v1::ClassRule& rule : *stage.rules) {
      ready.rules.emplace_back(rule.has_when() ? &rule.when() : nullptr, catalog_);
    }
  } else if (stage.kind == StageKind::kArms) {
    ready.rules.emplace_back(stage.custom->has_eligible() ? &stage.custom->eligible() : nullptr,
                             catalog_);
  } else if (stage.kind == StageKind::kScore) {
    for (const v1::ScoreAxis& axis : *stage.viewpoints) {
      Viewpoint& viewpoint = ready.viewpoints.emplace_back();
      viewpoint.axis = &axis;
      for (const v1::ScoreStep& step : axis.steps()) {
        viewpoint.steps.emplace_back(&step.when(), catalog_);
      }
    }
  }
  return ready;
}

ClassificationReason Classifier::Decide(const Ready& ready, const rule::Moment& moment,
                                        const FactValues& facts) const {
  ClassificationReason reason;
  reason.set_axis(ready.stage.name);
  for (size_t i = 0; i < ready.rules.size(); ++i) {
    const LocalRule& rule = ready.rules[i];
    const std::string& value = (*ready.stage.rules)[static_cast<int>(i)].value();
    const type::v1::Truth result = rule.Judge(moment, facts, reason.mutable_readings());
    if (result == type::v1::TRUTH_TRUE) {
      reason.set_value(value);
      reason.set_rule(rule.text());
      return reason;
    }
    if (result == type::v1::TRUTH_UNKNOWN) {
      reason.add_readings(absl::StrCat(value, " is not decided: ", rule.text()));
    }
  }
  reason.set_rule("no rule is true");
  return reason;
}

ClassificationReason Classifier::Draw(const Ready& ready, const rule::Moment& moment,
                                      const FactValues& facts, const std::string& account) const {
  ClassificationReason reason;
  reason.set_axis(ready.stage.name);
  const LocalRule& eligible = ready.rules.front();
  if (eligible.Judge(moment, facts, reason.mutable_readings()) != type::v1::TRUTH_TRUE) {
    reason.set_rule(absl::StrCat("in no arm: ", eligible.text(), " is not true"));
    return reason;
  }
  int total = 0;
  for (const v1::ExperimentArm& arm : ready.stage.custom->arms()) total += arm.weight();
  int left = DrawNumber(account, ready.stage.name, total);
  for (const v1::ExperimentArm& arm : ready.stage.custom->arms()) {
    left -= arm.weight();
    if (left >= 0) continue;
    reason.set_value(arm.value());
    reason.set_rule(absl::StrCat("drawn by a hash of the account's name, weight ", arm.weight(),
                                 " of ", total));
    break;
  }
  return reason;
}

std::optional<ClassificationReason> Classifier::DecideAxis(const Ready& ready,
                                                           const rule::Moment& moment,
                                                           const FactValues& facts,
                                                           const v1::Account& account,
                                                           Classification* result) const {
  if (ready.stage.kind == StageKind::kArms) return Draw(ready, moment, facts, account.name());
  const v1::AppliedOverride* present = nullptr;
  if (account.classification().overrides_size() > 0) {
    present = OverrideOf(account.classification(), ready.stage.name, Today(account, moment.as_of));
  }
  if (present == nullptr) {
    if (ready.rules.empty()) return std::nullopt;
    return Decide(ready, moment, facts);
  }
  const ClassificationReason by_policy = Decide(ready, moment, facts);
  v1::AppliedOverride* applied = result->add_overrides();
  *applied = *present;
  applied->set_policy_value(by_policy.value());
  return Overridden(*applied, by_policy);
}

v1::ScoreSum Classifier::Score(const Ready& ready, const rule::Moment& moment,
                               const FactValues& facts) const {
  v1::ScoreSum sum;
  double score = 0;
  for (const Viewpoint& viewpoint : ready.viewpoints) {
    v1::ScoreContribution* contribution = sum.add_contributions();
    contribution->set_axis(viewpoint.axis->key());
    for (size_t i = 0; i < viewpoint.steps.size(); ++i) {
      const LocalRule& step = viewpoint.steps[i];
      const type::v1::Truth result = step.Judge(moment, facts, contribution->mutable_readings());
      if (result == type::v1::TRUTH_FALSE) continue;
      if (result == type::v1::TRUTH_TRUE) {
        const v1::ScoreStep& values = viewpoint.axis->steps(static_cast<int>(i));
        contribution->set_points(values.points());
        contribution->set_hours(values.hours());
        contribution->set_rule(step.text());
      } else {
        contribution->set_unknown(true);
      }
      break;
    }
    score += contribution->points();
  }
  sum.set_score(score);
  return sum;
}

std::optional<v1::WorkEstimate> EstimateWork(const ClassificationPolicy& policy,
                                             const Classification& classification,
                                             const v1::Account& account) {
  const auto level = std::find_if(
      policy.touch_levels().begin(), policy.touch_levels().end(),
      [&](const v1::TouchLevel& level) { return level.touch() == classification.touch(); });
  if (level == policy.touch_levels().end()) return std::nullopt;
  v1::WorkEstimate work;
  double added = 0;
  for (const v1::ScoreContribution& part : classification.touch_score().contributions()) {
    added += part.hours();
  }
  *work.mutable_weekly_hours() = level->weekly_hours();
  if (work.weekly_hours_size() == 0 && added > 0) work.add_weekly_hours(0);
  double total = 0;
  for (double& hours : *work.mutable_weekly_hours()) {
    hours = std::max(0.0, hours + added / work.weekly_hours_size());
    total += hours;
  }
  work.set_total_hours(total);
  if (!policy.has_hour_cost()) return work;
  work.mutable_cost()->set_currency(policy.hour_cost().currency());
  work.mutable_cost()->set_minor_units(
      std::llround(total * static_cast<double>(policy.hour_cost().minor_units())));
  if (account.has_recurring_revenue() &&
      account.recurring_revenue().currency() == policy.hour_cost().currency()) {
    const double months = std::max(1, policy.payback_months());
    work.set_exceeds_revenue(static_cast<double>(work.cost().minor_units()) >
                             static_cast<double>(account.recurring_revenue().minor_units()) *
                                 months);
  }
  return work;
}

Classification Classifier::Classify(const v1::Account& account, absl::Time now) const {
  Classification result;
  result.set_policy(contract::JoinRevision(policy_.name(), policy_.revision().number()));
  const rule::Moment moment = MomentOf(now, ZoneOf(account));
  FactValues facts = FactsBefore(account);
  for (const Ready& ready : stages_) {
    if (ready.stage.kind == StageKind::kScore) {
      if (ready.viewpoints.empty()) continue;
      v1::ScoreSum sum = Score(ready, moment, facts);
      facts[ready.stage.facts[0]] = rule::NumberValue(sum.score());
      (ready.stage.name == "touch_score" ? *result.mutable_touch_score()
                                         : *result.mutable_potential_score()) = std::move(sum);
    } else if (ready.stage.kind == StageKind::kWork) {
      std::optional<v1::WorkEstimate> work = EstimateWork(policy_, result, account);
      if (!work.has_value()) continue;
      *result.mutable_work() = *std::move(work);
      AddWorkFacts(result.work(), &facts);
    } else if (std::optional<ClassificationReason> reason =
                   DecideAxis(ready, moment, facts, account, &result)) {
      if (!reason->value().empty()) {
        facts[ready.stage.facts[0]] = rule::TextValue(reason->value());
        SetClass(ready.stage, reason->value(), &result);
      }
      *result.add_reasons() = *std::move(reason);
    }
  }
  const Classification& present = account.classification();
  KeepIdleOverrides(present, Today(account, now), &result);
  *result.mutable_classify_time() = present.classify_time();
  if (contract::DeterministicBytes(result) == contract::DeterministicBytes(present)) return present;
  *result.mutable_classify_time() = calendar::ToTimestamp(now);
  return result;
}

std::string ClassOn(const Classification& classification, absl::string_view axis) {
  if (axis == "segment") return classification.segment();
  if (axis == "tier") return classification.tier();
  if (axis == "potential_tier") return classification.potential_tier();
  if (axis == "touch") return classification.touch();
  if (axis == "team") return classification.team();
  for (const v1::AxisClass& value : classification.axes()) {
    if (value.axis() == axis) return value.value();
  }
  return "";
}

std::vector<std::string> AxesOf(const Classification& a, const Classification& b) {
  std::vector<std::string> axes;
  const auto add = [&](const std::string& axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) axes.push_back(axis);
  };
  for (const char* axis : kBuiltInAxes) {
    // The further axes are decided before the touch.
    if (std::string(axis) == "touch") {
      for (const v1::AxisClass& value : b.axes()) add(value.axis());
      for (const v1::AxisClass& value : a.axes()) add(value.axis());
    }
    if (!ClassOn(a, axis).empty() || !ClassOn(b, axis).empty()) add(axis);
  }
  return axes;
}

bool SameClass(const Classification& a, const Classification& b) {
  const std::vector<std::string> axes = AxesOf(a, b);
  return std::all_of(axes.begin(), axes.end(),
                     [&](const std::string& axis) { return ClassOn(a, axis) == ClassOn(b, axis); });
}

}  // namespace banso::accounts
