#include "common/storage/migration_check.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/gateway/store/store.h"

namespace banso::gateway {
namespace {

TEST(MigrationTest, BringsAStoreOfEveryEarlierVersionToThePresentSchema) {
  const Store store;
  EXPECT_THAT(storage::CheckMigrations("gateway", Schema(),
                                       {store.tokens.source(), store.applications.source()}),
              testing::IsOk());
}

}  // namespace
}  // namespace banso::gateway
