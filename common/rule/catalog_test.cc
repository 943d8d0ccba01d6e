#include "common/rule/catalog.h"

#include <string>
#include <vector>

#include "common/rule/test_facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using ::testing::Eq;
using ::testing::Optional;

fact::v1::FactType Type(const std::string& name, type::v1::ValueType value_type) {
  fact::v1::FactType type;
  type.set_name(name);
  type.set_value_type(value_type);
  return type;
}

TEST(FactCatalog, FindsTypesByName) {
  const FactCatalog catalog = TestCatalog();
  ASSERT_NE(catalog.Find("account.segment"), nullptr);
  EXPECT_EQ(catalog.Find("account.segment")->value_type(), type::v1::VALUE_TYPE_TEXT);
  EXPECT_EQ(catalog.Find("account.segmen"), nullptr);
  EXPECT_EQ(catalog.Find(""), nullptr);
}

TEST(FactCatalog, ListsByName) {
  const FactCatalog catalog({Type("b.x", type::v1::VALUE_TYPE_TEXT),
                             Type("a.x", type::v1::VALUE_TYPE_TEXT),
                             Type("c.x", type::v1::VALUE_TYPE_TEXT)});
  std::vector<std::string> names;
  for (const fact::v1::FactType* type : catalog.List()) names.push_back(type->name());
  EXPECT_THAT(names, ::testing::ElementsAre("a.x", "b.x", "c.x"));
}

TEST(FactCatalog, ReplacesATypeOfTheSameNameInACopyOnly) {
  const FactCatalog shared({Type("a.x", type::v1::VALUE_TYPE_TEXT)});
  FactCatalog own = shared;
  own.Add(Type("a.x", type::v1::VALUE_TYPE_NUMBER));
  EXPECT_EQ(own.size(), 1u);
  EXPECT_EQ(own.Find("a.x")->value_type(), type::v1::VALUE_TYPE_NUMBER);
  EXPECT_EQ(shared.Find("a.x")->value_type(), type::v1::VALUE_TYPE_TEXT);
}

TEST(FactCatalog, SuggestsTheNearestName) {
  const FactCatalog catalog = TestCatalog();
  EXPECT_THAT(catalog.Nearest("acount.segment"), Optional(Eq("account.segment")));
  EXPECT_THAT(catalog.Nearest("account.Segments"), Optional(Eq("account.segment")));
  EXPECT_THAT(catalog.Nearest("metric.interview"), Optional(Eq("metric.interviews")));
  EXPECT_THAT(catalog.Nearest("weather"), Eq(std::nullopt));
  EXPECT_THAT(FactCatalog().Nearest("account.segment"), Eq(std::nullopt));
}

TEST(NearestWord, PrefersFewerChangesThenTheFirst) {
  EXPECT_THAT(NearestWord("smb", {"MM", "SMB"}), Optional(Eq("SMB")));
  EXPECT_THAT(NearestWord("abcd", {"abcx", "abcy"}), Optional(Eq("abcx")));
  EXPECT_THAT(NearestWord("abcdef", {"abcxyf", "abcxef"}), Optional(Eq("abcxef")));
  EXPECT_THAT(NearestWord("SBM", {"MM", "SMB"}), Optional(Eq("SMB")));
  EXPECT_THAT(NearestWord("ab", {"xy"}), Eq(std::nullopt));
  EXPECT_THAT(NearestWord("", {"abc"}), Eq(std::nullopt));
}

}  // namespace
}  // namespace banso::rule
