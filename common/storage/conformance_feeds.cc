// The feed of changes.

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/feed.h"
#include "common/storage/history.h"
#include "common/storage/retention.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int FeedConformance() { return 1; }

namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using type::v1::WatchChangesRequest;
using type::v1::WatchChangesResponse;

SnapshotSources Sources() { return {Notes().source(), Recipes().source()}; }

WatchChangesRequest From(type::v1::WatchStart start) {
  WatchChangesRequest request;
  request.set_start(start);
  return request;
}

WatchChangesRequest Resume(absl::string_view token) {
  WatchChangesRequest request;
  request.set_resume_token(std::string(token));
  return request;
}

std::unique_ptr<ChangeFeed> OpenFeed(Database& database, const WatchChangesRequest& request) {
  absl::StatusOr<std::unique_ptr<ChangeFeed>> feed = ChangeFeed::Open(database, Sources(), request);
  EXPECT_THAT(feed, IsOk());
  return feed.ok() ? *std::move(feed) : nullptr;
}

// `C a`, `U a`, `D a` for changes of notes; `snapshot` and `bookmark`.
std::string Text(const WatchChangesResponse& response) {
  if (response.has_bookmark()) {
    return response.bookmark().snapshot_complete() ? "snapshot" : "bookmark";
  }
  const std::string& name = response.change().name();
  const char* operations[] = {"?", "C", "U", "D"};
  return absl::StrCat(operations[response.change().operation()], " ",
                      name.substr(name.rfind('/') + 1));
}

std::vector<std::string> Texts(const std::vector<WatchChangesResponse>& responses) {
  std::vector<std::string> texts;
  for (const WatchChangesResponse& response : responses) texts.push_back(Text(response));
  return texts;
}

// Polls to the end.
std::vector<WatchChangesResponse> Drain(ChangeFeed& feed, int limit = 100) {
  std::vector<WatchChangesResponse> all;
  while (true) {
    absl::StatusOr<std::vector<WatchChangesResponse>> some = feed.Poll(limit);
    EXPECT_THAT(some, IsOk());
    if (!some.ok() || some->empty()) return all;
    for (WatchChangesResponse& response : *some) all.push_back(std::move(response));
  }
}

TEST_P(ConformanceTest, FeedBeginsWithASnapshotAndGoesOn) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "b")));
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  BANSO_ASSERT_OK(Create(MakeNote("s", "c")));
  BANSO_ASSERT_OK(Delete("shelves/s/notes/c"));
  const auto feed = OpenFeed(db(), From(type::v1::WATCH_START_SNAPSHOT));
  EXPECT_THAT(Texts(Drain(*feed)), ElementsAre("C a", "C b", "snapshot"));
  EXPECT_THAT(Drain(*feed), IsEmpty());
  BANSO_ASSERT_OK(Update(MakeNote("s", "a", "new")));
  BANSO_ASSERT_OK(Delete("shelves/s/notes/b"));
  EXPECT_THAT(Texts(Drain(*feed)), ElementsAre("U a", "D b", "bookmark"));
}

TEST_P(ConformanceTest, FeedOfAnEmptyStoreCompletesItsSnapshot) {
  const auto feed = OpenFeed(db(), From(type::v1::WATCH_START_SNAPSHOT));
  EXPECT_THAT(Texts(Drain(*feed)), ElementsAre("snapshot"));
}

TEST_P(ConformanceTest, FeedFromNowShowsWhatComes) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  const auto feed = OpenFeed(db(), From(type::v1::WATCH_START_NOW));
  EXPECT_THAT(Texts(Drain(*feed)), ElementsAre("bookmark"));
  BANSO_ASSERT_OK(Create(MakeNote("s", "b")));
  EXPECT_THAT(Texts(Drain(*feed)), ElementsAre("C b", "bookmark"));
}

TEST_P(ConformanceTest, ChangeTellsEverything) {
  const auto feed = OpenFeed(db(), From(type::v1::WATCH_START_NOW));
  BANSO_ASSERT_OK(Create(MakeNote("s", "a", "one")));
  BANSO_ASSERT_OK(Update(MakeNote("s", "a", "two")));
  const std::vector<WatchChangesResponse> responses = Drain(*feed);
  ASSERT_EQ(responses.size(), 3u);
  const type::v1::Change& change = responses[1].change();
  EXPECT_EQ(change.name(), "shelves/s/notes/a");
  EXPECT_EQ(change.kind(), "banso.storage.conformance.Note");
  EXPECT_EQ(change.operation(), type::v1::OPERATION_UPDATED);
  EXPECT_EQ(change.revision(), 2);
  EXPECT_EQ(change.actor(), "members/aoki");
  EXPECT_EQ(change.commit_time().seconds(), absl::ToUnixSeconds(StartTime()));
  Note note;
  ASSERT_TRUE(change.resource().UnpackTo(&note));
  EXPECT_EQ(note.title(), "two");
}

