#include "common/server/peer_channels.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/server/grpc_status.h"
#include "common/server/headers.h"
#include "common/server/retry_after.h"
#include "common/server/trace.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace banso::server::internal {
namespace {

// Errors may carry more details than the transport's default of 8 KiB.
constexpr int kMaxHeaderBytes = 64 * 1024;
constexpr int kReconnectMilliseconds = 100;
constexpr int kMaxReconnectMilliseconds = 2000;

// What the library does by itself with calls for which a peer was UNAVAILABLE.
enum class Retries { kNone, kByItself };

std::shared_ptr<grpc::GenericStub> NewStub(
    const std::string& address, const PeerOptions& options, Retries retries,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, retries == Retries::kByItself ? 1 : 0);
  // Without its own pool every channel to the same address would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxHeaderBytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMilliseconds);
  // How long a connection may take to be made. What is not sent again waits for a slow one.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, retries == Retries::kByItself
                                                          ? kReconnectMilliseconds
                                                          : kMaxReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMilliseconds);
  // What a peer returns is ours; the limit on requests is the server's.
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetServiceConfigJSON(ServiceConfig(options.health_checking ? options.name : ""));
  return std::make_shared<grpc::GenericStub>(
      grpc::CreateCustomChannel(address, credentials, arguments));
}

// A call that is never begun.
struct NoCall : grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
  grpc::GenericStub stub{
      grpc::CreateChannel("ipv4:127.0.0.1:1", grpc::InsecureChannelCredentials())};
  grpc::ClientContext context;

  NoCall() { stub.PrepareBidiStreamingCall(&context, "/none", {}, this); }
};

// The library ends its callback threads with the last channel, and joins them where that channel
// is let go: when that is one of these threads (a call outlived its Peer), the process aborts. One
// channel that is never let go keeps the threads until the process ends.
const void* KeepCallbackThreads() {
  static const auto* kept = new NoCall;
  return kept;
}

}  // namespace

std::string ServiceConfig(absl::string_view health_name) {
  const std::string health =
      health_name.empty()
          ? ""
          : absl::StrCat(R"("healthCheckConfig":{"serviceName":")", health_name, R"("},)");
  // Mutations are idempotent by request id, so UNAVAILABLE may be retried for every unary method.
  return absl::StrCat(R"({"loadBalancingConfig":[{"round_robin":{}}],)", health,
                      R"("methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":4,)",
                      R"("initialBackoff":"0.05s","maxBackoff":"1s","backoffMultiplier":3,)",
                      R"("retryableStatusCodes":["UNAVAILABLE"]}}]})");
}

std::string MethodPath(absl::string_view method) {
  return absl::StrCat("/", absl::StripPrefix(method, "/"));
}

PeerChannels::PeerChannels(const PeerOptions& options)
    : options_(options),
      callback_threads_(KeepCallbackThreads()),
      credentials_(PeerCredentialsOf(options.tls)) {
  SetAddress(options.address);
}

std::string PeerChannels::address() const {
  absl::MutexLock lock(&mutex_);
  return address_;
}

void PeerChannels::SetAddress(const std::string& address) {
  std::vector<std::shared_ptr<grpc::GenericStub>> stubs, stream_stubs;
  if (!address.empty()) {
    for (int i = 0; i < std::max(1, options_.channels); ++i) {
      stubs.push_back(NewStub(address, options_, Retries::kByItself, credentials_));
      stream_stubs.push_back(NewStub(address, options_, Retries::kNone, credentials_));
    }
  }
  absl::MutexLock lock(&mutex_);
  if (address == address_) return;
  address_ = address;
  stubs_.swap(stubs);
  stream_stubs_.swap(stream_stubs);
}

std::shared_ptr<grpc::GenericStub> PeerChannels::NextStub() {
  absl::MutexLock lock(&mutex_);
  return Next(stubs_);
}

std::shared_ptr<grpc::GenericStub> PeerChannels::NextStreamStub() {
  absl::MutexLock lock(&mutex_);
  return Next(stream_stubs_);
}

std::shared_ptr<grpc::GenericStub> PeerChannels::Next(
    const std::vector<std::shared_ptr<grpc::GenericStub>>& stubs) {
  if (stubs.empty()) return nullptr;
  return stubs[turn_.fetch_add(1, std::memory_order_relaxed) % stubs.size()];
}

void PeerChannels::Prepare(const Call& call, absl::Time deadline,
                           grpc::ClientContext* context) const {
  if (deadline != absl::InfiniteFuture()) context->set_deadline(absl::ToChronoTime(deadline));
  if (!call.actor.empty()) context->AddMetadata(kActorHeader, call.actor);
  if (!call.request_id.empty()) context->AddMetadata(kRequestIdHeader, call.request_id);
  context->AddMetadata(kTraceParentHeader, NextTraceParent(call.trace_parent));
  if (!options_.suite_key.empty()) context->AddMetadata(kSuiteKeyHeader, options_.suite_key);
}

absl::Time PeerChannels::DeadlineFor(const Call& call, Patience patience) const {
  const absl::Time callers = call.deadline - options_.margin;
  if (patience == Patience::kCallers) return callers;
  return std::min(callers, absl::Now() + options_.max_duration);
}

absl::Status PeerChannels::ToStatus(const grpc::Status& status) const {
  // With details the answer is the peer's own; without, the transport speaks.
  if (status.ok() || !status.error_details().empty()) return FromGrpcStatus(status);
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return contract::Unavailable(absl::StrCat(options_.name, " does not answer"), kRetryAfter);
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return contract::DeadlineExceeded(absl::StrCat(options_.name, " did not answer in time"));
    case grpc::StatusCode::CANCELLED:
      return contract::Cancelled();
    default:
      return FromGrpcStatus(status);
  }
}

absl::Status PeerChannels::AddressUnknown() const {
  return contract::Unavailable(absl::StrCat("the address of ", options_.name, " is not known (--",
                                            options_.name, "_address)"),
                               kRetryAfter);
}

}  // namespace banso::server::internal
