#ifndef BANSO_SERVICES_HANDOFF_API_HANDOFF_API_H_
#define BANSO_SERVICES_HANDOFF_API_HANDOFF_API_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/handoff/v1/process.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "google/protobuf/message.h"
#include "services/handoff/api/process_engine.h"
#include "services/handoff/domain/transfer.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// The handlers of banso.handoff.v1.HandoffService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
//
// policies.cc, handoffs.cc and gap_watches.cc hold them by topic.
class HandoffApi {
 public:
  // All must outlive the handlers.
  HandoffApi(storage::Database& database, const Store& store, ProcessEngine& engine,
             contract::IdSource& ids)
      : database_(database), store_(store), engine_(engine), ids_(ids) {}

  absl::StatusOr<v1::HandoffPolicy> SaveHandoffPolicy(const Call& call,
                                                      const v1::SaveHandoffPolicyRequest& request);
  absl::StatusOr<v1::HandoffPolicy> ActivateHandoffPolicy(
      const Call& call, const v1::ActivateHandoffPolicyRequest& request);
  absl::StatusOr<v1::HandoffPolicy> GetHandoffPolicy(const Call& call,
                                                     const v1::GetHandoffPolicyRequest& request);
  absl::StatusOr<v1::ListHandoffPolicyRevisionsResponse> ListHandoffPolicyRevisions(
      const Call& call, const v1::ListHandoffPolicyRevisionsRequest& request);

  absl::StatusOr<v1::Handoff> GetHandoff(const Call& call, const v1::GetHandoffRequest& request);
  absl::StatusOr<v1::ListHandoffsResponse> ListHandoffs(const Call& call,
                                                        const v1::ListHandoffsRequest& request);
  absl::StatusOr<v1::Handoff> UpdateHandoff(const Call& call,
                                            const v1::UpdateHandoffRequest& request);
  absl::StatusOr<v1::Handoff> OfferHandoff(const Call& call,
                                           const v1::OfferHandoffRequest& request);
  absl::StatusOr<v1::Handoff> ReturnHandoff(const Call& call,
                                            const v1::ReturnHandoffRequest& request);
  absl::StatusOr<v1::Handoff> AcceptHandoff(const Call& call,
                                            const v1::AcceptHandoffRequest& request);

  absl::StatusOr<v1::GapWatch> GetGapWatch(const Call& call, const v1::GetGapWatchRequest& request);
  absl::StatusOr<v1::ListGapWatchesResponse> ListGapWatches(
      const Call& call, const v1::ListGapWatchesRequest& request);
  absl::StatusOr<v1::GapWatch> RecordRetentionContact(
      const Call& call, const v1::RecordRetentionContactRequest& request);

  // Brings the level of every open gap watch up to the day: the form of a sweep.
  absl::Status AdvanceGapWatches(const Call& call);

 private:
  // Begins the process by which accounts learns of a decision about `handoff`.
  absl::StatusOr<v1::Process> BeginDecision(storage::Writer& writer, v1::ProcessKind kind,
                                            const google::protobuf::Message& request,
                                            const Act& act, v1::Handoff* handoff);

  // Sets what is worked out at reading.
  absl::Status Complete(storage::Reader& reader, absl::Time now, v1::Handoff* handoff) const;

  storage::Database& database_;
  const Store& store_;
  ProcessEngine& engine_;
  contract::IdSource& ids_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_HANDOFF_API_H_
