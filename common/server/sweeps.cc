#include "common/server/sweeps.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/server/log.h"

namespace banso::server {

SweepRunner::SweepRunner(std::string service, std::vector<Sweep> sweeps, calendar::Clock* clock,
                         calendar::TestClock* test_clock)
    : service_(std::move(service)),
      sweeps_(std::move(sweeps)),
      clock_(clock),
      test_clock_(test_clock),
      cancelled_(std::make_shared<std::atomic<bool>>(false)) {}

SweepRunner::~SweepRunner() { Stop(); }

void SweepRunner::Start() {
  if (sweeps_.empty()) return;
  {
    absl::MutexLock lock(&mutex_);
    turns_.clear();
    for (const Sweep& sweep : sweeps_) turns_.push_back({.next = absl::Now() + sweep.period});
  }
  if (test_clock_ != nullptr) {
    callback_ = test_clock_->OnAdvance([this](absl::Time) { RunAll(); });
  }
  // Watched from here on, not from when the thread begins: what is committed meanwhile counts.
  std::vector<std::unique_ptr<storage::CommitWatch>> watches;
  for (size_t i = 0; i < sweeps_.size(); ++i) {
    const storage::Database* database = sweeps_[i].database;
    watches.push_back(WatchAfter(i, database == nullptr ? 0 : database->position()));
  }
  thread_ = std::thread([this, watches = std::move(watches)]() mutable { Loop(watches); });
}

void SweepRunner::Stop() {
  cancelled_->store(true);
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (callback_ != 0) test_clock_->RemoveCallback(callback_);
  callback_ = 0;
  if (thread_.joinable()) thread_.join();
}

void SweepRunner::RunAll() {
  absl::MutexLock lock(&run_mutex_);
  for (size_t i = 0; i < sweeps_.size(); ++i) RunOne(i);
}

bool SweepRunner::AwaitTurn(size_t* index) {
  const auto disturbed = [this]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || woken_; };
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    woken_ = false;
    *index = 0;
    for (size_t i = 1; i < turns_.size(); ++i) {
      if (turns_[i].next < turns_[*index].next) *index = i;
    }
    const absl::Time next = turns_[*index].next;
    if (!mutex_.AwaitWithDeadline(absl::Condition(&disturbed), next)) return true;
  }
  return false;
}

void SweepRunner::TakeTurn(size_t index, std::unique_ptr<storage::CommitWatch>& watch) {
  const Sweep& sweep = sweeps_[index];
  const int64_t position = sweep.database == nullptr ? 0 : sweep.database->position();
  watch.reset();
  {
    absl::MutexLock lock(&run_mutex_);
    RunOne(index);
  }
  {
    absl::MutexLock lock(&mutex_);
    Turn& turn = turns_[index];
    turn.next = absl::Now() + sweep.period;
    if (turn.woken || turn.seen != position) turn.not_before = turn.next;
    turn.woken = false;
    turn.seen = position;
  }
  watch = WatchAfter(index, position);
}

std::unique_ptr<storage::CommitWatch> SweepRunner::WatchAfter(size_t index, int64_t position) {
  storage::Database* database = sweeps_[index].database;
  if (database == nullptr) return nullptr;
  return database->NotifyAfter(position, [this, index] { Wake(index); });
}

void SweepRunner::Wake(size_t index) {
  absl::MutexLock lock(&mutex_);
  Turn& turn = turns_[index];
  const absl::Time at = std::max(absl::Now(), turn.not_before);
  if (at >= turn.next) return;
  turn.next = at;
  turn.woken = true;
  woken_ = true;
}

void SweepRunner::Loop(std::vector<std::unique_ptr<storage::CommitWatch>>& watches) {
  size_t index = 0;
  while (AwaitTurn(&index)) TakeTurn(index, watches[index]);
}

void SweepRunner::RunOne(size_t index) {
  if (cancelled_->load()) return;
  const Sweep& sweep = sweeps_[index];
  Call call = ServiceCall(service_, clock_->TimeNow());
  call.method = absl::StrCat("sweep/", sweep.name);
  call.cancelled = cancelled_;
  const absl::Time start = absl::Now();
  absl::Status status;
  try {
    status = sweep.run(call);
  } catch (const std::exception& e) {
    status = contract::Internal(absl::StrCat("exception: ", e.what()));
  }
  const double milliseconds = absl::ToDoubleMilliseconds(absl::Now() - start);
  if (!status.ok()) {
    Log(LogLevel::kError, "a sweep failed",
        {{"service", service_},
         {"method", call.method},
         {"code", absl::StatusCodeToString(status.code())},
         {"error", status.message()},
         {"cause", contract::Cause(status)},
         {"duration_ms", milliseconds}});
  } else {
    Log(LogLevel::kDebug, "sweep",
        {{"service", service_}, {"method", call.method}, {"duration_ms", milliseconds}});
  }
}

}  // namespace banso::server
