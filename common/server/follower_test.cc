#include "common/server/follower.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/contract/errors.h"
#include "common/server/backup.h"
#include "common/server/notes_server.h"
#include "common/status_macros.h"
#include "common/storage/follower_position.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using testdata::Note;
using ::testing::Ge;
using type::v1::Change;

// A service `notes` that is followed, and a store `mirror` that copies its notes.
class FollowerTest : public testing::TempDirTest {
 protected:
  FollowerTest() : mirror_(OpenNotes(TempFile("mirror.db"), "mirror")) { StartNotes(); }

  void StartNotes() {
    notes_ = std::make_unique<NotesServer>(TempFile("notes.db"), port_);
    port_ = notes_->process().port();
    peer_.SetAddress(notes_->process().address());
  }
  void StopNotes() { notes_.reset(); }

  ChangesFollowerOptions Options() {
    ChangesFollowerOptions options;
    options.service = "mirror";
    options.name = "notes/changes";
    options.database = mirror_.get();
    options.peer = &peer_;
    options.clock = &clock_;
    options.backoff = absl::Milliseconds(5);
    options.max_backoff = absl::Milliseconds(50);
    options.method = kWatchNotes;
    options.kinds = {Note::descriptor()->full_name()};
    options.apply = [this](storage::Writer& writer, const Change& change) {
      return Copy(writer, change);
    };
    return options;
  }

  absl::Status Copy(storage::Writer& writer, const Change& change) {
    ++applied_;
    if (change.operation() == type::v1::OPERATION_DELETED) {
      return Notes().Delete(writer, change.name());
    }
    Note note;
    if (!change.resource().UnpackTo(&note)) return contract::Internal("not a note");
    return Notes().Put(writer, note).status();
  }

  absl::Status Await(Follower& follower, int64_t position) {
    return follower.WaitForPosition(position, absl::Now() + absl::Seconds(5)).status();
  }

  calendar::TestClock clock_{absl::FromUnixSeconds(1743465600)};
  int port_ = 0;
  Peer peer_{{.name = "notes"}};
  std::unique_ptr<NotesServer> notes_;
  std::unique_ptr<storage::Database> mirror_;
  int applied_ = 0;
};

TEST_F(FollowerTest, CopiesWhatIsThereAndWhatComes) {
  PutNote(notes_->database(), "a", "before");
  const auto follower = FollowChanges(Options());
  follower->Start();
  const int64_t position = PutNote(notes_->database(), "b", "after");
  ASSERT_THAT(Await(*follower, position), IsOk());
  EXPECT_EQ(GetNote(*mirror_, "a"), "before");
  EXPECT_EQ(GetNote(*mirror_, "b"), "after");
  EXPECT_EQ(follower->source(), "notes");
}

TEST_F(FollowerTest, ReachesAPositionWhoseChangesItDoesNotWant) {
  const auto follower = FollowChanges(Options());
  follower->Start();
  const int64_t position = RecordFact(notes_->database(), "accounts/acme", "note.length", 3);
  EXPECT_THAT(Await(*follower, position), IsOk());
}

TEST_F(FollowerTest, ResumesWhereItsStoreStands) {
  for (int i = 0; i < 50; ++i) PutNote(notes_->database(), absl::StrCat("n", i), "x");
  {
    const auto follower = FollowChanges(Options());
    follower->Start();
    ASSERT_THAT(Await(*follower, notes_->database().position()), IsOk());
  }
  EXPECT_EQ(applied_, 50);
  const int64_t position = PutNote(notes_->database(), "late", "y");
  const auto follower = FollowChanges(Options());
  follower->Start();
  ASSERT_THAT(Await(*follower, position), IsOk());
  EXPECT_EQ(GetNote(*mirror_, "late"), "y");
  EXPECT_EQ(applied_, 51);
}

TEST_F(FollowerTest, GoesOnWhenTheOtherSideRestarts) {
  const auto follower = FollowChanges(Options());
  follower->Start();
  ASSERT_THAT(Await(*follower, PutNote(notes_->database(), "a", "1")), IsOk());
  StopNotes();
  StartNotes();
  ASSERT_THAT(Await(*follower, PutNote(notes_->database(), "b", "2")), IsOk());
  EXPECT_EQ(GetNote(*mirror_, "b"), "2");
  EXPECT_EQ(applied_, 2);
}

