#include "common/server/executor.h"

#include <atomic>
#include <memory>
#include <vector>

#include "absl/synchronization/barrier.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

Executor::Limits Small(int threads, int queue) {
  return {.normal = {threads, queue}, .facts = {1, 1}, .stream = {1, 1}};
}

TEST(ExecutorTest, RunsTasksInOrderOnOneThread) {
  Executor executor(Small(1, 100));
  std::vector<int> order;
  absl::BlockingCounter left(10);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(executor.Submit(Lane::kNormal, [&, i] {
      order.push_back(i);
      left.DecrementCount();
    }));
  }
  left.Wait();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(ExecutorTest, RunsAsManyAtATimeAsItHasThreads) {
  Executor executor(Small(4, 100));
  // Ends only if all four run at the same time.
  auto* barrier = new absl::Barrier(4);
  absl::BlockingCounter left(4);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(executor.Submit(Lane::kNormal, [&] {
      if (barrier->Block()) delete barrier;
      left.DecrementCount();
    }));
  }
  left.Wait();
}

TEST(ExecutorTest, RefusesWhatDoesNotFitIntoTheQueue) {
  absl::Notification entered;
  absl::Notification release;
  Executor executor(Small(1, 2));
  ASSERT_TRUE(executor.Submit(Lane::kNormal, [&] {
    entered.Notify();
    release.WaitForNotification();
  }));
  entered.WaitForNotification();
  EXPECT_TRUE(executor.Submit(Lane::kNormal, [] {}));
  EXPECT_TRUE(executor.Submit(Lane::kNormal, [] {}));
  EXPECT_EQ(executor.QueueLength(Lane::kNormal), 2);
  bool ran = false;
  EXPECT_FALSE(executor.Submit(Lane::kNormal, [&] { ran = true; }));
  release.Notify();
  executor.Stop();
  EXPECT_FALSE(ran);
}

TEST(ExecutorTest, KeepsALaneFreeWhileAnotherIsFull) {
  absl::Notification release;
  absl::Notification answered;
  Executor executor(Small(1, 1));
  ASSERT_TRUE(executor.Submit(Lane::kNormal, [&] { release.WaitForNotification(); }));
  ASSERT_TRUE(executor.Submit(Lane::kFacts, [&] { answered.Notify(); }));
  answered.WaitForNotification();
  release.Notify();
}

TEST(ExecutorTest, FinishesWhatIsQueuedWhenItStops) {
  std::atomic<int> done{0};
  Executor executor(Small(2, 100));
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(executor.Submit(Lane::kNormal, [&] { ++done; }));
  }
  executor.Stop();
  EXPECT_EQ(done, 50);
  EXPECT_FALSE(executor.Submit(Lane::kNormal, [] {}));
}

TEST(ExecutorTest, LetsGoOfATaskBeforeItTakesTheNext) {
  Executor executor(Small(1, 10));
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> watch = held;
  absl::Notification checked;
  bool gone = false;
  ASSERT_TRUE(executor.Submit(Lane::kNormal, [held = std::move(held)] {}));
  ASSERT_TRUE(executor.Submit(Lane::kNormal, [&] {
    gone = watch.expired();
    checked.Notify();
  }));
  checked.WaitForNotification();
  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace banso::server
