#include "services/accounts/domain/account.h"

#include <string>
#include <vector>

#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::ParseProto;
using ::testing::HasSubstr;
using v1::Account;

TEST(MergeRowTest, ChangesOnlyWhatTheRowSets) {
  const auto existing = ParseProto<Account>(R"pb(
    name: "accounts/acme"
    display_name: "Acme"
    name_kana: "アクメ"
    employees: 100
    expected_users: 20
    owners { sales: "members/a" retention: "members/r" }
    adoption { cloud_experience: true sites: 3 }
    etag: "7"
  )pb");
  const auto row = ParseProto<Account>(R"pb(
    display_name: "Acme Corp"
    employees: 0
    owners { sales: "members/b" }
    adoption { sites: 4 previous_tool: PREVIOUS_TOOL_PAPER }
  )pb");
  EXPECT_THAT(MergeRow(existing, row), EqualsProto(R"pb(
                name: "accounts/acme"
                display_name: "Acme Corp"
                name_kana: "アクメ"
                employees: 0
                expected_users: 20
                owners { sales: "members/b" retention: "members/r" }
                adoption { cloud_experience: true sites: 4 previous_tool: PREVIOUS_TOOL_PAPER }
                etag: "7"
              )pb"));
}

TEST(MergeRowTest, ReplacesMoneyAsAWhole) {
  const auto existing =
      ParseProto<Account>("recurring_revenue { minor_units: 5000 currency: 'JPY' }");
  const auto row = ParseProto<Account>("recurring_revenue { currency: 'JPY' }");
  EXPECT_EQ(MergeRow(existing, row).recurring_revenue().minor_units(), 0);
}

TEST(MergeRowTest, TakesOverExternalIdsBySystemAndAttributesByKey) {
  const auto existing = ParseProto<Account>(R"pb(
    external_ids { system: "crm" id: "1" }
    external_ids { system: "tenant" id: "t1" }
    attributes {
      key: "plan"
      value { text: "light" }
    }
    attributes {
      key: "seats"
      value { number: 5 }
    }
  )pb");
  const auto row = ParseProto<Account>(R"pb(
    external_ids { system: "tenant" id: "t2" }
    external_ids { system: "billing" id: "b" }
    attributes {
      key: "plan"
      value { text: "pro" }
    }
  )pb");
  EXPECT_THAT(MergeRow(existing, row), EqualsProto(R"pb(
                external_ids { system: "crm" id: "1" }
                external_ids { system: "tenant" id: "t2" }
                external_ids { system: "billing" id: "b" }
                attributes {
                  key: "plan"
                  value { text: "pro" }
                }
                attributes {
                  key: "seats"
                  value { number: 5 }
                }
              )pb"));
}

TEST(MergeRowTest, NeverTakesWhatTheServerSets) {
  const auto row = ParseProto<Account>(R"pb(
    name: "accounts/other"
    etag: "9"
    lifecycle_stage: LIFECYCLE_STAGE_RETENTION
    classification { segment: "smb" }
    archive_time { seconds: 1 }
    create_time { seconds: 1 }
    update_time { seconds: 1 }
    stage_since { seconds: 1 }
  )pb");
  EXPECT_THAT(MergeRow(Account(), row), EqualsProto(Account()));
}

TEST(MergeRowTest, AppliedTwiceIsAppliedOnce) {
  const auto existing = ParseProto<Account>("external_ids { system: 'crm' id: '1' } employees: 3");
  const auto row = ParseProto<Account>(R"pb(
    external_ids { system: "crm" id: "1" }
    display_name: "A"
    attributes {
      key: "x"
      value { flag: true }
    }
  )pb");
  const Account once = MergeRow(existing, row);
  EXPECT_THAT(MergeRow(once, row), EqualsProto(once));
}

TEST(IdFromExternalTest, MakesAnIdOfWhatIsThere) {
  struct Case {
    const char* name;
    std::string external;
    std::string id;
  };
  const Case cases[] = {
      {"as it is", "acme-1", "acme-1"},
      {"lower case", "001A000BcD", "001a000bcd"},
      {"runs of other characters", "A__B//C", "a-b-c"},
      {"at the ends", "  x  ", "x"},
      {"nothing left", "株式会社", ""},
      {"empty", "", ""},
      {"too long", std::string(100, 'A'), std::string(63, 'a')},
      {"cut behind a dash", std::string(62, 'a') + "--b", std::string(62, 'a')},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(IdFromExternal(c.external).value_or(""), c.id) << c.name;
  }
}

TEST(NumberedIdTest, StaysWithinTheLengthOfAnId) {
  EXPECT_EQ(NumberedId("acme", 1), "acme");
  EXPECT_EQ(NumberedId("acme", 12), "acme-12");
  EXPECT_EQ(NumberedId(std::string(63, 'a'), 2), std::string(61, 'a') + "-2");
  EXPECT_EQ(NumberedId(std::string(60, 'a') + "-bb", 2), std::string(60, 'a') + "-2");
}

TEST(SearchTextTest, FoldsCaseAndWidth) {
  EXPECT_EQ(SearchText("ＡＢＣ Straße"), "abcstrasse");
  EXPECT_EQ(SearchText("ｱｸﾒ"), "アクメ");
  EXPECT_EQ(SearchText("㈱アクメ"), "(株)アクメ");
  EXPECT_EQ(SearchText(""), "");
  EXPECT_EQ(SearchText("\xff"), "");
}

// How real people write: the same reading in three scripts, voiced marks apart or not, with spaces
// of either width, old and small letters.
TEST(SearchTextTest, FindsJapaneseNamesHoweverTheirReadingIsWritten) {
  struct Case {
    const char* stored;
    const char* searched;
  };
  for (const Case& c :
       {Case{"サトウ ケン", "さとう けん"}, Case{"さとうけん", "ｻﾄｳ ｹﾝ"},
        Case{"ガッキュウシャ", "がっきゅうしゃ"}, Case{"ｶﾞｯｷｭｳｼｬ", "ガッキュウ"},
        Case{"ヴェルディ", "ゔぇるでぃ"}, Case{"パナソニック", "ﾊﾟﾅｿﾆｯｸ"},
        Case{"バンドウ", "は\u3099んと\u3099う"}, Case{"佐藤　健", "佐藤健"},
        Case{"いすゞ自動車", "イスヾ"}, Case{"ユー・エス・ジェイ", "ﾕｰ･ｴｽ"},
        Case{"㈱リクルート", "（株）りくるーと"}, Case{"ＬＩＮＥヤフー", "lineやふー"}}) {
    EXPECT_THAT(SearchText(c.stored), HasSubstr(SearchText(c.searched)))
        << c.stored << " / " << c.searched;
  }
  EXPECT_NE(SearchText("ハシ"), SearchText("バシ"));
  EXPECT_NE(SearchText("びよういん"), SearchText("びょういん"));
  EXPECT_EQ(SearchText("ー"), "ー");
}

TEST(SearchTextTest, HoldsEachNameOnALineOfItsOwn) {
  const std::string text = SearchTextOf({"ACME株式会社", "アクメ"});
  EXPECT_THAT(text, HasSubstr(SearchText("acme株式")));
  EXPECT_THAT(text, HasSubstr(SearchText("ｱｸﾒ")));
  EXPECT_EQ(text, "acme株式会社\nアクメ");
}

TEST(CheckAccountTest, NamesEveryFault) {
  const auto account = ParseProto<Account>(R"pb(
    name: "accounts/a"
    parent_account: "accounts/a"
    external_ids { system: "crm" id: "1" }
    external_ids { system: "crm" id: "2" }
    attributes {
      key: "Bad Key"
      value { number: 1 }
    }
    attributes {
      key: "empty"
      value {}
    }
  )pb");
  contract::Violations violations;
  CheckAccount(account, "account", &violations);
  std::vector<std::string> fields;
  for (const auto& violation : violations.list()) fields.push_back(violation.field);
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre(
                          "account.external_ids[1].system", "account.attributes[Bad Key]",
                          "account.attributes[empty]", "account.parent_account"));
}

TEST(TodayTest, CountsInTheAccountsZone) {
  const absl::Time late =
      absl::FromCivil(absl::CivilSecond(2026, 4, 1, 20, 0, 0), absl::UTCTimeZone());
  EXPECT_EQ(Today(Account(), late), absl::CivilDay(2026, 4, 2));
  EXPECT_EQ(Today(ParseProto<Account>("time_zone: 'Europe/Paris'"), late),
            absl::CivilDay(2026, 4, 1));
}

}  // namespace
}  // namespace banso::accounts
