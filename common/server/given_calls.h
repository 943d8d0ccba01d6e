#ifndef BANSO_COMMON_SERVER_GIVEN_CALLS_H_
#define BANSO_COMMON_SERVER_GIVEN_CALLS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_interceptor.h"

namespace banso::server::internal {

// How many calls the library has given out, by connection. It counts a call of a connection as soon
// as its headers begin (HeldCalls), and gives it out when they have ended: what lies between are
// headers that are on their way, or a call that the library refuses by itself. Thread-safe.
class GivenCalls {
 public:
  // To be given to the library, which shows it each call as it gives it out. Of those that it
  // answers on threads of its own it tells the end, too; of the others somebody has to call End.
  // This object must outlive the library's server.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewObserver();

  void Begin(const grpc::ServerContextBase* call, const std::string& remote);
  // It is given back. Only then can it leave the library's books.
  void End(const grpc::ServerContextBase* call);
  struct Count {
    // Ever, and those that have not ended yet.
    int64_t given = 0;
    int64_t open = 0;
  };
  Count count(absl::string_view remote) const;
  // A connection of that name begins.
  void Forget(absl::string_view remote);
  // Forgets the connections that are not among those that are open, and were not the last time.
  void Keep(const std::map<std::string, int64_t>& open);

 private:
  struct Entry : Count {
    // The last time it was not among those that are open.
    bool absent = false;
  };

  mutable absl::Mutex mutex_;
  // The remotes of those that have not ended.
  absl::flat_hash_map<const grpc::ServerContextBase*, std::string> open_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Entry> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_GIVEN_CALLS_H_
