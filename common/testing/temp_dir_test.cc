#include "common/testing/temp_dir.h"

#include <filesystem>
#include <fstream>
#include <memory>

#include "gtest/gtest.h"

namespace banso::testing {
namespace {

TEST(TempDirObjectTest, IsRemovedWithItsContents) {
  auto dir = std::make_unique<TempDir>();
  const std::filesystem::path path = dir->path();
  std::ofstream(dir->File("note.txt")) << "text";
  ASSERT_TRUE(std::filesystem::exists(path / "note.txt"));
  dir.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TempDirObjectTest, DiffersFromEveryOther) {
  const TempDir first;
  const TempDir second;
  EXPECT_NE(first.path(), second.path());
}

TEST_F(TempDirTest, StartsEmpty) {
  EXPECT_TRUE(std::filesystem::is_empty(temp_dir().path()));
  EXPECT_EQ(TempFile("a"), (temp_dir().path() / "a").string());
}

}  // namespace
}  // namespace banso::testing
