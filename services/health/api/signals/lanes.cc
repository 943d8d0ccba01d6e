#include "services/health/api/signals/lanes.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"

namespace banso::health {
namespace {

absl::Status ResultOf(const std::function<absl::Status()>& work) {
  try {
    return work();
  } catch (const std::exception& e) {
    return contract::Internal(absl::StrCat("exception: ", e.what()));
  }
}

}  // namespace

Lanes::~Lanes() {
  Await(absl::InfiniteDuration()).IgnoreError();
  absl::MutexLock lock(&mutex_);
  for (auto& [name, lane] : lanes_) lane.thread.join();
}

bool Lanes::Start(const std::string& name, std::function<absl::Status()> work) {
  absl::MutexLock lock(&mutex_);
  Lane& lane = lanes_[name];
  if (lane.busy) return false;
  // It has nothing left to do but to end.
  if (lane.thread.joinable()) lane.thread.join();
  lane.busy = true;
  lane.thread = std::thread([this, &lane, work = std::move(work)] {
    absl::Status result = ResultOf(work);
    absl::MutexLock ending(&mutex_);
    lane.result.Update(std::move(result));
    lane.busy = false;
  });
  return true;
}

absl::Status Lanes::Await(absl::Duration patience) {
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (const auto& [name, lane] : lanes_) {
      if (lane.busy) return false;
    }
    return true;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&idle), patience);
  absl::Status first;
  for (auto& [name, lane] : lanes_) {
    if (!lane.busy) first.Update(std::exchange(lane.result, absl::OkStatus()));
  }
  return first;
}

}  // namespace banso::health
