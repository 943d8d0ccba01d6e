#ifndef BANSO_SERVICES_HEALTH_API_SIGNALS_EFFECTS_H_
#define BANSO_SERVICES_HEALTH_API_SIGNALS_EFFECTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/handoff/v1/process.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "banso/health/v1/outbox.pb.h"
#include "banso/kickoff/v1/tasks_service.pb.h"
#include "common/contract/call.h"
#include "common/server/client.h"
#include "common/server/http_client.h"
#include "common/storage/database.h"
#include "services/health/api/signals/lanes.h"
#include "services/health/store/store.h"

// What signals do outside of this service.
namespace banso::health {

// What health asks of kickoff. An interface, so that it can be tested without.
class KickoffClient {
 public:
  virtual ~KickoffClient() = default;
  virtual absl::Status CreatePlanTask(const Call& call,
                                      const kickoff::v1::CreatePlanTaskRequest& request) = 0;
};

// Asks the kickoff service.
class RemoteKickoff : public KickoffClient {
 public:
  explicit RemoteKickoff(server::Peer& peer) : peer_(peer) {}
  absl::Status CreatePlanTask(const Call& call,
                              const kickoff::v1::CreatePlanTaskRequest& request) override;

 private:
  server::Peer& peer_;
};

// What health asks of handoff. An interface, so that it can be tested without.
class HandoffClient {
 public:
  virtual ~HandoffClient() = default;
  virtual absl::StatusOr<handoff::v1::Process> StartOnboarding(
      const Call& call, const handoff::v1::StartOnboardingRequest& request) = 0;
  virtual absl::StatusOr<handoff::v1::Process> GetProcess(const Call& call,
                                                          const std::string& name) = 0;
};

// Asks the handoff service.
class RemoteHandoff : public HandoffClient {
 public:
  explicit RemoteHandoff(server::Peer& peer) : peer_(peer) {}
  absl::StatusOr<handoff::v1::Process> StartOnboarding(
      const Call& call, const handoff::v1::StartOnboardingRequest& request) override;
  absl::StatusOr<handoff::v1::Process> GetProcess(const Call& call,
                                                  const std::string& name) override;

 private:
  server::Peer& peer_;
};

// Hands tasks to kickoff, onboardings to handoff and messages to webhooks. Each is tried again
// until it works, is refused, or is given up; what has been handed over twice, because an answer
// was lost, is one task (by its id) and one message (by its delivery id). Calls others and waits
// for them, so its sweeps run on threads of their own. Each function is for one thread at a time.
class SignalEffects {
 public:
  // All must outlive this. SendMessages waits for `patience` (system time) at most.
  SignalEffects(storage::Database& database, const Store& store, KickoffClient& kickoff,
                HandoffClient& handoff, absl::Duration patience = absl::Seconds(1))
      : database_(database),
        store_(store),
        kickoff_(kickoff),
        handoff_(handoff),
        patience_(patience) {}

  // Gives kickoff the tasks that are due and has handoff start the onboardings that are.
  absl::Status HandOverTasks(const Call& call);

  // Sends the messages that are due to the webhooks that are enabled, to each on a thread of its
  // own, and waits for them for a while: a receiver that hangs holds up no other, and is sent
  // nothing more until it has answered or its time is over. After a failure nothing more is sent to
  // that webhook in this run.
  absl::Status SendMessages(const Call& call);

  // Takes over what has become of a task in kickoff. Tasks that no signal made are passed over.
  static absl::Status FollowTask(const Store& store, storage::Writer& writer,
                                 const kickoff::v1::PlanTask& task);

 private:
  absl::Status HandOver(const Call& call, const PendingTask& pending);
  // Asks whoever is to have the action, and notes in it what came of that. True when it is to be
  // asked (or asked after) again.
  absl::StatusOr<bool> Ask(const Call& call, const v1::Signal& signal, v1::SignalAction& action);
  bool AskKickoff(const Call& call, const v1::Signal& signal, v1::SignalAction& action);
  absl::StatusOr<bool> AskHandoff(const Call& call, const v1::Signal& signal,
                                  v1::SignalAction& action);
  absl::Status SendTo(const Call& call, const v1::Webhook& webhook, const std::string& secret);
  // True when the receiver has it.
  absl::StatusOr<bool> Send(const Call& call, const v1::Webhook& webhook, const std::string& secret,
                            v1::OutboxMessage message);

  storage::Database& database_;
  const Store& store_;
  KickoffClient& kickoff_;
  HandoffClient& handoff_;
  const absl::Duration patience_;
  // By webhook. Last, so that no work outlives what it uses.
  Lanes lanes_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SIGNALS_EFFECTS_H_
