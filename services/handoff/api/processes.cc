#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/handoff/api/etag.h"
#include "services/handoff/api/processes_api.h"
#include "services/handoff/domain/evidence.h"
#include "services/handoff/domain/process.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;
using v1::Process;

namespace {

absl::Status CheckStart(const v1::StartOnboardingRequest& request) {
  contract::Violations violations;
  if (!request.plan_template().empty() && request.plan_template_reason().empty()) {
    violations.Add("plan_template_reason", "", "why this template is used", "REQUIRED");
  }
  if (!request.deal().empty() && contract::Parent(request.deal()) != request.parent()) {
    violations.Add("deal", request.deal(), "a deal of the account", "OTHER_ACCOUNT");
  }
  return violations.ToStatus();
}

// FAILED_PRECONDITION (PROCESS_RUNNING) while the process that begins the onboarding has not ended.
absl::Status CheckBegun(Reader& reader, const Store& store, const std::string& onboarding) {
  BANSO_ASSIGN_OR_RETURN(
      const std::vector<Process> processes,
      store.processes.All(reader, "", {storage::Equal("onboarding", onboarding)}));
  for (const Process& process : processes) {
    const bool begins =
        process.kind() == v1::PROCESS_KIND_START_ONBOARDING && !process.has_end_time();
    if (!begins) continue;
    return contract::FailedPrecondition(kReasonProcessRunning, onboarding,
                                        absl::StrCat(process.name(), " begins it still"),
                                        absl::StrCat("CancelProcess ", process.name()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Process> ProcessesApi::StartOnboarding(const Call& call,
                                                      const v1::StartOnboardingRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckStart(request));
  BANSO_ASSIGN_OR_RETURN(
      const Process begun,
      storage::Mutate<Process>(
          database_, call, request, [&](Writer& writer) -> absl::StatusOr<Process> {
            v1::StartOnboardingRequest input = request;
            input.set_onboarding_id(contract::IdOrNew(request.onboarding_id(), ids_));
            const std::string onboarding =
                contract::Join(request.parent(), "onboardings", input.onboarding_id());
            BANSO_ASSIGN_OR_RETURN(const bool started, store_.WasStarted(writer, onboarding));
            if (started) return contract::AlreadyExists(onboarding);
            if (!request.criteria_set().empty()) {
              BANSO_RETURN_IF_ERROR(
                  store_.criteria_sets.Get(writer, request.criteria_set(), writer.now()).status());
            }
            BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, onboarding));
            return store_.Begin(
                writer,
                NewProcess(contract::Join("", "processes", ids_.New()),
                           v1::PROCESS_KIND_START_ONBOARDING, onboarding, act.actor),
                input, act.today);
          }));
  return engine_.RunAndGet(call, begun.name());
}

absl::StatusOr<Process> ProcessesApi::CompleteOnboarding(
    const Call& call, const v1::CompleteOnboardingRequest& request) {
  const std::string name = CompletionName(request.onboarding());
  BANSO_ASSIGN_OR_RETURN(const Case before, storage::Fetch<Case>(database_, [&](Reader& reader) {
                           return store_.LoadCase(reader, name, call.now);
                         }));
  rule::Moment moment;
  Findings findings;
  if (before.completion.state() == v1::COMPLETION_STATE_OPEN) {
    BANSO_RETURN_IF_ERROR(inquiry_.Evaluate(call, before, &moment, &findings).status());
  }
  BANSO_ASSIGN_OR_RETURN(
      const Process begun,
      storage::Mutate<Process>(
          database_, call, request, [&](Writer& writer) -> absl::StatusOr<Process> {
            // Judged once more on what was learned, as evidence may have changed since.
            BANSO_ASSIGN_OR_RETURN(Case the_case, store_.LoadCase(writer, name, writer.now()));
            BANSO_RETURN_IF_ERROR(CheckEtag(request.etag(), the_case.completion));
            BANSO_RETURN_IF_ERROR(CheckOpen(the_case.completion));
            BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, name));
            Process process =
                NewProcess(contract::Join("", "processes", ids_.New()),
                           v1::PROCESS_KIND_COMPLETE_ONBOARDING, request.onboarding(), act.actor);
            BANSO_RETURN_IF_ERROR(Freeze(Evaluate(the_case, moment, findings), request,
                                         process.name(), act, &the_case.completion));
            BANSO_RETURN_IF_ERROR(store_.Put(writer, the_case.completion).status());
            v1::ProcessStep* freeze = NextStep(&process);
            BeginStep(act.now, freeze);
            FinishStep(name, act.now, freeze, &process);
            return store_.Begin(writer, process, request, act.today);
          }));
  return engine_.RunAndGet(call, begun.name());
}