TEST_F(FollowerTest, BeginsAgainWhenTheOtherStoreWasReplaced) {
  int resets = 0;
  ChangesFollowerOptions options = Options();
  options.reset = [&](storage::Writer& writer) -> absl::Status {
    ++resets;
    return writer.Execute("DELETE FROM note", {}).status();
  };
  const auto follower = FollowChanges(std::move(options));
  follower->Start();
  ASSERT_THAT(Await(*follower, PutNote(notes_->database(), "old", "1")), IsOk());
  EXPECT_EQ(resets, 1);
  StopNotes();
  for (const char* file : {"notes.db", "notes.db-wal", "notes.db-shm"}) {
    std::filesystem::remove(TempFile(file));
  }
  StartNotes();
  PutNote(notes_->database(), "new", "2");
  EXPECT_TRUE(testing::WaitUntil([&] { return GetNote(*mirror_, "new") == "2"; }));
  EXPECT_EQ(GetNote(*mirror_, "old"), "");
  EXPECT_EQ(resets, 2);
}

TEST_F(FollowerTest, BeginsAgainWhenItsPlaceIsForgotten) {
  int resets = 0;
  const auto follow = [&] {
    ChangesFollowerOptions options = Options();
    options.reset = [&](storage::Writer& writer) -> absl::Status {
      ++resets;
      return writer.Execute("DELETE FROM note", {}).status();
    };
    const auto follower = FollowChanges(std::move(options));
    follower->Start();
    EXPECT_THAT(Await(*follower, notes_->database().position()), IsOk());
  };
  PutNote(notes_->database(), "kept", "1");
  follow();
  PutNote(*mirror_, "stray", "2");
  follow();
  EXPECT_EQ(GetNote(*mirror_, "stray"), "2");
  EXPECT_EQ(resets, 1);
  ASSERT_THAT(mirror_->Write(ServiceCall("mirror", clock_.TimeNow()), storage::ForgetPositions),
              IsOk());
  follow();
  EXPECT_EQ(GetNote(*mirror_, "kept"), "1");
  EXPECT_EQ(GetNote(*mirror_, "stray"), "");
  EXPECT_EQ(resets, 2);
}

TEST_F(FollowerTest, BeginsAgainWhenTheOtherStoreWasSetBackToABackup) {
  ChangesFollowerOptions options = Options();
  options.reset = [](storage::Writer& writer) {
    return writer.Execute("DELETE FROM note", {}).status();
  };
  const auto follower = FollowChanges(std::move(options));
  follower->Start();
  PutNote(notes_->database(), "kept", "1");
  const std::vector<std::string> services = {"notes"};
  ASSERT_THAT(BackUpStores(services, temp_dir().path().string(), TempFile("backup")), IsOk());
  PutNote(notes_->database(), "kept", "2");
  const int64_t before = PutNote(notes_->database(), "lost", "3");
  ASSERT_THAT(Await(*follower, before), IsOk());
  StopNotes();
  for (const char* file : {"notes.db", "notes.db-wal", "notes.db-shm"}) {
    std::filesystem::remove(TempFile(file));
  }
  ASSERT_THAT(RestoreStores(services, TempFile("backup"), temp_dir().path().string()), IsOk());
  StartNotes();
  const int64_t after = PutNote(notes_->database(), "new", "4");
  EXPECT_LT(after, before);
  // The position is told after the effect is stored.
  EXPECT_TRUE(testing::WaitUntil([&] { return follower->position() == after; }));
  EXPECT_EQ(GetNote(*mirror_, "new"), "4");
  EXPECT_EQ(GetNote(*mirror_, "kept"), "1");
  EXPECT_EQ(GetNote(*mirror_, "lost"), "");
}

TEST_F(FollowerTest, UndoesABatchThatFailsAndTriesItAgain) {
  ChangesFollowerOptions options = Options();
  int failures = 2;
  options.apply = [&](storage::Writer& writer, const Change& change) -> absl::Status {
    BANSO_RETURN_IF_ERROR(Copy(writer, change));
    if (change.name() == "notes/b" && failures > 0) {
      --failures;
      return contract::Internal("not yet");
    }
    return absl::OkStatus();
  };
  PutNote(notes_->database(), "a", "1");
  const int64_t position = PutNote(notes_->database(), "b", "2");
  const auto follower = FollowChanges(std::move(options));
  follower->Start();
  ASSERT_THAT(Await(*follower, position), IsOk());
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(CountNotes(*mirror_), 2);
}

