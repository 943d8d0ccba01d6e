#include "common/server/flood_guard.h"

#include <atomic>

#include "absl/time/clock.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kFloodTestLimit = 20;

// A guard over connections that say of themselves what they hold.
class FloodGuardTest : public ::testing::Test {
 protected:
  std::vector<std::string> ended() {
    absl::MutexLock lock(&mutex_);
    return ended_;
  }
  std::vector<HeldCalls> held() {
    absl::MutexLock lock(&mutex_);
    return {{flood_, flood_calls_, 30}, {"user", 1, 1}, {"watcher", 50, 50}};
  }
  void FloodAs(const std::string& remote) {
    absl::MutexLock lock(&mutex_);
    flood_ = remote;
  }
  void BeginElsewhere(int calls) {
    absl::MutexLock lock(&mutex_);
    begun_ += calls;
  }
  void Begin(int calls) {
    while (calls-- > 0) contexts_.push_back(allocator_->NewCallbackServerContext());
  }
  void ReleaseAll() {
    for (grpc::CallbackServerContext* context : contexts_) allocator_->Release(context);
    contexts_.clear();
  }

  absl::Mutex mutex_;
  std::vector<std::string> ended_ ABSL_GUARDED_BY(mutex_);
  std::string flood_ ABSL_GUARDED_BY(mutex_) = "flood";
  int64_t flood_calls_ ABSL_GUARDED_BY(mutex_) = 30;
  int64_t begun_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int64_t> received_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> released_{false};
  FloodGuard guard_{kFloodTestLimit,
                    {.begun =
                         [this] {
                           absl::MutexLock lock(&mutex_);
                           return begun_;
                         },
                     .held = [this] { return held(); },
                     .held_by = [this](const auto&) { return held(); },
                     .received =
                         [this] {
                           absl::MutexLock lock(&mutex_);
                           return received_;
                         },
                     .memory = [] { return int64_t{0}; },
                     .admitted =
                         [] {
                           return std::map<std::string, int, std::less<>>{{"watcher", 50}};
                         },
                     .ended = [this] { return static_cast<int64_t>(ended().size()); },
                     .end =
                         [this](absl::string_view remote) {
                           absl::MutexLock lock(&mutex_);
                           ended_.emplace_back(remote);
                         },
                     .release_memory = [this] { released_ = true; }}};
  std::unique_ptr<grpc::ContextAllocator> allocator_ = guard_.NewAllocator();
  std::vector<grpc::CallbackServerContext*> contexts_;
};

TEST_F(FloodGuardTest, LeavesConnectionsAloneUpToTheLimit) {
  Begin(kFloodTestLimit);
  EXPECT_EQ(guard_.held(), kFloodTestLimit);
  ReleaseAll();
  EXPECT_EQ(guard_.held(), 0);
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(FloodGuardTest, EndsTheConnectionThatFloodsOnce) {
  Begin(kFloodTestLimit + 1);
  EXPECT_TRUE(testing::WaitUntil([&] { return !ended().empty(); }));
  // What it holds is still to be cleared away when the next one comes.
  FloodAs("another");
  EXPECT_TRUE(testing::WaitUntil([&] { return ended().size() == 2; }));
  ReleaseAll();
  EXPECT_THAT(ended(), ElementsAre("flood", "another"));
}

TEST_F(FloodGuardTest, EndsTheConnectionThatKeepsAnsweredCallsOpen) {
  {
    absl::MutexLock lock(&mutex_);
    flood_calls_ = 0;
  }
  Begin(kFloodTestLimit);
  EXPECT_THAT(ended(), IsEmpty());
  Begin(1);
  EXPECT_TRUE(testing::WaitUntil([&] { return !ended().empty(); }));
  ReleaseAll();
  EXPECT_THAT(ended(), ElementsAre("flood"));
}

TEST_F(FloodGuardTest, FindsCallsWhoseRequestsDoNotCome) {
  // None of them is given to the guard.
  BeginElsewhere(kFloodTestLimit / 4);
  EXPECT_TRUE(testing::WaitUntil([&] { return !ended().empty(); }));
  FloodAs("another");
  EXPECT_EQ(guard_.held(), 0);
  EXPECT_THAT(ended(), ElementsAre("flood"));
  BeginElsewhere(kFloodTestLimit);
  EXPECT_TRUE(testing::WaitUntil([&] { return ended().size() == 2; }));
  EXPECT_THAT(ended(), ElementsAre("flood", "another"));
}

TEST_F(FloodGuardTest, EndsTheConnectionThatSendsToNoPurpose) {
  {
    absl::MutexLock lock(&mutex_);
    received_ = {{"flood", int64_t{1} << 30}, {"user", 1000}};
  }
  EXPECT_TRUE(testing::WaitUntil([&] { return !ended().empty(); }));
  EXPECT_EQ(ended().front(), "flood");
  EXPECT_TRUE(testing::WaitUntil([&] { return released_.load(); }));
}

TEST_F(FloodGuardTest, SlowsTheReadersOfFarTooManyCalls) {
  const int many = 200;
  const absl::Time start = absl::Now();
  Begin(kFloodTestLimit * 3 / 2 + many);
  EXPECT_GE(absl::Now() - start, many * absl::Microseconds(100));
  ReleaseAll();
}

TEST_F(FloodGuardTest, FreesWhatTheLibraryDidNotGiveBack) { Begin(3); }

}  // namespace
}  // namespace banso::server::internal
