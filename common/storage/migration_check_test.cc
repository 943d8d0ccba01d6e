#include "common/storage/migration_check.h"

#include "common/storage/conformance.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::storage {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kFirstSchema[] = "CREATE TABLE book (title TEXT NOT NULL, pages BIGINT);";

TEST(MigrationCheckTest, AcceptsMigrationsThatKeepRows) {
  EXPECT_THAT(CheckMigrations("notes", conformance::Schema()), IsOk());
  EXPECT_THAT(CheckMigrations("books", {{1, "books", kFirstSchema},
                                        {2, "lent",
                                         "ALTER TABLE book ADD COLUMN lent BIGINT NOT NULL "
                                         "DEFAULT 0; CREATE INDEX by_lent ON book (lent);"}}),
              IsOk());
}

TEST(MigrationCheckTest, TellsOfRowsThatAreLost) {
  EXPECT_THAT(
      CheckMigrations("books", {{1, "books", kFirstSchema}, {2, "empty", "DELETE FROM book;"}}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("books/1: loses rows of book")));
}

TEST(MigrationCheckTest, TellsOfAMigrationThatFailsOnData) {
  EXPECT_THAT(CheckMigrations("books", {{1, "books", kFirstSchema},
                                        {2, "copy",
                                         "CREATE TABLE page (number BIGINT NOT NULL UNIQUE); "
                                         "INSERT INTO page SELECT pages FROM book; "
                                         "INSERT INTO page SELECT pages FROM book;"}}),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("books/1")));
}

// A later common migration runs before a service's own in a new store, and after them in an old
// one.
TEST(MigrationCheckTest, TellsWhenTheOrderOfBothSeriesMatters) {
  EXPECT_THAT(CheckMigrations("books", {{1, "drop", "DROP TABLE IF EXISTS follower_position;"}}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("follower_position")));
}

}  // namespace
}  // namespace banso::storage
