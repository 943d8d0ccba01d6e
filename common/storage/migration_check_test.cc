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
  EXPECT_THAT(CheckMigrations("notes", conformance::Schema(), {conformance::Notes().source()}),
              IsOk());
  EXPECT_THAT(CheckMigrations("books",
                              {{1, "books", kFirstSchema},
                               {2, "lent",
                                "ALTER TABLE book ADD COLUMN lent BIGINT NOT NULL "
                                "DEFAULT 0; CREATE INDEX by_lent ON book (lent);"}},
                              {}),
              IsOk());
}

TEST(MigrationCheckTest, TellsOfRowsThatAreLost) {
  EXPECT_THAT(
      CheckMigrations("books", {{1, "books", kFirstSchema}, {2, "empty", "DELETE FROM book;"}}, {}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("books/1: loses rows of book")));
}

// A column that comes later has to be filled for the resources that are there already.
TEST(MigrationCheckTest, TellsOfAColumnThatDoesNotFollowFromItsResource) {
  const Migrations columns_later = {
      {1, "notes", "CREATE TABLE note ({resource}, topic TEXT NOT NULL, rank BIGINT NOT NULL);"},
      {2, "title",
       "ALTER TABLE note ADD COLUMN title TEXT NOT NULL DEFAULT ''; "
       "ALTER TABLE note ADD COLUMN due BIGINT;"}};
  EXPECT_THAT(CheckMigrations("notes", columns_later, {conformance::Notes().source()}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("notes/1: note.title is \"\", but by the resource \"x\"")));
  Migrations filled = columns_later;
  filled[1].sql = "DROP TABLE note; " + conformance::Schema()[0].sql;
  EXPECT_THAT(CheckMigrations("notes", filled, {conformance::Notes().source()}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("loses rows of note")));
}

TEST(MigrationCheckTest, TellsOfAMigrationThatFailsOnData) {
  EXPECT_THAT(CheckMigrations("books",
                              {{1, "books", kFirstSchema},
                               {2, "copy",
                                "CREATE TABLE page (number BIGINT NOT NULL UNIQUE); "
                                "INSERT INTO page SELECT pages FROM book; "
                                "INSERT INTO page SELECT pages FROM book;"}},
                              {}),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("books/1")));
}

// A later common migration runs before a service's own in a new store, and after them in an old
// one.
TEST(MigrationCheckTest, TellsWhenTheOrderOfBothSeriesMatters) {
  EXPECT_THAT(
      CheckMigrations("books", {{1, "drop", "DROP TABLE IF EXISTS follower_position;"}}, {}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("follower_position")));
}

}  // namespace
}  // namespace banso::storage
