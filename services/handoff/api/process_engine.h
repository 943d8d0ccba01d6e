#ifndef BANSO_SERVICES_HANDOFF_API_PROCESS_ENGINE_H_
#define BANSO_SERVICES_HANDOFF_API_PROCESS_ENGINE_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "banso/handoff/v1/process.pb.h"
#include "common/calendar/clock.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/handoff/api/steps.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// Until when (system time) a caller waits for a process: a short while, and not past its deadline.
absl::Time AnswerBy(const Call& call);

// Runs processes: step by step, each marked in the store before it is tried and again, together
// with its effect there, when it is done. What a crash interrupts is tried again under the same
// request id by the next Sweep. Thread-safe; a process is run by one thread at a time.
class ProcessEngine {
 public:
  // All must outlive it.
  ProcessEngine(storage::Database& database, const Store& store, calendar::Clock& clock,
                Steps& steps)
      : database_(database), store_(store), clock_(clock), steps_(steps) {}

  // Runs the process until it has ended, waits for a person or for its next attempt, or `deadline`
  // (system time) has passed. Does nothing while another thread runs it. What fails in a step is
  // told by the process; an error here means that the own store does not work.
  absl::Status Run(const std::string& process, absl::Time deadline);

  // Runs the process for as long as a caller waits for it, and returns it as it then stands.
  absl::StatusOr<v1::Process> RunAndGet(const Call& call, const std::string& process);

  // Runs every process that is due: the form of a sweep.
  absl::Status Sweep(const Call& call);

  // Keeps a process from being run, for changes from outside.
  class Claim {
   public:
    // Waits until nobody runs the process, at most until `deadline` (system time).
    Claim(ProcessEngine& engine, std::string process, absl::Time deadline);
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    // False when it is still being run.
    bool held() const { return held_; }

   private:
    ProcessEngine& engine_;
    const std::string process_;
    bool held_ = false;
  };

 private:
  // Tries the next step. False when there is none to try, or it has failed.
  absl::StatusOr<bool> RunStep(const std::string& process, absl::Time deadline);
  // Lets `change` alter the process as stored, with the step whose turn it is.
  absl::Status Mark(
      const Call& call, const std::string& process,
      absl::FunctionRef<absl::Status(storage::Writer&, v1::ProcessStep*, v1::Process*)> change);

  storage::Database& database_;
  const Store& store_;
  calendar::Clock& clock_;
  Steps& steps_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> claimed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_PROCESS_ENGINE_H_
