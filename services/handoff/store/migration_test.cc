#include "common/storage/migration_check.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {
namespace {

TEST(MigrationTest, BringsAStoreOfEveryEarlierVersionToThePresentSchema) {
  EXPECT_THAT(storage::CheckMigrations("handoff", Schema(), Store().sources()), testing::IsOk());
}

}  // namespace
}  // namespace banso::handoff
