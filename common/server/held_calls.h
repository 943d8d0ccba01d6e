#ifndef BANSO_COMMON_SERVER_HELD_CALLS_H_
#define BANSO_COMMON_SERVER_HELD_CALLS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace banso::server::internal {

// How many calls of one connection the library holds memory for: those under way, and those that
// were cancelled but are not cleared away yet.
struct HeldCalls {
  // The caller, as gRPC names it: `ipv4:127.0.0.1:51234`.
  std::string remote = {};
  int64_t calls = 0;
};

// Of all connections to all servers of this process, from the library's own books (channelz). Takes
// about 20 microseconds for each. Thread-safe.
std::vector<HeldCalls> HeldCallsOfConnections();

// Which connections to end, by remote, so that at most `limit` calls stay held by the others: those
// that hold most go first. Not counted are the streams of each remote that were let in to stay
// open, `admitted`.
std::vector<std::string> ConnectionsToEnd(const std::vector<HeldCalls>& held,
                                          const std::map<std::string, int, std::less<>>& admitted,
                                          int64_t limit);

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_HELD_CALLS_H_
