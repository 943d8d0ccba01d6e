#ifndef BANSO_SERVICES_HEALTH_STORE_SIGNALS_SIGNAL_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_SIGNALS_SIGNAL_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/health/v1/outbox.pb.h"
#include "banso/health/v1/play.pb.h"
#include "banso/health/v1/signal.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"
#include "services/health/domain/signals/signal_rule.h"

namespace banso::health {

// A task that kickoff is still to be given, or an onboarding that handoff is to start or has not
// ended starting.
struct PendingTask {
  std::string signal;
  std::string action;
  int attempts = 0;
};

// Signals and what they lead to. Immutable and thread-safe.
class SignalStore {
 public:
  SignalStore();

  const storage::RevisionedCollection<v1::SignalRule> rules;
  const storage::RevisionedCollection<v1::Play> plays;
  const storage::Collection<v1::Signal> signals;
  const storage::Collection<v1::OutboxMessage> messages;
  // Without their secrets. Not in the feed of changes: where messages go is for operations.
  const storage::Collection<v1::Webhook> webhooks;

  // What is remembered of a rule (without revision) and an account.
  absl::StatusOr<SignalWatch> Watch(storage::Reader& reader, absl::string_view account,
                                    absl::string_view rule) const;
  absl::Status SaveWatch(storage::Writer& writer, absl::string_view account, absl::string_view rule,
                         const SignalWatch& watch) const;

  // The rules of which anything is remembered of an account, in order.
  absl::StatusOr<std::vector<std::string>> WatchedRules(storage::Reader& reader,
                                                        absl::string_view account) const;
  absl::Status DropWatch(storage::Writer& writer, absl::string_view account,
                         absl::string_view rule) const;

  // The account's signal with that cause, if there has been one.
  absl::StatusOr<std::optional<v1::Signal>> FindByCause(storage::Reader& reader,
                                                        absl::string_view account,
                                                        absl::string_view cause) const;

  // The names of up to `limit` signals whose snooze has ended at `now`.
  absl::StatusOr<std::vector<std::string>> EndedSnoozes(storage::Reader& reader, absl::Time now,
                                                        int limit) const;

  // The tasks that are to be handed over at `now`, those due longest first.
  absl::StatusOr<std::vector<PendingTask>> PendingTasks(storage::Reader& reader, absl::Time now,
                                                        int limit) const;
  // Keeps a task until it is handed over, with when to try next; the same one again replaces it.
  absl::Status KeepTask(storage::Writer& writer, const PendingTask& task, absl::Time next) const;
  absl::Status DropTask(storage::Writer& writer, const PendingTask& task) const;

  // Stores a new message as the next of its account.
  absl::StatusOr<v1::OutboxMessage> Enqueue(storage::Writer& writer,
                                            v1::OutboxMessage message) const;
  // Up to `limit` messages of a channel that may be sent at `now`: of each account the first that
  // is PENDING. Those due longest first.
  absl::StatusOr<std::vector<v1::OutboxMessage>> SendableMessages(storage::Reader& reader,
                                                                  absl::string_view channel,
                                                                  absl::Time now, int limit) const;
  // Whether an earlier message of the same account and channel is PENDING.
  absl::StatusOr<bool> HasEarlierPending(storage::Reader& reader,
                                         const v1::OutboxMessage& message) const;
  // Stores a message's new state, also in the action that made it.
  absl::StatusOr<v1::OutboxMessage> SaveMessage(storage::Writer& writer,
                                                v1::OutboxMessage message) const;

  // Keeps the secret of a webhook.
  absl::Status SaveSecret(storage::Writer& writer, absl::string_view webhook,
                          absl::string_view secret) const;
  // Empty when it has none.
  absl::StatusOr<std::string> Secret(storage::Reader& reader, absl::string_view webhook) const;

  storage::SnapshotSources sources() const;
  absl::Status CheckSchema(storage::Reader& reader) const;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SIGNALS_SIGNAL_STORE_H_
