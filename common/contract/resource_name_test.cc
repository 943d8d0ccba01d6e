#include "common/contract/resource_name.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Optional;

TEST(IsValidIdTest, AcceptsWhatTheContractSays) {
  for (const std::string& id : {std::string("a"), std::string("9"), std::string("acme-tokyo-2"),
                                std::string("a--b"), std::string(63, 'x')}) {
    EXPECT_TRUE(IsValidId(id)) << id;
  }
}

TEST(IsValidIdTest, RefusesEverythingElse) {
  for (const std::string& id :
       {std::string(""), std::string("-"), std::string("-a"), std::string("a-"), std::string("A"),
        std::string("a_b"), std::string("a.b"), std::string("a/b"), std::string("a b"),
        std::string("é"), std::string("a\n"), std::string("a\0b", 3), std::string(64, 'x')}) {
    EXPECT_FALSE(IsValidId(id)) << id;
  }
}

TEST(IsValidNameTest, WantsCollectionsAndIdsInTurn) {
  for (const char* name :
       {"accounts/acme", "accounts/a/onboardings/o", "accounts/a/profile", "scoreModels/m1"}) {
    EXPECT_TRUE(IsValidName(name)) << name;
  }
  for (const char* name : {"", "accounts", "/accounts/a", "accounts/", "accounts//a", "Accounts/a",
                           "accounts/A", "accounts/a/", "accounts/a/../b", "9s/a", "acc-s/a"}) {
    EXPECT_FALSE(IsValidName(name)) << name;
  }
}

struct MatchCase {
  const char* name;
  const char* pattern;
  std::string text;
  std::optional<std::vector<std::string>> ids;
};

class MatchTest : public ::testing::TestWithParam<MatchCase> {};

TEST_P(MatchTest, FindsTheIds) {
  EXPECT_EQ(Match(GetParam().pattern, GetParam().text), GetParam().ids);
}

constexpr char kDeals[] = "accounts/{account}/deals/{deal}";

