#include "common/rule/owner_requests.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

FactRead ReadOf(const std::string& subject, const std::string& fact) {
  FactRead read;
  read.subject = subject;
  read.query.set_fact(fact);
  return read;
}

TEST(RequestsByOwner, GroupsByOwnerAndSubject) {
  const std::vector<FactRead> reads = {
      ReadOf("accounts/a", "account.x"), ReadOf("accounts/a", "metric.y"),
      ReadOf("accounts/a/onboardings/o", "account.z"), ReadOf("accounts/a", "account.w")};
  Moment moment;
  moment.as_of = absl::FromUnixSeconds(1000);
  const std::vector<OwnerRequest> requests = RequestsByOwner(reads, moment);
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].owner, "account");
  EXPECT_THAT(requests[0].request.subjects(), ElementsAre("accounts/a"));
  EXPECT_THAT(requests[0].indices, ElementsAre(0, 3));
  EXPECT_EQ(requests[0].request.queries(1).fact(), "account.w");
  EXPECT_EQ(requests[0].request.as_of().seconds(), 1000);
  EXPECT_FALSE(requests[0].request.has_known_at());
  EXPECT_THAT(requests[1].indices, ElementsAre(2));
  EXPECT_EQ(requests[2].owner, "metric");
  EXPECT_THAT(requests[2].indices, ElementsAre(1));
}

TEST(RequestsByOwner, PassesOnWhatWasKnown) {
  Moment moment;
  moment.known_at = absl::FromUnixSeconds(500);
  const std::vector<OwnerRequest> requests =
      RequestsByOwner({ReadOf("accounts/a", "account.x")}, moment);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].request.known_at().seconds(), 500);
  EXPECT_THAT(RequestsByOwner({}, moment), IsEmpty());
}

TEST(RequestsByOwner, AsksAtMostTwoHundredQueriesAtOnce) {
  std::vector<FactRead> reads;
  for (int i = 0; i < 450; ++i) reads.push_back(ReadOf("accounts/a", absl::StrCat("metric.m", i)));
  const std::vector<OwnerRequest> requests = RequestsByOwner(reads, Moment());
  ASSERT_EQ(requests.size(), 3u);
  std::set<size_t> asked;
  for (const OwnerRequest& request : requests) {
    EXPECT_LE(request.request.queries_size(), 200);
    ASSERT_EQ(request.indices.size(), static_cast<size_t>(request.request.queries_size()));
    for (size_t i = 0; i < request.indices.size(); ++i) {
      asked.insert(request.indices[i]);
      EXPECT_EQ(request.request.queries(static_cast<int>(i)).fact(),
                reads[request.indices[i]].query.fact());
    }
  }
  EXPECT_EQ(asked.size(), 450u);
}

TEST(OwnerOf, IsTheFirstWord) {
  EXPECT_EQ(OwnerOf("account.segment"), "account");
  EXPECT_EQ(OwnerOf("account"), "account");
}

}  // namespace
}  // namespace banso::rule
