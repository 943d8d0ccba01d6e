#include "common/rule/value.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using type::v1::Value;

std::vector<Value> Different() {
  return {Value(),
          NumberValue(0),
          NumberValue(1),
          TextValue(""),
          TextValue("a"),
          FlagValue(false),
          FlagValue(true),
          DateValue(absl::CivilDay(2026, 4, 1)),
          DateValue(absl::CivilDay(2026, 4, 2)),
          TextSetValue({}),
          TextSetValue({"a"}),
          TextSetValue({"a", "b"})};
}

TEST(Equal, TellsValuesApart) {
  const std::vector<Value> values = Different();
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t j = 0; j < values.size(); ++j) {
      EXPECT_EQ(Equal(values[i], values[j]), i == j)
          << ValueText(values[i]) << " and " << ValueText(values[j]);
    }
  }
}

TEST(Equal, TakesSetsAsSets) {
  EXPECT_TRUE(Equal(TextSetValue({"a", "b"}), TextSetValue({"b", "a", "a"})));
}

TEST(Equal, MakesNanEqualToNothing) {
  const Value nan = NumberValue(std::nan(""));
  EXPECT_FALSE(Equal(nan, nan));
}

TEST(TypeOf, NamesEveryKind) {
  EXPECT_EQ(TypeOf(Value()), type::v1::VALUE_TYPE_UNSPECIFIED);
  EXPECT_EQ(TypeOf(NumberValue(1)), type::v1::VALUE_TYPE_NUMBER);
  EXPECT_EQ(TypeOf(TextValue("a")), type::v1::VALUE_TYPE_TEXT);
  EXPECT_EQ(TypeOf(FlagValue(false)), type::v1::VALUE_TYPE_FLAG);
  EXPECT_EQ(TypeOf(DateValue(absl::CivilDay(2026, 1, 1))), type::v1::VALUE_TYPE_DATE);
  EXPECT_EQ(TypeOf(TextSetValue({})), type::v1::VALUE_TYPE_TEXT_SET);
}

TEST(IsNonZero, IsFalseForNothingOfItsType) {
  std::vector<bool> non_zero;
  for (const Value& value : Different()) non_zero.push_back(IsNonZero(value));
  EXPECT_EQ(non_zero, std::vector<bool>({false, false, true, false, true, false, true, true, true,
                                         false, true, true}));
}

TEST(ValueText, PrintsOneLine) {
  EXPECT_EQ(ValueText(NumberValue(2)), "2");
  EXPECT_EQ(ValueText(TextValue("SMB")), "\"SMB\"");
  EXPECT_EQ(ValueText(FlagValue(true)), "yes");
  EXPECT_EQ(ValueText(FlagValue(false)), "no");
  EXPECT_EQ(ValueText(DateValue(absl::CivilDay(2026, 4, 1))), "2026-04-01");
  EXPECT_EQ(ValueText(TextSetValue({"b", "a"})), "{\"a\", \"b\"}");
  EXPECT_EQ(ValueText(Value()), "nothing");
}

TEST(NumberText, IsShortAndExact) {
  EXPECT_EQ(NumberText(0), "0");
  EXPECT_EQ(NumberText(-3), "-3");
  EXPECT_EQ(NumberText(1234567890123), "1234567890123");
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(NumberText(1e300), "1e+300");
  EXPECT_EQ(NumberText(std::numeric_limits<double>::infinity()), "inf");
}

}  // namespace
}  // namespace banso::rule
