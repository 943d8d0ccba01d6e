#ifndef BANSO_COMMON_SERVER_PEER_CHANNELS_H_
#define BANSO_COMMON_SERVER_PEER_CHANNELS_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/contract/call.h"
#include "common/server/client.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/status.h"

namespace banso::server::internal {

// The connections to one peer. For the adapters of this library only.
class PeerChannels {
 public:
  explicit PeerChannels(const PeerOptions& options);

  std::string address() const;
  void SetAddress(const std::string& address);

  // The next connection in turn; null when the address is not known. For unary calls, which are
  // sent again by themselves when the peer is UNAVAILABLE.
  std::shared_ptr<grpc::GenericStub> NextStub();
  // The same for streams, which are not: whoever opened one opens it again from where it is. With
  // retries the library (1.51) aborts the process now and then when a peer dies in the middle of a
  // stream to it: LoadBalancedCall::PendingBatchesAdd finds a batch of the same kind pending.
  std::shared_ptr<grpc::GenericStub> NextStreamStub();

  // Gives `context` what every call passes on. `deadline` is absolute and may be infinite.
  void Prepare(const Call& call, absl::Time deadline, grpc::ClientContext* context) const;
  // The deadline of a unary call on behalf of `call`.
  absl::Time DeadlineFor(const Call& call, Patience patience) const;

  // What the caller is told about a call that ended with `status`.
  absl::Status ToStatus(const grpc::Status& status) const;
  absl::Status AddressUnknown() const;

 private:
  std::shared_ptr<grpc::GenericStub> Next(
      const std::vector<std::shared_ptr<grpc::GenericStub>>& stubs)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const PeerOptions options_;
  const void* const callback_threads_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::atomic<size_t> turn_{0};
  mutable absl::Mutex mutex_;
  std::string address_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<grpc::GenericStub>> stubs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<grpc::GenericStub>> stream_stubs_ ABSL_GUARDED_BY(mutex_);
};

// The path of a method as gRPC sends it: `/service/method`.
std::string MethodPath(absl::string_view method);

// The service config of a channel: round robin, health checking, retries.
std::string ServiceConfig(absl::string_view health_name);

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_PEER_CHANNELS_H_
