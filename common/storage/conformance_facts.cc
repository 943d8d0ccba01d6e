// The log of facts and its feed.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/fact_log.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int FactConformance() { return 1; }

namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using fact::v1::FactChange;
using fact::v1::FactQuery;
using fact::v1::FactReading;
using fact::v1::WatchFactsRequest;
using fact::v1::WatchFactsResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAcme[] = "accounts/acme";

FactChange Segment(absl::string_view value, absl::string_view subject = kAcme) {
  FactChange change;
  change.set_subject(std::string(subject));
  change.set_fact("account.segment");
  change.set_source("test");
  if (!value.empty()) change.mutable_value()->set_text(std::string(value));
  return change;
}

FactChange Visit(double number, absl::Time occurred, absl::string_view object = "") {
  FactChange change;
  change.set_subject(kAcme);
  change.set_fact("account.visits");
  change.set_source("test");
  change.set_object(std::string(object));
  change.mutable_value()->set_number(number);
  *change.mutable_occurred_time() = calendar::ToTimestamp(occurred);
  return change;
}

absl::Status Record(Database& database, const FactChange& change, absl::Time now = StartTime()) {
  return database
      .Write(MakeCall(now), [&](Writer& writer) { return FactLog().Record(writer, change); })
      .status();
}

absl::Status RecordEvent(Database& database, const FactChange& change) {
  return database
      .Write(MakeCall(), [&](Writer& writer) { return FactLog().RecordEvent(writer, change); })
      .status();
}

FactReading ReadFact(Database& database, const FactQuery& query, absl::Time as_of,
                     absl::Time known_at = absl::InfiniteFuture()) {
  fact::v1::GetFactsRequest request;
  request.add_subjects(kAcme);
  *request.add_queries() = query;
  *request.mutable_as_of() = calendar::ToTimestamp(as_of);
  if (known_at != absl::InfiniteFuture()) {
    *request.mutable_known_at() = calendar::ToTimestamp(known_at);
  }
  const auto response = Fetch<fact::v1::GetFactsResponse>(
      database, [&](Reader& reader) { return FactLog().Read(reader, request, StartTime()); });
  EXPECT_THAT(response, IsOk());
  if (!response.ok() || response->readings_size() != 1) return FactReading();
  EXPECT_EQ(response->position(), database.position());
  return response->readings(0);
}

FactQuery Query(absl::string_view fact,
                type::v1::Aggregation aggregation = type::v1::AGGREGATION_LATEST) {
  FactQuery query;
  query.set_fact(std::string(fact));
  query.set_aggregation(aggregation);
  return query;
}

// `smb`, or why it is unknown.
std::string SegmentAt(Database& database, absl::Time as_of,
                      absl::Time known_at = absl::InfiniteFuture()) {
  const FactReading reading = ReadFact(database, Query("account.segment"), as_of, known_at);
  return reading.has_value() ? reading.value().text()
                             : fact::v1::UnknownReason_Name(reading.unknown()).substr(15);
}

TEST_P(ConformanceTest, FactIsUnknownUntilRecordedAndAfterWithdrawal) {
  const absl::Time t = StartTime();
  EXPECT_EQ(SegmentAt(db(), t), "NEVER_RECORDED");
  BANSO_ASSERT_OK(Record(db(), Segment("smb"), t));
  BANSO_ASSERT_OK(Record(db(), Segment("enterprise"), t + absl::Hours(1)));
  BANSO_ASSERT_OK(Record(db(), Segment(""), t + absl::Hours(2)));
  EXPECT_EQ(SegmentAt(db(), t - absl::Seconds(1)), "NEVER_RECORDED");
  EXPECT_EQ(SegmentAt(db(), t), "smb");
  EXPECT_EQ(SegmentAt(db(), t + absl::Hours(1)), "enterprise");
  EXPECT_EQ(SegmentAt(db(), t + absl::Hours(2)), "WITHDRAWN");
}

