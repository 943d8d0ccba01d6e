#ifndef BANSO_SERVICES_HEALTH_API_SIGNALS_SIGNALS_API_H_
#define BANSO_SERVICES_HEALTH_API_SIGNALS_SIGNALS_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/signals_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.SignalsService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
//
// signal_rules.cc and signals.cc hold them by topic.
class SignalsApi {
 public:
  // Both must outlive the handlers.
  SignalsApi(storage::Database& database, const Store& store)
      : database_(database), store_(store) {}

  absl::StatusOr<v1::SignalRule> SaveSignalRule(const Call& call,
                                                const v1::SaveSignalRuleRequest& request);
  absl::StatusOr<v1::SignalRule> ActivateSignalRule(const Call& call,
                                                    const v1::ActivateSignalRuleRequest& request);
  absl::StatusOr<v1::SignalRule> DeactivateSignalRule(
      const Call& call, const v1::DeactivateSignalRuleRequest& request);
  absl::StatusOr<v1::SignalRule> GetSignalRule(const Call& call,
                                               const v1::GetSignalRuleRequest& request);
  absl::StatusOr<v1::ListSignalRuleRevisionsResponse> ListSignalRuleRevisions(
      const Call& call, const v1::ListSignalRuleRevisionsRequest& request);
  absl::StatusOr<v1::Play> SavePlay(const Call& call, const v1::SavePlayRequest& request);
  absl::StatusOr<v1::Play> ActivatePlay(const Call& call, const v1::ActivatePlayRequest& request);
  absl::StatusOr<v1::Play> DeactivatePlay(const Call& call,
                                          const v1::DeactivatePlayRequest& request);
  absl::StatusOr<v1::Play> GetPlay(const Call& call, const v1::GetPlayRequest& request);
  absl::StatusOr<v1::ListPlayRevisionsResponse> ListPlayRevisions(
      const Call& call, const v1::ListPlayRevisionsRequest& request);

  absl::StatusOr<v1::Signal> GetSignal(const Call& call, const v1::GetSignalRequest& request);
  absl::StatusOr<v1::ListSignalsResponse> ListSignals(const Call& call,
                                                      const v1::ListSignalsRequest& request);
  absl::StatusOr<v1::Signal> AcknowledgeSignal(const Call& call,
                                               const v1::AcknowledgeSignalRequest& request);
  absl::StatusOr<v1::Signal> SnoozeSignal(const Call& call, const v1::SnoozeSignalRequest& request);
  absl::StatusOr<v1::Signal> ResolveSignal(const Call& call,
                                           const v1::ResolveSignalRequest& request);
  absl::StatusOr<v1::Signal> RetrySignalAction(const Call& call,
                                               const v1::RetrySignalActionRequest& request);
  absl::StatusOr<v1::SignalReport> GetSignalReport(const Call& call,
                                                   const v1::GetSignalReportRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SIGNALS_SIGNALS_API_H_
