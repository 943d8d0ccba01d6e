#ifndef BANSO_TESTS_JOURNEYS_PATIENCE_H_
#define BANSO_TESTS_JOURNEYS_PATIENCE_H_

#include "absl/time/time.h"

namespace banso::journeys {

// How long a test waits for what other processes do: far longer than it takes, also on a machine
// that has much else to do. Only a test that fails waits so long.
inline constexpr absl::Duration kPatience = absl::Minutes(2);

}  // namespace banso::journeys

#endif  // BANSO_TESTS_JOURNEYS_PATIENCE_H_
