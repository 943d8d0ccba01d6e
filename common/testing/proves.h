#ifndef BANSO_COMMON_TESTING_PROVES_H_
#define BANSO_COMMON_TESTING_PROVES_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace banso::testing {

// Says that the running test shows the row `requirement_id` of docs/requirements.tsv, for example
// "LAP-07": the test does what the row's column `shows_when` asks for. A test may prove several
// rows, and a row may be proven by several tests. Recorded in the test's XML result, so only a test
// that ran and passed counts; docs/requirements.md is made from it.
inline void Proves(absl::string_view requirement_id) {
  ::testing::Test::RecordProperty(absl::StrCat("proves-", requirement_id), 1);
}

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_PROVES_H_
