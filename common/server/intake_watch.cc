#include "common/server/intake_watch.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/server/server.h"

namespace banso::server::internal {
namespace {

// Whoever has sent less since something came of it is not looked at.
constexpr int64_t kUnsuspicious = int64_t{256} << 10;
// What a caller may send for each message that it is sent: updates of windows and the like.
constexpr int64_t kBytesForMessage = 4096;

}  // namespace

std::vector<std::string> IntakeWatch::Look(const std::map<std::string, int64_t>& received,
                                           const std::function<std::vector<HeldCalls>()>& books) {
  ForgetClosed(received);
  const bool suspicious = IsSuspicious(received);
  alert_ = false;
  std::vector<std::string> ended;
  if (!suspicious) return ended;
  std::vector<HeldCalls> vain;
  for (const HeldCalls& book : books()) {
    const auto found = received.find(book.remote);
    if (found == received.end()) continue;
    const Progress& progress = Update(book, found->second);
    const int64_t bytes =
        found->second - progress.received - kBytesForMessage * (book.sent - progress.sent);
    alert_ = alert_ || bytes > kUnsuspicious;
    if (bytes > kMaxVainBytes + (kMaxMessageBytes + kStreamWindowBytes) * progress.open) {
      ended.push_back(book.remote);
    } else {
      vain.push_back({.remote = book.remote, .calls = bytes});
    }
  }
  for (std::string& remote : ConnectionsToEnd(vain, {}, kMaxVainBytesOfAll)) {
    ended.push_back(std::move(remote));
  }
  return ended;
}

bool IntakeWatch::IsSuspicious(const std::map<std::string, int64_t>& received) {
  bool suspicious = false;
  for (const auto& [remote, bytes] : received) {
    Progress& progress = progress_[remote];
    const bool more = bytes > progress.seen;
    progress.seen = bytes;
    suspicious = suspicious || (more && bytes - progress.received > kUnsuspicious);
  }
  return suspicious;
}

void IntakeWatch::ForgetClosed(const std::map<std::string, int64_t>& received) {
  for (auto it = progress_.begin(); it != progress_.end();) {
    it = received.count(it->first) == 0 ? progress_.erase(it) : std::next(it);
  }
}

IntakeWatch::Progress& IntakeWatch::Update(const HeldCalls& book, int64_t received) {
  Progress& progress = progress_[book.remote];
  if (book.taken != progress.taken) progress = {received, received, book.taken, book.sent, 0};
  progress.open = std::max(progress.open, book.open);
  return progress;
}

}  // namespace banso::server::internal
