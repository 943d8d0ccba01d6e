#include "services/health/store/signals/signal_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/domain/outbox/delivery.h"
#include "services/health/domain/signals/signal.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;
using storage::Value;
using storage::Writer;
using v1::OutboxMessage;
using v1::Signal;

storage::Kind<Signal> SignalKind() {
  return {
      .table = "signal",
      .pattern = "accounts/{account}/signals/{signal}",
      .columns = {
          {"account", [](const Signal& signal) { return Value(contract::Parent(signal.name())); }},
          {"rule",
           [](const Signal& signal) {
             const auto split = contract::SplitRevision(signal.signal_rule());
             return Value(split.has_value() ? split->name : signal.signal_rule());
           }},
          {"cause", [](const Signal& signal) { return Value(signal.cause()); }},
          {"state", [](const Signal& signal) { return Value(signal.state()); }},
          {"severity", [](const Signal& signal) { return Value(signal.severity()); }},
          {"owner", [](const Signal& signal) { return Value(signal.owner()); }},
          {"raise_time",
           [](const Signal& signal) { return Value(calendar::ToTime(signal.raise_time())); }},
          {"snooze_until",
           [](const Signal& signal) {
             return signal.has_snooze_until() ? Value(calendar::ToTime(signal.snooze_until()))
                                              : Value();
           }},
      }};
}

storage::Kind<OutboxMessage> MessageKind() {
  return {
      .table = "outbox_message",
      .pattern = "accounts/{account}/messages/{message}",
      .columns = {
          {"account",
           [](const OutboxMessage& message) { return Value(contract::Parent(message.name())); }},
          {"channel", [](const OutboxMessage& message) { return Value(message.channel()); }},
          {"sequence", [](const OutboxMessage& message) { return Value(message.sequence()); }},
          {"state", [](const OutboxMessage& message) { return Value(message.state()); }},
          {"next_attempt",
           [](const OutboxMessage& message) {
             return message.has_next_attempt_time()
                        ? Value(calendar::ToTime(message.next_attempt_time()))
                        : Value();
           }},
      }};
}

storage::Kind<v1::Webhook> WebhookKind() {
  return {
      .table = "webhook", .pattern = "webhooks/{webhook}", .columns = {}, .record_changes = false};
}

storage::Params KeyOf(const PendingTask& task) {
  return {{"signal", task.signal}, {"action", task.action}};
}

// An earlier message of the same account and channel, in terms of one that is called `later`.
constexpr char kEarlierPending[] =
    "EXISTS (SELECT 1 FROM outbox_message AS earlier WHERE earlier.account = later.account "
    "AND earlier.channel = later.channel AND earlier.state = $pending "
    "AND earlier.sequence < later.sequence)";

}  // namespace

SignalStore::SignalStore()
    : rules({.table = "signal_rule", .pattern = "signalRules/{signal_rule}"}),
      plays({.table = "play", .pattern = "plays/{play}"}),
      signals(SignalKind()),
      messages(MessageKind()),
      webhooks(WebhookKind()) {}

absl::StatusOr<SignalWatch> SignalStore::Watch(Reader& reader, absl::string_view account,
                                               absl::string_view rule) const {
  SignalWatch watch;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT active, signal, raised, ended FROM signal_watch "
                                      "WHERE account = $account AND rule = $rule",
                                      {{"account", account}, {"rule", rule}},
                                      [&](const Row& row) {
                                        watch.active = row.Flag(0);
                                        watch.signal = std::string(row.Text(1));
                                        watch.raised = row.OptionalDay(2);
                                        watch.ended = row.OptionalDay(3);
                                        return absl::OkStatus();
                                      })
                            .status());
  return watch;
}

absl::Status SignalStore::SaveWatch(Writer& writer, absl::string_view account,
                                    absl::string_view rule, const SignalWatch& watch) const {
  return writer
      .Execute(
          "INSERT INTO signal_watch (account, rule, active, signal, raised, ended) "
          "VALUES ($account, $rule, $active, $signal, $raised, $ended) "
          "ON CONFLICT (account, rule) DO UPDATE SET active = excluded.active, "
          "signal = excluded.signal, raised = excluded.raised, ended = excluded.ended",
          {{"account", account},
           {"rule", rule},
           {"active", watch.active},
           {"signal", watch.signal},
           {"raised", watch.raised},
           {"ended", watch.ended}})
      .status();
}

absl::StatusOr<std::vector<std::string>> SignalStore::WatchedRules(
    Reader& reader, absl::string_view account) const {
  std::vector<std::string> rules;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT rule FROM signal_watch WHERE account = $account ORDER BY rule",
                   {{"account", account}}, [&](const Row& row) {
                     rules.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  return rules;
}

absl::Status SignalStore::DropWatch(Writer& writer, absl::string_view account,
                                    absl::string_view rule) const {
  return writer
      .Execute("DELETE FROM signal_watch WHERE account = $account AND rule = $rule",
               {{"account", account}, {"rule", rule}})
      .status();
}

absl::StatusOr<std::optional<Signal>> SignalStore::FindByCause(Reader& reader,
                                                               absl::string_view account,
                                                               absl::string_view cause) const {
  BANSO_ASSIGN_OR_RETURN(std::vector<Signal> found, signals.All(reader, "",
                                                                {storage::Equal("account", account),
                                                                 storage::Equal("cause", cause)}));
  if (found.empty()) return std::optional<Signal>();
  return std::optional<Signal>(std::move(found.front()));
}

absl::StatusOr<std::vector<std::string>> SignalStore::EndedSnoozes(Reader& reader, absl::Time now,
                                                                   int limit) const {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT name FROM signal WHERE snooze_until <= $now "
                   "ORDER BY snooze_until, name LIMIT $limit",
                   {{"now", Value(now)}, {"limit", limit}}, [&](const Row& row) {
                     names.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  return names;
}

absl::StatusOr<std::vector<PendingTask>> SignalStore::PendingTasks(Reader& reader, absl::Time now,
                                                                   int limit) const {
  std::vector<PendingTask> tasks;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT signal, action, attempts FROM signal_task WHERE next_attempt <= $now "
                   "ORDER BY next_attempt, signal, action LIMIT $limit",
                   {{"now", Value(now)}, {"limit", limit}}, [&](const Row& row) {
                     tasks.push_back({std::string(row.Text(0)), std::string(row.Text(1)),
                                      static_cast<int>(row.Int64(2))});
                     return absl::OkStatus();
                   }));
  return tasks;
}

