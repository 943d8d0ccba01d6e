#ifndef BANSO_COMMON_SERVER_FOLLOWER_H_
#define BANSO_COMMON_SERVER_FOLLOWER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/change.pb.h"
#include "common/calendar/clock.h"
#include "common/server/client.h"
#include "common/storage/database.h"

namespace banso::server {

// What all followers need.
struct FollowerOptions {
  // The service that follows, such as `handoff`: it acts as `services/handoff`.
  std::string service;
  // What this follower is called among those of the service; its position is stored under it.
  // Renaming it makes it begin again.
  std::string name;
  // Where the effects go, and the position with them, in one transaction.
  storage::Database* database = nullptr;
  // Whom to follow. Its name is what AwaitPosition calls it.
  Peer* peer = nullptr;
  // The business clock.
  calendar::Clock* clock = nullptr;
  // Runs before the first message when the stream begins from a snapshot: when this follower is
  // new, or when its token was refused because the other's store was restored. Clears what was
  // built from the stream before. May be empty.
  std::function<absl::Status(storage::Writer&)> reset;
  // A silent stream is opened again after this long.
  absl::Duration silence_limit = absl::Seconds(45);
  // Wait before a new attempt, doubled up to `max_backoff` while attempts fail.
  absl::Duration backoff = absl::Milliseconds(50);
  absl::Duration max_backoff = absl::Seconds(5);
};

// Follows another service's WatchChanges.
struct ChangesFollowerOptions : FollowerOptions {
  // The RPC, such as `banso.accounts.v1.AccountsService/WatchChanges`.
  std::string method;
  // See banso.type.v1.WatchChangesRequest.
  std::vector<std::string> kinds;
  std::string name_prefix;
  // Takes over one change. Runs on the writer: no calls to others, no waiting. May see a change
  // twice. An error is logged, undoes the batch, and the batch is tried again.
  std::function<absl::Status(storage::Writer&, const type::v1::Change&)> apply;
};

// Follows another service's WatchFacts.
struct FactsFollowerOptions : FollowerOptions {
  // See banso.fact.v1.WatchFactsRequest.
  std::vector<std::string> prefixes;
  // As in ChangesFollowerOptions.
  std::function<absl::Status(storage::Writer&, const fact::v1::FactChange&)> apply;
};

// How a follower is doing.
struct FollowerState {
  // As in FollowerOptions.
  std::string name = {};
  // The service that is followed, such as `accounts`.
  std::string source = {};
  // The source's stream is open and has brought something; it has ever been so.
  bool connected = false;
  bool has_connected = false;
  // How far it has come, and the newest that it has heard of, in the source's positions.
  int64_t position = 0;
  int64_t newest = 0;
  // When it had last taken over all that it had received (system time); before that, its start.
  absl::Time in_step = {};
};

// Keeps this service's store up to date with another's stream: a thread that reads the stream from
// the position it has stored, applies what comes in batches of one transaction each, together with
// the new position, and connects again when the stream breaks. Every message has an effect exactly
// once, also after a crash of either side.
class Follower {
 public:
  virtual ~Follower() = default;

  // Begins to follow. Once.
  virtual void Start() = 0;
  // Waits until the batch in hand is stored or dropped. Idempotent; the destructor calls it.
  virtual void Stop() = 0;

  // The service that is followed, such as `accounts`.
  virtual const std::string& source() const = 0;
  // How far it has come, in the positions of the service that is followed.
  virtual int64_t position() const = 0;
  virtual FollowerState state() const = 0;
  // Waits until position() is at least `position`, and returns it. DEADLINE_EXCEEDED at `deadline`
  // (system time); UNAVAILABLE when the follower is stopped meanwhile.
  virtual absl::StatusOr<int64_t> WaitForPosition(int64_t position, absl::Time deadline) = 0;
};

std::unique_ptr<Follower> FollowChanges(ChangesFollowerOptions options);
std::unique_ptr<Follower> FollowFacts(FactsFollowerOptions options);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_FOLLOWER_H_
