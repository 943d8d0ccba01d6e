#include "common/storage/failing_database.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/storage/conformance.h"
#include "common/storage/open.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::storage {
namespace {

using ::banso::testing::IsOk;
using ::testing::HasSubstr;

class FailingDatabaseTest : public testing::TempDirTest {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.path = TempFile("store.db");
    options.service = "notes";
    options.migrations = conformance::Schema();
    BANSO_ASSERT_OK_AND_ASSIGN(store_, OpenSqlite(options));
    failing_ = std::make_unique<FailingDatabase>(*store_);
  }

  absl::Status Note(int number) {
    return failing_
        ->Write(conformance::MakeCall(),
                [&](Writer& writer) {
                  return conformance::Notes()
                      .Create(writer, conformance::MakeNote("s", absl::StrCat("n", number), ""))
                      .status();
                })
        .status();
  }

  std::unique_ptr<Database> store_;
  std::unique_ptr<FailingDatabase> failing_;
};

TEST_F(FailingDatabaseTest, FailsFromAStatementOnUntilItIsMended) {
  const absl::Status gone = contract::Unavailable("the disk", absl::Seconds(1));
  EXPECT_THAT(Note(1), IsOk());
  failing_->FailAfter(1, gone);
  EXPECT_FALSE(failing_->failed());
  EXPECT_EQ(Note(2), gone);
  EXPECT_TRUE(failing_->failed());
  EXPECT_EQ(Note(3), gone);
  failing_->Mend();
  EXPECT_THAT(Note(2), IsOk()) << "nothing of what failed has stayed";
}

TEST_F(FailingDatabaseTest, FindsWritesThatHideWhatTheStoreSaid) {
  EXPECT_EQ(CheckRefusalsAreTold(*failing_, [&](int round) { return Note(round); }), "");
  EXPECT_THAT(CheckRefusalsAreTold(*failing_,
                                   [&](int round) {
                                     const absl::Status status = Note(100 + round);
                                     return status.ok() ? status : contract::Internal("a fault");
                                   }),
              HasSubstr("STORAGE_READ_ONLY at statement 1 is told as: INTERNAL"));
  EXPECT_THAT(CheckRefusalsAreTold(*failing_,
                                   [&](int round) {
                                     Note(200 + round).IgnoreError();
                                     return absl::OkStatus();
                                   }),
              HasSubstr("is told as: OK"));
}

}  // namespace
}  // namespace banso::storage