TEST_P(ConformanceTest, UnchangedFactIsNotRecordedAgain) {
  BANSO_ASSERT_OK(Record(db(), Segment("")));
  EXPECT_EQ(db().position(), 0);
  BANSO_ASSERT_OK(Record(db(), Segment("smb")));
  BANSO_ASSERT_OK(Record(db(), Segment("smb"), StartTime() + absl::Hours(1)));
  EXPECT_EQ(db().position(), 1);
  FactChange products = Segment("");
  products.set_fact("account.products");
  products.mutable_value()->mutable_text_set()->add_items("b");
  products.mutable_value()->mutable_text_set()->add_items("a");
  BANSO_ASSERT_OK(Record(db(), products));
  products.mutable_value()->mutable_text_set()->add_items("b");
  BANSO_ASSERT_OK(Record(db(), products, StartTime() + absl::Hours(1)));
  EXPECT_EQ(db().position(), 2) << "order and repetition mean nothing in a set";
}

// What the log holds, without positions.
std::vector<FactChange> Recorded(Database& database) {
  std::vector<FactChange> changes;
  const auto entries = Fetch<std::vector<FactLog::Entry>>(
      database, [](Reader& reader) { return FactLog().Tail(reader, 0, 1000); });
  EXPECT_THAT(entries, IsOk());
  if (!entries.ok()) return changes;
  for (const FactLog::Entry& entry : *entries) changes.push_back(entry.change);
  return changes;
}

TEST_P(ConformanceTest, TheValueWrittenLastIsInForceWheneverItsCallBegan) {
  const absl::Time t = StartTime();
  BANSO_ASSERT_OK(Record(db(), Segment("smb"), t));
  BANSO_ASSERT_OK(Record(db(), Segment("enterprise"), t + absl::Seconds(2)));
  BANSO_ASSERT_OK(Record(db(), Segment("smb"), t + absl::Seconds(1)));
  EXPECT_EQ(SegmentAt(db(), t + absl::Seconds(2)), "smb");
}

TEST_P(ConformanceTest, RecordsManyAsOneByOne) {
  const absl::Time t = StartTime();
  FactChange earlier = Segment("start-up", "accounts/b");
  *earlier.mutable_occurred_time() = calendar::ToTimestamp(t - absl::Hours(1));
  FactChange of_object = Segment("smb");
  of_object.set_object("x");
  BANSO_ASSERT_OK(Record(db(), Segment("smb", "accounts/known")));
  const std::vector<FactChange> changes = {
      Segment(""), Segment("smb"), Segment("smb"), of_object, Visit(1, t),
      // Another subject, and values in force there and nowhere else.
      Segment("big", "accounts/b"), earlier, Segment("big", "accounts/b"),
      // One that had facts, and the first one again.
      Segment("smb", "accounts/known"), Segment("big", "accounts/known"), Segment("big"),
      Segment("")};
  BANSO_ASSERT_OK(db().Write(MakeCall(t),
                             [&](Writer& writer) { return FactLog().RecordAll(writer, changes); }));
  const std::vector<FactChange> at_once = Recorded(db());
  EXPECT_EQ(db().position(), static_cast<int64_t>(at_once.size()));

  const std::unique_ptr<Database> other = OpenAnother();
  BANSO_ASSERT_OK(Record(*other, Segment("smb", "accounts/known")));
  for (const FactChange& change : changes) BANSO_ASSERT_OK(Record(*other, change, t));
  const std::vector<FactChange> one_by_one = Recorded(*other);
  ASSERT_THAT(at_once, SizeIs(one_by_one.size()));
  for (size_t i = 0; i < at_once.size(); ++i) {
    EXPECT_THAT(at_once[i], EqualsProto(one_by_one[i])) << i;
  }
}

