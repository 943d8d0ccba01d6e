#include "common/contract/ids.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/contract/resource_name.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

TEST(SystemIdSourceTest, MakesValidIdsThatDiffer) {
  SystemIdSource source;
  std::set<std::string> ids;
  for (int i = 0; i < 2000; ++i) {
    const std::string id = source.New();
    EXPECT_TRUE(IsValidId(id)) << id;
    EXPECT_EQ(id.size(), 20u);
    EXPECT_TRUE(ids.insert(id).second) << id;
  }
}

TEST(SystemIdSourceTest, UsesTheWholeAlphabet) {
  SystemIdSource source;
  std::set<char> characters;
  for (int i = 0; i < 500; ++i) {
    for (const char c : source.New()) characters.insert(c);
  }
  EXPECT_EQ(characters.size(), 32u);
}

TEST(CountingIdSourceTest, CountsAlsoAcrossThreads) {
  CountingIdSource source("task");
  EXPECT_EQ(source.New(), "task-1");
  EXPECT_EQ(source.New(), "task-2");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&source] {
      for (int j = 0; j < 100; ++j) source.New();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(source.New(), "task-403");
}

TEST(IdOrNewTest, PrefersTheCallersId) {
  CountingIdSource source;
  EXPECT_EQ(IdOrNew("acme", source), "acme");
  EXPECT_EQ(IdOrNew("", source), "id-1");
}

TEST(RandomBytesTest, HaveTheSizeAskedForAndDiffer) {
  EXPECT_EQ(RandomBytes(32).size(), 32u);
  EXPECT_NE(RandomBytes(32), RandomBytes(32));
  EXPECT_EQ(RandomBytes(0), "");
}

}  // namespace
}  // namespace banso::contract
