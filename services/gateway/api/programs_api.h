#ifndef BANSO_SERVICES_GATEWAY_API_PROGRAMS_API_H_
#define BANSO_SERVICES_GATEWAY_API_PROGRAMS_API_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/server/client.h"
#include "common/storage/database.h"
#include "services/gateway/store/store.h"

namespace banso::gateway {

// Error reasons of this area.
inline constexpr char kReasonProgramRefused[] = "PROGRAM_REFUSED";

// Applies programs to the services. An application is stored before anything is saved, each of its
// steps has a request id of its own, and its progress is stored step by step: whatever is cut off
// is taken up again and every step has its effect once.
class ProgramsApi {
 public:
  // All must outlive it.
  ProgramsApi(storage::Database& database, const Store& store, server::Peers& peers,
              contract::IdSource& ids)
      : database_(database), store_(store), peers_(peers), ids_(ids) {}

  absl::StatusOr<v1::ProgramApplication> ApplyProgram(const Call& call,
                                                      const v1::ApplyProgramRequest& request);
  absl::StatusOr<v1::ProgramApplication> GetProgramApplication(
      const Call& call, const v1::GetProgramApplicationRequest& request);
  absl::StatusOr<v1::ListProgramApplicationsResponse> ListProgramApplications(
      const Call& call, const v1::ListProgramApplicationsRequest& request);

  // Takes up the applications that were interrupted; returns what keeps one from going on. Does
  // nothing while another application runs.
  absl::Status RollForward(const Call& call);

 private:
  // Holds the place of the one application that runs at a time.
  class Turn;

  absl::StatusOr<v1::ProgramApplication> ApplyInTurn(const Call& call,
                                                     const v1::ApplyProgramRequest& request);
  // Checks everything; returns the application with its parts and what it applies, not stored.
  absl::StatusOr<v1::ProgramApplication> Prepare(const Call& call,
                                                 const v1::ApplyProgramRequest& request,
                                                 ApplicationContent* content);
  absl::StatusOr<v1::ProgramApplication> Finish(const Call& call,
                                                v1::ProgramApplication application);
  absl::Status RollForwardInTurn(const Call& call);

  storage::Database& database_;
  const Store& store_;
  server::Peers& peers_;
  contract::IdSource& ids_;
  absl::Mutex mutex_;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_PROGRAMS_API_H_
