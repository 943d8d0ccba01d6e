#ifndef BANSO_COMMON_SERVER_FLOOD_GUARD_H_
#define BANSO_COMMON_SERVER_FLOOD_GUARD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/server/given_calls.h"
#include "common/server/held_calls.h"
#include "common/server/intake_watch.h"
#include "grpcpp/server_context.h"

namespace banso::server::internal {

// Keeps within bounds how many calls the library holds memory for. It reads calls as fast as they
// come, also those that are cancelled at once and no longer count as open streams (CVE-2023-44487);
// on a busy machine it reads many thousands before the first of them reaches a handler. The guard
// counts them as they are read. Beyond the limit, a thread of its own ends the connections that
// hold most; beyond one and a half times the limit, each further call makes the reading thread
// pause, so that the others catch up. Calls that the library answers itself are counted so only
// when their requests have come. Until then they are found in its books, which the guard looks into
// when many calls have begun.
// What callers send without a call or a message coming of it is kept within bounds, too: see
// IntakeWatch.
class FloodGuard {
 public:
  // What the guard needs of the server. Called from its thread.
  struct Server {
    // How many calls have begun, ever.
    std::function<int64_t()> begun;
    // The calls held, by connection; and by those of some callers.
    std::function<std::vector<HeldCalls>()> held;
    std::function<std::vector<HeldCalls>(const std::vector<std::string>& remotes)> held_by;
    // How many bytes have come, by open connection.
    std::function<std::map<std::string, int64_t>()> received;
    // The memory that the process takes, in bytes.
    std::function<int64_t()> memory;
    // How many open streams were let in, by remote. They do not count.
    std::function<std::map<std::string, int, std::less<>>()> admitted;
    // How many connections have been ended, by whomever.
    std::function<int64_t()> ended;
    // Ends a connection.
    std::function<void(absl::string_view remote)> end;
    // Gives free memory back to the system.
    std::function<void()> release_memory;
  };

  FloodGuard(int limit, Server server);
  ~FloodGuard();

  // To be given to the library, which begins and releases each call with it. The guard must outlive
  // the library's server.
  std::unique_ptr<grpc::ContextAllocator> NewAllocator();
  // The same, which sees each call that the library gives out.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewObserver() {
    return given_calls_.NewObserver();
  }

  // A connection of that name begins.
  void Forget(absl::string_view remote) { given_calls_.Forget(remote); }

  // Calls that are held now.
  int held() const { return held_.load(); }

 private:
  class Allocator;

  void Begin();
  void Release() { --held_; }
  void Run();
  // Waits for an alarm, or for a while. False when the guard is stopped.
  bool AwaitTurn();
  // The calls of the connections that were not ended.
  std::vector<HeldCalls> HeldByOthers();
  // Ends connections if too many calls are held; tells whether they are.
  bool Sweep();
  // Ends connections that send to no purpose.
  void SweepIntake();
  // Those of some callers, with the calls that were given out.
  std::vector<HeldCalls> HeldBy(const std::vector<std::string>& remotes) const;

  const int limit_;
  const Server server_;
  std::atomic<int> held_{0};
  GivenCalls given_calls_;
  absl::Mutex mutex_;
  bool alarmed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // The rest is only used by the guard's thread. Connections that were ended and are still to be
  // cleared away.
  std::unordered_set<std::string> ended_;
  // How often in a row too many calls were held without one that was not answered.
  int unexplained_ = 0;
  // How many calls had begun when it last looked at the connections.
  int64_t begun_ = 0;
  IntakeWatch intake_;
  // Before it looks at what has come again.
  absl::Time intake_due_ = absl::InfinitePast();
  // How many connections had been ended when it last looked, and when it gives the memory back that
  // these have taken.
  int64_t ended_connections_ = 0;
  absl::Time release_due_ = absl::InfiniteFuture();
  std::thread thread_;
};

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_FLOOD_GUARD_H_