absl::StatusOr<Process> ProcessesApi::CancelOnboarding(const Call& call,
                                                       const v1::CancelOnboardingRequest& request) {
  const std::string name = CompletionName(request.onboarding());
  BANSO_ASSIGN_OR_RETURN(
      const Process begun,
      storage::Mutate<Process>(
          database_, call, request, [&](Writer& writer) -> absl::StatusOr<Process> {
            BANSO_RETURN_IF_ERROR(CheckBegun(writer, store_, request.onboarding()));
            BANSO_ASSIGN_OR_RETURN(v1::Completion completion, store_.completions.Get(writer, name));
            BANSO_RETURN_IF_ERROR(CheckEtag(request.etag(), completion));
            BANSO_RETURN_IF_ERROR(CheckOpen(completion));
            BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, name));
            const Process process =
                NewProcess(contract::Join("", "processes", ids_.New()),
                           v1::PROCESS_KIND_CANCEL_ONBOARDING, request.onboarding(), act.actor);
            completion.set_process(process.name());
            BANSO_RETURN_IF_ERROR(store_.Put(writer, completion).status());
            return store_.Begin(writer, process, request, act.today);
          }));
  return engine_.RunAndGet(call, begun.name());
}

absl::StatusOr<Process> ProcessesApi::GetProcess(const Call& /*call*/,
                                                 const v1::GetProcessRequest& request) {
  return storage::Fetch<Process>(
      database_, [&](Reader& reader) { return store_.processes.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListProcessesResponse> ProcessesApi::ListProcesses(
    const Call& /*call*/, const v1::ListProcessesRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  query.order_by = "create_time desc";
  if (!request.onboarding().empty()) {
    query.filters.push_back(storage::Equal("onboarding", request.onboarding()));
  }
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  return storage::ListPage(database_, store_.processes, query,
                           &v1::ListProcessesResponse::mutable_processes);
}

absl::StatusOr<Process> ProcessesApi::ChangeProcess(
    const Call& call, const google::protobuf::Message& request, const std::string& name,
    const std::string& etag, absl::FunctionRef<absl::Status(Process&, absl::Time)> change) {
  {
    const ProcessEngine::Claim claim(engine_, name, AnswerBy(call));
    if (!claim.held()) {
      return contract::Unavailable("a step of the process is being tried at this moment",
                                   absl::Seconds(1));
    }
    BANSO_RETURN_IF_ERROR(storage::Mutate<Process>(database_, call, request, [&](Writer& writer) {
                            return store_.processes.Modify(
                                writer, name, etag,
                                [&](Process& process) { return change(process, writer.now()); });
                          }).status());
  }
  return engine_.RunAndGet(call, name);
}

absl::StatusOr<Process> ProcessesApi::RetryStep(const Call& call,
                                                const v1::RetryStepRequest& request) {
  return ChangeProcess(call, request, request.name(), request.etag(),
                       [](Process& process, absl::Time /*now*/) { return Retry(&process); });
}

absl::StatusOr<Process> ProcessesApi::CancelProcess(const Call& call,
                                                    const v1::CancelProcessRequest& request) {
  return ChangeProcess(
      call, request, request.name(), request.etag(),
      [&](Process& process, absl::Time now) { return Cancel(request.reason(), now, &process); });
}

}  // namespace banso::handoff
