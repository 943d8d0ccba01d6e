#include "common/server/executor.h"

#include <utility>

namespace banso::server {

Executor::Executor(const Limits& limits) {
  normal_.limits = limits.normal;
  facts_.limits = limits.facts;
  stream_.limits = limits.stream;
}

Executor::~Executor() { Stop(); }

bool Executor::Submit(Lane lane, absl::AnyInvocable<void()> task) {
  Pool& pool = PoolOf(lane);
  absl::MutexLock lock(&pool.mutex);
  const int waiting = static_cast<int>(pool.queue.size());
  if (pool.stopped) return false;
  if (waiting >= pool.limits.queue) {
    ++pool.refused;
    return false;
  }
  pool.queue.push_back(std::move(task));
  // An idle thread may not have woken up yet for an earlier task, so count the tasks as well.
  if (waiting + 1 > pool.idle && static_cast<int>(pool.threads.size()) < pool.limits.threads) {
    pool.threads.emplace_back([&pool] { Run(pool); });
  }
  pool.wake.Signal();
  return true;
}

void Executor::Stop() {
  Stop(normal_);
  Stop(facts_);
  Stop(stream_);
}

int Executor::QueueLength(Lane lane) const {
  const Pool& pool = PoolOf(lane);
  absl::MutexLock lock(&pool.mutex);
  return static_cast<int>(pool.queue.size());
}

int64_t Executor::Refused(Lane lane) const {
  const Pool& pool = PoolOf(lane);
  absl::MutexLock lock(&pool.mutex);
  return pool.refused;
}

void Executor::Run(Pool& pool) {
  pool.mutex.Lock();
  while (true) {
    ++pool.idle;
    while (pool.queue.empty() && !pool.stopped) pool.wake.Wait(&pool.mutex);
    --pool.idle;
    if (pool.queue.empty()) break;
    absl::AnyInvocable<void()> task = std::move(pool.queue.front());
    pool.queue.pop_front();
    pool.mutex.Unlock();
    task();
    // What the task holds is let go outside the lock.
    task = nullptr;
    pool.mutex.Lock();
  }
  pool.mutex.Unlock();
}

void Executor::Stop(Pool& pool) {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&pool.mutex);
    pool.stopped = true;
    pool.wake.SignalAll();
    threads.swap(pool.threads);
  }
  for (std::thread& thread : threads) thread.join();
}

Executor::Pool& Executor::PoolOf(Lane lane) {
  switch (lane) {
    case Lane::kFacts:
      return facts_;
    case Lane::kStream:
      return stream_;
    case Lane::kNormal:
      break;
  }
  return normal_;
}

const Executor::Pool& Executor::PoolOf(Lane lane) const {
  return const_cast<Executor*>(this)->PoolOf(lane);
}

}  // namespace banso::server