TEST_P(ConformanceTest, FeedResumesBehindEveryMessage) {
  for (const char* id : {"a", "b", "c"}) BANSO_ASSERT_OK(Create(MakeNote("s", id)));
  const auto feed = OpenFeed(db(), From(type::v1::WATCH_START_SNAPSHOT));
  std::vector<WatchChangesResponse> all = Drain(*feed, 2);
  BANSO_ASSERT_OK(Update(MakeNote("s", "b", "x")));
  BANSO_ASSERT_OK(Delete("shelves/s/notes/a"));
  for (WatchChangesResponse& response : Drain(*feed, 1)) all.push_back(std::move(response));

  // Whatever was received when the stream broke, received and resumed together tell the state.
  for (size_t cut = 0; cut < all.size(); ++cut) {
    std::map<std::string, std::string> state;
    const auto apply = [&state](const WatchChangesResponse& response) {
      if (!response.has_change()) return;
      const type::v1::Change& change = response.change();
      Note note;
      ASSERT_TRUE(change.resource().UnpackTo(&note));
      if (change.operation() == type::v1::OPERATION_DELETED) {
        state.erase(note.name());
      } else {
        state[note.name()] = note.title();
      }
    };
    for (size_t i = 0; i <= cut; ++i) apply(all[i]);
    const auto resumed = OpenFeed(db(), Resume(all[cut].resume_token()));
    for (const WatchChangesResponse& response : Drain(*resumed)) apply(response);
    EXPECT_THAT(state, ElementsAre(::testing::Pair("shelves/s/notes/b", "x"),
                                   ::testing::Pair("shelves/s/notes/c", "")))
        << "cut behind " << Text(all[cut]) << ", message " << cut;
  }
}

TEST_P(ConformanceTest, SnapshotUnderWritesGoesForwardOnly) {
  constexpr int kNotes = 60;
  for (int i = 0; i < kNotes; ++i) {
    BANSO_ASSERT_OK(Create(MakeNote("s", absl::StrCat("n", 100 + i), "", 0)));
  }
  const auto feed = OpenFeed(db(), From(type::v1::WATCH_START_SNAPSHOT));
  std::map<std::string, int64_t> ranks;
  bool complete = false;
  for (int step = 1; step <= 200 && !complete; ++step) {
    const int i = (step * 17) % kNotes;
    BANSO_ASSERT_OK(Update(MakeNote("s", absl::StrCat("n", 100 + i), "", step)));
    BANSO_ASSERT_OK_AND_ASSIGN(const auto responses, feed->Poll(3));
    for (const WatchChangesResponse& response : responses) {
      complete = complete || response.bookmark().snapshot_complete();
      if (!response.has_change()) continue;
      Note note;
      ASSERT_TRUE(response.change().resource().UnpackTo(&note));
      if (ranks.count(note.name()) > 0) {
        EXPECT_GT(note.rank(), ranks[note.name()]) << "went back";
      }
      ranks[note.name()] = note.rank();
    }
  }
  EXPECT_TRUE(complete);
  Drain(*feed);
  EXPECT_EQ(ranks.size(), static_cast<size_t>(kNotes));
}

TEST_P(ConformanceTest, FeedFilters) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  BANSO_ASSERT_OK(Create(MakeNote("t", "b")));
  WatchChangesRequest prefix = From(type::v1::WATCH_START_SNAPSHOT);
  prefix.set_name_prefix("shelves/s/");
  WatchChangesRequest kind = From(type::v1::WATCH_START_SNAPSHOT);
  kind.add_kinds("banso.storage.conformance.Recipe");
  const auto prefix_feed = OpenFeed(db(), prefix);
  const auto kind_feed = OpenFeed(db(), kind);
  EXPECT_THAT(Texts(Drain(*prefix_feed)), ElementsAre("C a", "snapshot"));
  EXPECT_THAT(Texts(Drain(*kind_feed)), ElementsAre("snapshot"));
  BANSO_ASSERT_OK(Create(MakeNote("t", "c")));
  BANSO_ASSERT_OK(Create(MakeNote("s", "d")));
  BANSO_ASSERT_OK(db().Write(MakeCall(), [](Writer& writer) {
    Recipe recipe;
    recipe.set_name("recipes/soup");
    return Recipes().Save(writer, recipe, "first").status();
  }));
  EXPECT_THAT(Texts(Drain(*prefix_feed)), ElementsAre("C d", "bookmark"));
  EXPECT_THAT(Texts(Drain(*kind_feed)), ElementsAre("C soup@1", "bookmark"));
  const auto snapshot = OpenFeed(db(), kind);
  EXPECT_THAT(Texts(Drain(*snapshot)), ElementsAre("C soup@1", "snapshot"));
}

