#include "common/contract/page_token.h"

#include <random>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/test_types.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;
using testing::Make;
using ::testing::Not;

const TokenScope kScope = {"epoch-1", "ListThings"};

TEST(PageTokenTest, GivesBackAnyPosition) {
  std::mt19937 random(7);
  for (size_t size = 0; size < 300; ++size) {
    std::string position(size, '\0');
    for (char& c : position) c = static_cast<char>(random());
    const std::string token = EncodePageToken(kScope, position);
    EXPECT_THAT(DecodePageToken(kScope, token), IsOkAndHolds(position));
    EXPECT_LE(token.size(), size * 4 / 3 + 52);
    for (const char c : token) EXPECT_TRUE(absl::ascii_isalnum(c) || c == '-' || c == '_') << token;
  }
}

TEST(PageTokenTest, DoesNotShowThePosition) {
  EXPECT_THAT(EncodePageToken(kScope, "accounts/acme"), Not(HasSubstr("YWNjb3VudHMvYWNtZ")));
}

TEST(PageTokenTest, RefusesTokensOfAnotherQuestionOrStore) {
  const std::string token = EncodePageToken(kScope, "position");
  const auto other_query = DecodePageToken({"epoch-1", "ListOthers"}, token);
  EXPECT_THAT(other_query, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("other fields")));
  EXPECT_EQ(Reason(other_query.status()), kReasonInvalidPageToken);
  EXPECT_THAT(DecodePageToken({"epoch-2", "ListThings"}, token),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("another store")));
}

TEST(PageTokenTest, RefusesEveryTokenWithOneCharacterChanged) {
  const std::string token = EncodePageToken(kScope, "position 12345");
  for (size_t i = 0; i < token.size(); ++i) {
    for (const char c : {'A', 'b', '0', '_', '=', ' ', '\n', '\xFF'}) {
      if (token[i] == c) continue;
      std::string tampered = token;
      tampered[i] = c;
      EXPECT_THAT(DecodePageToken(kScope, tampered), StatusIs(absl::StatusCode::kInvalidArgument))
          << i << " " << tampered;
    }
  }
}

TEST(PageTokenTest, RefusesTokensCutOrLengthened) {
  const std::string token = EncodePageToken(kScope, "position");
  for (size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(DecodePageToken(kScope, token.substr(0, size)).ok()) << size;
  }
  for (const char* tail : {"A", "AAAA", "=", " ", "\n"}) {
    EXPECT_FALSE(DecodePageToken(kScope, absl::StrCat(token, tail)).ok()) << tail;
  }
}

TEST(PageTokenTest, RefusesGarbage) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string garbage(random() % 200, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    EXPECT_FALSE(DecodePageToken(kScope, garbage).ok());
  }
}

TEST(ResumeTokenTest, SaysThatTheTokenOfAnotherStoreHasExpired) {
  const std::string token = EncodeResumeToken({"epoch-1", "all"}, "42");
  EXPECT_THAT(DecodeResumeToken({"epoch-1", "all"}, token), IsOkAndHolds("42"));
  const auto other_store = DecodeResumeToken({"epoch-2", "all"}, token);
  EXPECT_THAT(other_store, StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("snapshot")));
  EXPECT_EQ(Reason(other_store.status()), kReasonResumeTokenExpired);
}

TEST(ResumeTokenTest, RefusesDamagedTokensAndThoseOfAnotherStream) {
  const std::string token = EncodeResumeToken({"epoch-1", "all"}, "42");
  const auto other = DecodeResumeToken({"epoch-1", "some"}, token);
  EXPECT_THAT(other, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Reason(other.status()), kReasonInvalidResumeToken);
  EXPECT_THAT(DecodeResumeToken({"epoch-1", "all"}, "nonsense"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(DecodeResumeToken({"epoch-2", "all"}, absl::StrCat(token, "x")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ResumeTokenTest, IsNoPageTokenAndTheOtherWayRound) {
  EXPECT_FALSE(DecodePageToken(kScope, EncodeResumeToken(kScope, "1")).ok());
  EXPECT_FALSE(DecodeResumeToken(kScope, EncodePageToken(kScope, "1")).ok());
}

TEST(QueryKeyTest, IgnoresWhereInTheAnswerTheCallerIs) {
  const auto first = Make("ListThingsRequest", "query: 'a' page_size: 10");
  const auto second = Make("ListThingsRequest", "query: 'a' page_size: 20 page_token: 't'");
  const auto other = Make("ListThingsRequest", "query: 'b' page_size: 10");
  EXPECT_EQ(QueryKey("S/List", *first), QueryKey("S/List", *second));
  EXPECT_NE(QueryKey("S/List", *first), QueryKey("S/List", *other));
  EXPECT_NE(QueryKey("S/List", *first), QueryKey("S/Search", *first));
}

}  // namespace
}  // namespace banso::contract
