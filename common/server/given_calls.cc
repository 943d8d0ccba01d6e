#include "common/server/given_calls.h"

#include <utility>

namespace banso::server::internal {
namespace {

// A call that is answered by threads of the library. It has a caller only after it has been shown.
class ThreadCall final : public grpc::experimental::Interceptor {
 public:
  ThreadCall(GivenCalls& calls, grpc::ServerContextBase& context)
      : calls_(calls), context_(context) {}
  ~ThreadCall() override { calls_.End(&context_); }

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      calls_.Begin(&context_, context_.peer());
    }
    methods->Proceed();
  }

 private:
  GivenCalls& calls_;
  grpc::ServerContextBase& context_;
};

class Observer final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Observer(GivenCalls& calls) : calls_(calls) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    const std::string remote = info->server_context()->peer();
    if (remote.empty()) return new ThreadCall(calls_, *info->server_context());
    calls_.Begin(info->server_context(), remote);
    return nullptr;
  }

 private:
  GivenCalls& calls_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> GivenCalls::NewObserver() {
  return std::make_unique<Observer>(*this);
}

void GivenCalls::Begin(const grpc::ServerContextBase* call, const std::string& remote) {
  absl::MutexLock lock(&mutex_);
  Entry& count = counts_[remote];
  ++count.given;
  ++count.open;
  open_[call] = remote;
}

void GivenCalls::End(const grpc::ServerContextBase* call) {
  absl::MutexLock lock(&mutex_);
  const auto ended = open_.find(call);
  if (ended == open_.end()) return;
  const auto found = counts_.find(ended->second);
  if (found != counts_.end() && found->second.open > 0) --found->second.open;
  open_.erase(ended);
}

GivenCalls::Count GivenCalls::count(absl::string_view remote) const {
  absl::MutexLock lock(&mutex_);
  const auto found = counts_.find(remote);
  return found == counts_.end() ? Count() : Count(found->second);
}

void GivenCalls::Forget(absl::string_view remote) {
  absl::MutexLock lock(&mutex_);
  counts_.erase(remote);
}

void GivenCalls::Keep(const std::map<std::string, int64_t>& open) {
  absl::MutexLock lock(&mutex_);
  absl::erase_if(counts_, [&open](auto& entry) {
    const bool absent = open.count(entry.first) == 0;
    return std::exchange(entry.second.absent, absent) && absent;
  });
}

}  // namespace banso::server::internal
