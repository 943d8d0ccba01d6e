#include "common/contract/fingerprint.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/contract/test_types.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using testing::Make;

TEST(HashTest, IsBlake2b) {
  // The example of RFC 7693, appendix A.
  EXPECT_EQ(absl::BytesToHexString(Hash("abc", 64)),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  EXPECT_EQ(Hash("").size(), 32u);
  EXPECT_NE(Hash("a"), Hash("b"));
}

TEST(FingerprintTest, IgnoresTheOrderOfMaps) {
  std::string forwards;
  std::string backwards;
  for (int i = 0; i < 50; ++i) {
    const std::string entry = absl::StrCat("filters { key: \"k", i, "\" value: \"v\" } ");
    forwards = absl::StrCat(forwards, entry);
    backwards = absl::StrCat(entry, backwards);
  }
  const auto one = Make("ListThingsRequest", forwards);
  const auto other = Make("ListThingsRequest", backwards);
  EXPECT_EQ(Fingerprint(*one), Fingerprint(*other));
  EXPECT_EQ(DeterministicBytes(*one), DeterministicBytes(*other));
}

TEST(FingerprintTest, SeesEveryFieldButThoseLeftOut) {
  const auto base = Make("ListThingsRequest", "query: 'a' request_id: 'r1'");
  const auto other_id = Make("ListThingsRequest", "query: 'a' request_id: 'r2'");
  const auto other_query = Make("ListThingsRequest", "query: 'b' request_id: 'r1'");
  EXPECT_NE(Fingerprint(*base), Fingerprint(*other_id));
  EXPECT_EQ(Fingerprint(*base, {"request_id"}), Fingerprint(*other_id, {"request_id"}));
  EXPECT_NE(Fingerprint(*base, {"request_id"}), Fingerprint(*other_query, {"request_id"}));
}

TEST(FingerprintTest, LeavesTheMessageAloneAndIgnoresNamesItDoesNotHave) {
  const auto message = Make("ListThingsRequest", "query: 'a' request_id: 'r1'");
  EXPECT_EQ(Fingerprint(*message, {"no_such_field"}), Fingerprint(*message));
  Fingerprint(*message, {"request_id"});
  EXPECT_EQ(message->ShortDebugString(), "query: \"a\" request_id: \"r1\"");
}

}  // namespace
}  // namespace banso::contract
