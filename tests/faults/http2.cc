#include "tests/faults/http2.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/status_macros.h"
#include "tests/journeys/patience.h"

namespace banso::faults::http2 {
namespace {

std::string BigEndian32(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

// An HPACK string, not Huffman-coded (RFC 7541, 5.1 and 5.2).
std::string Text(absl::string_view text) {
  std::string encoded;
  size_t length = text.size();
  if (length < 127) {
    encoded.push_back(static_cast<char>(length));
  } else {
    encoded.push_back(127);
    for (length -= 127; length >= 128; length /= 128) {
      encoded.push_back(static_cast<char>(length % 128 + 128));
    }
    encoded.push_back(static_cast<char>(length));
  }
  return absl::StrCat(encoded, text);
}

// Whether there are the last headers of a stream among whole frames.
bool EndsStream(absl::string_view frames, uint32_t stream) {
  constexpr size_t kFrameHeader = 9;
  while (frames.size() >= kFrameHeader) {
    const auto byte = [&](size_t i) { return size_t{static_cast<uint8_t>(frames[i])}; };
    const size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
    if (byte(3) == static_cast<uint8_t>(FrameType::kHeaders) && (byte(4) & kEndStream) != 0 &&
        frames.substr(5, 4) == BigEndian32(stream)) {
      return true;
    }
    frames.remove_prefix(std::min(frames.size(), kFrameHeader + size));
  }
  return false;
}

}  // namespace

std::string LiteralHeader(absl::string_view name, absl::string_view value) {
  return absl::StrCat(std::string(1, '\0'), Text(name), Text(value));
}

std::string Frame(FrameType type, uint8_t flags, uint32_t stream, absl::string_view payload) {
  const std::string size = BigEndian32(static_cast<uint32_t>(payload.size()));
  return absl::StrCat(size.substr(1), std::string(1, static_cast<char>(type)),
                      std::string(1, static_cast<char>(flags)), BigEndian32(stream), payload);
}

std::string Preface() {
  return absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Frame(FrameType::kSettings, 0, 0, ""));
}

std::string CallHeaders(absl::string_view path) {
  return absl::StrCat(LiteralHeader(":method", "POST"), LiteralHeader(":scheme", "http"),
                      LiteralHeader(":path", path), LiteralHeader(":authority", "localhost"),
                      LiteralHeader("te", "trailers"),
                      LiteralHeader("content-type", "application/grpc"));
}

Connection::Connection(int port) : file_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  BANSO_CHECK(file_ >= 0);
  BANSO_CHECK(connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  fcntl(file_, F_SETFL, O_NONBLOCK);
}

Connection::~Connection() {
  if (file_ >= 0) close(file_);
}

bool Connection::Drain() {
  char buffer[65536];
  while (true) {
    const ssize_t size = recv(file_, buffer, sizeof(buffer), 0);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    if (size == 0) return false;
    read_.append(buffer, static_cast<size_t>(size));
  }
}

bool Connection::Send(absl::string_view bytes) {
  const absl::Time deadline = absl::Now() + journeys::kPatience;
  while (!bytes.empty() && absl::Now() < deadline) {
    pollfd event = {file_, POLLIN | POLLOUT, 0};
    poll(&event, 1, 1000);
    if ((event.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !Drain()) return false;
    if ((event.revents & POLLOUT) == 0) continue;
    const ssize_t size = send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (size > 0) bytes.remove_prefix(static_cast<size_t>(size));
  }
  return bytes.empty();
}

bool Connection::AwaitBytes() { return AwaitBytes(journeys::kPatience); }

bool Connection::AwaitBytes(absl::Duration limit) {
  pollfd event = {file_, POLLIN, 0};
  const int64_t milliseconds = std::max<int64_t>(0, absl::ToInt64Milliseconds(limit));
  return poll(&event, 1, static_cast<int>(milliseconds)) == 1;
}

bool Connection::AwaitAnswer(uint32_t stream) {
  const absl::Time deadline = absl::Now() + journeys::kPatience;
  bool open = true;
  while (!EndsStream(read_, stream)) {
    if (!open || absl::Now() >= deadline) return false;
    if (AwaitBytes(deadline - absl::Now())) open = Drain();
  }
  return true;
}

bool Connection::AwaitEnd(absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  while (absl::Now() < deadline) {
    if (AwaitBytes(deadline - absl::Now()) && !Drain()) return true;
  }
  return false;
}

}  // namespace banso::faults::http2
