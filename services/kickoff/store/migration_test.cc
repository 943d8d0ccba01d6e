#include "common/storage/migration_check.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {
namespace {

TEST(MigrationTest, BringsAStoreOfEveryEarlierVersionToThePresentSchema) {
  EXPECT_THAT(storage::CheckMigrations("kickoff", Schema(), Store().sources()), testing::IsOk());
}

}  // namespace
}  // namespace banso::kickoff
