#include <utility>

#include "common/contract/errors.h"
#include "common/server/http_client.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/lists.h"
#include "services/health/api/outbox/outbox_api.h"
#include "services/health/domain/outbox/delivery.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::OutboxMessage;
using v1::Webhook;

absl::StatusOr<v1::ListOutboxMessagesResponse> OutboxApi::ListOutboxMessages(
    const Call&, const v1::ListOutboxMessagesRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = "create_time, account, sequence";
  if (!request.states().empty()) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  if (!request.channel().empty()) {
    query.filters.push_back(storage::Equal("channel", request.channel()));
  }
  return storage::Fetch<v1::ListOutboxMessagesResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListOutboxMessagesResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<OutboxMessage> page,
                               store_.signals.messages.List(reader, query));
        return ToResponse<v1::ListOutboxMessagesResponse>(
            std::move(page), &v1::ListOutboxMessagesResponse::mutable_messages);
      });
}

absl::StatusOr<OutboxMessage> OutboxApi::AcknowledgeOutboxMessage(
    const Call& call, const v1::AcknowledgeOutboxMessageRequest& request) {
  return storage::Mutate<OutboxMessage>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<OutboxMessage> {
        BANSO_ASSIGN_OR_RETURN(OutboxMessage message,
                               store_.signals.messages.Get(writer, request.name()));
        if (message.state() == v1::OUTBOX_STATE_DELIVERED) return message;
        BANSO_ASSIGN_OR_RETURN(const bool out_of_order,
                               store_.signals.HasEarlierPending(writer, message));
        if (out_of_order) {
          return contract::FailedPrecondition(
              "EARLIER_PENDING", message.name(),
              "an earlier message of the account on this channel is pending",
              "Take messages in the order of their sequence");
        }
        Delivered(call.actor, writer.now(), message);
        return store_.signals.SaveMessage(writer, std::move(message));
      });
}

absl::StatusOr<OutboxMessage> OutboxApi::RetryOutboxMessage(
    const Call& call, const v1::RetryOutboxMessageRequest& request) {
  return storage::Mutate<OutboxMessage>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<OutboxMessage> {
        BANSO_ASSIGN_OR_RETURN(OutboxMessage message,
                               store_.signals.messages.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(BeginAgain(writer.now(), message));
        return store_.signals.SaveMessage(writer, std::move(message));
      });
}

absl::StatusOr<Webhook> OutboxApi::SetWebhook(const Call& call,
                                              const v1::SetWebhookRequest& request) {
  if (!server::IsHttpUrl(request.webhook().url())) {
    return contract::InvalidField(
        "webhook.url", request.webhook().url(),
        "an http or https address without a user, such as https://hooks.example/banso", "NOT_HTTP");
  }
  return storage::Mutate<Webhook>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Webhook> {
        Webhook webhook = request.webhook();
        if (!request.secret().empty()) {
          BANSO_RETURN_IF_ERROR(
              store_.signals.SaveSecret(writer, webhook.name(), request.secret()));
        }
        BANSO_ASSIGN_OR_RETURN(const std::string secret,
                               store_.signals.Secret(writer, webhook.name()));
        webhook.set_is_signed(!secret.empty());
        return store_.signals.webhooks.Put(writer, std::move(webhook));
      });
}

absl::StatusOr<Webhook> OutboxApi::GetWebhook(const Call&, const v1::GetWebhookRequest& request) {
  return storage::Fetch<Webhook>(database_, [&](Reader& reader) {
    return store_.signals.webhooks.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListWebhooksResponse> OutboxApi::ListWebhooks(
    const Call&, const v1::ListWebhooksRequest& request) {
  return storage::Fetch<v1::ListWebhooksResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListWebhooksResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Webhook> page,
                               store_.signals.webhooks.List(reader, PageOf(request)));
        return ToResponse<v1::ListWebhooksResponse>(std::move(page),
                                                    &v1::ListWebhooksResponse::mutable_webhooks);
      });
}

}  // namespace banso::health
