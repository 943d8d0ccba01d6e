#include "common/server/intake_watch.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/server/limits.h"

namespace banso::server::internal {
namespace {

// Whoever has sent less since something came of it is not looked at.
constexpr int64_t kUnsuspicious = int64_t{64} << 10;
// The same when all together have sent much, or the process has grown.
constexpr int64_t kUnsuspiciousOfMany = int64_t{4} << 10;
// What may be on its way of a message without being looked at more often.
constexpr int64_t kUnsuspiciousMessage = int64_t{256} << 10;
// What a caller may send to no purpose while an attack goes on that lets the process grow.
constexpr int64_t kStrictRoom = int64_t{16} << 10;
// For how long an ordinary call's headers may be on their way once they are noticed.
constexpr absl::Duration kOrdinaryHeaders = absl::Milliseconds(10);
// How often the books are asked once more about those who are to be ended.
constexpr int kSecondLooks = 3;
// By how much the process may grow before it is looked at who has sent what.
constexpr int64_t kUnsuspiciousGrowth = int64_t{32} << 20;
// After the last connection was ended, before the next one is not taken for the same attack.
constexpr absl::Duration kAttackPause = absl::Seconds(2);
// What a caller may send for each message that it is sent: updates of windows and the like.
constexpr int64_t kBytesForMessage = 4096;
// And for each second: answers to the signs of life that it is asked for.
constexpr int64_t kBytesForSecond = 1;
// By how many bytes the process grows for each that is sent: at most so few for those of a message,
// frames of one byte each included, and at most so many for headers.
constexpr int64_t kGrowthByMessages = 16;
constexpr int64_t kGrowthByHeaders = 256;

}  // namespace

std::vector<std::string> IntakeWatch::Look(const std::map<std::string, int64_t>& received,
                                           int64_t memory, absl::Time now, const Books& books) {
  See(received, now);
  // Whoever lets the process grow after others have been ended for it is part of the same attack.
  const bool strict = now < attack_end_ && memory > attack_memory_ + kMaxVainGrowth;
  const std::vector<std::string> suspicious = Suspicious(HasGrown(memory) || strict);
  memory_ = memory;
  alert_ = false;
  if (suspicious.empty()) return {};
  for (const HeldCalls& book : books(suspicious)) Update(book, now);
  std::vector<std::string> ended = TooMuch(strict);
  // What the books said of them may be old.
  for (int i = 0; i < kSecondLooks && !ended.empty(); ++i) {
    for (const HeldCalls& book : books(ended)) Update(book, now);
    const std::vector<std::string> first = std::exchange(ended, TooMuch(strict));
    if (ended == first) break;
  }
  if (!ended.empty()) {
    if (now >= attack_end_) attack_memory_ = memory;
    // Strictness finds somebody as long as anybody sends: it lasts only while the process grows.
    if (!strict || memory > last_attack_memory_ + kUnsuspiciousGrowth) {
      attack_end_ = now + kAttackPause;
      last_attack_memory_ = memory;
    }
  }
  return ended;
}

int64_t IntakeWatch::Connection::room() const {
  if (headers) return kMaxHeadersInVain;
  return kMaxVainBytes + (kMaxMessageBytes + kStreamWindowBytes) * open;
}

void IntakeWatch::See(const std::map<std::string, int64_t>& received, absl::Time now) {
  for (auto it = connections_.begin(); it != connections_.end();) {
    it = received.count(it->first) == 0 ? connections_.erase(it) : std::next(it);
  }
  for (const auto& [remote, bytes] : received) {
    // What a new one has sent, the process may have grown by already.
    const Connection begun = {.asked_at = now, .memory = memory_};
    connections_.try_emplace(remote, begun).first->second.seen = bytes;
  }
}

std::vector<std::string> IntakeWatch::Suspicious(bool of_many) const {
  int64_t sum = 0;
  for (const auto& [remote, connection] : connections_) {
    sum += std::max<int64_t>(0, connection.vain());
  }
  const bool many = of_many || sum > kMaxHeadersInVainOfAll;
  std::vector<std::string> suspicious;
  for (const auto& [remote, connection] : connections_) {
    if (connection.seen > connection.asked &&
        connection.vain() > (many ? kUnsuspiciousOfMany : kUnsuspicious)) {
      suspicious.push_back(remote);
    }
  }
  return suspicious;
}

bool IntakeWatch::HasGrown(int64_t memory) {
  const bool has_grown = memory - explained_memory_ > kUnsuspiciousGrowth;
  if (has_grown || memory < explained_memory_) explained_memory_ = memory;
  return has_grown;
}

void IntakeWatch::Update(const HeldCalls& book, absl::Time now) {
  const auto found = connections_.find(book.remote);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  connection.asked = connection.seen;
  // Calls that the library has refused by itself are never given out, but they are not open either.
  if (book.open <= book.given_open) {
    connection.refused = std::max<int64_t>(0, book.begun - book.given);
  }
  const bool pending = book.begun - book.given > connection.refused && book.open > book.given_open;
  // While headers are on their way no other call can come, but messages that came before may be
  // taken.
  const bool given = std::exchange(connection.given, book.given) != book.given;
  const bool taken = std::exchange(connection.taken, book.received) != book.received;
  if (given || taken) {
    connection.received = connection.seen;
    connection.open = 0;
    if (given || !pending) connection.memory = memory_;
  } else if (!pending) {
    // Not more than has come: what is forgiven is not saved up.
    const int64_t forgiven =
        kBytesForMessage * (book.sent - connection.sent) +
        kBytesForSecond * std::max<int64_t>(0, absl::ToInt64Seconds(now - connection.asked_at));
    connection.received = std::min(connection.seen, connection.received + forgiven);
  }
  connection.sent = book.sent;
  connection.asked_at = now;
  connection.open = std::max(connection.open, book.open);
  if (!pending || given) connection.headers_since = absl::InfiniteFuture();
  if (pending && connection.headers_since == absl::InfiniteFuture()) {
    connection.headers_since = now;
    connection.headers_from = connection.seen;
  }
  connection.headers = pending && now - connection.headers_since >= kOrdinaryHeaders;
  alert_ = alert_ || pending || connection.vain() > kUnsuspiciousMessage;
}

std::vector<std::string> IntakeWatch::TooMuch(bool strict) const {
  std::vector<std::string> ended;
  std::vector<HeldCalls> all;
  std::vector<HeldCalls> headers;
  std::vector<HeldCalls> grown;
  int64_t bytes = 0;
  int64_t growth = 0;
  for (const auto& [remote, connection] : connections_) {
    const int64_t vain = connection.vain();
    // Of the others it is not known what has come, but they have sent little.
    if (connection.asked != connection.seen || vain <= 0) continue;
    if (strict ? connection.headers || vain > kStrictRoom : vain > connection.room()) {
      ended.push_back(remote);
      continue;
    }
    all.push_back({.remote = remote, .calls = vain});
    if (connection.headers) headers.push_back(all.back());
    if (memory_ - connection.memory <= kMaxVainGrowth) continue;
    grown.push_back(all.back());
    bytes += vain;
    growth = std::max(growth, memory_ - connection.memory);
  }
  const auto end_down_to = [&ended](const std::vector<HeldCalls>& connections, int64_t limit) {
    for (std::string& remote : ConnectionsToEnd(connections, {}, limit)) {
      ended.push_back(std::move(remote));
    }
  };
  end_down_to(all, kMaxVainBytesOfAll);
  end_down_to(headers, kMaxHeadersInVainOfAll);
  // Otherwise it is messages that are on their way.
  if (bytes * kGrowthByMessages < growth) end_down_to(grown, kMaxVainGrowth / kGrowthByHeaders);
  std::sort(ended.begin(), ended.end());
  ended.erase(std::unique(ended.begin(), ended.end()), ended.end());
  return ended;
}

}  // namespace banso::server::internal
