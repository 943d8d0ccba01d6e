#include "common/storage/open.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::storage {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using conformance::MakeCall;
using conformance::MakeNote;
using conformance::Notes;
using ::testing::AllOf;
using ::testing::HasSubstr;

class OpenTest : public testing::TempDirTest {
 protected:
  OpenTest() {
    options_.path = TempFile("store.db");
    options_.service = "notes";
    options_.migrations = conformance::Schema();
  }

  absl::StatusOr<std::unique_ptr<Database>> Open() const { return OpenSqlite(options_); }

  OpenOptions options_;
};

absl::Status CreateNote(Database& database, absl::string_view id, absl::string_view title = "") {
  return database
      .Write(MakeCall(),
             [&](Writer& w) { return Notes().Create(w, MakeNote("s", id, title)).status(); })
      .status();
}

absl::StatusOr<int64_t> CountNotes(Database& database) {
  return Fetch<int64_t>(database, [](Reader& reader) { return Notes().Count(reader, ""); });
}

TEST_F(OpenTest, AppliesNewMigrationsAndKeepsTheData) {
  {
    OpenOptions old = options_;
    old.migrations.resize(1);
    BANSO_ASSERT_OK_AND_ASSIGN(const auto database, OpenSqlite(old));
    BANSO_ASSERT_OK(CreateNote(*database, "a"));
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, Open());
  EXPECT_THAT(CountNotes(*database), IsOkAndHolds(1));
  BANSO_EXPECT_OK(database->Write(MakeCall(), [](Writer& w) {
    return w.Execute("INSERT INTO owner (id, age) VALUES ('o', 1)", {}).status();
  }));
}

TEST_F(OpenTest, RefusesANewerSchema) {
  BANSO_ASSERT_OK(Open());
  options_.migrations.resize(1);
  const absl::Status status = Open().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("service/2"), HasSubstr("knows only 1"))));
  EXPECT_EQ(contract::Reason(status), "SCHEMA_TOO_NEW");
}

TEST_F(OpenTest, RefusesAnOlderSchemaUnlessToldToMigrate) {
  {
    OpenOptions old = options_;
    old.migrations.resize(1);
    BANSO_ASSERT_OK(OpenSqlite(old));
  }
  options_.migrate = false;
  EXPECT_EQ(contract::Reason(Open().status()), "SCHEMA_TOO_OLD");
  options_.migrate = true;
  BANSO_EXPECT_OK(Open());
  options_.migrate = false;
  BANSO_EXPECT_OK(Open());
}

TEST_F(OpenTest, FailedMigrationLeavesTheStoreAsItWas) {
  BANSO_ASSERT_OK(Open());
  OpenOptions broken = options_;
  broken.migrations.push_back(
      {3, "broken", "CREATE TABLE half (id TEXT); INSERT INTO nosuch VALUES (1);"});
  EXPECT_FALSE(OpenSqlite(broken).ok());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, Open());
  EXPECT_THAT(database->Read([](Reader& reader) {
    return reader.Query("SELECT id FROM half", {}, [](const Row&) { return absl::OkStatus(); });
  }),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(OpenTest, RefusesAFolderThatTakesNoFiles) {
  std::ofstream(TempFile("file")) << "not a folder";
  for (const std::string& folder : {TempFile("missing"), TempFile("file"), std::string("/proc")}) {
    options_.path = absl::StrCat(folder, "/store.db");
    const absl::Status status = Open().status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(folder)));
    EXPECT_EQ(contract::Reason(status), "STORAGE_NOT_WRITABLE");
    ASSERT_EQ(contract::Preconditions(status).size(), 1u);
    EXPECT_THAT(contract::Preconditions(status)[0].what_is_wrong, HasSubstr("may write to"));
  }
}

