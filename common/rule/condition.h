#ifndef BANSO_COMMON_RULE_CONDITION_H_
#define BANSO_COMMON_RULE_CONDITION_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/time.pb.h"
#include "common/rule/catalog.h"

namespace banso::contract {
class Violations;
}

namespace banso::rule {

// How deep conditions may be nested: a comparison alone is 1 deep.
inline constexpr int kMaxConditionDepth = 20;
// How many buckets in a row a sustained comparison may have.
inline constexpr int kMaxBuckets = 60;

// Checks a condition against the known fact types: facts exist, values and operators fit their
// types, windows and counting per object make sense for them, words are among the declared ones,
// clocks and periods are usable. INVALID_ARGUMENT with every violation, each with the path of the
// part at fault below `field_path` (such as `criteria[2].condition`); OK otherwise.
absl::Status CheckCondition(const type::v1::Condition& condition, const FactCatalog& catalog,
                            absl::string_view field_path);

// The same for callers that check more than one condition: adds to `violations`.
void CheckCondition(const type::v1::Condition& condition, const FactCatalog& catalog,
                    absl::string_view field_path, contract::Violations* violations);

// The same for a reference to a fact outside of a condition, such as a measure of a score.
void CheckFactRef(const type::v1::FactRef& ref, const FactCatalog& catalog,
                  absl::string_view field_path, contract::Violations* violations);

// The type of what a reading of `ref` gives: the fact's own, or a number for an aggregation that
// makes one (a sum, a count, a mean...).
type::v1::ValueType ResultType(const type::v1::FactRef& ref, const fact::v1::FactType& type);

// The condition in one readable line; labels are not used. Such as
//   metric.interviews (sum, within 30 days of contract start) >= 1
//   at least 2 objects with metric.forms (sum) >= 1 in each of the last 4 weeks
//   account.segment in ("MM", "SMB") and not (account.churned is known)
std::string Print(const type::v1::Condition& condition);
std::string Print(const type::v1::Comparison& comparison);
std::string Print(const type::v1::ObjectCount& count);
// `metric.interviews (sum, last 4 weeks, no older than 30 days)`.
std::string Print(const type::v1::FactRef& ref);

// `>=`, `in`...
std::string OperatorText(type::v1::Operator op);
// `sum`, `distinct users`...; `latest` for UNSPECIFIED.
std::string AggregationText(type::v1::Aggregation aggregation);
// `contract start`, `go-live`...
std::string ClockText(type::v1::Clock clock);

// The names of all facts that the condition reads: it can change only when one of them or the day
// does.
std::set<std::string> FactsOf(const type::v1::Condition& condition);
// The clocks that its windows begin with.
std::set<type::v1::Clock> ClocksOf(const type::v1::Condition& condition);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_CONDITION_H_
