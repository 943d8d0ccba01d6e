#include "common/server/backup.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "common/server/notes_server.h"
#include "common/server/service_store.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

class BackupTest : public testing::TempDirTest {
 protected:
  BackupTest() { std::filesystem::create_directory(TempFile("data")); }

  std::unique_ptr<storage::Database> Open(const std::string& service,
                                          const std::string& folder = "data") {
    return OpenNotes(StoreOf(service, TempFile(folder)).path, service);
  }
  bool Has(const std::string& path) { return std::filesystem::exists(TempFile(path)); }
};

TEST_F(BackupTest, CopiesStoresInUseAndPutsThemInPlace) {
  const auto first = Open("first");
  const auto second = Open("second");
  PutNote(*first, "a", "1");
  PutNote(*second, "b", "2");
  ASSERT_THAT(BackUpStores({"first", "second"}, TempFile("data"), TempFile("backups/monday")),
              IsOk());
  PutNote(*first, "a", "later");
  ASSERT_THAT(RestoreStores({"first", "second"}, TempFile("backups/monday"), TempFile("new")),
              IsOk());
  const auto restored = Open("first", "new");
  EXPECT_EQ(GetNote(*restored, "a"), "1");
  EXPECT_NE(restored->epoch(), first->epoch());
  EXPECT_EQ(GetNote(*Open("second", "new"), "b"), "2");
  EXPECT_EQ(GetNote(*first, "a"), "later");
}

TEST_F(BackupTest, IsForItsOwnerOnly) {
  Open("first");
  ASSERT_THAT(BackUpStores({"first"}, TempFile("data"), TempFile("backup")), IsOk());
  using std::filesystem::perms;
  for (const char* path : {"backup", "backup/first.db"}) {
    EXPECT_EQ(std::filesystem::status(TempFile(path)).permissions() &
                  (perms::group_all | perms::others_all),
              perms::none)
        << path;
  }
}

TEST_F(BackupTest, IsMadeWholeOrNotAtAll) {
  Open("first");
  Open("second");
  std::filesystem::create_directory(TempFile("backup"));
  std::ofstream(TempFile("backup/first.db")) << "in the way";
  EXPECT_THAT(BackUpStores({"first", "second"}, TempFile("data"), TempFile("backup")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("backup/first.db")));
  EXPECT_FALSE(Has("backup/second.db"));
  EXPECT_THAT(BackUpStores({"third"}, TempFile("data"), TempFile("backup")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("data/third.db")));
  EXPECT_THAT(BackUpStores({"first"}, TempFile("data"), TempFile("backup/first.db/below")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("cannot be made")));
}

TEST_F(BackupTest, IsRestoredWholeOrNotAtAll) {
  Open("first");
  Open("second");
  ASSERT_THAT(BackUpStores({"first"}, TempFile("data"), TempFile("backup")), IsOk());
  EXPECT_THAT(RestoreStores({"first", "second"}, TempFile("backup"), TempFile("new")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("backup/second.db")));
  EXPECT_FALSE(Has("new/first.db"));
  // And never over a store that is there.
  EXPECT_THAT(RestoreStores({"first"}, TempFile("backup"), TempFile("data")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("data/first.db")));
  EXPECT_TRUE(Has("data/first.db"));
}

}  // namespace
}  // namespace banso::server