TEST_F(FollowerTest, TakesOverAThousandNotesInOrder) {
  ChangesFollowerOptions options = Options();
  std::vector<std::string> texts;
  options.apply = [&](storage::Writer&, const Change& change) -> absl::Status {
    Note note;
    change.resource().UnpackTo(&note);
    texts.push_back(note.text());
    return absl::OkStatus();
  };
  const auto follower = FollowChanges(std::move(options));
  follower->Start();
  ASSERT_THAT(Await(*follower, PutNote(notes_->database(), "a", "0")), IsOk());
  std::vector<std::string> expected = {"0"};
  for (int i = 1; i < 1000; ++i) {
    PutNote(notes_->database(), "a", absl::StrCat(i));
    expected.push_back(absl::StrCat(i));
  }
  ASSERT_THAT(Await(*follower, notes_->database().position()), IsOk());
  EXPECT_EQ(texts, expected);
}

TEST_F(FollowerTest, SaysHowFarItHasComeAndThatItStops) {
  StopNotes();
  const auto follower = FollowChanges(Options());
  follower->Start();
  EXPECT_THAT(follower->WaitForPosition(5, absl::Now() + absl::Milliseconds(30)).status(),
              StatusIs(absl::StatusCode::kDeadlineExceeded, ::testing::HasSubstr("0 of 5")));
  std::thread stopping([&] { follower->Stop(); });
  EXPECT_THAT(follower->WaitForPosition(5, absl::Now() + absl::Seconds(5)).status(),
              StatusIs(absl::StatusCode::kUnavailable));
  stopping.join();
}

// A clock that is asked once, before a stream is opened, and answers when it is let to.
class SlowClock : public calendar::Clock {
 public:
  absl::Time TimeNow() override {
    if (!asked.HasBeenNotified()) asked.Notify();
    answer.WaitForNotification();
    return absl::FromUnixSeconds(1743465600);
  }
  absl::Notification asked;
  absl::Notification answer;
};

TEST_F(FollowerTest, StopsTwiceWhenItIsStoppedWhileItOpensItsStream) {
  SlowClock slow;
  ChangesFollowerOptions options = Options();
  options.clock = &slow;
  auto follower = FollowChanges(std::move(options));
  follower->Start();
  slow.asked.WaitForNotification();
  std::thread stopping([&] { follower->Stop(); });
  // Answers once it stops.
  EXPECT_THAT(follower->WaitForPosition(1, absl::Now() + absl::Seconds(10)).status(),
              StatusIs(absl::StatusCode::kUnavailable));
  slow.answer.Notify();
  stopping.join();
  follower->Stop();
  follower.reset();
}

TEST_F(FollowerTest, OpensASilentStreamAgain) {
  ChangesFollowerOptions options = Options();
  options.silence_limit = absl::Milliseconds(30);
  const auto follower = FollowChanges(std::move(options));
  follower->Start();
  ASSERT_THAT(Await(*follower, PutNote(notes_->database(), "a", "1")), IsOk());
  // Silence for longer than the limit.
  testing::WaitUntil([] { return false; }, absl::Milliseconds(100));
  ASSERT_THAT(Await(*follower, PutNote(notes_->database(), "b", "2")), IsOk());
  EXPECT_EQ(applied_, 2);
}

TEST_F(FollowerTest, FollowsFactsOfSomePrefixes) {
  FactsFollowerOptions options;
  static_cast<FollowerOptions&>(options) = Options();
  options.name = "notes/facts";
  options.prefixes = {"note.length"};
  std::vector<double> numbers;
  options.apply = [&](storage::Writer&, const fact::v1::FactChange& change) {
    numbers.push_back(change.value().number());
    return absl::OkStatus();
  };
  RecordFact(notes_->database(), "accounts/acme", "note.length", 1);
  const auto follower = FollowFacts(std::move(options));
  follower->Start();
  RecordFact(notes_->database(), "accounts/acme", "note.count", 7);
  const int64_t position = RecordFact(notes_->database(), "accounts/nord", "note.length", 2);
  ASSERT_THAT(Await(*follower, position), IsOk());
  EXPECT_EQ(numbers, (std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace banso::server
