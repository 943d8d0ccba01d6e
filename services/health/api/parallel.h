#ifndef BANSO_SERVICES_HEALTH_API_PARALLEL_H_
#define BANSO_SERVICES_HEALTH_API_PARALLEL_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace banso::health {

// Calls `work` for each number below `count`, on up to `threads` threads (or as many as the machine
// has processors) at once, this one among them; so `work` writes where only its number does. After
// an error no further number is begun; returns the error of the lowest number that has one.
absl::Status InParallel(size_t count, size_t threads,
                        absl::FunctionRef<absl::Status(size_t number)> work);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_PARALLEL_H_
