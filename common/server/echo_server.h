#ifndef BANSO_COMMON_SERVER_ECHO_SERVER_H_
#define BANSO_COMMON_SERVER_ECHO_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/calendar/clock.h"
#include "common/server/client.h"
#include "common/server/server.h"
#include "common/server/testdata/echo.pb.h"

// A service with every kind of RPC, for the tests of this folder.
namespace banso::server {

using testdata::EchoRequest;
using testdata::EchoResponse;

inline constexpr char kEcho[] = "banso.server.testdata.EchoService/Echo";
inline constexpr char kEchoRaw[] = "banso.server.testdata.EchoService/EchoRaw";
inline constexpr char kRepeat[] = "banso.server.testdata.EchoService/Repeat";
inline constexpr char kJoin[] = "banso.server.testdata.EchoService/Join";
inline constexpr char kWatch[] = "banso.server.testdata.EchoService/Watch";

// What has been said so far, for watchers.
class Board {
 public:
  void Say(const std::string& text) {
    std::vector<std::function<void()>> listeners;
    {
      absl::MutexLock lock(&mutex_);
      texts_.push_back(text);
      listeners.swap(listeners_);
    }
    for (const auto& listener : listeners) listener();
  }
  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return texts_.size();
  }
  // The text at `index`, or nothing.
  bool Read(size_t index, std::string* text) const {
    absl::MutexLock lock(&mutex_);
    if (index >= texts_.size()) return false;
    *text = texts_[index];
    return true;
  }
  // Calls `ready` when there are more than `size` texts.
  void Listen(size_t size, std::function<void()> ready) {
    {
      absl::MutexLock lock(&mutex_);
      if (texts_.size() <= size) {
        listeners_.push_back(std::move(ready));
        return;
      }
    }
    ready();
  }
  // How many listen.
  size_t listeners() const {
    absl::MutexLock lock(&mutex_);
    return listeners_.size();
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> texts_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void()>> listeners_ ABSL_GUARDED_BY(mutex_);
};

class BoardFeed : public Feed<EchoResponse> {
 public:
  explicit BoardFeed(Board& board) : board_(board), next_(board.size()) {}
  absl::StatusOr<bool> Next(EchoResponse* message) override {
    if (!board_.Read(next_, message->mutable_text())) return false;
    ++next_;
    return true;
  }
  void NotifyWhenReady(std::function<void()> ready) override {
    board_.Listen(next_, std::move(ready));
  }
  bool Idle(EchoResponse* message) override {
    message->set_text("(idle)");
    return true;
  }

 private:
  Board& board_;
  size_t next_;
};

// The service, and a peer that calls it.
class EchoServer {
 public:
  using Handler = std::function<absl::StatusOr<EchoResponse>(const Call&, const EchoRequest&)>;

  // Short times, so that tests are fast.
  static ServerOptions FastOptions() {
    ServerOptions options;
    options.lame_duck = absl::ZeroDuration();
    options.drain_timeout = absl::Seconds(5);
    options.executor = {.normal = {.threads = 4, .queue = 100},
                        .facts = {.threads = 2, .queue = 100},
                        .stream = {.threads = 4, .queue = 100}};
    return options;
  }

  // `echo` answers Echo; without it, EchoBack does.
  explicit EchoServer(Handler echo = nullptr, const ServerOptions& options = FastOptions());

  // What Echo answers by default: the text and what the handler saw of its call.
  static EchoResponse EchoBack(const Call& call, const EchoRequest& request);

  Board& board() { return board_; }
  ServerProcess& process() { return *process_; }
  Peer& peer() { return *peer_; }
  calendar::TestClock& clock() { return clock_; }

  absl::StatusOr<EchoResponse> Echo(const Call& call, const std::string& text);

 private:
  calendar::TestClock clock_{absl::FromUnixSeconds(1743465600)};
  Board board_;
  std::unique_ptr<ServerProcess> process_;
  std::unique_ptr<Peer> peer_;
};

// The handlers of EchoService.
Router EchoRouter(Board& board, EchoServer::Handler echo);

// A call by a member, with a deadline five seconds away.
Call TestCall();

EchoRequest Text(const std::string& text);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_ECHO_SERVER_H_
