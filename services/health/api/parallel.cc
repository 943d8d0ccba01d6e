#include "services/health/api/parallel.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "common/status_macros.h"

namespace banso::health {

absl::Status InParallel(size_t count, size_t threads,
                        absl::FunctionRef<absl::Status(size_t number)> work) {
  std::vector<absl::Status> statuses(count);
  std::atomic<size_t> next = 0;
  std::atomic<bool> failed = false;
  const auto take_numbers = [&] {
    // A number that was taken is done: so the error returned does not depend on the threads.
    while (!failed) {
      const size_t number = next++;
      if (number >= count) return;
      statuses[number] = work(number);
      if (!statuses[number].ok()) failed = true;
    }
  };
  const size_t processors = std::max(std::thread::hardware_concurrency(), 1U);
  std::vector<std::future<void>> others;
  for (size_t i = 1; i < std::min({threads, processors, count}); ++i) {
    others.push_back(std::async(std::launch::async, take_numbers));
  }
  take_numbers();
  for (std::future<void>& other : others) other.get();
  for (const absl::Status& status : statuses) BANSO_RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

}  // namespace banso::health
