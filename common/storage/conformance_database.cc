// Transactions, positions, repeated requests.

#include <atomic>
#include <functional>
#include <latch>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/fact_log.h"
#include "common/storage/follower_position.h"
#include "common/storage/mutate.h"
#include "common/storage/retention.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int DatabaseConformance() { return 1; }

namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::Status Nothing(const Row&) { return absl::OkStatus(); }

absl::Status InsertOwner(Writer& writer, absl::string_view id, int age = 30) {
  return writer
      .Execute("INSERT INTO owner (id, age) VALUES ($id, $age)", {{"id", id}, {"age", age}})
      .status();
}

absl::StatusOr<int64_t> CountRowsOf(Reader& reader, const std::string& table) {
  int64_t count = 0;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne(absl::StrCat("SELECT count(*) FROM ", table), {},
                                      [&](const Row& row) {
                                        count = row.Int64(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  return count;
}

absl::StatusOr<int64_t> CountOwners(Reader& reader) { return CountRowsOf(reader, "owner"); }

// Runs `body(i)` on `count` threads that start together.
void OnThreads(int count, const std::function<void(int)>& body) {
  std::latch start(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(ConformanceTest, KeepsValuesOfEveryType) {
  const absl::Time time = StartTime() + absl::Microseconds(7);
  const absl::CivilDay day(1969, 12, 30);
  BANSO_ASSERT_OK(db().Write(MakeCall(), [&](Writer& writer) -> absl::Status {
    BANSO_RETURN_IF_ERROR(InsertOwner(writer, "o"));
    return writer
        .Execute(
            "INSERT INTO pet (id, owner, weight, picture) VALUES ($id, 'o', $w, $p)",
            {{"id", std::string("a\0b", 3)}, {"w", 1.25}, {"p", Bytes{std::string("\0\xff", 2)}}})
        .status();
  }));
  BANSO_ASSERT_OK(db().Read([&](Reader& reader) -> absl::Status {
    BANSO_RETURN_IF_ERROR(
        reader.Query("SELECT id, weight, picture, NULL FROM pet", {}, [&](const Row& row) {
          EXPECT_EQ(row.Text(0), absl::string_view("a\0b", 3));
          EXPECT_EQ(row.Double(1), 1.25);
          EXPECT_EQ(row.Blob(2), absl::string_view("\0\xff", 2));
          EXPECT_TRUE(row.IsNull(3));
          EXPECT_EQ(row.Get(0), Value(std::string("a\0b", 3)));
          EXPECT_EQ(row.Get(1), Value(1.25));
          EXPECT_EQ(row.Get(2), Value(Bytes{std::string("\0\xff", 2)}));
          EXPECT_EQ(row.Get(3), Value());
          return absl::OkStatus();
        }));
    return reader.Query("SELECT $time, $day, $flag, $empty, $none",
                        {{"time", time},
                         {"day", day},
                         {"flag", true},
                         {"empty", Bytes{}},
                         {"none", std::optional<absl::Time>()}},
                        [&](const Row& row) {
                          EXPECT_EQ(row.Time(0), time);
                          EXPECT_EQ(row.Day(1), day);
                          EXPECT_TRUE(row.Flag(2));
                          EXPECT_FALSE(row.IsNull(3));
                          EXPECT_EQ(row.OptionalTime(4), std::nullopt);
                          return absl::OkStatus();
                        });
  }));
}

TEST_P(ConformanceTest, FailedBodyLeavesNothing) {
  const int64_t before = db().position();
  EXPECT_THAT(
      db().Write(MakeCall(),
                 [](Writer& writer) -> absl::Status {
                   BANSO_RETURN_IF_ERROR(InsertOwner(writer, "o"));
                   BANSO_RETURN_IF_ERROR(Notes().Create(writer, MakeNote("s", "n")).status());
                   return absl::FailedPreconditionError("changed my mind");
                 }),
      StatusIs(absl::StatusCode::kFailedPrecondition, "changed my mind"));
  EXPECT_THAT(Fetch<int64_t>(db(), CountOwners), IsOkAndHolds(0));
  EXPECT_EQ(CountNotes(), 0);
  EXPECT_EQ(db().position(), before);
}

TEST_P(ConformanceTest, ThrowingBodyLeavesNothingAndThrowsInTheCaller) {
  EXPECT_THROW((void)db().Write(MakeCall(),
                                [](Writer& writer) -> absl::Status {
                                  InsertOwner(writer, "o").IgnoreError();
                                  throw std::runtime_error("bug");
                                }),
               std::runtime_error);
  EXPECT_THAT(Fetch<int64_t>(db(), CountOwners), IsOkAndHolds(0));
  BANSO_EXPECT_OK(db().Write(MakeCall(), [](Writer& w) { return InsertOwner(w, "o"); }));
}

// How a body ran: alone in its commit or behind others of the same one.
struct GroupRun {
  std::atomic<int> stored_behind_others = 0;
  std::atomic<int> refused_behind_others = 0;
  std::atomic<int> wrong = 0;
};

// A third breaks a rule of the engine, a third one of ours.
absl::StatusCode ExpectedOfGroup(int i) {
  constexpr absl::StatusCode kCodes[] = {
      absl::StatusCode::kOk, absl::StatusCode::kFailedPrecondition, absl::StatusCode::kAborted};
  return kCodes[i % 3];
}

// Writes a note with its change, a fact, and the answer that is kept for a repetition.
absl::Status WriteInGroup(Database& database, const std::string& id, int i, GroupRun& run) {
  Call call = MakeCall(StartTime(), absl::StrCat("request-", id));
  return database
      .Write(
          call,
          [&](Writer& writer) -> absl::Status {
            // What those before it have taken is not committed yet.
            const bool behind_others = writer.first_position() - 1 > database.position();
            if (behind_others)
              ++(i % 3 == 0 ? run.stored_behind_others : run.refused_behind_others);
            BANSO_RETURN_IF_ERROR(Notes().Create(writer, MakeNote("s", id)).status());
            fact::v1::FactChange fact;
            fact.set_subject(absl::StrCat("accounts/", id));
            fact.set_fact("account.visits");
            fact.mutable_value()->set_number(i);
            BANSO_RETURN_IF_ERROR(FactLog().Record(writer, fact));
            BANSO_RETURN_IF_ERROR(
                writer
                    .Execute("INSERT INTO request (request_id, method, fingerprint, reply, "
                             "create_time) VALUES ($id, $method, $none, $none, 0)",
                             {{"id", call.request_id}, {"method", call.method}, {"none", Bytes{}}})
                    .status());
            if (i % 3 == 1) return InsertOwner(writer, "o", -1);
            return i % 3 == 2 ? absl::AbortedError("no") : absl::OkStatus();
          })
      .status();
}

// Lets `callers` come to the store while a write is under way, so that they wait together.
void RunGroup(Database& database, int callers, const std::string& round, GroupRun& run) {
  std::latch busy(1);
  std::latch arrived(callers);
  std::thread holder([&] {
    BANSO_EXPECT_OK(database.Write(MakeCall(), [&](Writer&) {
      busy.count_down();
      arrived.wait();
      return absl::OkStatus();
    }));
  });
  busy.wait();
  OnThreads(callers, [&](int i) {
    arrived.count_down();
    const absl::Status status = WriteInGroup(database, absl::StrCat(round, "n", i), i, run);
    if (status.code() != ExpectedOfGroup(i)) ++run.wrong;
  });
  holder.join();
}

TEST_P(ConformanceTest, CallerRefusedWithinAGroupFailsAlone) {
  constexpr int kCallers = 48;
  constexpr int kMostRounds = 50;
  GroupRun run;
  int rounds = 0;
  const auto seen = [&run] {
    return run.refused_behind_others > 0 && run.stored_behind_others > 0;
  };
  while (rounds == 0 || (GetParam().commits_groups && !seen() && rounds < kMostRounds)) {
    RunGroup(db(), kCallers, absl::StrCat("r", rounds++), run);
  }
  if (GetParam().commits_groups) {
    EXPECT_GT(run.refused_behind_others, 0) << "no group had a caller who was refused";
    EXPECT_GT(run.stored_behind_others, 0) << "no group had several callers";
  }
  EXPECT_EQ(run.wrong, 0);
  const int64_t stored = rounds * kCallers / 3;
  for (const char* table : {"note", "change", "request", "fact_change"}) {
    EXPECT_THAT(Fetch<int64_t>(db(), [&](Reader& reader) { return CountRowsOf(reader, table); }),
                IsOkAndHolds(stored))
        << table;
  }
  EXPECT_THAT(Fetch<int64_t>(db(), CountOwners), IsOkAndHolds(0));
  EXPECT_EQ(db().position(), 2 * stored) << "positions have gaps";
  EXPECT_THAT(Get("shelves/s/notes/r0n3"), IsOk());
  EXPECT_THAT(Get("shelves/s/notes/r0n4"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(ConformanceTest, ConcurrentWritersLoseNoUpdate) {
  BANSO_ASSERT_OK(db().Write(MakeCall(), [](Writer& writer) {
    return writer.Execute("INSERT INTO counter (id, value) VALUES (1, 0)", {}).status();
  }));
  constexpr int kThreads = 16;
  constexpr int kRounds = 20;
  const auto read = [](Reader& reader, int64_t& value) {
    return reader
        .QueryOne("SELECT value FROM counter WHERE id = 1", {},
                  [&](const Row& row) {
                    value = row.Int64(0);
                    return absl::OkStatus();
                  })
        .status();
  };
  OnThreads(kThreads, [&](int) {
    for (int round = 0; round < kRounds; ++round) {
      BANSO_EXPECT_OK(db().Write(MakeCall(), [&](Writer& writer) -> absl::Status {
        int64_t value = 0;
        BANSO_RETURN_IF_ERROR(read(writer, value));
        return writer
            .Execute("UPDATE counter SET value = $value WHERE id = 1", {{"value", value + 1}})
            .status();
      }));
    }
  });
  int64_t value = 0;
  BANSO_ASSERT_OK(db().Read([&](Reader& reader) { return read(reader, value); }));
  EXPECT_EQ(value, kThreads * kRounds);
}

TEST_P(ConformanceTest, ReadSeesOneSnapshot) {
  BANSO_ASSERT_OK(db().Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const int64_t before, CountOwners(reader));
    std::thread([&] {
      BANSO_EXPECT_OK(db().Write(MakeCall(), [](Writer& w) { return InsertOwner(w, "o"); }));
    }).join();
    BANSO_ASSIGN_OR_RETURN(const int64_t after, CountOwners(reader));
    EXPECT_EQ(before, 0);
    EXPECT_EQ(after, 0);
    return absl::OkStatus();
  }));
  EXPECT_THAT(Fetch<int64_t>(db(), CountOwners), IsOkAndHolds(1));
}

TEST_P(ConformanceTest, WriterReadsItsOwnWrites) {
  BANSO_EXPECT_OK(db().Write(MakeCall(), [](Writer& writer) -> absl::Status {
    BANSO_RETURN_IF_ERROR(InsertOwner(writer, "o"));
    EXPECT_THAT(CountOwners(writer), IsOkAndHolds(1));
    return absl::OkStatus();
  }));
}

TEST_P(ConformanceTest, RefusesATransactionWithinATransaction) {
  BANSO_EXPECT_OK(db().Write(MakeCall(), [&](Writer&) {
    EXPECT_THAT(db().Read([](Reader&) { return absl::OkStatus(); }),
                StatusIs(absl::StatusCode::kInternal));
    EXPECT_THAT(db().Write(MakeCall(), [](Writer&) { return absl::OkStatus(); }),
                StatusIs(absl::StatusCode::kInternal));
    return absl::OkStatus();
  }));
  BANSO_EXPECT_OK(db().Read([&](Reader&) {
    EXPECT_THAT(db().Write(MakeCall(), [](Writer&) { return absl::OkStatus(); }),
                StatusIs(absl::StatusCode::kInternal));
    return absl::OkStatus();
  }));
}

TEST_P(ConformanceTest, ReaderCannotWrite) {
  EXPECT_FALSE(db().Read([](Reader& reader) {
                     return reader.Query("INSERT INTO owner (id, age) VALUES ('o', 1) RETURNING id",
                                         {}, Nothing);
                   })
                   .ok());
  EXPECT_THAT(Fetch<int64_t>(db(), CountOwners), IsOkAndHolds(0));
}

TEST_P(ConformanceTest, ReportsBrokenConstraintsByTheirKind) {
  const auto write = [&](const std::function<absl::Status(Writer&)>& body) {
    return db().Write(MakeCall(), body).status();
  };
  BANSO_ASSERT_OK(write([](Writer& w) { return InsertOwner(w, "o"); }));
  EXPECT_THAT(write([](Writer& w) { return InsertOwner(w, "o"); }),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("owner.id")));
  EXPECT_THAT(write([](Writer& w) { return InsertOwner(w, "p", -5); }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(write([](Writer& w) {
                return w.Execute("INSERT INTO pet (id, owner) VALUES ('x', 'nobody')", {}).status();
              }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  BANSO_ASSERT_OK(write([](Writer& w) {
    return w.Execute("INSERT INTO pet (id, owner) VALUES ('x', 'o')", {}).status();
  }));
  EXPECT_THAT(
      write([](Writer& w) { return w.Execute("DELETE FROM owner WHERE id = 'o'", {}).status(); }),
      StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_P(ConformanceTest, WrongSqlIsOurFault) {
  struct Case {
    const char* name;
    const char* sql;
    Params params;
  };
  const Case cases[] = {
      {"syntax", "SELEKT 1", {}},
      {"unknown column", "SELECT nosuch FROM owner", {}},
      {"column in double quotes", "SELECT id FROM owner WHERE id = \"nosuch\"", {}},
      {"parameter missing", "SELECT id FROM owner WHERE id = $id", {}},
      {"parameter too many", "SELECT id FROM owner", {{"id", "o"}}},
      {"parameter misspelt", "SELECT id FROM owner WHERE id = $id", {{"ids", "o"}}},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(db().Read([&](Reader& reader) { return reader.Query(c.sql, c.params, Nothing); }),
                StatusIs(absl::StatusCode::kInternal))
        << c.name;
  }
}

TEST_P(ConformanceTest, QueriesMayNestAndEndEarly) {
  BANSO_ASSERT_OK(db().Write(MakeCall(), [](Writer& writer) -> absl::Status {
    for (const char* id : {"a", "b", "c"}) BANSO_RETURN_IF_ERROR(InsertOwner(writer, id));
    return absl::OkStatus();
  }));
  constexpr absl::string_view kSql = "SELECT id FROM owner ORDER BY id";
  std::vector<std::string> pairs;
  BANSO_ASSERT_OK(db().Read([&](Reader& reader) {
    return reader.Query(kSql, {}, [&](const Row& outer) {
      return reader.Query(kSql, {}, [&](const Row& inner) {
        pairs.push_back(absl::StrCat(outer.Text(0), inner.Text(0)));
        return absl::OkStatus();
      });
    });
  }));
  EXPECT_THAT(pairs, ElementsAre("aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc"));

  int rows = 0;
  EXPECT_THAT(db().Read([&](Reader& reader) {
    return reader.Query(kSql, {}, [&](const Row&) {
      ++rows;
      return absl::OutOfRangeError("enough");
    });
  }),
              StatusIs(absl::StatusCode::kOutOfRange, "enough"));
  EXPECT_EQ(rows, 1);
}

TEST_P(ConformanceTest, QueryOneTakesTheFirstRowAndItsError) {
  BANSO_ASSERT_OK(db().Write(MakeCall(), [](Writer& w) { return InsertOwner(w, "o"); }));
  BANSO_ASSERT_OK(db().Read([](Reader& reader) {
    EXPECT_THAT(reader.QueryOne("SELECT id FROM owner", {}, Nothing), IsOkAndHolds(true));
    EXPECT_THAT(reader.QueryOne("SELECT id FROM owner WHERE id = 'x'", {}, Nothing),
                IsOkAndHolds(false));
    EXPECT_THAT(reader.QueryOne("SELECT id FROM owner", {},
                                [](const Row&) { return absl::DataLossError("bad row"); }),
                StatusIs(absl::StatusCode::kDataLoss, "bad row"));
    return absl::OkStatus();
  }));
}

TEST_P(ConformanceTest, DoesNotRunCallsThatAreOver) {
  Call late = MakeCall();
  late.deadline = absl::Now() - absl::Seconds(1);
  bool ran = false;
  const auto body = [&ran](Writer&) {
    ran = true;
    return absl::OkStatus();
  };
  EXPECT_THAT(db().Write(late, body), StatusIs(absl::StatusCode::kDeadlineExceeded));
  Call gone = MakeCall();
  gone.cancelled = std::make_shared<std::atomic<bool>>(true);
  EXPECT_THAT(db().Write(gone, body), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_FALSE(ran);
}

// Calls are written in another order than they have come in.
TEST_P(ConformanceTest, TimeGoesBackOnlyWithTheClock) {
  const absl::Time t = StartTime();
  std::vector<absl::Duration> times;
  for (const int minute : {100, 50, 101, 40, 39, 110}) {
    const Call call = MakeCall(t + absl::Minutes(minute));
    const absl::Time read = db().TimeOf(call);
    BANSO_ASSERT_OK(db().Write(call, [&](Writer& writer) {
      EXPECT_EQ(writer.now(), read);
      times.push_back(writer.now() - t);
      return absl::OkStatus();
    }));
  }
  EXPECT_THAT(times, ElementsAre(absl::Minutes(100), absl::Minutes(100), absl::Minutes(101),
                                 absl::Minutes(40), absl::Minutes(40), absl::Minutes(110)));
}

TEST_P(ConformanceTest, PositionCountsChangesAndSurvives) {
  EXPECT_EQ(db().position(), 0);
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  EXPECT_THAT(
      db().Write(MakeCall(),
                 [](Writer& writer) -> absl::Status {
                   EXPECT_EQ(writer.first_position(), 2);
                   BANSO_RETURN_IF_ERROR(Notes().Create(writer, MakeNote("s", "b")).status());
                   EXPECT_THAT(writer.Position(), IsOkAndHolds(2));
                   return Notes().Create(writer, MakeNote("s", "c")).status();
                 }),
      IsOkAndHolds(3));
  EXPECT_EQ(db().position(), 3);
  Reopen();
  EXPECT_EQ(db().position(), 3);
  EXPECT_THAT(Fetch<int64_t>(db(), [](Reader& reader) { return reader.Position(); }),
              IsOkAndHolds(3));
}

TEST_P(ConformanceTest, WaitsForAPosition) {
  EXPECT_THAT(db().WaitForPosition(1, absl::Now() + absl::Milliseconds(5)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  std::thread waiter([&] {
    BANSO_EXPECT_OK(db().WaitForPosition(2, absl::Now() + absl::Seconds(30)));
    EXPECT_GE(db().position(), 2);
  });
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  BANSO_ASSERT_OK(Create(MakeNote("s", "b")));
  waiter.join();
}

TEST_P(ConformanceTest, NotifiesOnceAfterAPosition) {
  std::atomic<int> early = 0;
  std::atomic<int> ended = 0;
  const auto watch = db().NotifyAfter(0, [&] { ++early; });
  auto ended_watch = db().NotifyAfter(0, [&] { ++ended; });
  ended_watch.reset();
  EXPECT_EQ(early, 0);
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  BANSO_ASSERT_OK(Create(MakeNote("s", "b")));
  EXPECT_EQ(early, 1);
  EXPECT_EQ(ended, 0);
  std::atomic<int> due = 0;
  const auto due_watch = db().NotifyAfter(1, [&] { ++due; });
  EXPECT_EQ(due, 1);
}

TEST_P(ConformanceTest, RefusesUseAfterClose) {
  std::atomic<int> woken = 0;
  const auto watch = db().NotifyAfter(0, [&] { ++woken; });
  db().Close();
  db().Close();
  EXPECT_EQ(woken, 1);
  EXPECT_THAT(db().Read([](Reader&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(db().Write(MakeCall(), [](Writer&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(db().WaitForPosition(1, absl::Now() + absl::Seconds(30)),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_P(ConformanceTest, CloseFinishesWritesThatWait) {
  std::atomic<int> acknowledged = 0;
  std::atomic<int> refused = 0;
  std::latch begun(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; refused == 0; ++i) {
        const absl::Status status = Create(MakeNote("s", absl::StrCat("n", t, "-", i))).status();
        (status.ok() ? acknowledged : refused)++;
        if (!status.ok()) {
          EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
        }
        if (i == 0) begun.count_down();
      }
    });
  }
  begun.wait();
  db().Close();
  for (std::thread& thread : threads) thread.join();
  Reopen();
  EXPECT_EQ(CountNotes(), acknowledged);
  EXPECT_GE(acknowledged, 8);
}

TEST_P(ConformanceTest, EveryStoreHasItsOwnLastingEpoch) {
  const std::string epoch = db().epoch();
  EXPECT_FALSE(epoch.empty());
  EXPECT_NE(OpenAnother()->epoch(), epoch);
  Reopen();
  EXPECT_EQ(db().epoch(), epoch);
}

// Creates a note once per request id.
absl::StatusOr<Note> CreateOnce(Database& database, const CreateNoteRequest& request,
                                std::atomic<int>* runs = nullptr, absl::Time now = StartTime()) {
  return Mutate<Note>(database, MakeCall(now, request.request_id()), request,
                      [&](Writer& writer) -> absl::StatusOr<Note> {
                        if (runs != nullptr) ++*runs;
                        return Notes().Create(writer, request.note());
                      });
}

CreateNoteRequest MakeRequest(absl::string_view id, absl::string_view title,
                              absl::string_view request_id) {
  CreateNoteRequest request;
  *request.mutable_note() = MakeNote("s", id, title);
  request.set_request_id(std::string(request_id));
  return request;
}

TEST_P(ConformanceTest, RequestTwinsHaveOneEffectAndOneAnswer) {
  const CreateNoteRequest request = MakeRequest("twin", "t", "req-1");
  std::atomic<int> runs = 0;
  std::mutex mutex;
  std::set<std::string> answers;
  OnThreads(64, [&](int) {
    const absl::StatusOr<Note> answer = CreateOnce(db(), request, &runs);
    ASSERT_THAT(answer, IsOk());
    const std::lock_guard lock(mutex);
    answers.insert(answer->SerializeAsString());
  });
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(CountNotes(), 1);
  EXPECT_EQ(db().position(), 1);
}

TEST_P(ConformanceTest, RepeatedRequestIsAnsweredAlsoAfterAChangeAndARestart) {
  const CreateNoteRequest request = MakeRequest("n", "first", "req-1");
  BANSO_ASSERT_OK_AND_ASSIGN(const Note first, CreateOnce(db(), request));
  BANSO_ASSERT_OK(Update(MakeNote("s", "n", "second")));
  Reopen();
  EXPECT_THAT(CreateOnce(db(), request), IsOkAndHolds(EqualsProto(first)));
}

TEST_P(ConformanceTest, RefusesARequestIdWithAnotherBody) {
  BANSO_ASSERT_OK(CreateOnce(db(), MakeRequest("a", "t", "req-1")));
  const absl::Status status = CreateOnce(db(), MakeRequest("b", "t", "req-1")).status();
  EXPECT_EQ(contract::Reason(status), contract::kReasonRequestIdReused);
  EXPECT_EQ(CountNotes(), 1);
}

TEST_P(ConformanceTest, FailedRequestMayBeRepeated) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  const CreateNoteRequest request = MakeRequest("a", "t", "req-1");
  EXPECT_THAT(CreateOnce(db(), request), StatusIs(absl::StatusCode::kAlreadyExists));
  BANSO_ASSERT_OK(Delete("shelves/s/notes/a"));
  BANSO_EXPECT_OK(CreateOnce(db(), request));
}

TEST_P(ConformanceTest, PurgesOldRequestsOnly) {
  const CreateNoteRequest old = MakeRequest("a", "t", "old");
  const CreateNoteRequest recent = MakeRequest("b", "t", "recent");
  const absl::Time later = StartTime() + absl::Hours(25);
  BANSO_ASSERT_OK(CreateOnce(db(), old));
  BANSO_ASSERT_OK(CreateOnce(db(), recent, nullptr, later));
  EXPECT_THAT(PurgeRequests(db(), MakeCall(later), later - absl::Hours(24)), IsOkAndHolds(1));
  EXPECT_THAT(CreateOnce(db(), old), StatusIs(absl::StatusCode::kAlreadyExists));
  BANSO_EXPECT_OK(CreateOnce(db(), recent));
}

TEST_P(ConformanceTest, KeepsTheFollowersPlaceWithItsEffects) {
  const auto load = [&] {
    return Fetch<FollowerPosition>(
        db(), [](Reader& reader) { return LoadPosition(reader, "accounts/facts"); });
  };
  ASSERT_THAT(load(), IsOk());
  EXPECT_EQ(load()->position, 0);
  for (const int64_t position : {5, 9}) {
    BANSO_ASSERT_OK(db().Write(MakeCall(), [&](Writer& writer) {
      return SavePosition(writer, "accounts/facts", {absl::StrCat("t", position), position});
    }));
  }
  EXPECT_FALSE(
      db().Write(MakeCall(),
                 [](Writer& writer) -> absl::Status {
                   BANSO_RETURN_IF_ERROR(SavePosition(writer, "accounts/facts", {"t10", 10}));
                   return absl::AbortedError("effect failed");
                 })
          .ok());
  Reopen();
  ASSERT_THAT(load(), IsOk());
  EXPECT_EQ(load()->position, 9);
  EXPECT_EQ(load()->resume_token, "t9");
}

}  // namespace
}  // namespace banso::storage::conformance
