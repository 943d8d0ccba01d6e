#include "clients/cli/field_text.h"

#include <string>

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "common/calendar/proto_time.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::cli {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Optional;

TextRules Tokyo() {
  TextRules rules;
  rules.zone = absl::FixedTimeZone(9 * 3600);
  return rules;
}

template <class Message>
Message With(const char* path, const char* text, const TextRules& rules = Tokyo()) {
  Message message;
  EXPECT_THAT(CheckFieldPath(*Message::descriptor(), path), IsOk());
  EXPECT_EQ(SetField(path, text, rules, &message), std::nullopt);
  return message;
}

using accounts::v1::Account;
using accounts::v1::Deal;
using health::v1::Sample;

TEST(SetField, SetsEachKindOfField) {
  EXPECT_EQ(With<Account>("display_name", "株式会社アクメ").display_name(), "株式会社アクメ");
  EXPECT_EQ(With<Account>("employees", "2822").employees(), 2822);
  EXPECT_EQ(With<Account>("adoption.sites", "3").adoption().sites(), 3);
  EXPECT_TRUE(With<Account>("adoption.cloud_experience", "Yes").adoption().cloud_experience());
  EXPECT_EQ(With<Account>("adoption.previous_tool", "own system").adoption().previous_tool(),
            accounts::v1::PREVIOUS_TOOL_OWN_SYSTEM);
  EXPECT_EQ(
      With<Account>("adoption.previous_tool", "PREVIOUS_TOOL_PAPER").adoption().previous_tool(),
      accounts::v1::PREVIOUS_TOOL_PAPER);
  EXPECT_DOUBLE_EQ(With<Sample>("value", "12.5").value(), 12.5);
  EXPECT_EQ(With<Deal>("products", "GTX Pro; MG Special").products_size(), 2);
}

TEST(SetField, ReadsMoneyInWholeUnitsOfItsCurrency) {
  const Deal dollars = With<Deal>("amount:USD", "1054.5");
  EXPECT_EQ(dollars.amount().minor_units(), 105450);
  EXPECT_EQ(dollars.amount().currency(), "USD");
  EXPECT_EQ(With<Account>("recurring_revenue:JPY", "300000").recurring_revenue().minor_units(),
            300000);
}

TEST(SetField, KeepsTheTypeOfAttributes) {
  Account account;
  const TextRules rules = Tokyo();
  EXPECT_EQ(SetField("attributes.founded:number", "1996", rules, &account), std::nullopt);
  EXPECT_EQ(SetField("attributes.plan", "pro", rules, &account), std::nullopt);
  EXPECT_EQ(SetField("attributes.trial:flag", "no", rules, &account), std::nullopt);
  EXPECT_EQ(SetField("attributes.since:date", "2025-04-01", rules, &account), std::nullopt);
  EXPECT_DOUBLE_EQ(account.attributes().at("founded").number(), 1996);
  EXPECT_EQ(account.attributes().at("plan").text(), "pro");
  EXPECT_TRUE(account.attributes().at("trial").has_flag());
  EXPECT_EQ(account.attributes().at("since").date().month(), 4);
}

TEST(SetField, ReadsDaysInTheFormatAskedFor) {
  TextRules rules = Tokyo();
  rules.date_format = "DD-MM-YYYY";
  EXPECT_EQ(calendar::DayText(With<Deal>("close_date", "01-03-2017", rules).close_date()),
            "2017-03-01");
  rules.shift_days = 31;
  EXPECT_EQ(calendar::DayText(With<Deal>("close_date", "01-03-2017", rules).close_date()),
            "2017-04-01");
  Deal deal;
  EXPECT_THAT(SetField("close_date", "2017-03-01", rules, &deal),
              Optional(HasSubstr("DD-MM-YYYY")));
  EXPECT_THAT(SetField("close_date", "30-02-2017", rules, &deal), Optional(HasSubstr("a day")));
  EXPECT_FALSE(deal.has_contract_start());
}

TEST(SetField, ReadsTimesInTheZoneGiven) {
  const struct {
    const char* text;
    const char* utc;
  } cases[] = {
      {"2025-04-01", "2025-03-31T15:00:00+00:00"},
      {"2025-04-01 09:30", "2025-04-01T00:30:00+00:00"},
      {"2025-04-01T09:30:15", "2025-04-01T00:30:15+00:00"},
      {"2025-04-01T09:30:00Z", "2025-04-01T09:30:00+00:00"},
      {"2025-04-01T09:30:00-05:00", "2025-04-01T14:30:00+00:00"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.text);
    const Sample sample = With<Sample>("occurred_time", test.text);
    EXPECT_EQ(absl::FormatTime(absl::RFC3339_sec, calendar::ToTime(sample.occurred_time()),
                               absl::UTCTimeZone()),
              test.utc);
  }
}

TEST(SetField, SaysWhatIsAccepted) {
  const struct {
    const char* path;
    const char* text;
    const char* accepted;
  } cases[] = {
      {"employees", "many", "a whole number"},
      {"employees", "12.5", "a whole number"},
      {"employees", "1,200", "a whole number"},
      {"adoption.cloud_experience", "perhaps", "true or false"},
      {"adoption.previous_tool", "abacus", "one of paper, own_system, other_product, none"},
      {"recurring_revenue:JPY", "much", "an amount"},
      {"attributes.size:number", "nan", "a number"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.path);
    Account account;
    EXPECT_THAT(SetField(test.path, test.text, Tokyo(), &account),
                Optional(HasSubstr(test.accepted)));
  }
  Sample sample;
  EXPECT_THAT(SetField("occurred_time", "2025-04-01 25:00", Tokyo(), &sample),
              Optional(HasSubstr("RFC 3339")));
  EXPECT_THAT(SetField("occurred_time", "yesterday", Tokyo(), &sample),
              Optional(HasSubstr("RFC 3339")));
}

TEST(SetField, EmptyTextSetsNothing) {
  Account account;
  EXPECT_EQ(SetField("employees", "", Tokyo(), &account), std::nullopt);
  EXPECT_FALSE(account.has_employees());
}

TEST(CheckFieldPath, NamesTheFieldsThatThereAre) {
  const struct {
    const char* path;
    const char* message;
  } cases[] = {
      {"displayname", "there are: name, display_name"},
      {"adoption", "has parts: cloud_experience"},
      {"display_name.x", "has no parts"},
      {"recurring_revenue", "recurring_revenue:JPY"},
      {"employees:number", "takes no type"},
      {"external_ids", "a list cannot be set"},
      {"attributes", "attributes.KEY"},
      {"attributes.Big", "attributes.KEY"},
      {"attributes.size:weight", "a number, text, flag or date"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.path);
    EXPECT_THAT(CheckFieldPath(*Account::descriptor(), test.path),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(test.message)));
  }
}

TEST(CheckDateFormat, WantsYearMonthAndDayOnce) {
  EXPECT_THAT(CheckDateFormat("DD.MM.YYYY"), IsOk());
  EXPECT_THAT(CheckDateFormat("MM/DD/YY"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckDateFormat("YYYY-MM-DD-DD"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::cli
