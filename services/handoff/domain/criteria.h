#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_CRITERIA_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_CRITERIA_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"

// Criteria sets: what makes one usable, and which of them a case gets.
namespace banso::handoff {

// The id that stands for the rule that a completion names what was achieved; no criterion has it.
inline constexpr char kOutcomesCriterion[] = "outcomes";

// Checks a set: ids are unique, stages exist, every criterion has what its kind needs and nothing
// that is for other kinds, and conditions fit `catalog`. Adds violations with paths below `field`.
void CheckCriteriaSet(const v1::CriteriaSet& set, const rule::FactCatalog& catalog,
                      absl::string_view field, contract::Violations* violations);

// The same for one criterion, its id and stage aside.
void CheckCriterion(const v1::Criterion& criterion, const rule::FactCatalog& catalog,
                    absl::string_view field, contract::Violations* violations);

// What is doubtful about a set; see CriteriaSet.warnings.
std::vector<std::string> WarningsOf(const v1::CriteriaSet& set);

// The facts that the criterion's verdict reads; without those of `applies_when`.
std::set<std::string> FactsOf(const v1::Criterion& criterion);
// All facts that the set reads, also to tell whom it is for.
std::set<std::string> FactsOf(const v1::CriteriaSet& set);

// The service that owns a fact, by the fact's prefix: `health` for `metric.logins`; "" if unknown.
std::string OwnerService(absl::string_view fact);

// Which set a case gets, and why.
struct Selection {
  // Null when none applies.
  const v1::CriteriaSet* set = nullptr;
  // The criteria of the case, modules decided.
  std::vector<v1::Criterion> criteria;
  // One line per set, then one per module: its rule and how it came out.
  std::vector<std::string> trail;
};

// How a condition comes out for the case at hand.
using Decide = std::function<type::v1::Explanation(const type::v1::Condition&)>;

// Chooses among `sets` by their applicability, priority and name. A rule that is unknown does not
// choose, and is named in the trail. Does not depend on the order of `sets`, whose items the result
// points to.
Selection SelectSet(absl::Span<const v1::CriteriaSet> sets, const Decide& decide);

// The criteria that a case gets from `set`, whatever its applicability.
Selection TakeSet(const v1::CriteriaSet& set, const Decide& decide);

// `criteriaSets/smb@3`.
std::string RevisionNameOf(const v1::CriteriaSet& set);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_CRITERIA_H_
