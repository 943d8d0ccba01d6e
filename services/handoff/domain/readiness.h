#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_READINESS_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_READINESS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "banso/accounts/v1/acceptance.pb.h"
#include "banso/handoff/v1/completion.pb.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"

// The verdict on a completion. Pure: everything that is known goes in.
namespace banso::handoff {

// A completion with all that belongs to it.
struct Case {
  v1::Completion completion;
  // In the order in which it was recorded.
  std::vector<v1::Evidence> evidence;
  std::vector<v1::Exception> exceptions;
  // Under which the customer was taken on.
  std::vector<accounts::v1::IntakeCondition> intake_conditions;
  // With its defaults.
  v1::HandoffPolicy policy;
};

// A criterion as it is judged on a day: with the exceptions that count then.
struct EffectiveCriterion {
  // Under REPLACE: the replacement, with the id, stage and weight of what it replaces.
  v1::Criterion criterion;
  // Under EXTEND: the criterion with the longer window, judged when the criterion is not met.
  std::vector<v1::Criterion> extended;
  // The exceptions that count, newest last.
  std::vector<v1::Exception> exceptions;
  bool waived = false;
  bool replaced = false;
};

// The criteria of a case on `today`, those added by exceptions last.
std::vector<EffectiveCriterion> EffectiveCriteria(const Case& the_case, absl::CivilDay today);

// True when an exception waives the rule that a completion names outcomes.
bool OutcomesWaived(const Case& the_case, absl::CivilDay today);

// The fact types that the case's conditions were saved with.
rule::FactCatalog CatalogOf(const v1::Completion& completion);

// What must be read to judge the case at `moment`.
std::vector<rule::FactRead> Reads(const Case& the_case, const rule::Moment& moment);

// What was learned from the owners of facts.
struct Findings {
  rule::Readings readings;
  // The services that could not be asked, such as `health`.
  std::set<std::string> unavailable;
};

// Judges every criterion at `moment`.
//  - A criterion whose facts an unavailable service owns is UNKNOWN and says so, unless what is
//    known decides it all the same.
//  - A criterion of a later stage is met only when no required one of the stages before is open.
//  - An exception that has run out, or was not approved, does not count.
v1::Readiness Evaluate(const Case& the_case, const rule::Moment& moment, const Findings& findings);

// OK when the onboarding can be completed with `outcomes` outcomes, else FAILED_PRECONDITION
// (NOT_READY) with one cause for each required criterion that is open, and for missing outcomes.
absl::Status CheckReady(const v1::Readiness& readiness, int outcomes);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_READINESS_H_