TEST_F(OpenTest, RefusesAFileThatIsNoStore) {
  std::ofstream(options_.path) << std::string(10000, 'x');
  EXPECT_EQ(contract::Reason(Open().status()), "STORAGE_NOT_A_STORE");
  EXPECT_EQ(std::filesystem::file_size(options_.path), 10000u) << "the file was touched";
}

TEST_F(OpenTest, RefusesAFileThatMayOnlyBeRead) {
  BANSO_ASSERT_OK(Open());
  if (geteuid() == 0) GTEST_SKIP() << "root may write to every file";
  std::filesystem::permissions(options_.path, std::filesystem::perms::owner_read);
  EXPECT_EQ(contract::Reason(Open().status()), "STORAGE_NOT_WRITABLE");
  std::filesystem::permissions(options_.path, std::filesystem::perms::owner_all);
  BANSO_EXPECT_OK(Open());
}

TEST_F(OpenTest, RefusesASecondOpening) {
  BANSO_ASSERT_OK_AND_ASSIGN(auto database, Open());
  EXPECT_EQ(contract::Reason(Open().status()), "STORAGE_IN_USE");
  database.reset();
  BANSO_EXPECT_OK(Open());
}

TEST_F(OpenTest, RefusesTheStoreOfAnotherService) {
  BANSO_ASSERT_OK(Open());
  options_.service = "accounts";
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("`notes`"), HasSubstr("`accounts`"))));
}

TEST_F(OpenTest, FullStoreRefusesInWordsAndGoesOnReading) {
  options_.max_pages = 200;
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, Open());
  const std::string big(50000, 'x');
  absl::Status status;
  int64_t stored = 0;
  for (; stored < 100; ++stored) {
    status = CreateNote(*database, absl::StrCat("n", stored), big);
    if (!status.ok()) break;
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("full")));
  EXPECT_GT(stored, 0);
  EXPECT_THAT(CountNotes(*database), IsOkAndHolds(stored));
  EXPECT_EQ(database->position(), stored);
}

TEST_F(OpenTest, RefusesMoreWaitingWritesThanAllowed) {
  options_.max_waiting_writes = 1;
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, Open());
  std::latch running(1);
  std::latch finish(1);
  std::thread busy([&] {
    BANSO_EXPECT_OK(database->Write(MakeCall(), [&](Writer&) {
      running.count_down();
      finish.wait();
      return absl::OkStatus();
    }));
  });
  running.wait();
  // Of two more, one waits and the other is refused at once.
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const absl::Status status = CreateNote(*database, "n");
      if (status.ok()) return;
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
      ++refused;
      finish.count_down();
    });
  }
  for (std::thread& thread : threads) thread.join();
  busy.join();
  EXPECT_EQ(refused, 1);
}

// Limits the size of the files that this process may write, for as long as it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_;
  sighandler_t handler_;
};

TEST_F(OpenTest, FailedCommitFailsTheWholeGroupAndLeavesNothing) {
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, Open());
  BANSO_ASSERT_OK(CreateNote(*database, "first"));
  const std::string title(20000, 'x');
  std::atomic<int> acknowledged = 0;
  std::atomic<int> failed = 0;
  {
    // The log of the store may grow by less than what is written: some commits must fail.
    const FileSizeLimit limit(std::filesystem::file_size(options_.path + "-wal") + 500000);
    std::vector<std::thread> threads;
    for (int i = 0; i < 60; ++i) {
      threads.emplace_back([&, i] {
        const absl::Status status = CreateNote(*database, absl::StrCat("n", i), title);
        (status.ok() ? acknowledged : failed)++;
        if (!status.ok()) {
          EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("full")));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_GT(failed, 0);
  EXPECT_THAT(CountNotes(*database), IsOkAndHolds(1 + acknowledged));
  EXPECT_EQ(database->position(), 1 + acknowledged);
  BANSO_EXPECT_OK(CreateNote(*database, "last")) << "the store recovers by itself";
  EXPECT_EQ(database->position(), 2 + acknowledged);
}

}  // namespace
}  // namespace banso::storage
