// Nothing sensitive is told in errors, the log or the metrics by the handlers of the suite.
#include "tests/conformance/canary.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "banso/type/v1/rules.pb.h"
#include "gtest/gtest.h"
#include "tests/conformance/matchers.h"
#include "tests/conformance/places.h"
#include "tests/conformance/rpcs.h"
#include "tests/conformance/story.h"
#include "tests/conformance/suite.h"
#include "tests/conformance/variants.h"

namespace banso::conformance {
namespace {

// Messages that a request leaves out are looked into so deep.
constexpr int kAbsentLevels = 3;

std::string Told() { return absl::StrJoin(WhereCanariesWereTold(), "\n"); }

// What the other tests of this program send carries canaries, too.
class EndOfAllTests : public ::testing::Environment {
 public:
  void TearDown() override { EXPECT_EQ(Told(), ""); }
};

// GoogleTest owns it.
[[maybe_unused]] ::testing::Environment* const end_of_all_tests =
    ::testing::AddGlobalTestEnvironment(new EndOfAllTests);

TEST(CanaryTest, IsToldByNoStory) {
  bool answered = false;
  for (const Rpc& rpc : HomeRpcs()) {
    for (const Walked& walked : Stories::Get().TurnsOf(rpc)) {
      answered = answered || absl::StrContains(walked.example.bytes(), kCanary);
    }
  }
  EXPECT_TRUE(answered) << "no handler ever kept a canary";
  EXPECT_TRUE(absl::StrContains(KeptLog(), "\"code\":\"ABORTED\""));
  EXPECT_EQ(Told(), "");
}

TEST(CanaryTest, IsToldByNoErrorOfAHandlerThatFindsNothing) {
  auto suite = Suite::Start(absl::FromUnixSeconds(1775001600));
  ASSERT_TRUE(suite.ok()) << suite.status().ToString();
  const int64_t rows = RefusedRowsLookedAt();
  int refused = 0;
  for (const Rpc& rpc : ServedRpcs()) {
    absl::StatusOr<std::vector<MessagePtr>> example = Example(rpc);
    ASSERT_TRUE(example.ok()) << rpc.short_name();
    const MessagePtr other_body = WithOtherBody(*example->front());
    const MessagePtr fuller = Copy(*example->front());
    PlantCanaries(fuller.get(), kAbsentLevels);
    // Before the example itself, whose request id it has.
    refused += (*suite)->CallRaw(rpc, {fuller->SerializeAsString()}).ok() ? 0 : 1;
    refused += (*suite)->Call(rpc, *example).ok() ? 0 : 1;
    if (other_body == nullptr || rpc.streams()) continue;
    refused += (*suite)->CallRaw(rpc, {other_body->SerializeAsString()}).ok() ? 0 : 1;
  }
  EXPECT_GE(refused, 100);
  EXPECT_GT(RefusedRowsLookedAt(), rows) << "no import refused a row of its own";
  EXPECT_EQ(Told(), "");
}

// What no handler has taken could not have been told by one either.
TEST(CanaryTest, IsTakenInEverySensitiveFieldThatACallerSends) {
  ASSERT_TRUE(Stories::Get().faults().empty());
  const std::set<const google::protobuf::FieldDescriptor*> planted = PlantedFields();
  for (const Rpc& rpc : HomeRpcs()) {
    for (const Place& place : PlacesOf(*NewRequest(rpc), kAbsentLevels)) {
      if (!place.field->options().GetExtension(type::v1::rules).sensitive()) continue;
      EXPECT_TRUE(planted.count(place.field) > 0)
          << place.field->full_name() << " (" << place.path << " of " << rpc.short_name()
          << ") stands in no request of a story that is carried out";
    }
  }
  EXPECT_GE(planted.size(), 15u);
}

}  // namespace
}  // namespace banso::conformance
