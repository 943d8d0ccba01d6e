#include "common/server/server_state.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/server/process_memory.h"

namespace banso::server {
namespace {

using States = std::vector<ServerState>;

void AddHead(absl::string_view name, absl::string_view type, absl::string_view help,
             std::string* out) {
  absl::StrAppend(out, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

// One metric of all services, written by value(state); empty text leaves a service out. Names of
// services, lanes and followers hold nothing that would have to be escaped.
void AddOfServices(absl::string_view name, absl::string_view type, absl::string_view help,
                   const States& states, absl::FunctionRef<std::string(const ServerState&)> value,
                   std::string* out) {
  AddHead(name, type, help, out);
  for (const ServerState& state : states) {
    const std::string text = value(state);
    if (text.empty()) continue;
    absl::StrAppend(out, name, "{service=\"", state.service, "\"} ", text, "\n");
  }
}

void AddOfLanes(absl::string_view name, absl::string_view type, absl::string_view help,
                const States& states, absl::FunctionRef<std::string(const LaneState&)> value,
                std::string* out) {
  AddHead(name, type, help, out);
  for (const ServerState& state : states) {
    for (const LaneState& lane : state.lanes) {
      absl::StrAppend(out, name, "{service=\"", state.service, "\",lane=\"", lane.name, "\"} ",
                      value(lane), "\n");
    }
  }
}

void AddOfFollowers(absl::string_view name, absl::string_view help, const States& states,
                    absl::FunctionRef<std::string(const FollowerState&)> value, std::string* out) {
  AddHead(name, "gauge", help, out);
  for (const ServerState& state : states) {
    for (const FollowerState& follower : state.followers) {
      absl::StrAppend(out, name, "{service=\"", state.service, "\",follower=\"", follower.name,
                      "\",source=\"", follower.source, "\"} ", value(follower), "\n");
    }
  }
}

void AddServices(const States& states, std::string* out) {
  AddOfServices(
      "banso_serving", "gauge", "1 when the service reports SERVING.", states,
      [](const ServerState& state) { return state.serving ? "1" : "0"; }, out);
  AddOfLanes(
      "banso_queued_calls", "gauge", "Calls that wait for a thread.", states,
      [](const LaneState& lane) { return absl::StrCat(lane.queued); }, out);
  AddOfLanes(
      "banso_refused_calls_total", "counter", "Calls refused because a queue was full.", states,
      [](const LaneState& lane) { return absl::StrCat(lane.refused); }, out);
  AddOfServices(
      "banso_calls_under_way", "gauge", "Calls and streams under way.", states,
      [](const ServerState& state) { return absl::StrCat(state.calls); }, out);
  AddOfServices(
      "banso_open_streams", "gauge", "Watches and forwarded streams.", states,
      [](const ServerState& state) { return absl::StrCat(state.open_streams); }, out);
  AddOfServices(
      "banso_refused_streams_total", "counter", "Streams refused because too many were open.",
      states, [](const ServerState& state) { return absl::StrCat(state.refused_streams); }, out);
  AddOfServices(
      "banso_refused_connections_total", "counter",
      "Connections closed because there were too many.", states,
      [](const ServerState& state) { return absl::StrCat(state.refused_connections); }, out);
  AddOfServices(
      "banso_ended_connections_total", "counter",
      "Connections ended because their calls flooded the service.", states,
      [](const ServerState& state) { return absl::StrCat(state.ended_connections); }, out);
  AddOfServices(
      "banso_store_position", "gauge", "The position of the last write.", states,
      [](const ServerState& state) {
        return state.position.has_value() ? absl::StrCat(*state.position) : std::string();
      },
      out);
}

void AddFollowers(const States& states, absl::Time now, std::string* out) {
  AddOfFollowers(
      "banso_follower_connected", "1 while the source's stream is read.", states,
      [](const FollowerState& follower) { return follower.connected ? "1" : "0"; }, out);
  AddOfFollowers(
      "banso_follower_position", "What was taken over, in the source's positions.", states,
      [](const FollowerState& follower) { return absl::StrCat(follower.position); }, out);
  AddOfFollowers(
      "banso_follower_lag_positions", "Received, not yet taken over.", states,
      [](const FollowerState& follower) {
        return absl::StrCat(std::max<int64_t>(0, follower.newest - follower.position));
      },
      out);
  AddOfFollowers(
      "banso_follower_lag_seconds", "Since all that was received had been taken over.", states,
      [now](const FollowerState& follower) {
        return absl::StrCat(std::max(0.0, absl::ToDoubleSeconds(now - follower.in_step)));
      },
      out);
}

void AddGauge(absl::string_view name, absl::string_view help, int64_t value, std::string* out) {
  AddHead(name, "gauge", help, out);
  absl::StrAppend(out, name, " ", value, "\n");
}

}  // namespace

Readiness ReadinessOf(const std::vector<std::string>& expected, const States& states) {
  Readiness readiness{.ready = true, .text = ""};
  for (const std::string& service : expected) {
    const auto state =
        std::find_if(states.begin(), states.end(),
                     [&](const ServerState& candidate) { return candidate.service == service; });
    const bool known = state != states.end();
    const bool serving = known && state->serving;
    readiness.ready = readiness.ready && serving;
    absl::StrAppend(&readiness.text, service, ": ",
                    serving ? "SERVING"
                    : known ? "NOT_SERVING, it is stopping"
                            : "NOT_SERVING, it has not started yet",
                    "\n");
    if (!known) continue;
    for (const FollowerState& follower : state->followers) {
      absl::StrAppend(&readiness.text, service, " follows ", follower.source, " (", follower.name,
                      "): ",
                      follower.connected       ? "connected"
                      : follower.has_connected ? "connection lost"
                                               : "never connected",
                      ", position ", follower.position, "\n");
    }
  }
  return readiness;
}

std::string StateMetrics(const States& states, absl::Time now) {
  std::string text;
  AddServices(states, &text);
  AddFollowers(states, now, &text);
  return text;
}

std::string ProcessMetrics() {
  std::string text;
  const internal::ProcessMemory memory = internal::MemoryOfProcess();
  if (memory.resident > 0) {
    AddGauge("process_virtual_memory_bytes", "Virtual memory.", memory.reserved, &text);
    AddGauge("process_resident_memory_bytes", "Resident memory.", memory.resident, &text);
  }
  std::error_code error;
  int64_t files = 0;
  std::filesystem::directory_iterator file("/proc/self/fd", error);
  for (const std::filesystem::directory_iterator end; !error && file != end;
       file.increment(error)) {
    ++files;
  }
  if (!error) AddGauge("process_open_fds", "Open files and connections.", files, &text);
  return text;
}

}  // namespace banso::server