// Follows until `until` changes have come, woken by commits only.
std::vector<WatchChangesResponse> Follow(ChangeFeed& feed, size_t until, int portion = 50) {
  std::vector<WatchChangesResponse> all;
  size_t changes = 0;
  std::mutex mutex;
  std::condition_variable wake;
  bool woken = false;
  while (changes < until) {
    absl::StatusOr<std::vector<WatchChangesResponse>> some = feed.Poll(portion);
    EXPECT_THAT(some, IsOk());
    if (!some.ok()) return all;
    for (WatchChangesResponse& response : *some) {
      changes += response.has_change() ? 1 : 0;
      all.push_back(std::move(response));
    }
    if (!some->empty()) continue;
    feed.WhenMore([&] {
      const std::lock_guard lock(mutex);
      woken = true;
      wake.notify_one();
    });
    std::unique_lock lock(mutex);
    wake.wait(lock, [&woken] { return woken; });
    woken = false;
  }
  return all;
}

// The changes among the messages, byte by byte.
std::vector<std::string> ChangesOf(const std::vector<WatchChangesResponse>& responses) {
  std::vector<std::string> changes;
  for (const WatchChangesResponse& response : responses) {
    if (response.has_change()) {
      changes.push_back(contract::DeterministicBytes(response.change()));
    }
  }
  return changes;
}

// All changes that the store remembers, the oldest first.
std::vector<std::string> HistoryOf(Database& database) {
  std::vector<std::string> changes;
  HistoryQuery query;
  do {
    const auto page = Fetch<Page<type::v1::Change>>(
        database, [&](Reader& reader) { return ListHistory(reader, query); });
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) return changes;
    for (const type::v1::Change& change : page->items) {
      changes.push_back(contract::DeterministicBytes(change));
    }
    query.page_token = page->next_page_token;
  } while (!query.page_token.empty());
  std::reverse(changes.begin(), changes.end());
  return changes;
}

TEST_P(ConformanceTest, FeedIsCompleteAndInOrderUnderSixteenWriters) {
  constexpr int kWriters = 16;
  constexpr int kEach = 25;
  const auto feed = OpenFeed(db(), From(type::v1::WATCH_START_NOW));
  const auto other_feed = OpenFeed(db(), From(type::v1::WATCH_START_NOW));
  std::vector<WatchChangesResponse> seen;
  std::vector<WatchChangesResponse> seen_by_other;
  std::thread follower([&] { seen = Follow(*feed, kWriters * kEach); });
  std::thread other_follower([&] { seen_by_other = Follow(*other_feed, kWriters * kEach, 7); });
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i) {
        const Note note = MakeNote("s", absl::StrCat("n", w), "", i);
        BANSO_EXPECT_OK(i == 0 ? Create(note) : Update(note));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  follower.join();
  other_follower.join();

  // Both watchers have seen one and the same sequence, and it is the history.
  const std::vector<std::string> sequence = ChangesOf(seen);
  EXPECT_EQ(sequence, ChangesOf(seen_by_other));
  EXPECT_EQ(sequence, HistoryOf(db()));

  // Each writer's changes come in the order of its acknowledgements, none missing, none twice.
  std::map<std::string, int64_t> next;
  int changes = 0;
  for (const WatchChangesResponse& response : seen) {
    if (!response.has_change()) continue;
    ++changes;
    Note note;
    ASSERT_TRUE(response.change().resource().UnpackTo(&note));
    EXPECT_EQ(note.rank(), next[note.name()]++);
    EXPECT_EQ(response.change().revision(), note.rank() + 1);
  }
  EXPECT_EQ(changes, kWriters * kEach);
  EXPECT_EQ(next.size(), static_cast<size_t>(kWriters));
}

