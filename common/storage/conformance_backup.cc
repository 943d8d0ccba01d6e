// Backup of a store in use, and what a restored store is.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/feed.h"
#include "common/storage/mutate.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"

namespace banso::storage::conformance {

int BackupConformance() { return 1; }

namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kNote[] = "shelves/s/notes/a";

// The same store elsewhere.
OpenOptions At(OpenOptions options, const std::string& path) {
  options.path = path;
  return options;
}

// Two notes that are only ever written together.
absl::Status CreatePair(Database& database, int number) {
  return database
      .Write(MakeCall(),
             [&](Writer& writer) -> absl::Status {
               for (const char* side : {"left", "right"}) {
                 BANSO_RETURN_IF_ERROR(
                     Notes().Create(writer, MakeNote(side, absl::StrCat("n", number))).status());
               }
               return absl::OkStatus();
             })
      .status();
}

absl::StatusOr<int64_t> Count(Database& database, absl::string_view shelf) {
  return Fetch<int64_t>(database, [&](Reader& reader) {
    return Notes().Count(reader, absl::StrCat("shelves/", shelf));
  });
}

TEST_P(ConformanceTest, BackupUnderWritesIsOneMoment) {
  std::atomic<bool> stop = false;
  std::atomic<int> pairs = 0;
  std::thread writer([&] {
    while (!stop) {
      BANSO_EXPECT_OK(CreatePair(db(), pairs));
      ++pairs;
    }
  });
  for (int backup = 0; backup < 5; ++backup) {
    const int reached = pairs;
    EXPECT_TRUE(testing::WaitUntil([&] { return pairs > reached + 5; }));
    const int at_least = pairs;
    const std::string file = File(absl::StrCat("backup", backup));
    const OpenOptions copy = At(options(), File(absl::StrCat("copy", backup)));
    EXPECT_THAT(GetParam().back_up(options(), file), IsOk());
    EXPECT_THAT(GetParam().restore(file, copy), IsOk());
    const absl::StatusOr<std::unique_ptr<Database>> restored = GetParam().open(copy);
    EXPECT_THAT(restored, IsOk());
    if (!restored.ok()) break;
    const absl::StatusOr<int64_t> left = Count(**restored, "left");
    EXPECT_THAT(left, IsOkAndHolds(::testing::Ge(at_least)));
    EXPECT_EQ(Count(**restored, "right"), left);
    EXPECT_EQ((*restored)->position(), 2 * left.value_or(-1));
  }
  stop = true;
  writer.join();
}

class RestoredStore {
 public:
  RestoredStore(const Engine& engine, const OpenOptions& original, const std::string& backup,
                const std::string& path) {
    EXPECT_THAT(engine.restore(backup, At(original, path)), IsOk());
    absl::StatusOr<std::unique_ptr<Database>> opened = engine.open(At(original, path));
    EXPECT_THAT(opened, IsOk());
    if (opened.ok()) database_ = *std::move(opened);
  }
  Database& operator*() { return *database_; }

 private:
  std::unique_ptr<Database> database_;
};

TEST_P(ConformanceTest, RestoredStoreRefusesTheTokensOfTheOneBefore) {
  for (int i = 0; i < 3; ++i) BANSO_ASSERT_OK(CreatePair(db(), i));
  const SnapshotSources sources = {Notes().source()};
  type::v1::WatchChangesRequest request;
  request.set_start(type::v1::WATCH_START_NOW);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto feed, ChangeFeed::Open(db(), sources, request));
  request.set_resume_token(feed->Bookmark().resume_token());
  ListQuery query;
  query.page_size = 2;
  const auto list = [&query](Database& database) {
    return Fetch<Page<Note>>(database, [&](Reader& reader) { return Notes().List(reader, query); });
  };
  BANSO_ASSERT_OK_AND_ASSIGN(const Page<Note> page, list(db()));
  query.page_token = page.next_page_token;
  BANSO_ASSERT_OK(list(db()));
  BANSO_ASSERT_OK(GetParam().back_up(options(), File("backup")));

