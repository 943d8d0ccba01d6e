#include "common/storage/conformance.h"
#include "gtest/gtest.h"

namespace banso::storage::conformance {
namespace {

INSTANTIATE_TEST_SUITE_P(Sqlite, ConformanceTest,
                         ::testing::Values(Engine{"sqlite", OpenSqlite, BackUpSqlite,
                                                  RestoreSqlite}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace banso::storage::conformance
