#include "common/testing/nth.h"

#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace banso::testing {
namespace {

TEST(NthTest, GivesTheItemOrFailsTheTest) {
  const std::vector<std::string> items = {"a", "b"};
  EXPECT_EQ(Nth(items, 1), "b");
  std::string item = "unset";
  EXPECT_NONFATAL_FAILURE(item = Nth(items, 2), "there is no item 2 among 2");
  EXPECT_EQ(item, "");
  google::rpc::BadRequest request;
  EXPECT_NONFATAL_FAILURE(item = Nth(request.field_violations(), 0).field(), "no item 0 among 0");
  request.add_field_violations()->set_field("name");
  EXPECT_EQ(Nth(request.field_violations(), 0).field(), "name");
}

}  // namespace
}  // namespace banso::testing
