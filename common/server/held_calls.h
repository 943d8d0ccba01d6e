#ifndef BANSO_COMMON_SERVER_HELD_CALLS_H_
#define BANSO_COMMON_SERVER_HELD_CALLS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace banso::server::internal {

// How many calls of one connection the library holds memory for: those under way, and those that
// were cancelled but are not cleared away yet. Not those that were answered: a caller who waits for
// one answer after the other is not to blame when the library is slow to clear them away.
struct HeldCalls {
  // The caller, as gRPC names it: `ipv4:127.0.0.1:51234`.
  std::string remote = {};
  int64_t calls = 0;
  // Open calls, answered ones included.
  int64_t open = 0;
  // Calls that have begun, ever: their headers have.
  int64_t begun = 0;
  // Those of them that were given out, ever, and are still open; not from the library's books, but
  // from GivenCalls.
  int64_t given = 0;
  int64_t given_open = 0;
  // Messages that were taken from the caller and sent to it, ever.
  int64_t received = 0;
  int64_t sent = 0;
};

// The number under which the library's own books (channelz) have the server of this process that
// was begun last; 0 without one. Thread-safe.
int64_t NewestServer();

// How many calls to the server of that number have begun since its start, from the same books.
int64_t CallsBegun(int64_t server);

// Of all connections to the server of that number, from the same books. Takes about 20 microseconds
// for each. Thread-safe.
std::vector<HeldCalls> HeldCallsOfConnections(int64_t server);

// Looks connections up in the books by their callers, without going through all of them. Not
// thread-safe.
class ConnectionBooks {
 public:
  // Of those connections to the server of that number that are in the books.
  std::vector<HeldCalls> Of(int64_t server, const std::vector<std::string>& remotes);
  // Forgets the connections that are not among those that are open.
  void Keep(const std::map<std::string, int64_t>& open);

 private:
  // Takes those over that are numbered from `next_` on.
  void ReadOn(int64_t server);

  std::map<std::string, int64_t> numbers_;
  int64_t next_ = 0;
  // When all of the books may be gone through again.
  absl::Time due_ = absl::InfinitePast();
};

// Which connections to end, by remote, so that at most `limit` calls stay held by the others: those
// that hold most go first. Not counted are the streams of each remote that were let in to stay
// open, `admitted`.
std::vector<std::string> ConnectionsToEnd(const std::vector<HeldCalls>& held,
                                          const std::map<std::string, int, std::less<>>& admitted,
                                          int64_t limit);

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_HELD_CALLS_H_