absl::Status SignalStore::KeepTask(Writer& writer, const PendingTask& task, absl::Time next) const {
  return writer
      .Execute(
          "INSERT INTO signal_task (signal, action, attempts, next_attempt) "
          "VALUES ($signal, $action, $attempts, $next) ON CONFLICT (signal, action) "
          "DO UPDATE SET attempts = excluded.attempts, next_attempt = excluded.next_attempt",
          KeyOf(task).Set("attempts", task.attempts).Set("next", Value(next)))
      .status();
}

absl::Status SignalStore::DropTask(Writer& writer, const PendingTask& task) const {
  return writer
      .Execute("DELETE FROM signal_task WHERE signal = $signal AND action = $action", KeyOf(task))
      .status();
}

absl::StatusOr<OutboxMessage> SignalStore::Enqueue(Writer& writer, OutboxMessage message) const {
  int64_t last = 0;
  BANSO_RETURN_IF_ERROR(writer
                            .QueryOne("SELECT COALESCE(MAX(sequence), 0) FROM outbox_message "
                                      "WHERE account = $account",
                                      {{"account", contract::Parent(message.name())}},
                                      [&](const Row& row) {
                                        last = row.Int64(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  message.set_sequence(last + 1);
  message.set_state(v1::OUTBOX_STATE_PENDING);
  *message.mutable_next_attempt_time() = calendar::ToTimestamp(writer.now());
  return messages.Create(writer, std::move(message));
}

absl::StatusOr<std::vector<OutboxMessage>> SignalStore::SendableMessages(Reader& reader,
                                                                         absl::string_view channel,
                                                                         absl::Time now,
                                                                         int limit) const {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(
      reader.Query(absl::StrCat("SELECT name FROM outbox_message AS later WHERE channel = $channel "
                                "AND state = $pending AND next_attempt <= $now AND NOT ",
                                kEarlierPending, " ORDER BY next_attempt, name LIMIT $limit"),
                   {{"channel", channel},
                    {"pending", v1::OUTBOX_STATE_PENDING},
                    {"now", Value(now)},
                    {"limit", limit}},
                   [&](const Row& row) {
                     names.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  return messages.GetMany(reader, names);
}

absl::StatusOr<bool> SignalStore::HasEarlierPending(Reader& reader,
                                                    const OutboxMessage& message) const {
  return reader.QueryOne(
      absl::StrCat("SELECT 1 FROM outbox_message AS later WHERE name = $name AND ",
                   kEarlierPending),
      {{"name", message.name()}, {"pending", v1::OUTBOX_STATE_PENDING}},
      [](const Row&) { return absl::OkStatus(); });
}

absl::StatusOr<OutboxMessage> SignalStore::SaveMessage(Writer& writer,
                                                       OutboxMessage message) const {
  BANSO_ASSIGN_OR_RETURN(message, messages.Update(writer, std::move(message)));
  BANSO_RETURN_IF_ERROR(signals
                            .Modify(writer, message.signal(), "",
                                    [&](Signal& signal) {
                                      for (v1::SignalAction& action : *signal.mutable_actions()) {
                                        if (action.target() == message.name()) {
                                          TakeOver(message, action);
                                        }
                                      }
                                      return absl::OkStatus();
                                    })
                            .status());
  return message;
}

absl::Status SignalStore::SaveSecret(Writer& writer, absl::string_view webhook,
                                     absl::string_view secret) const {
  return writer
      .Execute(
          "INSERT INTO webhook_secret (webhook, secret) VALUES ($webhook, $secret) "
          "ON CONFLICT (webhook) DO UPDATE SET secret = excluded.secret",
          {{"webhook", webhook}, {"secret", storage::Bytes{std::string(secret)}}})
      .status();
}

absl::StatusOr<std::string> SignalStore::Secret(Reader& reader, absl::string_view webhook) const {
  std::string secret;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT secret FROM webhook_secret WHERE webhook = $webhook",
                                      {{"webhook", webhook}},
                                      [&](const Row& row) {
                                        secret = std::string(row.Blob(0));
                                        return absl::OkStatus();
                                      })
                            .status());
  return secret;
}

storage::SnapshotSources SignalStore::sources() const {
  return {rules.source(), plays.source(), signals.source(), messages.source()};
}

absl::Status SignalStore::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(rules.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(plays.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(signals.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(messages.CheckSchema(reader));
  return webhooks.CheckSchema(reader);
}

}  // namespace banso::health
