#include "services/handoff/api/process_engine.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/handoff/domain/process.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;
using v1::Process;
using v1::ProcessStep;

namespace {

constexpr char kService[] = "handoff";
// How long a caller waits for a process.
constexpr absl::Duration kAnswerPatience = absl::Seconds(2);
// How many processes one sweep takes on, and how long it stays with each.
constexpr int kSweepLimit = 200;
constexpr absl::Duration kSweepPatience = absl::Seconds(5);

}  // namespace

absl::Time AnswerBy(const Call& call) {
  return std::min(call.deadline, absl::Now() + kAnswerPatience);
}

ProcessEngine::Claim::Claim(ProcessEngine& engine, std::string process, absl::Time deadline)
    : engine_(engine), process_(std::move(process)) {
  absl::MutexLock lock(&engine_.mutex_);
  const auto is_free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine_.mutex_) {
    return !engine_.claimed_.contains(process_);
  };
  held_ = engine_.mutex_.AwaitWithDeadline(absl::Condition(&is_free), deadline);
  if (held_) engine_.claimed_.insert(process_);
}

ProcessEngine::Claim::~Claim() {
  if (!held_) return;
  absl::MutexLock lock(&engine_.mutex_);
  engine_.claimed_.erase(process_);
}

absl::Status ProcessEngine::Mark(
    const Call& call, const std::string& process,
    absl::FunctionRef<absl::Status(Writer&, ProcessStep*, Process*)> change) {
  return database_
      .Write(call,
             [&](Writer& writer) -> absl::Status {
               BANSO_ASSIGN_OR_RETURN(Process stored, store_.processes.Get(writer, process));
               ProcessStep* step = NextStep(&stored);
               if (step == nullptr) return absl::OkStatus();
               BANSO_RETURN_IF_ERROR(change(writer, step, &stored));
               return store_.processes.Put(writer, std::move(stored)).status();
             })
      .status();
}

absl::StatusOr<bool> ProcessEngine::RunStep(const std::string& name, absl::Time deadline) {
  // Marks are made under a deadline of their own, so that what has been done is also noted down.
  const Call mark = ServiceCall(kService, clock_.TimeNow());
  Process process;
  ProcessStep step;
  BANSO_RETURN_IF_ERROR(Mark(mark, name, [&](Writer& writer, ProcessStep* next, Process* stored) {
    BeginStep(writer.now(), next);
    step = *next;
    process = *stored;
    return absl::OkStatus();
  }));
  if (step.kind() == v1::STEP_KIND_UNSPECIFIED) return false;

  Call call = ServiceCall(kService, clock_.TimeNow());
  call.method = "process";
  call.request_id = step.request_id();
  call.deadline = std::min(call.deadline, deadline);
  absl::StatusOr<StepEffect> effect = steps_.Try(call, process, step);
  absl::Status status = effect.status();
  if (effect.ok()) {
    status = Mark(mark, name, [&](Writer& writer, ProcessStep* next, Process* stored) {
      if (effect->local) BANSO_RETURN_IF_ERROR(effect->local(writer));
      FinishStep(effect->resource, writer.now(), next, stored);
      return absl::OkStatus();
    });
  }
  if (status.ok()) return true;
  BANSO_RETURN_IF_ERROR(Mark(mark, name, [&](Writer&, ProcessStep* next, Process* stored) {
    FailStep(status, absl::Now(), next, stored);
    return absl::OkStatus();
  }));
  return false;
}

absl::Status ProcessEngine::Run(const std::string& process, absl::Time deadline) {
  const Claim claim(*this, process, absl::Now());
  if (!claim.held()) return absl::OkStatus();
  bool more = true;
  while (more && absl::Now() < deadline) {
    BANSO_ASSIGN_OR_RETURN(more, RunStep(process, deadline));
  }
  return absl::OkStatus();
}

absl::StatusOr<Process> ProcessEngine::RunAndGet(const Call& call, const std::string& process) {
  BANSO_RETURN_IF_ERROR(Run(process, AnswerBy(call)));
  return storage::Fetch<Process>(
      database_, [&](Reader& reader) { return store_.processes.Get(reader, process); });
}

absl::Status ProcessEngine::Sweep(const Call& call) {
  std::vector<std::string> due;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(due, store_.DueProcesses(reader, absl::Now(), kSweepLimit));
    return absl::OkStatus();
  }));
  for (const std::string& process : due) {
    if (call.is_cancelled()) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(Run(process, absl::Now() + kSweepPatience));
  }
  return absl::OkStatus();
}

}  // namespace banso::handoff
