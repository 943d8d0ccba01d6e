#ifndef BANSO_SERVICES_HEALTH_API_OUTBOX_OUTBOX_API_H_
#define BANSO_SERVICES_HEALTH_API_OUTBOX_OUTBOX_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/outbox_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.OutboxService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
class OutboxApi {
 public:
  // Both must outlive the handlers.
  OutboxApi(storage::Database& database, const Store& store) : database_(database), store_(store) {}

  absl::StatusOr<v1::ListOutboxMessagesResponse> ListOutboxMessages(
      const Call& call, const v1::ListOutboxMessagesRequest& request);
  absl::StatusOr<v1::OutboxMessage> AcknowledgeOutboxMessage(
      const Call& call, const v1::AcknowledgeOutboxMessageRequest& request);
  absl::StatusOr<v1::OutboxMessage> RetryOutboxMessage(
      const Call& call, const v1::RetryOutboxMessageRequest& request);

  absl::StatusOr<v1::Webhook> SetWebhook(const Call& call, const v1::SetWebhookRequest& request);
  absl::StatusOr<v1::Webhook> GetWebhook(const Call& call, const v1::GetWebhookRequest& request);
  absl::StatusOr<v1::ListWebhooksResponse> ListWebhooks(const Call& call,
                                                        const v1::ListWebhooksRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_OUTBOX_OUTBOX_API_H_