  RestoredStore restored(GetParam(), options(), File("backup"), File("restored"));
  EXPECT_NE((*restored).epoch(), db().epoch());
  EXPECT_EQ((*restored).position(), db().position());
  const absl::Status resume = ChangeFeed::Open(*restored, sources, request).status();
  EXPECT_THAT(resume, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(contract::Reason(resume), contract::kReasonResumeTokenExpired);
  EXPECT_THAT(list(*restored), StatusIs(absl::StatusCode::kInvalidArgument));
  // Two stores of one backup are two stores.
  RestoredStore twin(GetParam(), options(), File("backup"), File("twin"));
  EXPECT_NE((*twin).epoch(), (*restored).epoch());
}

TEST_P(ConformanceTest, RestoredStoreGoesOnFromTheBackup) {
  CreateNoteRequest request;
  *request.mutable_note() = MakeNote("s", "a", "one");
  request.set_request_id("req-1");
  const auto create = [&](Database& database) {
    return Mutate<Note>(database, MakeCall(StartTime(), "req-1"), request,
                        [&](Writer& writer) { return Notes().Create(writer, request.note()); });
  };
  BANSO_ASSERT_OK_AND_ASSIGN(const Note created, create(db()));
  BANSO_ASSERT_OK(GetParam().back_up(options(), File("backup")));
  BANSO_ASSERT_OK(Update(MakeNote("s", "a", "two")));

  RestoredStore restored(GetParam(), options(), File("backup"), File("restored"));
  const auto get = [&] {
    return Fetch<Note>(*restored, [](Reader& reader) { return Notes().Get(reader, kNote); });
  };
  EXPECT_THAT(get(), IsOkAndHolds(EqualsProto(created)));
  EXPECT_THAT(create(*restored), IsOkAndHolds(EqualsProto(created)));
  EXPECT_THAT(
      (*restored).Write(
          MakeCall(),
          [&](Writer& writer) {
            return Notes().Update(writer, MakeNote("s", "a", "three"), created.etag()).status();
          }),
      IsOkAndHolds(2));
  // The store that was backed up has not noticed.
  BANSO_ASSERT_OK_AND_ASSIGN(const Note original, Get(kNote));
  EXPECT_EQ(original.title(), "two");
}

TEST_P(ConformanceTest, BackupAndRestoreReplaceNothing) {
  BANSO_ASSERT_OK(Create(MakeNote("s", "a", "one")));
  BANSO_ASSERT_OK(GetParam().back_up(options(), File("backup")));
  for (const absl::Status& status :
       {GetParam().back_up(options(), File("backup")),
        GetParam().restore(File("backup"), At(options(), File("backup")))}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("the file is there already")));
  }
  // Also not a store that is open, nor the log of one that was moved away.
  EXPECT_THAT(GetParam().restore(File("backup"), options()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  std::ofstream(File("moved-wal")) << "log";
  EXPECT_THAT(GetParam().restore(File("backup"), At(options(), File("moved"))),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("moved-wal")));
  BANSO_EXPECT_OK(Get(kNote));
}

TEST_P(ConformanceTest, RefusesToRestoreWhatIsNoBackupOfTheService) {
  const OpenOptions target = At(options(), File("restored"));
  const auto refused = [&](const char* words) {
    return StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(words));
  };
  EXPECT_THAT(GetParam().restore(File("missing"), target), refused("there is no such file"));
  EXPECT_THAT(GetParam().back_up(At(options(), File("missing")), File("backup")),
              refused("there is no such file"));
  std::ofstream(File("text")) << std::string(8192, 'x');
  EXPECT_THAT(GetParam().restore(File("text"), target), refused("no store, or is damaged"));
  std::ofstream(File("empty")).flush();
  EXPECT_THAT(GetParam().restore(File("empty"), target), refused("no store, or is damaged"));

  for (int i = 0; i < 200; ++i) BANSO_ASSERT_OK(CreatePair(db(), i));
  BANSO_ASSERT_OK(GetParam().back_up(options(), File("backup")));
  OpenOptions other = target;
  other.service = "books";
  EXPECT_THAT(GetParam().restore(File("backup"), other), refused("belongs to the service `notes`"));
  {
    // Damage in the middle, as of a bad disk.
    std::fstream file(File("backup"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 * 4096);
    file << std::string(8 * 4096, '\xff');
  }
  EXPECT_THAT(GetParam().restore(File("backup"), target), refused("no store, or is damaged"));
  EXPECT_FALSE(std::filesystem::exists(target.path));
}

TEST_P(ConformanceTest, BackupThatCannotBeMadeLeavesNothing) {
  EXPECT_THAT(GetParam().back_up(options(), File("no/such/folder")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("cannot be made")));
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(options().path).parent_path())) {
    files += entry.path().filename().string().starts_with("store.db") ? 0 : 1;
  }
  EXPECT_EQ(files, 0);
}

}  // namespace
}  // namespace banso::storage::conformance
