#ifndef BANSO_SERVICES_HANDOFF_API_STEPS_H_
#define BANSO_SERVICES_HANDOFF_API_STEPS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/handoff/v1/process.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/handoff/api/inquiry.h"
#include "services/handoff/api/neighbours.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// What is left to do of a step after the other services have been asked.
struct StepEffect {
  // The resource that the step makes or changes.
  std::string resource;
  // The step's effect on the own store; runs in the transaction that marks the step as done. May be
  // empty.
  std::function<absl::Status(storage::Writer&)> local;
};

// The steps of processes. Thread-safe.
class Steps {
 public:
  // All must outlive it.
  Steps(storage::Database& database, const Store& store, Neighbours& neighbours, Inquiry& inquiry)
      : database_(database), store_(store), neighbours_(neighbours), inquiry_(inquiry) {}

  // Does what the step has to do elsewhere, under the step's request id, so that doing it again
  // after a crash has no second effect. Errors are those of the service that was asked.
  absl::StatusOr<StepEffect> Try(const Call& call, const v1::Process& process,
                                 const v1::ProcessStep& step);

 private:
  struct Task;

  // What the step's kind asks for.
  absl::StatusOr<StepEffect> Do(const Task& task);
  absl::StatusOr<StepEffect> CreateOnboarding(const Task& task);
  absl::StatusOr<StepEffect> CreatePlan(const Task& task);
  absl::StatusOr<StepEffect> OpenCompletion(const Task& task);
  absl::StatusOr<StepEffect> AdvanceOnboarding(const Task& task);
  absl::StatusOr<StepEffect> CancelOnboarding(const Task& task);
  StepEffect OpenHandoffStep(const Task& task);
  StepEffect OpenGapWatchStep(const Task& task);
  StepEffect AcceptHandoffStep(const Task& task);
  absl::StatusOr<StepEffect> ReopenCompletion(const Task& task);
  absl::StatusOr<StepEffect> CloseCompletion(const Task& task);
  absl::StatusOr<StepEffect> Restore(const Task& task);
  // Whether accounts has cancelled the onboarding of itself, such as for a customer that is lost.
  absl::StatusOr<bool> IsCancelled(storage::Reader& reader, const std::string& onboarding) const;

  storage::Database& database_;
  const Store& store_;
  Neighbours& neighbours_;
  Inquiry& inquiry_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_STEPS_H_