TEST_P(ConformanceTest, ReadsWhatWasKnownThen) {
  const absl::Time t = StartTime();
  BANSO_ASSERT_OK(Record(db(), Segment("smb"), t));
  FactChange correction = Segment("enterprise");
  *correction.mutable_occurred_time() = calendar::ToTimestamp(t + absl::Hours(1));
  BANSO_ASSERT_OK(Record(db(), correction, t + absl::Hours(10)));
  EXPECT_EQ(SegmentAt(db(), t + absl::Hours(2)), "enterprise");
  EXPECT_EQ(SegmentAt(db(), t + absl::Hours(2), t + absl::Hours(9)), "smb");

  FactChange imported = Segment("tiny");
  *imported.mutable_occurred_time() = calendar::ToTimestamp(t - absl::Hours(100));
  *imported.mutable_recorded_time() = calendar::ToTimestamp(t - absl::Hours(99));
  imported.set_backdated(true);
  BANSO_ASSERT_OK(Record(db(), imported, t + absl::Hours(11)));
  EXPECT_EQ(SegmentAt(db(), t - absl::Hours(1), t - absl::Hours(1)), "tiny");
  *imported.mutable_recorded_time() = calendar::ToTimestamp(t + absl::Hours(100));
  EXPECT_THAT(Record(db(), imported, t), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(ConformanceTest, EventsCountEachAndOnce) {
  const absl::Time t = StartTime();
  for (int repeat = 0; repeat < 2; ++repeat) {
    BANSO_ASSERT_OK(RecordEvent(db(), Visit(1, t - absl::Hours(3))));
    BANSO_ASSERT_OK(RecordEvent(db(), Visit(1, t - absl::Hours(2))));
  }
  EXPECT_EQ(db().position(), 2);
  const FactQuery sum = Query("account.visits", type::v1::AGGREGATION_SUM);
  EXPECT_EQ(ReadFact(db(), sum, t).value().number(), 2);
  BANSO_ASSERT_OK(RecordEvent(db(), Visit(5, t - absl::Hours(2))));
  EXPECT_EQ(ReadFact(db(), sum, t).value().number(), 6) << "a correction replaces";
}

TEST_P(ConformanceTest, AnswersSubjectBySubjectInTheOrderAsked) {
  BANSO_ASSERT_OK(Record(db(), Segment("smb")));
  BANSO_ASSERT_OK(Record(db(), Segment("big", "accounts/b")));
  fact::v1::GetFactsRequest request;
  request.add_subjects("accounts/b");
  request.add_subjects(kAcme);
  *request.add_queries() = Query("account.tier");
  *request.add_queries() = Query("account.segment");
  BANSO_ASSERT_OK_AND_ASSIGN(const fact::v1::GetFactsResponse response,
                             Fetch<fact::v1::GetFactsResponse>(db(), [&](Reader& reader) {
                               return FactLog().Read(reader, request, StartTime());
                             }));
  std::vector<std::string> texts;
  for (const FactReading& r : response.readings()) {
    texts.push_back(absl::StrCat(r.subject(), " ", r.fact(), " ", r.value().text()));
  }
  EXPECT_THAT(texts,
              ElementsAre("accounts/b account.tier ", "accounts/b account.segment big",
                          "accounts/acme account.tier ", "accounts/acme account.segment smb"));
}

TEST_P(ConformanceTest, DaysAreThoseOfTheSubjectsZone) {
  // 2026-04-01 00:30 in Tokyo is the day before in UTC.
  const absl::Time occurred = absl::FromUnixSeconds(1774971000);
  BANSO_ASSERT_OK(RecordEvent(db(), Visit(1, occurred)));
  FactQuery query = Query("account.visits", type::v1::AGGREGATION_COUNT);
  *query.mutable_from() = calendar::ToDate(absl::CivilDay(2026, 4, 1));
  const auto count = [&](const FactLog& log) {
    fact::v1::GetFactsRequest request;
    request.add_subjects(kAcme);
    *request.add_queries() = query;
    const auto response = Fetch<fact::v1::GetFactsResponse>(
        db(), [&](Reader& reader) { return log.Read(reader, request, StartTime()); });
    return response.ok() ? response->readings(0).value().number() : -1;
  };
  FactLog::Options utc;
  utc.zone_of = [](Reader&, absl::string_view) { return std::string("UTC"); };
  EXPECT_EQ(count(FactLog()), 1);
  EXPECT_EQ(count(FactLog(utc)), 0);
}

TEST_P(ConformanceTest, MirrorKeepsTimesAndStoresOnce) {
  FactChange change = Segment("smb");
  *change.mutable_occurred_time() = calendar::ToTimestamp(StartTime() - absl::Hours(5));
  *change.mutable_recorded_time() = calendar::ToTimestamp(StartTime() - absl::Hours(4));
  const FactLog log;
  for (int i = 0; i < 2; ++i) {
    BANSO_ASSERT_OK(
        db().Write(MakeCall(), [&](Writer& writer) { return log.Mirror(writer, change); }));
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const std::vector<FactChange> changes,
                             Fetch<std::vector<FactChange>>(db(), [&](Reader& reader) {
                               return log.Changes(reader, kAcme, "account.segment");
                             }));
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_THAT(changes[0], EqualsProto(change));
  EXPECT_THAT(Fetch<int64_t>(db(), [](Reader& r) { return r.Position(); }), IsOkAndHolds(1));
}

TEST_P(ConformanceTest, ErasesASubject) {
  BANSO_ASSERT_OK(Record(db(), Segment("smb")));
  BANSO_ASSERT_OK(Record(db(), Segment("big", "accounts/b")));
  BANSO_ASSERT_OK(db().Write(
      MakeCall(), [](Writer& writer) { return FactLog().Erase(writer, "accounts/b").status(); }));
  BANSO_ASSERT_OK(db().Read([](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const auto entries, FactLog().Tail(reader, 0, 10));
    EXPECT_THAT(entries, SizeIs(1));
    return absl::OkStatus();
  }));
}

// The facts of each message, joined; `-` for a bookmark.
std::vector<std::string> Drain(FactFeed& feed, int limit = 100) {
  std::vector<std::string> texts;
  while (true) {
    const absl::StatusOr<std::vector<WatchFactsResponse>> some = feed.Poll(limit);
    EXPECT_THAT(some, IsOk());
    if (!some.ok() || some->empty()) return texts;
    for (const WatchFactsResponse& response : *some) {
      std::string text = response.changes().empty() ? "-" : "";
      for (const FactChange& c : response.changes()) absl::StrAppend(&text, c.value().text());
      texts.push_back(absl::StrCat(text, " ", response.position()));
    }
  }
}

TEST_P(ConformanceTest, FactFeedTellsCommitsAndHowFarItHasCome) {
  const FactLog log;
  BANSO_ASSERT_OK_AND_ASSIGN(const auto feed, FactFeed::Open(db(), log, WatchFactsRequest()));
  EXPECT_THAT(Drain(*feed), ElementsAre("- 0"));
  BANSO_ASSERT_OK(db().Write(MakeCall(), [&](Writer& writer) -> absl::Status {
    BANSO_RETURN_IF_ERROR(log.Record(writer, Segment("a")));
    return log.Record(writer, Segment("b", "accounts/b"));
  }));
  BANSO_ASSERT_OK(Record(db(), Segment("c", "accounts/c")));
  EXPECT_THAT(Drain(*feed), ElementsAre("ab 2", "c 3"));
  BANSO_ASSERT_OK(Create(MakeNote("s", "n")));
  EXPECT_THAT(Drain(*feed), ElementsAre("- 4")) << "changes that are no facts move the position";
  EXPECT_THAT(Drain(*feed), IsEmpty());
}

TEST_P(ConformanceTest, FactFeedFiltersAndResumes) {
  const FactLog log;
  for (int i = 0; i < 5; ++i) {
    BANSO_ASSERT_OK(Record(db(), Segment(absl::StrCat(i), absl::StrCat("accounts/", i))));
  }
  WatchFactsRequest request;
  request.add_prefixes("plan.");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto filtered, FactFeed::Open(db(), log, request));
  EXPECT_EQ(Drain(*filtered, 2).back(), "- 5");

  BANSO_ASSERT_OK_AND_ASSIGN(const auto feed, FactFeed::Open(db(), log, WatchFactsRequest()));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto first, feed->Poll(2));
  ASSERT_THAT(first, SizeIs(2));
  WatchFactsRequest resume;
  resume.set_resume_token(first[1].resume_token());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto resumed, FactFeed::Open(db(), log, resume));
  EXPECT_THAT(Drain(*resumed), ElementsAre("2 3", "3 4", "4 5"));
  EXPECT_THAT(FactFeed::Open(*OpenAnother(), log, resume), StatusIs(absl::StatusCode::kOutOfRange));
}

}  // namespace
}  // namespace banso::storage::conformance
