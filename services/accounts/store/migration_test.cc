#include "common/storage/migration_check.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {
namespace {

TEST(MigrationTest, BringsAStoreOfEveryEarlierVersionToThePresentSchema) {
  EXPECT_THAT(storage::CheckMigrations("accounts", Schema(), Store().sources()), testing::IsOk());
}

}  // namespace
}  // namespace banso::accounts
