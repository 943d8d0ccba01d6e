#include "common/contract/text.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace banso::contract {
namespace {

// The UTF-8 form of a code point, without any check.
std::string Utf8(uint32_t c) {
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

bool IsSurrogate(uint32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

TEST(ScanTextTest, AcceptsExactlyTheCodePointsOfUnicode) {
  for (uint32_t c = 0; c < 0x120000; ++c) {
    const TextScan scan = ScanText(Utf8(c));
    ASSERT_EQ(scan.valid, !IsSurrogate(c) && c <= 0x10FFFF) << std::hex << c;
    if (scan.valid) {
      ASSERT_EQ(scan.characters, 1) << std::hex << c;
    }
  }
}

TEST(ScanTextTest, RefusesWhatIsNoUtf8) {
  for (const std::string& text :
       {std::string("\x80"), std::string("\xC3"), std::string("\xC0\xAF"), std::string("\xC1\xBF"),
        std::string("\xE0\x80\xAF"), std::string("\xE3\x81"), std::string("\xF0\x80\x80\xAF"),
        std::string("\xF5\x80\x80\x80"), std::string("\xFE"), std::string("\xFF"),
        std::string("abc\xE3\x81"), std::string("\xE3\x81z"), std::string("\xF0\x9F\x98")}) {
    EXPECT_FALSE(ScanText(text).valid);
  }
}

TEST(ScanTextTest, TellsControlCharactersAndLineBreaks) {
  for (uint32_t c = 0; c < 0x100; ++c) {
    const TextScan scan = ScanText(Utf8(c));
    const bool breaks = c == '\n' || c == '\r' || c == '\t';
    EXPECT_EQ(scan.line_break, breaks) << c;
    EXPECT_EQ(scan.control, (c < 0x20 && !breaks) || (c >= 0x7F && c < 0xA0)) << c;
  }
  EXPECT_TRUE(ScanText("a\u2028b").line_break);
  EXPECT_TRUE(ScanText("a\u2029b").line_break);
}

TEST(ScanTextTest, CountsCharactersNotBytes) {
  EXPECT_EQ(ScanText("").characters, 0);
  EXPECT_EQ(ScanText("株式会社").characters, 4);
  EXPECT_EQ(ScanText("a😀b").characters, 3);
}

// What is called normal must stay as it is, alone and after characters that combine easily.
TEST(ScanTextTest, CallsNothingNormalThatFormCWouldChange) {
  for (uint32_t c = 1; c <= 0x10FFFF; ++c) {
    if (IsSurrogate(c)) continue;
    for (const char* before : {"", "A", "か", "가", "\u0915"}) {
      const std::string text = before + Utf8(c);
      if (ScanText(text).normal) {
        ASSERT_EQ(NormalizeText(text), text) << std::hex << c;
      }
    }
  }
}

TEST(ScanTextTest, SparesOrdinaryJapaneseTheSlowWay) {
  EXPECT_TRUE(ScanText("株式会社バンソウ・ガ行ﾊﾟ、「キックオフ」～").normal);
}

TEST(NormalizeTextTest, ComposesAndIsIdempotent) {
  EXPECT_EQ(NormalizeText("\u304B\u3099"), "\u304C");
  EXPECT_EQ(NormalizeText("e\u0301"), "\u00E9");
  EXPECT_EQ(NormalizeText("\u212B"), "\u00C5");
  EXPECT_EQ(NormalizeText("a\u0323\u0307"), NormalizeText("a\u0307\u0323"));
  EXPECT_EQ(NormalizeText(""), "");
  EXPECT_EQ(NormalizeText(std::string("a\0b", 3)), std::string("a\0b", 3));
  std::mt19937 random(3);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (int i = 0; i < 6; ++i) {
      const uint32_t c = random() % (round % 2 == 0 ? 0x3200 : 0x110000);
      if (!IsSurrogate(c)) text += Utf8(c);
    }
    const std::string once = NormalizeText(text);
    ASSERT_EQ(NormalizeText(once), once);
    ASSERT_TRUE(ScanText(once).valid);
  }
}

struct FormCase {
  const char* name;
  bool (*has_form)(absl::string_view);
  std::vector<std::string> accepted;
  std::vector<std::string> refused;
};

class FormTest : public ::testing::TestWithParam<FormCase> {};

TEST_P(FormTest, AcceptsAndRefuses) {
  for (const std::string& text : GetParam().accepted) {
    EXPECT_TRUE(GetParam().has_form(text)) << text;
  }
  for (const std::string& text : GetParam().refused) {
    EXPECT_FALSE(GetParam().has_form(text)) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, FormTest,
    ::testing::Values(
        FormCase{"Email",
                 IsEmail,
                 {"a@b", "sato.hanako+x@example.co.jp", "佐藤@例え.jp"},
                 {"", "@", "a@", "@b", "a b@c", "a@b c", "a@b@c", "a@-b", "a@b..c", "a@b.", "a\n@b",
                  std::string(250, 'a') + "@b.jp"}},
        FormCase{"TimeZone",
                 IsTimeZone,
                 {"Asia/Tokyo", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+9"},
                 {"", "Asia", "Asia/", "Mars/Phobos", "/etc/localtime", "../zoneinfo/UTC",
                  "Asia/../UTC", "file:Asia/Tokyo", "tzdata.zi", "zone.tab", "Asia/Tokyo\n",
                  std::string("UTC\0", 4), std::string(5000, 'A')}},
        FormCase{"Currency",
                 IsCurrency,
                 {"JPY", "USD", "EUR", "ZMW", "AED"},
                 {"", "jpy", "YEN", "JP", "JPYX", "JPY "}},
        FormCase{"Language",
                 IsLanguage,
                 {"ja", "en-US", "zh-Hant-TW", "sl-rozaj", "en-a-bbb-x-a", "de-CH-1996"},
                 {"", "j", "japanese1", "ja_JP", "ja-", "-ja", "ja--JP", "1a", "en-a", "en-a-b",
                  "ja-verylongsubtag", std::string("ja-") + std::string(40, 'a')}},
        FormCase{"Fact",
                 IsFact,
                 {"account.segment", "metric.interviews", "account.attribute.size_2", "a.b"},
                 {"", "account", "account.", ".segment", "account..segment", "Account.segment",
                  "account.seg-ment", "account segment.x", "a.b\n"}},
        FormCase{"Key",
                 IsKey,
                 {"a", "crm", "size_2", std::string(63, 'k')},
                 {"", "2a", "_a", "A", "a-b", "a.b", "a b", std::string(64, 'k')}},
        FormCase{"Url",
                 IsUrl,
                 {"https://example.com", "http://localhost:8080/a?b=c#d", "HTTPS://example.com/",
                  "http://[::1]:80/x", "http://[::1]"},
                 {"", "example.com", "ftp://example.com", "https://", "https:///x", "https://a b",
                  "javascript:alert(1)", "https://u@example.com/", "https://example.com:0",
                  "https://example.com:99999", "https://example.com:x", "https://exa\"mple.com",
                  "http://[::g]", "http://[]", "https://例え.jp", "https://example.com/\n",
                  "https://:80"}},
        FormCase{"RequestId",
                 IsRequestId,
                 {"r", "7f1c0a52-5b0c-4a1e-9f3e-1c2d3e4f5a6b", std::string(128, '~')},
                 {"", " ", "a b", "a\t", "é", "a\x7F", std::string(129, 'a')}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(FormTest, AnswersForRandomBytesWithoutHarm) {
  std::mt19937 random(5);
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    for (const auto& has_form : {IsEmail, IsCurrency, IsLanguage, IsFact, IsKey, IsUrl}) {
      if (has_form(text)) {
        EXPECT_FALSE(ScanText(text).control) << text;
      }
    }
  }
}

}  // namespace
}  // namespace banso::contract