INSTANTIATE_TEST_SUITE_P(
    Names, MatchTest,
    ::testing::Values(
        MatchCase{"Whole", kDeals, "accounts/a/deals/d", {{"a", "d"}}},
        MatchCase{"TooShort", kDeals, "accounts/a/deals", std::nullopt},
        MatchCase{"TooLong", kDeals, "accounts/a/deals/d/x", std::nullopt},
        MatchCase{"TrailingSlash", kDeals, "accounts/a/deals/d/", std::nullopt},
        MatchCase{"LeadingSlash", kDeals, "/accounts/a/deals/d", std::nullopt},
        MatchCase{"OtherCollection", kDeals, "accounts/a/sites/d", std::nullopt},
        MatchCase{"BadId", kDeals, "accounts/A/deals/d", std::nullopt},
        MatchCase{"EmptyId", kDeals, "accounts//deals/d", std::nullopt},
        MatchCase{"Empty", kDeals, "", std::nullopt},
        MatchCase{"Wildcard", "accounts/-", "accounts/-", {{}}},
        MatchCase{"WildcardIsNoId", "accounts/{account}", "accounts/-", std::nullopt},
        MatchCase{"Singleton", "accounts/{account}/profile", "accounts/a/profile", {{"a"}}},
        MatchCase{"LongId", "accounts/{a}", "accounts/" + std::string(64, 'x'), std::nullopt},
        MatchCase{"NoPattern", "accounts/{a", "accounts/a", std::nullopt}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(NamePatternTest, RefusesWhatIsNoPattern) {
  for (const char* text : {"", "/", "accounts/", "accounts/{}", "accounts/{A}", "accounts/{a}x",
                           "Accounts/{a}", "accounts/{a b}", "accounts/*"}) {
    EXPECT_THAT(NamePattern::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST(NamePatternTest, FindsTheIdsThatANameWasMadeOf) {
  std::mt19937 random(20260401);
  const std::string alphabet = "abcxyz0189-";
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::string> ids(2);
    for (std::string& id : ids) {
      for (size_t i = 0; i < 1 + random() % 63; ++i) id += alphabet[random() % alphabet.size()];
      id.front() = 'a';
      id.back() = 'z';
    }
    const std::string name = Join(Join("", "accounts", ids[0]), "deals", ids[1]);
    EXPECT_THAT(Match(kDeals, name), Optional(ids)) << name;
    EXPECT_EQ(Parent(name), Join("", "accounts", ids[0]));
    EXPECT_EQ(LastId(name), ids[1]);
    EXPECT_TRUE(IsValidName(name));
  }
}

TEST(NamePartsTest, AreFound) {
  const std::string name = "accounts/a/onboardings/o/tasks/t";
  EXPECT_EQ(Parent(name), "accounts/a/onboardings/o");
  EXPECT_EQ(Parent("accounts/a"), "");
  EXPECT_EQ(Parent("accounts/a/onboardings/o/plan/tasks/t"), "accounts/a/onboardings/o/plan");
  EXPECT_EQ(Parent("accounts/a/onboardings/o/plan"), "accounts/a/onboardings/o");
  EXPECT_EQ(LastId("accounts/a/onboardings/o/plan/tasks/t"), "t");
  EXPECT_EQ(LastId("accounts/a/onboardings/o/completion/evidence/e"), "e");
  EXPECT_EQ(Ancestor("accounts/a/onboardings/o/plan/tasks/t", "tasks"),
            "accounts/a/onboardings/o/plan/tasks/t");
  EXPECT_EQ(Parent("accounts/a/profile"), "accounts/a");
  EXPECT_EQ(Parent(""), "");
  EXPECT_EQ(LastId(name), "t");
  EXPECT_EQ(LastId("accounts/a/profile"), "");
  EXPECT_EQ(LastId(""), "");
  EXPECT_EQ(Id(name, "onboardings"), "o");
  EXPECT_EQ(Id(name, "tasks"), "t");
  EXPECT_EQ(Id(name, "sites"), "");
  EXPECT_EQ(Id(name, "a"), "");
  EXPECT_EQ(Ancestor(name, "accounts"), "accounts/a");
  EXPECT_EQ(Ancestor(name, "tasks"), name);
  EXPECT_EQ(Ancestor(name, "o"), "");
  EXPECT_EQ(Join("", "accounts", "a"), "accounts/a");
  EXPECT_EQ(Join("accounts/a", "sites", "s"), "accounts/a/sites/s");
}

TEST(NamePartsTest, AreFoundBehindASingleton) {
  const std::string name = "accounts/a/onboardings/o/plan/tasks/t";
  EXPECT_TRUE(IsValidName(name));
  EXPECT_EQ(Parent(name), "accounts/a/onboardings/o/plan");
  EXPECT_EQ(Parent(Parent(name)), "accounts/a/onboardings/o");
  EXPECT_EQ(LastId(name), "t");
  EXPECT_EQ(LastId(Parent(name)), "");
  EXPECT_EQ(Id(name, "tasks"), "t");
  EXPECT_EQ(Id(name, "plan"), "");
  EXPECT_EQ(Ancestor(name, "onboardings"), "accounts/a/onboardings/o");
  EXPECT_THAT(Match("accounts/{a}/onboardings/{o}/plan/tasks/{t}", name),
              Optional(ElementsAre("a", "o", "t")));
}

TEST(SplitRevisionTest, TakesNameAndNumberApart) {
  EXPECT_EQ(SplitRevision("planTemplates/x@3"), (RevisionName{"planTemplates/x", 3}));
  EXPECT_EQ(SplitRevision("planTemplates/x"), (RevisionName{"planTemplates/x", std::nullopt}));
  EXPECT_EQ(SplitRevision("x@9223372036854775807"), (RevisionName{"x", INT64_MAX}));
}

TEST(SplitRevisionTest, RefusesOtherNumbers) {
  for (const char* text : {"x@", "x@0", "x@-1", "x@+1", "x@03", "x@1 ", "x@1.0", "x@1@2", "x@a",
                           "x@9223372036854775808"}) {
    EXPECT_EQ(SplitRevision(text), std::nullopt) << text;
  }
}

TEST(SplitRevisionTest, UndoesJoinRevision) {
  for (const int64_t revision : {int64_t{1}, int64_t{10}, int64_t{1} << 40}) {
    EXPECT_EQ(SplitRevision(JoinRevision("a/b", revision)), (RevisionName{"a/b", revision}));
  }
}

}  // namespace
}  // namespace banso::contract
