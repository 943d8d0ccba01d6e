#include "services/gateway/domain/resume_tokens.h"

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::gateway {
namespace {

using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ResumeTokensTest, KeepsTheTokenOfEachService) {
  v1::WatchPortfolioRequest request;
  request.add_services("health");
  request.add_services("accounts");
  request.set_start(type::v1::WATCH_START_NOW);
  const std::string token = JoinResumeTokens(request, {{"accounts", "abc-_="}, {"health", "x_y"}});
  // What does not change the question may be said otherwise.
  v1::WatchPortfolioRequest again;
  again.add_services("accounts");
  again.add_services("health");
  again.set_resume_token(token);
  EXPECT_THAT(SplitResumeTokens(again),
              IsOkAndHolds(ElementsAre(Pair("accounts", "abc-_="), Pair("health", "x_y"))));
}

TEST(ResumeTokensTest, IsEmptyWithoutAToken) {
  EXPECT_THAT(SplitResumeTokens(v1::WatchPortfolioRequest()), IsOkAndHolds(IsEmpty()));
}

TEST(ResumeTokensTest, RefusesATokenOfAnotherQuestionOrDamaged) {
  v1::WatchPortfolioRequest request;
  const std::string token = JoinResumeTokens(request, {{"accounts", "a"}});
  request.set_resume_token(token);
  request.set_name_prefix("accounts/other");
  EXPECT_THAT(SplitResumeTokens(request), StatusIs(absl::StatusCode::kInvalidArgument, _));
  request.clear_name_prefix();
  request.set_resume_token(token.substr(1));
  EXPECT_THAT(SplitResumeTokens(request), StatusIs(absl::StatusCode::kInvalidArgument, _));
}

}  // namespace
}  // namespace banso::gateway
