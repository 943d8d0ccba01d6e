#ifndef BANSO_COMMON_SERVER_SERVER_STATE_H_
#define BANSO_COMMON_SERVER_SERVER_STATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/server/follower.h"

// How a server is doing, and the texts in which the ops port tells it.
namespace banso::server {

// The threads of one lane and what waits for them.
struct LaneState {
  // `normal`, `facts` or `stream`.
  std::string name = {};
  // Calls that wait for a thread now.
  int queued = 0;
  // Calls that were refused because the queue was full, since the start.
  int64_t refused = 0;
};

// One service, at one moment.
struct ServerState {
  // Such as `accounts`.
  std::string service = {};
  // It reports SERVING.
  bool serving = false;
  std::vector<LaneState> lanes = {};
  // Calls and streams under way, from their headers to their end.
  int calls = 0;
  // Watches and forwarded streams that are open; those refused because there were too many.
  int open_streams = 0;
  int64_t refused_streams = 0;
  // Connections that were closed because the process had too many files open, and those that were
  // ended because their calls flooded the server.
  int64_t refused_connections = 0;
  int64_t ended_connections = 0;
  // The position of its store; none for a service without one.
  std::optional<int64_t> position = {};
  std::vector<FollowerState> followers = {};
};

// Whether a process should be sent calls, and why, one line per service and follower.
struct Readiness {
  bool ready = false;
  std::string text = {};
};

// Ready when each of the services `expected` is among `states` and serves. A follower that has
// never reached its source is listed, but others can be served without it.
Readiness ReadinessOf(const std::vector<std::string>& expected,
                      const std::vector<ServerState>& states);

// In Prometheus' text format (version 0.0.4), with the labels service, lane, follower and source:
//   banso_serving{service}                           1 when it reports SERVING
//   banso_queued_calls{service,lane}                 calls that wait for a thread
//   banso_refused_calls_total{service,lane}          refused because a queue was full
//   banso_calls_under_way{service}                   calls and streams, from headers to end
//   banso_open_streams{service}                      watches and forwarded streams
//   banso_refused_streams_total{service}             refused because too many were open
//   banso_refused_connections_total{service}         closed because there were too many
//   banso_ended_connections_total{service}           ended because their calls flooded it
//   banso_store_position{service}                    the last write
//   banso_follower_connected{service,follower,source}      1 while the source's stream is read
//   banso_follower_position{service,follower,source}       taken over, in the source's positions
//   banso_follower_lag_positions{service,follower,source}  received, not yet taken over
//   banso_follower_lag_seconds{service,follower,source}    since all that was received had been
//     taken over; rises while the source is out of reach, stays below a quarter of a minute while
//     it is silent
std::string StateMetrics(const std::vector<ServerState>& states, absl::Time now);

// The memory and open files of this process, in the same format and under Prometheus' own names:
//   process_resident_memory_bytes, process_virtual_memory_bytes, process_open_fds
// What the system does not tell is left out.
std::string ProcessMetrics();

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_SERVER_STATE_H_
