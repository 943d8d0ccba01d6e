#ifndef BANSO_TESTS_FAULTS_HTTP2_H_
#define BANSO_TESTS_FAULTS_HTTP2_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/journeys/patience.h"

namespace banso::faults::http2 {

// Frames as a client may write them that keeps to no manners (RFC 9113).
enum class FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kRstStream = 3,
  kSettings = 4,
  kPing = 6,
  kContinuation = 9,
};
inline constexpr uint8_t kEndStream = 1;
inline constexpr uint8_t kEndHeaders = 4;
// The largest payload that a receiver must take.
inline constexpr size_t kMaxPayload = 16384;

std::string Frame(FrameType type, uint8_t flags, uint32_t stream, absl::string_view payload);
// What a client begins with: the preface, and its settings.
std::string Preface();
// A header, uncompressed, that no table remembers.
std::string LiteralHeader(absl::string_view name, absl::string_view value);
// The headers of a gRPC call of `path` (`/package.Service/Method`).
std::string CallHeaders(absl::string_view path);
// A connection without a library. Closed when the object goes.
class Connection {
 public:
  // Connects to 127.0.0.1:`port`. Aborts when nobody listens.
  explicit Connection(int port);
  ~Connection();
  Connection(Connection&& other) noexcept
      : file_(std::exchange(other.file_, -1)), read_(std::move(other.read_)) {}
  Connection& operator=(Connection&&) = delete;

  // Sends all of `bytes`, and reads what comes meanwhile; false when the server has closed.
  bool Send(absl::string_view bytes);
  // Waits until the server has sent something, or has closed; false when it does neither in time.
  bool AwaitBytes();
  // Waits until the call of that stream is answered; false when it is not in time, or the server
  // has closed before.
  bool AwaitAnswer(uint32_t stream);
  // Reads what comes until the server closes; false when it does not within `limit`.
  bool AwaitEnd(absl::Duration limit = journeys::kPatience);

 private:
  bool AwaitBytes(absl::Duration limit);
  // Reads what is there; false when the server has closed.
  bool Drain();

  int file_;
  // All that has come.
  std::string read_;
};

}  // namespace banso::faults::http2

#endif  // BANSO_TESTS_FAULTS_HTTP2_H_
