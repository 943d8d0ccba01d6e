#include "common/storage/list_sql.h"

#include <limits>
#include <string>
#include <vector>

#include "common/storage/page_size.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::storage {
namespace {

using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(ListSqlTest, KnowsWhatChildrensNamesBeginWith) {
  constexpr char kPattern[] = "accounts/{account}/onboardings/{onboarding}/tasks/{task}";
  struct Case {
    const char* pattern;
    const char* parent;
    const char* expected;
  };
  const Case cases[] = {
      {kPattern, "", ""},
      {kPattern, "accounts/a/onboardings/o", "accounts/a/onboardings/o/tasks/"},
      {kPattern, "accounts/a/onboardings/-", "accounts/a/onboardings/"},
      {kPattern, "accounts/-/onboardings/-", "accounts/"},
      {kPattern, "accounts/-", "accounts/"},
      {kPattern, "accounts/a", "accounts/a/onboardings/"},
      {"accounts/{account}/profile", "accounts/a", "accounts/a/profile"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(ChildrenPrefix(c.pattern, c.parent), IsOkAndHolds(std::string(c.expected)))
        << c.parent;
  }
  for (const char* wrong :
       {"members/a", "accounts/", "accounts/-/onboardings/o", "accounts/a/onboardings/o/tasks/t",
        "accounts/a/onboardings/o/tasks/t/x/y"}) {
    EXPECT_THAT(ChildrenPrefix(kPattern, wrong), StatusIs(absl::StatusCode::kInvalidArgument))
        << wrong;
  }
}

TEST(ListSqlTest, ReadsAnOrder) {
  const std::vector<std::string> columns = {"name", "rank", "due"};
  EXPECT_THAT(ParseOrderBy("", columns), IsOkAndHolds(ElementsAre(SortKey{"name", false})));
  EXPECT_THAT(ParseOrderBy(" rank desc,due asc ", columns),
              IsOkAndHolds(ElementsAre(SortKey{"rank", true}, SortKey{"due", false},
                                       SortKey{"name", false})));
  EXPECT_THAT(ParseOrderBy("name desc, rank", columns),
              IsOkAndHolds(ElementsAre(SortKey{"name", true})))
      << "names are unique, so nothing behind the name matters";
  for (const char* wrong : {"colour", "rank,", ",", "rank desc desc", "rank DESC"}) {
    EXPECT_THAT(ParseOrderBy(wrong, columns), StatusIs(absl::StatusCode::kInvalidArgument))
        << wrong;
  }
}

TEST(ListSqlTest, ValuesSurviveAToken) {
  const std::vector<Value> values = {Value(),     Value(std::numeric_limits<int64_t>::min()),
                                     Value(-0.1), Value(std::string("3:t\0x", 5)),
                                     Value(""),   Value(Bytes{"\xff"})};
  EXPECT_THAT(DecodeValues(EncodeValues(values)), IsOkAndHolds(ElementsAreArray(values)));
  for (const char* wrong : {"x1:a", "t5:abc", "t:abc", "i1:x", "t99999999999999999999:a"}) {
    EXPECT_THAT(DecodeValues(wrong), StatusIs(absl::StatusCode::kInternal)) << wrong;
  }
}

TEST(ListSqlTest, PrefixRangeHoldsExactlyWhatBeginsSo) {
  for (const std::string prefix : {"a", "accounts/acme/", "z", "日本"}) {
    EXPECT_LT(BeforePrefix(prefix), prefix);
    EXPECT_LT(prefix + "\xf4\x8f\xbf\xbf", PrefixEnd(prefix));
    EXPECT_GT(PrefixEnd(prefix), prefix);
  }
  EXPECT_EQ(PrefixEnd("\xff"), "");
  EXPECT_EQ(PrefixEnd("a\xff"), "b");
}

}  // namespace
}  // namespace banso::storage
