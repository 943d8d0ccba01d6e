#ifndef BANSO_SERVICES_HEALTH_DOMAIN_OUTBOX_DELIVERY_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_OUTBOX_DELIVERY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/health/v1/outbox.pb.h"
#include "banso/health/v1/signal.pb.h"

// The life of a message in the outbox.
namespace banso::health {

// How long to wait after so many failed attempts, 1 or more: 10 s, 20 s, 40 s... at most an hour.
absl::Duration Backoff(int attempts);

// The value of Banso-Signature for a body sent at `time`: `t=<unix seconds>,v1=<hex>`, HMAC-SHA-256
// (RFC 2104, FIPS 198-1) of `<unix seconds>.<body>`.
std::string Signature(absl::string_view secret, absl::Time time, absl::string_view body);

// The receiver has it.
void Delivered(absl::string_view by, absl::Time now, v1::OutboxMessage& message);
// An attempt has failed: the message waits, or is given up after `max_attempts`.
void AttemptFailed(absl::string_view error, int max_attempts, absl::Time now,
                   v1::OutboxMessage& message);
// Begins again. FAILED_PRECONDITION (NOT_GIVEN_UP).
absl::Status BeginAgain(absl::Time now, v1::OutboxMessage& message);

// How a message's state shows in the action that made it.
void TakeOver(const v1::OutboxMessage& message, v1::SignalAction& action);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_OUTBOX_DELIVERY_H_
