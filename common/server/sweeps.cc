#include "common/server/sweeps.h"

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
    next_run_.clear();
    for (const Sweep& sweep : sweeps_) next_run_.push_back(absl::Now() + sweep.period);
  }
  if (test_clock_ != nullptr) {
    callback_ = test_clock_->OnAdvance([this](absl::Time) { RunAll(); });
  }
  thread_ = std::thread([this] { Loop(); });
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

void SweepRunner::Loop() {
  const auto stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
  while (true) {
    size_t due = 0;
    {
      absl::MutexLock lock(&mutex_);
      for (size_t i = 1; i < next_run_.size(); ++i) {
        if (next_run_[i] < next_run_[due]) due = i;
      }
      if (mutex_.AwaitWithDeadline(absl::Condition(&stopping), next_run_[due])) return;
    }
    {
      absl::MutexLock lock(&run_mutex_);
      RunOne(due);
    }
    absl::MutexLock lock(&mutex_);
    next_run_[due] = absl::Now() + sweeps_[due].period;
  }
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
