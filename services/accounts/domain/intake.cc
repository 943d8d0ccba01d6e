#include "services/accounts/domain/intake.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/calendar/business_days.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/classification/stages.h"
#include "services/accounts/domain/fact_types.h"
#include "services/accounts/domain/facts.h"

namespace banso::accounts {
namespace {

using contract::Violations;
using v1::AcceptancePolicy;
using v1::AcceptanceRule;
using v1::IntakeReview;
using v1::IntakeVerdict;

constexpr int kDaysToAnswer = 2;

// What a verdict asks for besides itself.
void CheckVerdict(IntakeVerdict verdict, bool has_conditions, bool has_feature,
                  const std::string& path, Violations* violations) {
  const std::string prefix = path.empty() ? "" : path + ".";
  const bool conditional = verdict == v1::INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS;
  if (conditional != has_conditions) {
    violations->Add(prefix + "conditions", "",
                    conditional ? "at least one condition, with ACCEPT_WITH_CONDITIONS"
                                : "none, except with ACCEPT_WITH_CONDITIONS",
                    conditional ? "REQUIRED" : "NOT_ACCEPTED");
  }
  const bool waits = verdict == v1::INTAKE_VERDICT_WAIT;
  if (waits != has_feature) {
    violations->Add(prefix + "feature", "",
                    waits ? "the feature to wait for, with WAIT" : "none, except with WAIT",
                    waits ? "REQUIRED" : "NOT_ACCEPTED");
  }
}

void CheckRule(const AcceptanceRule& rule, const rule::FactCatalog& catalog,
               const std::string& path, Violations* violations) {
  rule::CheckCondition(rule.when(), catalog, absl::StrCat(path, ".when"), violations);
  VisitUses(rule.when(), absl::StrCat(path, ".when"), [&](const FactUse& use) {
    const bool over_time = use.ref.has_window() || use.ref.has_max_age() ||
                           (use.compare != nullptr && use.compare->has_sustained());
    if (!over_time) return;
    violations->Add(use.path, "", "no window, age or sustained time: rules read present values",
                    "NOT_OVER_TIME");
  });
  if (rule.verdict() == v1::INTAKE_VERDICT_ACCEPT) {
    violations->Add(absl::StrCat(path, ".verdict"), "ACCEPT",
                    "another verdict: what no rule applies to is accepted", "NOT_ACCEPTED");
  }
  CheckVerdict(rule.verdict(), rule.conditions_size() > 0, !rule.feature().empty(), path,
               violations);
}

v1::IntakeFinding FindingOf(const AcceptanceRule& rule) {
  v1::IntakeFinding finding;
  finding.set_rule(rule.key());
  finding.set_condition(rule::Print(rule.when()));
  finding.set_verdict(rule.verdict());
  finding.set_reason(rule.reason());
  finding.set_feature(rule.feature());
  *finding.mutable_conditions() = rule.conditions();
  return finding;
}

// The strictest verdict among the rules that were true: what a rule says about waiting for a
// feature that has been released since is over. ACCEPT when there are none.
IntakeVerdict StrictestOf(const IntakeReview& review) {
  IntakeVerdict strictest = v1::INTAKE_VERDICT_ACCEPT;
  for (const v1::IntakeFinding& finding : review.findings()) {
    const bool released = finding.verdict() == v1::INTAKE_VERDICT_WAIT &&
                          review.woken_by() == ReleaseName(finding.feature());
    if (finding.result() != type::v1::TRUTH_TRUE || released) continue;
    strictest = std::max(strictest, finding.verdict());
  }
  return strictest;
}

}  // namespace

rule::FactCatalog AcceptanceCatalog(const std::vector<fact::v1::FactType>& types) {
  rule::FactCatalog catalog =
      CatalogFor(StagesOf(v1::ClassificationPolicy::default_instance()), types);
  for (fact::v1::FactType& type : DealFactTypes()) catalog.Add(std::move(type));
  return catalog;
}

void CheckAcceptancePolicy(const AcceptancePolicy& policy,
                           const std::vector<fact::v1::FactType>& types, absl::string_view field,
                           Violations* violations) {
  const rule::FactCatalog catalog = AcceptanceCatalog(types);
  std::set<std::string> keys;
  for (int i = 0; i < policy.rules_size(); ++i) {
    const std::string path = absl::StrCat(field, ".rules[", i, "]");
    if (!keys.insert(policy.rules(i).key()).second) {
      violations->Add(absl::StrCat(path, ".key"), policy.rules(i).key(),
                      "a key that no other rule has", "DUPLICATE");
    }
    CheckRule(policy.rules(i), catalog, path, violations);
  }
}

Adviser::Adviser(const AcceptancePolicy& policy, const std::vector<fact::v1::FactType>& types)
    : catalog_(AcceptanceCatalog(types)) {
  for (const AcceptanceRule& rule : policy.rules()) {
    rules_.push_back({LocalRule(&rule.when(), catalog_), FindingOf(rule)});
  }
}

Advice Adviser::Advise(const v1::Account& account, const v1::Deal& deal, absl::Time now) const {
  FactValues facts = FactsOf(account);
  facts.merge(FactsOf(deal));
  const rule::Moment moment = MomentOf(now, ZoneOf(account));
  Advice advice;
  advice.suggestion = v1::INTAKE_VERDICT_ACCEPT;
  IntakeVerdict undecided = v1::INTAKE_VERDICT_UNSPECIFIED;
  for (const Rule& rule : rules_) {
    google::protobuf::RepeatedPtrField<std::string> readings;
    const type::v1::Truth result = rule.when.Judge(moment, facts, &readings);
    if (result == type::v1::TRUTH_FALSE) continue;
    IntakeVerdict& strictest = result == type::v1::TRUTH_TRUE ? advice.suggestion : undecided;
    strictest = std::max(strictest, rule.finding.verdict());
    v1::IntakeFinding& finding = advice.findings.emplace_back(rule.finding);
    finding.set_result(result);
    *finding.mutable_readings() = std::move(readings);
  }
  if (undecided > advice.suggestion) advice.suggestion = v1::INTAKE_VERDICT_UNSPECIFIED;
  return advice;
}

void Ask(const AskedBy& by, absl::Time now, IntakeReview* review) {
  review->set_state(v1::INTAKE_STATE_ASKED);
  *review->mutable_ask_time() = calendar::ToTimestamp(now);
  const type::v1::Period within =
      by.policy != nullptr && by.policy->has_answer_within()
          ? by.policy->answer_within()
          : calendar::MakePeriod(kDaysToAnswer, type::v1::PERIOD_UNIT_BUSINESS_DAY);
  const absl::CivilDay last =
      calendar::Add(Today(by.account, now), within, calendar::Calendar::Japan());
  *review->mutable_answer_by() = calendar::ToDate(last);
  *review->mutable_answer_due_time() = calendar::ToTimestamp(
      calendar::StartOfDay(last + 1, calendar::ZoneOrUtc(ZoneOf(by.account))));
  review->clear_findings();
  review->clear_suggestion();
  review->clear_policy();
  if (by.policy == nullptr) return;
  Advice advice = Adviser(*by.policy, by.types).Advise(by.account, by.deal, now);
  review->set_policy(contract::JoinRevision(by.policy->name(), by.policy->revision().number()));
  review->set_suggestion(advice.suggestion);
  for (v1::IntakeFinding& finding : advice.findings) {
    *review->add_findings() = std::move(finding);
  }
}

absl::Status Decide(const v1::DecideIntakeReviewRequest& request, const Act& act,
                    IntakeReview* review) {
  Violations violations;
  CheckVerdict(request.verdict(), request.conditions_size() > 0, !request.feature().empty(), "",
               &violations);
  std::set<std::string> keys;
  for (int i = 0; i < request.conditions_size(); ++i) {
    if (keys.insert(request.conditions(i).key()).second) continue;
    violations.Add(absl::StrCat("conditions[", i, "].key"), request.conditions(i).key(),
                   "a key that no other condition has", "DUPLICATE");
  }
  if (!violations.empty()) return violations.ToStatus();
  if (review->state() != v1::INTAKE_STATE_ASKED) {
    return contract::FailedPrecondition(
        kReasonReviewNotAsked, review->name(),
        review->state() == v1::INTAKE_STATE_WAITING
            ? absl::StrCat("the review waits for the feature ", review->feature())
            : "the review is answered for good",
        "Ask again with another review of the deal once this one is answered");
  }
  review->set_verdict(request.verdict());
  review->set_against_policy(request.verdict() < StrictestOf(*review));
  review->set_verdict_reason(request.reason());
  review->set_decided_by(act.actor);
  *review->mutable_decide_time() = calendar::ToTimestamp(act.now);
  review->set_in_time(act.now < calendar::ToTime(review->answer_due_time()));
  *review->mutable_conditions() = request.conditions();
  const bool waits = request.verdict() == v1::INTAKE_VERDICT_WAIT;
  if (waits) review->set_feature(request.feature());
  review->set_state(waits ? v1::INTAKE_STATE_WAITING : v1::INTAKE_STATE_DECIDED);
  return absl::OkStatus();
}

void Wake(const v1::FeatureRelease& release, const AskedBy& by, absl::Time now,
          IntakeReview* review) {
  review->clear_verdict();
  review->clear_verdict_reason();
  review->clear_decided_by();
  review->clear_decide_time();
  review->clear_in_time();
  review->clear_against_policy();
  review->set_woken_by(release.name());
  Ask(by, now, review);
}

std::string ReleaseName(absl::string_view feature) {
  return contract::Join("", "featureReleases", absl::StrReplaceAll(feature, {{"_", "-"}}));
}

void CarryConditions(const IntakeReview& review, v1::Onboarding* onboarding) {
  onboarding->set_intake_review(review.name());
  *onboarding->mutable_intake_conditions() = review.conditions();
}

}  // namespace banso::accounts
