#include "common/storage/migration_check.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/health/store/store.h"

namespace banso::health {
namespace {

TEST(MigrationTest, BringsAStoreOfEveryEarlierVersionToThePresentSchema) {
  EXPECT_THAT(storage::CheckMigrations("health", Schema(), Store().sources()), testing::IsOk());
}

}  // namespace
}  // namespace banso::health
