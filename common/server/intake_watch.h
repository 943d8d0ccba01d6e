#ifndef BANSO_COMMON_SERVER_INTAKE_WATCH_H_
#define BANSO_COMMON_SERVER_INTAKE_WATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/server/held_calls.h"

namespace banso::server::internal {

// What one connection may send, in bytes, before something comes of it, a call or a message, beside
// what its open calls may: a message and kStreamWindowBytes each; and what all may together.
inline constexpr int64_t kMaxVainBytes = int64_t{2} << 20;
inline constexpr int64_t kMaxVainBytesOfAll = int64_t{32} << 20;

// Finds connections that send without anything coming of it: headers without end, or one without
// end, which the library keeps though it will refuse them (CVE-2023-33953). Not thread-safe.
class IntakeWatch {
 public:
  // Which connections to end, by remote, when so many bytes have come by each of the open ones.
  // `books` tells what has come of them; asked only when one has sent much, and more than at the
  // last look.
  std::vector<std::string> Look(const std::map<std::string, int64_t>& received,
                                const std::function<std::vector<HeldCalls>()>& books);
  // Whether at the last look a connection had sent more, and much, of which nothing had come yet.
  bool alert() const { return alert_; }

 private:
  // When something has last come of what it sent.
  struct Progress {
    int64_t received = 0;
    // What had been received at the last look.
    int64_t seen = 0;
    int64_t taken = 0;
    int64_t sent = 0;
    // The most calls that were open at once since then: some may end while what was sent of them
    // is still on its way.
    int64_t open = 0;
  };
  // Whether somebody who has sent much since something came of it has sent more.
  bool IsSuspicious(const std::map<std::string, int64_t>& received);
  void ForgetClosed(const std::map<std::string, int64_t>& received);
  // Brings what is known of a connection up to its book, when so many bytes have come by it.
  Progress& Update(const HeldCalls& book, int64_t received);

  std::map<std::string, Progress> progress_;
  bool alert_ = false;
};

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_INTAKE_WATCH_H_
