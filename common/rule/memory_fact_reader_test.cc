#include "common/rule/memory_fact_reader.h"

#include <string>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/rule/test_facts.h"
#include "common/rule/value.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using absl::CivilDay;
using ::banso::testing::StatusIs;

constexpr char kSubject[] = "accounts/acme";

Moment MomentOn(CivilDay day) {
  Moment moment;
  moment.as_of = NoonOf(day);
  moment.time_zone = "Asia/Tokyo";
  return moment;
}

FactRead ReadOfObject(const std::string& subject, const std::string& fact,
                      type::v1::Aggregation aggregation = type::v1::AGGREGATION_UNSPECIFIED) {
  FactRead read;
  read.subject = subject;
  read.query.set_fact(fact);
  read.query.set_aggregation(aggregation);
  return read;
}

TEST(MemoryFactReader, AnswersInTheOrderAskedWithSubjects) {
  MemoryFactReader reader;
  reader.Set(kSubject, "a.x", NumberValue(1), NoonOf(CivilDay(2026, 5, 1)));
  reader.Set(kSubject, "a.x", NumberValue(2), NoonOf(CivilDay(2026, 5, 3)));
  reader.Set("accounts/other", "a.x", NumberValue(7), NoonOf(CivilDay(2026, 5, 1)));
  const std::vector<FactRead> reads = {ReadOfObject("accounts/other", "a.x"),
                                       ReadOfObject(kSubject, "a.y"),
                                       ReadOfObject(kSubject, "a.x", type::v1::AGGREGATION_SUM)};
  BANSO_ASSERT_OK_AND_ASSIGN(auto readings, reader.Read(reads, MomentOn(CivilDay(2026, 5, 9))));
  ASSERT_EQ(readings.size(), 3u);
  EXPECT_EQ(readings[0].value().number(), 7);
  EXPECT_EQ(readings[0].subject(), "accounts/other");
  EXPECT_EQ(readings[1].unknown(), fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
  EXPECT_EQ(readings[2].value().number(), 3);
  EXPECT_EQ(reader.calls(), 1);
}

TEST(MemoryFactReader, KeepsToAsOfAndKnownAt) {
  MemoryFactReader reader;
  reader.Set(kSubject, "a.x", NumberValue(1), NoonOf(CivilDay(2026, 5, 1)));
  fact::v1::FactChange late;
  late.set_subject(kSubject);
  late.set_fact("a.x");
  *late.mutable_value() = NumberValue(2);
  *late.mutable_occurred_time() = calendar::ToTimestamp(NoonOf(CivilDay(2026, 5, 2)));
  *late.mutable_recorded_time() = calendar::ToTimestamp(NoonOf(CivilDay(2026, 5, 8)));
  reader.Add(late);
  reader.Withdraw(kSubject, "a.x", NoonOf(CivilDay(2026, 5, 9)));
  const std::vector<FactRead> reads = {ReadOfObject(kSubject, "a.x")};
  BANSO_ASSERT_OK_AND_ASSIGN(auto now, reader.Read(reads, MomentOn(CivilDay(2026, 5, 9))));
  EXPECT_EQ(now[0].unknown(), fact::v1::UNKNOWN_REASON_WITHDRAWN);
  Moment moment = MomentOn(CivilDay(2026, 5, 5));
  BANSO_ASSERT_OK_AND_ASSIGN(auto then, reader.Read(reads, moment));
  EXPECT_EQ(then[0].value().number(), 2);
  moment.known_at = moment.as_of;
  BANSO_ASSERT_OK_AND_ASSIGN(auto known, reader.Read(reads, moment));
  EXPECT_EQ(known[0].value().number(), 1);
}

TEST(MemoryFactReader, TakesSilenceAsZeroWhenTold) {
  MemoryFactReader reader;
  FactRead read = ReadOfObject(kSubject, "a.x", type::v1::AGGREGATION_SUM);
  *read.query.mutable_from() = calendar::ToDate(CivilDay(2026, 5, 2));
  BANSO_ASSERT_OK_AND_ASSIGN(auto silent, reader.Read({read}, MomentOn(CivilDay(2026, 5, 9))));
  EXPECT_FALSE(silent[0].has_value());
  reader.ZeroSince(kSubject, "a.x", CivilDay(2026, 5, 1));
  BANSO_ASSERT_OK_AND_ASSIGN(auto zero, reader.Read({read}, MomentOn(CivilDay(2026, 5, 9))));
  EXPECT_EQ(zero[0].value().number(), 0);
  EXPECT_TRUE(zero[0].has_value());
}

TEST(MemoryFactReader, FailsWhenTold) {
  MemoryFactReader reader;
  reader.FailWith(absl::UnavailableError("down"));
  EXPECT_THAT(reader.Read({}, Moment()), StatusIs(absl::StatusCode::kUnavailable));
  reader.FailWith(absl::OkStatus());
  EXPECT_TRUE(reader.Read({}, Moment()).ok());
}

}  // namespace
}  // namespace banso::rule
