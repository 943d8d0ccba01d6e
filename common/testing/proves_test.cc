#include "common/testing/proves.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::testing {
namespace {

// Claims made here belong to the suite, not to a test, so they prove no row by themselves.
class ProvesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Proves("AAA-01");
    Proves("AAA-02");
  }
};

TEST_F(ProvesTest, RecordsEveryRowThatIsNamed) {
  const ::testing::TestResult& result =
      ::testing::UnitTest::GetInstance()->current_test_suite()->ad_hoc_test_result();
  std::set<std::string> keys;
  for (int i = 0; i < result.test_property_count(); ++i) {
    keys.insert(result.GetTestProperty(i).key());
  }
  EXPECT_THAT(keys, ::testing::ElementsAre("proves-AAA-01", "proves-AAA-02"));
}

}  // namespace
}  // namespace banso::testing
