#ifndef BANSO_SERVICES_HANDOFF_API_PROCESSES_API_H_
#define BANSO_SERVICES_HANDOFF_API_PROCESSES_API_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "google/protobuf/message.h"
#include "services/handoff/api/inquiry.h"
#include "services/handoff/api/process_engine.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// The handlers of banso.handoff.v1.ProcessesService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
class ProcessesApi {
 public:
  // All must outlive the handlers.
  ProcessesApi(storage::Database& database, const Store& store, Inquiry& inquiry,
               ProcessEngine& engine, contract::IdSource& ids)
      : database_(database), store_(store), inquiry_(inquiry), engine_(engine), ids_(ids) {}

  absl::StatusOr<v1::Process> StartOnboarding(const Call& call,
                                              const v1::StartOnboardingRequest& request);
  absl::StatusOr<v1::Process> CompleteOnboarding(const Call& call,
                                                 const v1::CompleteOnboardingRequest& request);
  absl::StatusOr<v1::Process> CancelOnboarding(const Call& call,
                                               const v1::CancelOnboardingRequest& request);
  absl::StatusOr<v1::Process> GetProcess(const Call& call, const v1::GetProcessRequest& request);
  absl::StatusOr<v1::ListProcessesResponse> ListProcesses(const Call& call,
                                                          const v1::ListProcessesRequest& request);
  absl::StatusOr<v1::Process> RetryStep(const Call& call, const v1::RetryStepRequest& request);
  absl::StatusOr<v1::Process> CancelProcess(const Call& call,
                                            const v1::CancelProcessRequest& request);

 private:
  // Lets `change` alter a process that nobody runs, then runs it.
  absl::StatusOr<v1::Process> ChangeProcess(
      const Call& call, const google::protobuf::Message& request, const std::string& name,
      const std::string& etag, absl::FunctionRef<absl::Status(v1::Process&, absl::Time)> change);

  storage::Database& database_;
  const Store& store_;
  Inquiry& inquiry_;
  ProcessEngine& engine_;
  contract::IdSource& ids_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_PROCESSES_API_H_
