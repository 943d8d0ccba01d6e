#include "services/health/domain/outbox/delivery.h"

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "sodium.h"

namespace banso::health {
namespace {

constexpr absl::Duration kFirstPause = absl::Seconds(10);
constexpr absl::Duration kLongestPause = absl::Hours(1);
constexpr size_t kMaxErrorLength = 500;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

absl::Duration Backoff(int attempts) {
  // More doublings than lead beyond the longest pause make no difference.
  constexpr int kMaxDoublings = 20;
  const int doublings = std::clamp(attempts - 1, 0, kMaxDoublings);
  return std::min(kFirstPause * (1 << doublings), kLongestPause);
}

std::string Signature(absl::string_view secret, absl::Time time, absl::string_view body) {
  const std::string seconds = absl::StrCat(absl::ToUnixSeconds(time));
  const std::string text = absl::StrCat(seconds, ".", body);
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> hash{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(secret), secret.size());
  crypto_auth_hmacsha256_update(&state, Bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, hash.data());
  const absl::string_view bytes(reinterpret_cast<const char*>(hash.data()), hash.size());
  return absl::StrCat("t=", seconds, ",v1=", absl::BytesToHexString(bytes));
}

void Delivered(absl::string_view by, absl::Time now, v1::OutboxMessage& message) {
  message.set_state(v1::OUTBOX_STATE_DELIVERED);
  message.clear_last_error();
  message.clear_next_attempt_time();
  message.set_delivered_by(std::string(by));
  *message.mutable_deliver_time() = calendar::ToTimestamp(now);
}

void AttemptFailed(absl::string_view error, int max_attempts, absl::Time now,
                   v1::OutboxMessage& message) {
  message.set_last_error(std::string(error.substr(0, kMaxErrorLength)));
  if (message.attempts() >= max_attempts) {
    message.set_state(v1::OUTBOX_STATE_GIVEN_UP);
    message.clear_next_attempt_time();
    return;
  }
  *message.mutable_next_attempt_time() = calendar::ToTimestamp(now + Backoff(message.attempts()));
}

absl::Status BeginAgain(absl::Time now, v1::OutboxMessage& message) {
  if (message.state() != v1::OUTBOX_STATE_GIVEN_UP) {
    return contract::FailedPrecondition("NOT_GIVEN_UP", message.name(),
                                        "the message was not given up", "");
  }
  message.set_state(v1::OUTBOX_STATE_PENDING);
  message.set_attempts(0);
  *message.mutable_next_attempt_time() = calendar::ToTimestamp(now);
  return absl::OkStatus();
}

void TakeOver(const v1::OutboxMessage& message, v1::SignalAction& action) {
  action.set_target(message.name());
  action.set_attempts(message.attempts());
  action.set_last_error(message.last_error());
  action.clear_close_time();
  switch (message.state()) {
    case v1::OUTBOX_STATE_DELIVERED:
      action.set_state(v1::SIGNAL_ACTION_STATE_DONE);
      *action.mutable_close_time() = message.deliver_time();
      break;
    case v1::OUTBOX_STATE_GIVEN_UP:
      action.set_state(v1::SIGNAL_ACTION_STATE_FAILED);
      break;
    default:
      action.set_state(v1::SIGNAL_ACTION_STATE_PENDING);
  }
}

}  // namespace banso::health
