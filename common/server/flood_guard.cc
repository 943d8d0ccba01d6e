#include "common/server/flood_guard.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/generic/async_generic_service.h"

namespace banso::server::internal {
namespace {

// Between two looks at how many calls have begun and what has come.
constexpr absl::Duration kLookPause = absl::Milliseconds(20);
// The same while a connection has sent much of which nothing has come yet: headers of one byte each
// take a hundred times as much in memory.
constexpr absl::Duration kAlertPause = absl::Milliseconds(2);
// Between two looks at what has come, in multiples of the processor time that the last took: there
// may be thousands of connections. And at most so long.
constexpr int kIntakePause = 20;
constexpr int kAlertIntakePause = 4;
constexpr absl::Duration kMaxIntakePause = absl::Milliseconds(200);
// Between two looks at the connections while too many calls are held.
constexpr absl::Duration kSweepPause = absl::Milliseconds(5);
// How often it is to see that too many calls are held, and nothing being cleared away, before it
// takes answered ones for held.
constexpr int kUnexplainedSweeps = 40;
// After a connection was ended, before what it has taken is given back. Were it kept, those that
// come next would seem to take less than they do.
constexpr absl::Duration kReleasePause = absl::Seconds(1);
// What each call costs the thread that reads it when far too many are held.
constexpr absl::Duration kReadPause = absl::Microseconds(100);

absl::Duration ReadClock(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return absl::DurationFromTimespec(time);
}

absl::Duration ProcessorTimeOfThread() { return ReadClock(CLOCK_THREAD_CPUTIME_ID); }

// Goes on when somebody puts the clock back.
absl::Time SteadyNow() { return absl::UnixEpoch() + ReadClock(CLOCK_MONOTONIC); }

}  // namespace

// Makes and counts the contexts of calls. The library forgets to give some of them back when the
// server stops; they go with the allocator.
class FloodGuard::Allocator final : public grpc::ContextAllocator {
 public:
  explicit Allocator(FloodGuard& guard) : guard_(guard) {}
  ~Allocator() override {
    for (grpc::CallbackServerContext* context : contexts_) delete context;
  }

  grpc::CallbackServerContext* NewCallbackServerContext() override {
    return Keep(new grpc::CallbackServerContext);
  }
  grpc::GenericCallbackServerContext* NewGenericCallbackServerContext() override {
    return Keep(new grpc::GenericCallbackServerContext);
  }
  void Release(grpc::CallbackServerContext* context) override {
    guard_.given_calls_.End(context);
    {
      absl::MutexLock lock(&mutex_);
      contexts_.erase(context);
    }
    delete context;
    guard_.Release();
  }
  void Release(grpc::GenericCallbackServerContext* context) override {
    Release(static_cast<grpc::CallbackServerContext*>(context));
  }

 private:
  template <class Context>
  Context* Keep(Context* context) {
    {
      absl::MutexLock lock(&mutex_);
      contexts_.insert(context);
    }
    guard_.Begin();
    return context;
  }

  FloodGuard& guard_;
  absl::Mutex mutex_;
  std::unordered_set<grpc::CallbackServerContext*> contexts_ ABSL_GUARDED_BY(mutex_);
};

FloodGuard::FloodGuard(int limit, Server server) : limit_(limit), server_(std::move(server)) {
  thread_ = std::thread([this] { Run(); });
}

FloodGuard::~FloodGuard() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  thread_.join();
}

std::unique_ptr<grpc::ContextAllocator> FloodGuard::NewAllocator() {
  return std::make_unique<Allocator>(*this);
}

void FloodGuard::Begin() {
  const int held = ++held_;
  if (held <= limit_) return;
  {
    absl::MutexLock lock(&mutex_);
    alarmed_ = true;
  }
  if (held > limit_ + limit_ / 2) absl::SleepFor(kReadPause);
}

bool FloodGuard::AwaitTurn() {
  const auto called = [this]()
                          ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return alarmed_ || stopped_; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&called), intake_.alert() ? kAlertPause : kLookPause);
  alarmed_ = false;
  return !stopped_;
}

void FloodGuard::Run() {
  while (AwaitTurn()) {
    SweepIntake();
    while (Sweep()) {
      SweepIntake();
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopped_), kSweepPause)) return;
    }
  }
}

std::vector<HeldCalls> FloodGuard::HeldByOthers() {
  std::vector<HeldCalls> others;
  std::unordered_set<std::string> being_cleared;
  for (HeldCalls& calls : server_.held()) {
    if (ended_.contains(calls.remote)) {
      being_cleared.insert(std::move(calls.remote));
    } else {
      others.push_back(std::move(calls));
    }
  }
  // The others' names are free again.
  ended_ = std::move(being_cleared);
  return others;
}

std::vector<HeldCalls> FloodGuard::HeldBy(const std::vector<std::string>& remotes) const {
  std::vector<HeldCalls> held = server_.held_by(remotes);
  for (HeldCalls& calls : held) {
    const GivenCalls::Count count = given_calls_.count(calls.remote);
    calls.given = count.given;
    calls.given_open = count.open;
  }
  return held;
}

bool FloodGuard::Sweep() {
  const bool counted = held() > limit_;
  const int64_t begun = server_.begun();
  if (!counted) unexplained_ = 0;
  if (!counted && begun - begun_ < limit_ / 4) return false;
  begun_ = begun;
  std::vector<HeldCalls> held = HeldByOthers();
  const std::map<std::string, int, std::less<>> admitted = server_.admitted();
  // While what was ended is cleared away, the others hold more than usual for no fault of theirs:
  // they are left alone until they hold too many by themselves.
  if (ConnectionsToEnd(held, admitted, limit_).empty()) {
    if (!counted) return false;
    // It may be those that were answered and stay open: watches of the library's health service,
    // which are not admitted. While others are cleared away, answered calls of ordinary users stay
    // in the books for a while, too.
    if (!ended_.empty() || ++unexplained_ < kUnexplainedSweeps) return true;
    for (HeldCalls& calls : held) calls.calls = calls.open;
    if (ConnectionsToEnd(held, admitted, limit_).empty()) return true;
  }
  unexplained_ = 0;
  // Well below the limit, so that the next flood finds room.
  for (std::string& remote : ConnectionsToEnd(held, admitted, limit_ / 2)) {
    server_.end(remote);
    ended_.insert(std::move(remote));
  }
  return true;
}

void FloodGuard::SweepIntake() {
  const absl::Time now = SteadyNow();
  if (now < intake_due_) return;
  const absl::Duration start = ProcessorTimeOfThread();
  const std::map<std::string, int64_t> received = server_.received();
  given_calls_.Keep(received);
  for (const std::string& remote :
       intake_.Look(received, server_.memory(), now,
                    [this](const auto& remotes) { return HeldBy(remotes); })) {
    server_.end(remote);
  }
  const int64_t ended_before = std::exchange(ended_connections_, server_.ended());
  const bool any_ended = ended_connections_ > ended_before;
  if (any_ended) release_due_ = std::min(release_due_, now + kReleasePause);
  if (now >= release_due_) {
    server_.release_memory();
    release_due_ = absl::InfiniteFuture();
  }
  const int pause = intake_.alert() || any_ended ? kAlertIntakePause : kIntakePause;
  intake_due_ = SteadyNow() + std::min(kMaxIntakePause, pause * (ProcessorTimeOfThread() - start));
}

}  // namespace banso::server::internal
