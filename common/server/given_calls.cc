#include "common/server/given_calls.h"

namespace banso::server::internal {
namespace {

// Intercepts nothing.
class Observer final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Observer(GivenCalls& calls) : calls_(calls) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    calls_.Note(info->server_context()->peer());
    return nullptr;
  }

 private:
  GivenCalls& calls_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> GivenCalls::NewObserver() {
  return std::make_unique<Observer>(*this);
}

void GivenCalls::Note(const std::string& remote) {
  absl::MutexLock lock(&mutex_);
  ++given_[remote];
}

int64_t GivenCalls::given(absl::string_view remote) const {
  absl::MutexLock lock(&mutex_);
  const auto found = given_.find(remote);
  return found == given_.end() ? 0 : found->second;
}

void GivenCalls::Keep(const std::map<std::string, int64_t>& open) {
  absl::MutexLock lock(&mutex_);
  absl::erase_if(given_, [&open](const auto& entry) { return open.count(entry.first) == 0; });
}

}  // namespace banso::server::internal
