#include "common/storage/open.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
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

using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using conformance::MakeCall;
using conformance::MakeNote;
using conformance::Notes;
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
