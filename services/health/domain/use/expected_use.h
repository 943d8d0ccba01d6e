#ifndef BANSO_SERVICES_HEALTH_DOMAIN_USE_EXPECTED_USE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_USE_EXPECTED_USE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
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

// An expectation as it was recorded on a day. It holds from that day on, until the next one of its
// name; the first one also before. What was recorded later on the same day takes its place.
struct RecordedUse {
  absl::CivilDay since;
  v1::ExpectedUse use;
};

// What was expected of some days.
struct UsePart {
  v1::ExpectedUse use;
  DayRange days;
};

// The parts of `range` on which the rule held, in order, each with what it said then. `recorded`
// are all of one name, the oldest first.
std::vector<UsePart> PartsOf(absl::Span<const RecordedUse> recorded, const DayRange& range);

// How much each user used something on each day. Users and days without are left out.
using UseByUser = std::map<std::string, std::map<absl::CivilDay, double>>;

// The use of the people of whom these parts expect some, over how much they expect; nothing when
// they expect none.
std::optional<double> ShareOf(absl::Span<const UsePart> parts, const UseByUser& used);

// How often one of the users is expected to use it in these days: `times` for every business day of
// the Japanese calendar or every day; of a week, month or year each day expects its part.
double ExpectedOf(const v1::ExpectedUse& use, const DayRange& days);

// Sets the use of each user beside what was expected; the parts, of which there is one at least,
// are those of one name. `used` absent: the source has not reported, so nothing is known.
v1::UseAgainstExpectation HoldAgainst(absl::Span<const UsePart> parts,
                                      const std::optional<UseByUser>& used, double below);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_USE_EXPECTED_USE_H_
