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
#include "grpcpp/support/server_interceptor.h"

namespace banso::server::internal {

// How many calls the library has given out, by connection. It counts a call of a connection as soon
// as its headers begin (HeldCalls), and gives it out when they have ended: what lies between are
// headers that are on their way. Thread-safe.
class GivenCalls {
 public:
  // To be given to the library, which shows it each call as it gives it out. This object must
  // outlive the library's server.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewObserver();

  void Note(const std::string& remote);
  int64_t given(absl::string_view remote) const;
  // Forgets the connections that are not among those that are open.
  void Keep(const std::map<std::string, int64_t>& open);

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, int64_t> given_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_GIVEN_CALLS_H_
