#include "services/accounts/domain/role_play.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::accounts {
namespace {

using ::testing::DoubleNear;
using ::testing::Eq;
using ::testing::Optional;

// From the definition by hand: three items, two raters. Observed 2/6 * (0 + 1 + 0) = 1/3; expected
// over the 30 pairs of {1, 1, 3, 4, 5, 5}: 2 * (0 + 4 + 9 + 16 + 16 + 4 + 9 + 16 + 16 + 1 + 4 + 4 +
// 1 + 1 + 0) / 30 = 202 / 30.
TEST(KrippendorffAlphaTest, ComparesWhatIsSeenWithWhatChanceWouldShow) {
  EXPECT_THAT(KrippendorffAlpha({{1, 1}, {3, 4}, {5, 5}}),
              Optional(DoubleNear(1 - (1.0 / 3) / (202.0 / 30), 1e-12)));
}

TEST(KrippendorffAlphaTest, IsOneForFullAgreementAndBelowZeroForContradiction) {
  EXPECT_THAT(KrippendorffAlpha({{1, 1, 1}, {3, 3, 3}, {5, 5, 5}}), Optional(DoubleNear(1, 1e-12)));
  EXPECT_LT(*KrippendorffAlpha({{1, 5}, {5, 1}}), 0);
}

TEST(KrippendorffAlphaTest, IsNotDefinedForOneRaterOrWithoutVariation) {
  EXPECT_THAT(KrippendorffAlpha({{1}, {2}, {3}}), Eq(std::nullopt));
  EXPECT_THAT(KrippendorffAlpha({{3, 3}, {3, 3}}), Eq(std::nullopt));
}

}  // namespace
}  // namespace banso::accounts
