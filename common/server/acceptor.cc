#include "common/server/acceptor.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "common/server/listen.h"
#include "common/server/log.h"

namespace banso::server::internal {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// When no connection can be taken because the process has too many files open.
constexpr std::chrono::milliseconds kAcceptPause(100);
// Files that connections leave for databases, logs and calls to others.
constexpr int kReservedFiles = 256;
// For how long connections that were ended are remembered.
constexpr absl::Duration kEndedMemory = absl::Seconds(10);
constexpr absl::Duration kEndPoll = absl::Milliseconds(1);

// The first file number that no connection may have: the system gives the lowest free one.
int FileLimit() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int files = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
  return files - std::min(kReservedFiles, files / 4);
}

// What no other socket of this machine has, also not a later one with the same number; 0 for what
// is no socket.
uint64_t CookieOf(int file) {
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  return getsockopt(file, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

// What glibc's tcp_info leaves out of the system's.
struct LongTcpInfo {
  tcp_info known;
  uint64_t pacing_rate;
  uint64_t max_pacing_rate;
  uint64_t bytes_acked;
  uint64_t bytes_received;
};

// How much has come and been read.
int64_t BytesRead(int file) {
  LongTcpInfo info = {};
  socklen_t size = sizeof(info);
  // Stays 0 for what is no TCP socket.
  static_cast<void>(getsockopt(file, IPPROTO_TCP, TCP_INFO, &info, &size));
  int unread = 0;
  if (ioctl(file, SIOCINQ, &unread) != 0) unread = 0;
  return std::max<int64_t>(0, static_cast<int64_t>(info.bytes_received) - unread);
}

// The name that gRPC has for a caller.
std::string NameOf(const tcp::endpoint& endpoint) {
  const asio::ip::address address = endpoint.address();
  if (address.is_v4()) {
    return absl::StrCat("ipv4:", address.to_string(), ":", endpoint.port());
  }
  if (address.to_v6().is_v4_mapped()) {
    const auto v4 = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return absl::StrCat("ipv4:", v4.to_string(), ":", endpoint.port());
  }
  return absl::StrCat("ipv6:%5B", address.to_string(), "%5D:", endpoint.port());
}

}  // namespace

class Acceptor::Impl {
 public:
  ~Impl() { StopListening(); }

  absl::Status Listen(const std::string& host, int port) {
    try {
      ListenOn(host, port, context_, &acceptor_);
      port_ = acceptor_.local_endpoint().port();
    } catch (const boost::system::system_error& e) {
      return absl::FailedPreconditionError(e.code().message());
    }
    return absl::OkStatus();
  }

  void Begin(Take take) {
    take_ = std::move(take);
    Accept();
    thread_ = std::thread([this] { Run(); });
  }

  void StopListening() {
    if (thread_.joinable()) {
      asio::post(context_, [this] { Close(); });
      thread_.join();
    } else {
      Close();
    }
  }

  void End(absl::string_view remote) {
    absl::MutexLock lock(&mutex_);
    ended_.Add(remote);
    for (const auto& [file, connection] : connections_) {
      if (connection.remote == remote && IsOpen(file, connection)) Abort(file);
    }
  }

  bool HasEnded(absl::string_view remote) const { return ended_.Has(remote); }

  std::map<std::string, int64_t> Read() {
    ended_.Forget();
    std::map<std::string, int64_t> read;
    absl::MutexLock lock(&mutex_);
    // The newest of each name: gRPC may be slow to close one that its caller has left.
    std::map<absl::string_view, std::pair<const int, Connection>*> newest;
    for (auto& entry : connections_) {
      if (!IsOpen(entry.first, entry.second)) continue;
      auto& known = newest[entry.second.remote];
      if (known == nullptr || known->second.number < entry.second.number) known = &entry;
    }
    for (const auto& [remote, entry] : newest) {
      if (std::exchange(entry->second.replaces, false)) continue;
      read.emplace(remote, BytesRead(entry->first));
    }
    told_.clear();
    for (const auto& [remote, bytes] : read) told_.insert(remote);
    return read;
  }

  bool EndAll(absl::Time deadline) {
    while (true) {
      {
        absl::MutexLock lock(&mutex_);
        bool any = false;
        for (const auto& [file, connection] : connections_) {
          if (!IsOpen(file, connection)) continue;
          ::shutdown(file, SHUT_RDWR);
          any = true;
        }
        if (!any) return true;
      }
      if (absl::Now() >= deadline) return false;
      absl::SleepFor(kEndPoll);
    }
  }

  int port() const { return port_; }
  int64_t refused() const { return refused_.load(); }

 private:
  // The connections that were ended of late, by remote. With a lock of its own, which is held only
  // shortly: it is asked for each call.
  class EndedConnections {
   public:
    void Add(absl::string_view remote) {
      absl::MutexLock lock(&mutex_);
      ended_[remote] = absl::Now();
      any_.store(true);
    }
    void Remove(absl::string_view remote) {
      if (!any_.load()) return;
      absl::MutexLock lock(&mutex_);
      ended_.erase(remote);
    }
    bool Has(absl::string_view remote) const {
      if (!any_.load()) return false;
      absl::MutexLock lock(&mutex_);
      return ended_.contains(remote);
    }
    // Forgets those that were ended long ago.
    void Forget() {
      if (!any_.load()) return;
      const absl::Time last = absl::Now() - kEndedMemory;
      absl::MutexLock lock(&mutex_);
      absl::erase_if(ended_, [last](const auto& ended) { return ended.second < last; });
      any_.store(!ended_.empty());
    }

   private:
    mutable absl::Mutex mutex_;
    absl::flat_hash_map<std::string, absl::Time> ended_ ABSL_GUARDED_BY(mutex_);
    std::atomic<bool> any_{false};
  };

  struct Connection {
    uint64_t cookie = 0;
    std::string remote;
    // In the order in which they came.
    int64_t number = 0;
    // The last one that was told of under that name is another one.
    bool replaces = false;
  };

  // gRPC closes connections without telling; another one may have the number by now.
  static bool IsOpen(int file, const Connection& connection) {
    return CookieOf(file) == connection.cookie;
  }

  // With a reset, so that the system too forgets what the caller has sent.
  static void Abort(int file) {
    sockaddr nobody = {};
    nobody.sa_family = AF_UNSPEC;
    // Fails only for a connection that is gone already.
    static_cast<void>(::connect(file, &nobody, sizeof(nobody)));
  }

  void Run() {
    while (!closed_) {
      try {
        context_.restart();
        context_.run();
      } catch (const std::exception& e) {
        // Only the connection it happened with is lost.
        Log(LogLevel::kError, "a connection could not be taken", {{"cause", e.what()}});
        Accept();
      }
    }
  }

  void Close() {
    error_code ignored;
    closed_ = true;
    pause_.cancel();
    acceptor_.close(ignored);
  }

  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (closed_) return;
      if (error) {
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([this](error_code) {
          if (!closed_) Accept();
        });
        return;
      }
      Hand(std::move(socket));
      Accept();
    });
  }

  void Hand(tcp::socket socket) {
    error_code gone;
    const tcp::endpoint remote = socket.remote_endpoint(gone);
    if (gone) return;
    if (socket.native_handle() >= file_limit_) {
      // Closed by being dropped here.
      ++refused_;
      return;
    }
    socket.set_option(tcp::no_delay(true));
    socket.native_non_blocking(true);
    const int file = socket.release();
    fcntl(file, F_SETFD, FD_CLOEXEC);
    const std::string name = NameOf(remote);
    {
      absl::MutexLock lock(&mutex_);
      ended_.Remove(name);
      connections_[file] = {CookieOf(file), name, ++count_, told_.contains(name)};
    }
    take_(acceptor_.native_handle(), file, name);
  }

  const int file_limit_ = FileLimit();
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer pause_{context_};
  int port_ = 0;
  Take take_;
  std::atomic<bool> closed_{false};
  std::atomic<int64_t> refused_{0};
  mutable absl::Mutex mutex_;
  // By file number, also those that gRPC has closed.
  std::map<int, Connection> connections_ ABSL_GUARDED_BY(mutex_);
  int64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of whom was told the last time.
  absl::flat_hash_set<std::string> told_ ABSL_GUARDED_BY(mutex_);
  EndedConnections ended_;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Listen(const std::string& host, int port) {
  auto impl = std::make_unique<Impl>();
  const absl::Status status = impl->Listen(host, port);
  if (!status.ok()) return status;
  return std::unique_ptr<Acceptor>(new Acceptor(std::move(impl)));
}

Acceptor::Acceptor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Acceptor::~Acceptor() = default;

int Acceptor::port() const { return impl_->port(); }

void Acceptor::Begin(Take take) { impl_->Begin(std::move(take)); }

void Acceptor::StopListening() { impl_->StopListening(); }

void Acceptor::End(absl::string_view remote) { impl_->End(remote); }

bool Acceptor::HasEnded(absl::string_view remote) const { return impl_->HasEnded(remote); }

std::map<std::string, int64_t> Acceptor::Read() { return impl_->Read(); }

bool Acceptor::EndAll(absl::Time deadline) { return impl_->EndAll(deadline); }

int64_t Acceptor::refused() const { return impl_->refused(); }

}  // namespace banso::server::internal
