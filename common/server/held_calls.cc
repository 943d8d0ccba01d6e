#include "common/server/held_calls.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "common/contract/json.h"
#include "google/protobuf/struct.pb.h"
#include "grpc/grpc.h"
#include "grpc/support/alloc.h"

namespace banso::server::internal {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

// Between two times that all of the books are gone through for connections that are missing.
constexpr absl::Duration kReadingPause = absl::Milliseconds(100);

// The library's answer, which is the caller's to free; empty when it has none.
Struct BookPage(char* json) {
  Struct page;
  if (json == nullptr) return page;
  if (!contract::FromJson(json, &page).ok()) page.Clear();
  gpr_free(json);
  return page;
}

const Value& BookField(const Struct& of, const char* name) {
  const auto found = of.fields().find(name);
  return found == of.fields().end() ? Value::default_instance() : found->second;
}

// Numbers are written as texts, and not at all when they are zero.
int64_t BookNumber(const Struct& of, const char* name) {
  int64_t number = 0;
  return absl::SimpleAtoi(BookField(of, name).string_value(), &number) ? number : 0;
}

// Calls `visit` with each entry of `list` on all pages; `get` gets the page from an id on.
template <class Get, class Visit>
void ForEachEntry(const char* list, const char* id, const Get& get, const Visit& visit) {
  int64_t next = 0;
  while (true) {
    const Struct page = BookPage(get(next));
    const ListValue& entries = BookField(page, list).list_value();
    for (const Value& entry : entries.values()) {
      next = std::max(next, visit(entry.struct_value(), id) + 1);
    }
    if (entries.values().empty() || BookField(page, "end").bool_value()) return;
  }
}

// Of a connection, "chttp2 ipv4:127.0.0.1:51234"; empty without one.
std::string RemoteOf(const Struct& socket) {
  const std::string& name = BookField(socket, "name").string_value();
  const size_t space = name.rfind(' ');
  return space == std::string::npos ? "" : name.substr(space + 1);
}

// Calls `visit` with each connection to `server` from a number on.
template <class Visit>
void ForEachSocket(int64_t server, int64_t first, const Visit& visit) {
  ForEachEntry(
      "socketRef", "socketId",
      [&](int64_t from) {
        return grpc_channelz_get_server_sockets(server, std::max(first, from), 0);
      },
      visit);
}

std::optional<HeldCalls> HeldBySocket(int64_t id) {
  const Struct page = BookPage(grpc_channelz_get_socket(id));
  const Struct& socket = BookField(page, "socket").struct_value();
  const Struct& data = BookField(socket, "data").struct_value();
  std::string remote = RemoteOf(BookField(socket, "ref").struct_value());
  if (remote.empty()) return std::nullopt;
  const int64_t cleared = BookNumber(data, "streamsSucceeded") + BookNumber(data, "streamsFailed");
  // An answer is a message, as a rule. Streams send many, so it counts for one cleared away before,
  // too, and for no more than were taken from the caller.
  const int64_t begun = BookNumber(data, "streamsStarted");
  const int64_t sent = BookNumber(data, "messagesSent");
  const int64_t received = BookNumber(data, "messagesReceived");
  return HeldCalls{.remote = std::move(remote),
                   .calls = begun - std::max(cleared, std::min(sent, received)),
                   // The library counts while it is asked: calls may be cleared that had not begun.
                   .open = std::max<int64_t>(0, begun - cleared),
                   .begun = begun,
                   .received = received,
                   .sent = sent};
}

}  // namespace

int64_t NewestServer() {
  int64_t newest = 0;
  ForEachEntry("server", "serverId", grpc_channelz_get_servers,
               [&](const Struct& server, const char* id) {
                 // Numbers are given in order.
                 newest = BookNumber(BookField(server, "ref").struct_value(), id);
                 return newest;
               });
  return newest;
}

int64_t CallsBegun(int64_t server) {
  const Struct page = BookPage(grpc_channelz_get_server(server));
  const Struct& books = BookField(page, "server").struct_value();
  return BookNumber(BookField(books, "data").struct_value(), "callsStarted");
}

std::vector<HeldCalls> HeldCallsOfConnections(int64_t server) {
  std::vector<HeldCalls> held;
  ForEachSocket(server, 0, [&](const Struct& socket, const char* id) {
    if (auto calls = HeldBySocket(BookNumber(socket, id))) held.push_back(*std::move(calls));
    return BookNumber(socket, id);
  });
  return held;
}

std::vector<HeldCalls> ConnectionBooks::Of(int64_t server,
                                           const std::vector<std::string>& remotes) {
  ReadOn(server);
  // The library may enter one after another one of a higher number.
  const bool complete = std::all_of(remotes.begin(), remotes.end(), [this](const auto& remote) {
    return numbers_.count(remote) > 0;
  });
  if (const absl::Time now = absl::Now(); !complete && now >= due_) {
    due_ = now + kReadingPause;
    next_ = 0;
    ReadOn(server);
  }
  std::vector<HeldCalls> held;
  for (const std::string& remote : remotes) {
    const auto found = numbers_.find(remote);
    if (found == numbers_.end()) continue;
    if (auto calls = HeldBySocket(found->second)) {
      held.push_back(*std::move(calls));
    } else {
      // Closed; another one of the same caller is to be found anew.
      numbers_.erase(found);
    }
  }
  return held;
}

void ConnectionBooks::Keep(const std::map<std::string, int64_t>& open) {
  for (auto it = numbers_.begin(); it != numbers_.end();) {
    it = open.count(it->first) == 0 ? numbers_.erase(it) : std::next(it);
  }
}

void ConnectionBooks::ReadOn(int64_t server) {
  ForEachSocket(server, next_, [&](const Struct& socket, const char* id) {
    const int64_t number = BookNumber(socket, id);
    next_ = std::max(next_, number + 1);
    int64_t& newest = numbers_[RemoteOf(socket)];
    newest = std::max(newest, number);
    return number;
  });
}

std::vector<std::string> ConnectionsToEnd(const std::vector<HeldCalls>& held,
                                          const std::map<std::string, int, std::less<>>& admitted,
                                          int64_t limit) {
  std::vector<HeldCalls> left;
  int64_t sum = 0;
  for (HeldCalls connection : held) {
    const auto found = admitted.find(connection.remote);
    if (found != admitted.end()) connection.calls -= found->second;
    if (connection.calls <= 0) continue;
    sum += connection.calls;
    left.push_back(std::move(connection));
  }
  std::sort(left.begin(), left.end(),
            [](const HeldCalls& a, const HeldCalls& b) { return a.calls > b.calls; });
  std::vector<std::string> ended;
  for (HeldCalls& connection : left) {
    if (sum <= limit) break;
    sum -= connection.calls;
    ended.push_back(std::move(connection.remote));
  }
  return ended;
}

}  // namespace banso::server::internal
