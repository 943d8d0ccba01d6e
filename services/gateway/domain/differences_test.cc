#include "services/gateway/domain/differences.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/domain/program_parts.h"

namespace banso::gateway {
namespace {

using ::banso::handoff::v1::CriteriaSet;
using ::banso::testing::ParseProto;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kSet[] = R"pb(
  name: "criteriaSets/standard"
  display_name: "Standard"
  target { count: 90 unit: PERIOD_UNIT_DAY }
  criteria { id: "first-scout" title: "First scout sent" }
  criteria { id: "weekly" title: "Used weekly" }
  criteria { id: "goal" title: "Goal agreed" }
)pb";

// `CHANGED path: before -> after`.
std::vector<std::string> Lines(const google::protobuf::Message& before,
                               const google::protobuf::Message& after) {
  std::vector<std::string> lines;
  for (const v1::Difference& difference : DifferencesOf(before, after)) {
    absl::string_view kind = v1::DifferenceKind_Name(difference.kind());
    absl::ConsumePrefix(&kind, "DIFFERENCE_KIND_");
    lines.push_back(absl::StrCat(kind, " ", difference.path(), ": ", difference.before(), " -> ",
                                 difference.after()));
  }
  EXPECT_EQ(lines.empty(), SameContent(before, after));
  return lines;
}

class DifferencesTest : public ::testing::Test {
 protected:
  const CriteriaSet before_ = ParseProto<CriteriaSet>(kSet);
  CriteriaSet after_ = before_;
};

TEST_F(DifferencesTest, WhatTheServerSetsIsNoDifference) {
  after_.mutable_revision()->set_number(2);
  after_.mutable_revision()->set_reason("again");
  after_.mutable_update_time()->set_seconds(5);
  after_.add_warnings("UNTRACED: criterion goal names no problem");
  after_.set_etag("e");
  EXPECT_THAT(Lines(before_, after_), IsEmpty());
}

TEST_F(DifferencesTest, NamesEachFieldWithWhatWasThereAndWhatIs) {
  after_.set_display_name("標準 \"90\"");
  after_.mutable_target()->set_count(60);
  after_.mutable_target()->set_unit(type::v1::PERIOD_UNIT_BUSINESS_DAY);
  after_.set_priority(3);
  *after_.mutable_applicability() =
      ParseProto<type::v1::Condition>("known { fact: 'account.segment' }");
  EXPECT_THAT(Lines(before_, after_),
              ElementsAre("CHANGED display_name: Standard -> 標準 \"90\"",
                          R"(ADDED applicability:  -> {"known":{"fact":"account.segment"}})",
                          "CHANGED priority: 0 -> 3", "CHANGED target.count: 90 -> 60",
                          "CHANGED target.unit: PERIOD_UNIT_DAY -> PERIOD_UNIT_BUSINESS_DAY"));
}

TEST_F(DifferencesTest, FindsItemsByTheirKeysWhereverTheyStand) {
  after_.mutable_criteria()->DeleteSubrange(1, 1);
  auto* added = after_.add_criteria();
  added->set_id("budget");
  added->set_title("Budget agreed");
  after_.mutable_criteria()->SwapElements(0, 2);
  after_.mutable_criteria()->SwapElements(1, 2);
  after_.mutable_criteria(2)->set_title("Goal signed");
  EXPECT_THAT(
      Lines(before_, after_),
      ElementsAre("CHANGED criteria[goal].title: Goal agreed -> Goal signed",
                  R"(ADDED criteria[budget]:  -> {"id":"budget","title":"Budget agreed"})",
                  R"(REMOVED criteria[weekly]: {"id":"weekly","title":"Used weekly"} -> )"));
}

TEST_F(DifferencesTest, AnotherOrderIsToldOnce) {
  after_.mutable_criteria()->SwapElements(0, 2);
  EXPECT_THAT(Lines(before_, after_),
              ElementsAre("REORDERED criteria: first-scout, weekly, goal -> goal, weekly, "
                          "first-scout"));
}

TEST_F(DifferencesTest, ItemsWithoutAKeyComeAndGo) {
  using Condition = type::v1::Condition;
  const auto before = ParseProto<Condition>(
      "all { conditions { known { fact: 'a' } } conditions { known { fact: 'b' } } }");
  const auto after = ParseProto<Condition>(
      "all { conditions { known { fact: 'c' } } conditions { known { fact: 'a' } } "
      "conditions { known { fact: 'b' } } }");
  EXPECT_THAT(Lines(before, after),
              ElementsAre(R"(ADDED all.conditions[0]:  -> {"known":{"fact":"c"}})"));
  EXPECT_THAT(Lines(after, before),
              ElementsAre(R"(REMOVED all.conditions[0]: {"known":{"fact":"c"}} -> )"));
  const auto other = ParseProto<Condition>(
      "all { conditions { known { fact: 'a' } } conditions { known { fact: 'd' } } }");
  EXPECT_THAT(Lines(before, other),
              ElementsAre(R"(CHANGED all.conditions[1]: {"known":{"fact":"b"}} -> )"
                          R"({"known":{"fact":"d"}})"));
}

TEST_F(DifferencesTest, ItemsWithTheSameKeyAreToldApart) {
  using Policy = accounts::v1::ClassificationPolicy;
  const auto before = ParseProto<Policy>(
      "name: 'classificationPolicies/k' segments { value: 'smb' note: 'Few people' } "
      "segments { value: 'smb' note: 'One site' } segments { value: 'smb' }");
  Policy after = before;
  after.mutable_segments(0)->clear_note();
  after.mutable_segments(1)->set_note("Two sites");
  after.mutable_segments()->RemoveLast();
  EXPECT_THAT(Lines(before, after),
              ElementsAre("REMOVED segments[smb].note: Few people -> ",
                          "CHANGED segments[smb#2].note: One site -> Two sites",
                          R"(REMOVED segments[smb#3]: {"value":"smb"} -> )"));
}

TEST_F(DifferencesTest, OnlyTheOrderOfWhatIsInBothCounts) {
  using Policy = accounts::v1::ClassificationPolicy;
  const auto before = ParseProto<Policy>(
      "name: 'classificationPolicies/k' segments { value: 'smb' } segments { value: 'smb' } "
      "segments { value: 'mid' note: 'a' } segments { value: 'large' note: 'b' }");
  Policy fewer = before;
  fewer.mutable_segments()->DeleteSubrange(0, 1);
  EXPECT_THAT(Lines(before, fewer), ElementsAre(R"(REMOVED segments[smb#2]: {"value":"smb"} -> )"));
  // Both of those that change places say something else, too.
  Policy other = before;
  other.mutable_segments(2)->set_note("c");
  other.mutable_segments(3)->set_note("d");
  other.mutable_segments()->SwapElements(2, 3);
  EXPECT_THAT(Lines(before, other),
              UnorderedElementsAre("CHANGED segments[mid].note: a -> c",
                                   "CHANGED segments[large].note: b -> d",
                                   "REORDERED segments: smb, smb#2, mid, large -> smb, smb#2, "
                                   "large, mid"));
}

TEST_F(DifferencesTest, ItemsWithoutAKeyInAnotherOrder) {
  using Condition = type::v1::Condition;
  Condition before = ParseProto<Condition>(
      "any { conditions { known { fact: 'a' } } conditions { known { fact: 'b' } } }");
  Condition after = before;
  after.mutable_any()->mutable_conditions()->SwapElements(0, 1);
  EXPECT_THAT(
      Lines(before, after),
      ElementsAre(R"(REORDERED any.conditions: {"known":{"fact":"a"}}, {"known":{"fact":"b"}} -> )"
                  R"({"known":{"fact":"b"}}, {"known":{"fact":"a"}})"));
}

// As deep as conditions may be, and wide at each step.
TEST_F(DifferencesTest, DeepConditionsAreComparedInNoTime) {
  using Condition = type::v1::Condition;
  const auto chain = [](const std::string& fact) {
    Condition condition;
    condition.mutable_known()->set_fact(fact);
    for (int depth = 0; depth < 20; ++depth) {
      Condition outer;
      for (int i = 0; i < 3; ++i) {
        outer.mutable_all()->add_conditions()->mutable_known()->set_fact(absl::StrCat(fact, i));
      }
      *outer.mutable_all()->add_conditions() = std::move(condition);
      condition = std::move(outer);
    }
    return condition;
  };
  EXPECT_THAT(DifferencesOf(chain("a"), chain("b")), SizeIs(4));
  EXPECT_THAT(DifferencesOf(chain("a"), chain("a")), IsEmpty());
}

TEST_F(DifferencesTest, WhatALaterVersionKnowsIsLeftOut) {
  after_.mutable_target()
      ->GetReflection()
      ->MutableUnknownFields(after_.mutable_target())
      ->AddVarint(999, 1);
  EXPECT_THAT(DifferencesOf(before_, after_), IsEmpty());
}

TEST_F(DifferencesTest, ThePlaceOfARuleInAPolicyCounts) {
  using Policy = accounts::v1::ClassificationPolicy;
  const auto before = ParseProto<Policy>(
      "name: 'classificationPolicies/k' segments { value: 'enterprise' note: 'Large' } "
      "segments { value: 'smb' }");
  Policy after = before;
  after.mutable_segments()->SwapElements(0, 1);
  EXPECT_THAT(Lines(before, after),
              ElementsAre("REORDERED segments: enterprise, smb -> smb, enterprise"));
}

}  // namespace
}  // namespace banso::gateway
