#include "clients/cli/spelling.h"

#include <string>
#include <vector>

#include "clients/cli/profile.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(EditDistance, CountsCharactersNotBytes) {
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("technolgy", "technology"), 1);
  EXPECT_EQ(EditDistance("recieve", "receive"), 1);
  EXPECT_EQ(EditDistance("東京都", "東京"), 1);
}

TEST(IsNearSpelling, FindsMisspellingsAndLeavesOtherWordsAlone) {
  const struct {
    const char* a;
    const char* b;
    bool near;
  } cases[] = {
      {"technolgy", "technology", true},
      {"Philipines", "Philippines", true},
      {"GTXPro", "GTX Pro", true},
      {"united states", "United States", true},
      {"e-mail", "email", true},
      {"Kenya", "Kenya", false},
      {"Iran", "Iraq", true},
      {"Mali", "Malta", false},
      {"GTX 100", "GTX 200", false},
      {"GTX Basic", "GTX Plus Basic", false},
      {"MG Special", "MG Advanced", false},
      {"ab", "ac", false},
      {"-", "+", false},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(std::string(test.a) + " / " + test.b);
    EXPECT_EQ(IsNearSpelling(test.a, test.b), test.near);
    EXPECT_EQ(IsNearSpelling(test.b, test.a), test.near);
  }
}

TEST(NearestOf, TakesTheNearestAndNothingForAKnownWord) {
  const std::vector<std::string> words = {"Austria", "Australia", "GTX Pro"};
  EXPECT_THAT(NearestOf("Austrailia", words), Optional(std::string("Australia")));
  EXPECT_THAT(NearestOf("GTXPro", words), Optional(std::string("GTX Pro")));
  EXPECT_EQ(NearestOf("Austria", words), std::nullopt);
  EXPECT_EQ(NearestOf("Japan", words), std::nullopt);
  EXPECT_EQ(NearestOf("Philipines", CountryNames()), "Philippines");
  // Two real countries are not mistaken for each other.
  EXPECT_EQ(NearestOf("Niger", CountryNames()), std::nullopt);
}

TEST(ProfileOf, CountsHolesAndSpaces) {
  const ColumnProfile profile = ProfileOf("size", {"3", "", " 4", " ", "3"}, {});
  EXPECT_EQ(profile.empty, 2);
  EXPECT_EQ(profile.padded, 2);
  EXPECT_EQ(profile.distinct, 2);
}

TEST(ProfileOf, SuspectsRareValuesNearAFrequentOne) {
  std::vector<std::string> values(8, "technology");
  values.push_back("technolgy");
  values.push_back("retail");
  values.push_back("retail");
  EXPECT_THAT(ProfileOf("sector", values, {}).suspicions,
              ElementsAre(Suspicion{"technolgy", 1, "technology", 8}));
}

TEST(ProfileOf, LeavesColumnsOfNamesAlone) {
  const std::vector<std::string> names = {"Betatech", "Betatach", "Zoomit", "Zoomat"};
  EXPECT_THAT(ProfileOf("account", names, {}).suspicions, IsEmpty());
}

TEST(ProfileOf, KnownWordsCountEvenIfTheMisspellingIsTheRule) {
  const std::vector<std::string> values(12, "technolgy");
  EXPECT_THAT(ProfileOf("sector", values, {"technology", "retail"}).suspicions,
              ElementsAre(Suspicion{"technolgy", 12, "technology", 0}));
}

}  // namespace
}  // namespace banso::cli
