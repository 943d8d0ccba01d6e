#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_CONTRAST_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_CONTRAST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "banso/health/v1/comparison.pb.h"
#include "services/health/domain/statistics/proportion.h"

// Two groups compared in many things at once.
namespace banso::health {

// One case, as comparisons see it.
struct Case {
  // In the first group (true), in the second (false), or in neither.
  std::optional<bool> with;
  // Cases of one stratum are alike in the mix.
  int stratum = 0;
  // What was measured, in the order of the question: of a trait 1 or 0, of an amount the number;
  // absent what is not known.
  std::vector<std::optional<double>> values;
  // The number of its account; absent when no other case is of the same.
  std::optional<int64_t> account = std::nullopt;
};

// What one of the values is.
struct Compared {
  std::string key;
  std::string display_name;
  bool is_amount = false;
};

// How sure a study has to be; see StudyScope.
struct Sureness {
  int min_n = 8;
  double level = 0.05;
  double confidence = statistics::kConfidence;
  // Whether strata mean anything.
  bool stratified = false;
};

// The figures of one thing, without what depends on the other comparisons of the answer. A group
// with fewer known cases than the minimum makes it INSUFFICIENT: then the groups are shown, each
// with its interval, and nothing that compares them. With strata, so does a group with fewer in
// those that have both groups: then nothing is said of like cases.
v1::Contrast Compare(absl::Span<const Case> cases, size_t value, const Compared& what,
                     const Sureness& sureness);

// Corrects the p values of one answer for their number and says what was found. Of a comparison
// that was adjusted, that is the p value among like cases; of one in which accounts have several
// cases, that of accounts. What is INSUFFICIENT is no comparison.
void CorrectForMany(const std::vector<v1::Contrast*>& contrasts, const Sureness& sureness);

// All values, compared and corrected together, in the order of `what`.
std::vector<v1::Contrast> CompareAll(absl::Span<const Case> cases, absl::Span<const Compared> what,
                                     const Sureness& sureness);

// The difference that `finding` is about: among like cases where that is known of a comparison that
// was adjusted, else of all.
double FoundDifference(const v1::Contrast& contrast);

// An interval as the contract has it: an end that is not finite is left out.
v1::ConfidenceInterval ToMessage(const statistics::Interval& interval);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_CONTRAST_H_
