#ifndef BANSO_COMMON_TESTING_NTH_H_
#define BANSO_COMMON_TESTING_NTH_H_

#include <cstddef>
#include <iterator>

#include "gtest/gtest.h"

namespace banso::testing {

// The item of `items` (a vector, or a repeated field of messages) at `index`. Where there are not
// so many, the test fails, with an empty item instead of a crash that takes the other tests along.
template <typename Items>
typename Items::value_type Nth(const Items& items, size_t index) {
  const size_t size = static_cast<size_t>(std::distance(items.begin(), items.end()));
  if (index < size) return *std::next(items.begin(), static_cast<std::ptrdiff_t>(index));
  ADD_FAILURE() << "there is no item " << index << " among " << size;
  return typename Items::value_type();
}

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_NTH_H_
