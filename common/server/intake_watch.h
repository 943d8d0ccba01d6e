#ifndef BANSO_COMMON_SERVER_INTAKE_WATCH_H_
#define BANSO_COMMON_SERVER_INTAKE_WATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/server/held_calls.h"

namespace banso::server::internal {

// What one connection may send, in bytes, before something comes of it, a call or a message, beside
// what its open calls may: a message and kStreamWindowBytes each; and what all may together.
inline constexpr int64_t kMaxVainBytes = int64_t{2} << 20;
inline constexpr int64_t kMaxVainBytesOfAll = int64_t{32} << 20;
// The same while the headers of a call are on their way; more than kStreamWindowBytes, which may
// come of the call after them before it is given out.
inline constexpr int64_t kMaxHeadersInVain = int64_t{384} << 10;
inline constexpr int64_t kMaxHeadersInVainOfAll = int64_t{2} << 20;
// By how many bytes the process may grow while something is sent in vain, if it grows by many times
// that: trailers of a call are headers, too, and nobody tells whether they are on their way.
inline constexpr int64_t kMaxVainGrowth = int64_t{128} << 20;

// Finds connections that send without anything coming of it: headers without end, or one without
// end, which the library keeps though it will refuse them (CVE-2023-33953). Not thread-safe.
class IntakeWatch {
 public:
  // Tells what has come of what some connections have sent.
  using Books = std::function<std::vector<HeldCalls>(const std::vector<std::string>& remotes)>;

  // Which connections to end, by remote, when so many bytes have come by each of the open ones and
  // the process takes so many bytes of memory. `books` are asked only of those that have sent much
  // since something was known to have come of it.
  std::vector<std::string> Look(const std::map<std::string, int64_t>& received, int64_t memory,
                                absl::Time now, const Books& books);
  // Whether at the last look a connection had sent more, and much, of which nothing had come yet.
  bool alert() const { return alert_; }

 private:
  // What is known of a connection.
  struct Connection {
    // What had been received when something last came of it, and what was forgiven since.
    int64_t received = 0;
    // What had been received at the last look, and when the books were last asked.
    int64_t seen = 0;
    int64_t asked = 0;
    // Calls that were given out, messages that were taken from it, and messages that were sent to
    // it.
    int64_t given = 0;
    int64_t taken = 0;
    int64_t sent = 0;
    // Calls that the library has refused by itself.
    int64_t refused = 0;
    // When the books were last asked, or it was first seen.
    absl::Time asked_at;
    // The most calls that were open at once since then: some may end while what was sent of them
    // is still on its way.
    int64_t open = 0;
    // Since when the headers of a call are on their way, and what had been received then.
    absl::Time headers_since = absl::InfiniteFuture();
    int64_t headers_from = 0;
    // Whether they are for so long that it is no ordinary call.
    bool headers = false;
    // What the process took when something last came of it.
    int64_t memory = 0;

    // What has come to no purpose yet.
    int64_t vain() const { return seen - (headers ? headers_from : received); }
    // How much that may be.
    int64_t room() const;
  };

  // Takes over what has been received.
  void See(const std::map<std::string, int64_t>& received, absl::Time now);
  // Of whom the books are to be asked; `of_many`: though each has sent only a little.
  std::vector<std::string> Suspicious(bool of_many) const;
  // Whether the process has grown since it was last looked at why.
  bool HasGrown(int64_t memory);
  // Takes over what the books say of a connection.
  void Update(const HeldCalls& book, absl::Time now);
  // Those of which each sends too much, and the worst of the others until they neither send too
  // much together nor let the process grow too much.
  std::vector<std::string> TooMuch(bool strict) const;

  std::map<std::string, Connection> connections_;
  bool alert_ = false;
  // What the process took at the last look, and when it was last looked at why.
  int64_t memory_ = 0;
  int64_t explained_memory_ = 0;
  // When the attack that is going on is taken to be over, and what the process took when it began,
  // and when it was last seen to go on.
  absl::Time attack_end_ = absl::InfinitePast();
  int64_t attack_memory_ = 0;
  int64_t last_attack_memory_ = 0;
};

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_INTAKE_WATCH_H_