TEST_P(ConformanceTest, PurgedFeedSaysSo) {
  const absl::Time later = StartTime() + absl::Hours(2);
  const auto feed = OpenFeed(db(), From(type::v1::WATCH_START_NOW));
  const std::string old_token = feed->Bookmark().resume_token();
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  BANSO_ASSERT_OK(Update(MakeNote("s", "a", "2")));
  const std::string middle_token = Drain(*feed).back().resume_token();
  BANSO_ASSERT_OK(Update(MakeNote("s", "a", "3"), "", later));
  EXPECT_THAT(PurgeChanges(db(), MakeCall(later), later), IsOkAndHolds(2));

  const absl::Status expired = ChangeFeed::Open(db(), Sources(), Resume(old_token)).status();
  EXPECT_THAT(expired, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(contract::Reason(expired), contract::kReasonResumeTokenExpired);
  const auto resumed = OpenFeed(db(), Resume(middle_token));
  EXPECT_THAT(Texts(Drain(*resumed)), ElementsAre("U a", "bookmark"));
  const auto snapshot = OpenFeed(db(), From(type::v1::WATCH_START_SNAPSHOT));
  EXPECT_THAT(Texts(Drain(*snapshot)), ElementsAre("C a", "snapshot"));
}

// A watcher that does not read costs the store nothing and loses nothing; it gets its messages in
// portions when it comes back.
TEST_P(ConformanceTest, SlowWatcherNeitherHoldsUpWritesNorLosesOne) {
  constexpr int kNotes = 3000;
  constexpr int kPortion = 100;
  const auto slow = OpenFeed(db(), From(type::v1::WATCH_START_NOW));
  EXPECT_THAT(Texts(Drain(*slow)), ElementsAre("bookmark"));
  int wakes = 0;
  slow->WhenMore([&wakes] { ++wakes; });
  BANSO_ASSERT_OK(db().Write(MakeCall(), [](Writer& writer) -> absl::Status {
    for (int i = 0; i < kNotes; ++i) {
      BANSO_RETURN_IF_ERROR(Notes().Create(writer, MakeNote("s", absl::StrCat("n", i))).status());
    }
    return absl::OkStatus();
  }));
  for (int i = 0; i < 20; ++i) BANSO_ASSERT_OK(Update(MakeNote("s", "n0", absl::StrCat(i))));
  EXPECT_EQ(wakes, 1);
  int next = 0;
  while (next < kNotes + 20) {
    BANSO_ASSERT_OK_AND_ASSIGN(const auto portion, slow->Poll(kPortion));
    ASSERT_LE(portion.size(), static_cast<size_t>(kPortion) + 1);
    ASSERT_FALSE(portion.empty());
    for (const WatchChangesResponse& response : portion) {
      if (!response.has_change()) continue;
      EXPECT_EQ(Text(response), next < kNotes ? absl::StrCat("C n", next) : "U n0");
      ++next;
    }
  }
}

TEST_P(ConformanceTest, SlowWatcherThatRetentionHasOvertakenIsTold) {
  const absl::Time later = StartTime() + absl::Hours(2);
  const auto slow = OpenFeed(db(), From(type::v1::WATCH_START_NOW));
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  BANSO_ASSERT_OK(Update(MakeNote("s", "a", "2"), "", later));
  EXPECT_THAT(PurgeChanges(db(), MakeCall(later), later), IsOkAndHolds(1));
  EXPECT_EQ(contract::Reason(slow->Poll().status()), contract::kReasonResumeTokenExpired);
}

// Whatever a watch begins with, its bookmarks are places to go on from: nothing is missing behind
// them, and nothing comes twice.
TEST_P(ConformanceTest, GoesOnBehindABookmarkOfEveryStart) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  const auto token = [&](const WatchChangesRequest& request) {
    const std::vector<WatchChangesResponse> all = Drain(*OpenFeed(db(), request));
    EXPECT_TRUE(!all.empty() && all.back().has_bookmark());
    return all.empty() ? std::string() : all.back().resume_token();
  };
  const std::string snapshot = token(From(type::v1::WATCH_START_SNAPSHOT));
  const std::string now = token(From(type::v1::WATCH_START_NOW));
  const std::string resumed = token(Resume(snapshot));
  BANSO_ASSERT_OK(Update(MakeNote("s", "a", "2")));
  BANSO_ASSERT_OK(Create(MakeNote("s", "b")));
  for (const std::string& place : {snapshot, now, resumed}) {
    EXPECT_THAT(Texts(Drain(*OpenFeed(db(), Resume(place)))),
                ElementsAre("U a", "C b", "bookmark"));
  }
}

TEST_P(ConformanceTest, TokenOfAnotherStoreIsExpiredAndGarbageIsInvalid) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a")));
  const std::string token =
      OpenFeed(db(), From(type::v1::WATCH_START_NOW))->Bookmark().resume_token();
  const std::unique_ptr<Database> another = OpenAnother();
  const absl::Status expired = ChangeFeed::Open(*another, Sources(), Resume(token)).status();
  EXPECT_THAT(expired, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(contract::Reason(expired), contract::kReasonResumeTokenExpired);
  EXPECT_THAT(ChangeFeed::Open(db(), Sources(), Resume("garbage")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::storage::conformance
