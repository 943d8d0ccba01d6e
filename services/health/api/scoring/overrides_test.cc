#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/contract/errors.h"
#include "services/health/api/scoring/scoring_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::StatusIs;
using ::testing::HasSubstr;

class ScoreOverrideTest : public ScoringFixture {
 protected:
  absl::StatusOr<v1::ScoreOverride> Override(absl::string_view band, absl::Time expires) {
    v1::CreateScoreOverrideRequest request;
    request.set_parent("accounts/acme/scores/use");
    request.mutable_score_override()->set_band(std::string(band));
    request.mutable_score_override()->set_reason("The sponsor has left");
    *request.mutable_score_override()->mutable_expire_time() = calendar::ToTimestamp(expires);
    return scoring_.CreateScoreOverride(Now(), request);
  }
};

TEST_F(ScoreOverrideTest, LetsAJudgementStandUntilItExpires) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Send("a", "acme", kApril1, 40), IsOk());
  EXPECT_EQ(Score().band(), "green");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreOverride judged,
                             Override("red", now_ + absl::Hours(30)));
  EXPECT_EQ(judged.author(), "members/aoki");
  EXPECT_EQ(judged.computed_band(), "green");
  v1::Score score = Score();
  EXPECT_EQ(score.band(), "red");
  EXPECT_EQ(score.computed_band(), "green");
  EXPECT_EQ(score.override().reason(), "The sponsor has left");
  EXPECT_NEAR(score.value(), 100, 1e-9);
  // It ends in the middle of a day, and the score with it.
  now_ += absl::Hours(31);
  score = Score();
  EXPECT_EQ(score.band(), "green");
  EXPECT_FALSE(score.has_override());
}

TEST_F(ScoreOverrideTest, EndsAJudgementThatIsReplacedOrTakenBack) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Send("a", "acme", kApril1, 40), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreOverride first,
                             Override("red", now_ + absl::Hours(300)));
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreOverride second,
                             Override("green", now_ + absl::Hours(300)));
  v1::GetScoreOverrideRequest get;
  get.set_name(first.name());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreOverride replaced,
                             scoring_.GetScoreOverride(Now(), get));
  EXPECT_EQ(calendar::ToTime(replaced.end_time()), now_);
  EXPECT_EQ(Score().override().name(), second.name());
  v1::EndScoreOverrideRequest end;
  end.set_name(second.name());
  end.set_reason("A new sponsor was named");
  now_ += absl::Hours(1);
  ASSERT_THAT(scoring_.EndScoreOverride(Now(), end), IsOk());
  EXPECT_FALSE(Score().has_override());
  const auto again = scoring_.EndScoreOverride(Now(), end);
  EXPECT_THAT(again, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(again.status()), "OVERRIDE_OVER");
}

TEST_F(ScoreOverrideTest, RefusesAJudgementWithoutABandOfTheModelOrWithoutAnEnd) {
  Activate(MakeModel());
  EXPECT_THAT(Override("blue", now_ + absl::Hours(1)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("red, green")));
  EXPECT_THAT(Override("red", now_), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Override("red", now_ + absl::Hours(24 * 400)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::health
