#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SUCCESS_SUCCESS_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SUCCESS_SUCCESS_H_

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/health/v1/success.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/calendar/business_days.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"

namespace banso::health {

// The longest time that a definition may give, in days: every day of it is looked at.
inline constexpr int kMaxDueDays = 400;

// Checks a definition's conditions against the known fact types and its due period. Adds to
// `violations`, with paths below `field_path`.
void CheckSuccessDefinition(const v1::SuccessDefinition& definition,
                            const rule::FactCatalog& catalog, absl::string_view field_path,
                            contract::Violations* violations);

// For which onboarding, and when, a label is decided.
struct LabelMoment {
  absl::Time now;
  // In which days are counted.
  absl::TimeZone zone;
  // The day of the definition's clock; absent while it has none.
  std::optional<absl::CivilDay> clock_day = std::nullopt;
  const calendar::Calendar* calendar = &calendar::Calendar::Japan();
};

// Evaluates the definition's condition as things stood at a time.
using EvaluateAt = std::function<absl::StatusOr<type::v1::Explanation>(absl::Time as_of)>;

// Decides whether an onboarding is a success. MET when the condition was true at the end of at
// least one day from the clock's day to the due day; MISSED when the due day has passed and the
// condition was false at its end; else UNDECIDED, with the reason. Name, revision, `state_time` and
// bookkeeping are for the caller. Errors are those of `evaluate`.
absl::StatusOr<v1::SuccessLabel> DecideLabel(const v1::SuccessDefinition& definition,
                                             const LabelMoment& moment, const EvaluateAt& evaluate);

// True when the two say the same to people: all but times and wording of readings.
bool SameDecision(const v1::SuccessLabel& a, const v1::SuccessLabel& b);

// The first reason in the tree why something is unknown; empty when there is none.
std::string FirstUnknown(const type::v1::Explanation& explanation);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SUCCESS_SUCCESS_H_
