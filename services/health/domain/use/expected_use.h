#ifndef BANSO_SERVICES_HEALTH_DOMAIN_USE_EXPECTED_USE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_USE_EXPECTED_USE_H_

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "banso/health/v1/expected_use.pb.h"
#include "common/contract/errors.h"

// What operating rules make expected, beside what there was.
namespace banso::health {

// Days, both inclusive.
struct DayRange {
  absl::CivilDay from;
  absl::CivilDay to;
};

// Checks what the field rules cannot: each user once, a unit that is said, an end that is not
// before the beginning. Adds to `violations`, with paths below `field_path`.
void CheckExpectedUse(const v1::ExpectedUse& use, absl::string_view field_path,
                      contract::Violations* violations);

// The days of `range` on which the rule holds; nothing when there is none.
std::optional<DayRange> DaysInForce(const v1::ExpectedUse& use, const DayRange& range);

// How often one of the users is expected to use it in these days: `times` for every business day of
// the Japanese calendar or every day; of a week, month or year each day expects its part.
double ExpectedOf(const v1::ExpectedUse& use, const DayRange& days);

// Sets the use of each user beside what was expected. `actual` has those who used it; absent: the
// source has not reported, so nothing is known.
v1::UseAgainstExpectation HoldAgainst(const v1::ExpectedUse& use, const DayRange& days,
                                      const std::optional<std::map<std::string, double>>& actual,
                                      double below);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_USE_EXPECTED_USE_H_
