#include "tests/benchmarks/load_client.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/generic/generic_stub.h"

namespace banso::benchmarks {
namespace {

// One of the calls in flight; used again for the next one when its call has ended.
struct Slot {
  grpc::GenericStub* stub = nullptr;
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call;
  grpc::ByteBuffer response;
  grpc::Status status;
  absl::Time start;
};

class Run {
 public:
  Run(const std::string& address, const LoadOptions& options)
      : options_(options), path_(absl::StrCat("/", options.method)) {
    for (int i = 0; i < options.connections; ++i) stubs_.emplace_back(Connect(address));
    slots_.resize(static_cast<size_t>(options.concurrency));
    for (size_t i = 0; i < slots_.size(); ++i) slots_[i].stub = &stubs_[i % stubs_.size()];
  }

  LoadResult Finish() {
    const absl::Time begin = absl::Now() + options_.duration / 10;
    const absl::Time end = begin + options_.duration;
    for (Slot& slot : slots_) Start(slot);
    size_t in_flight = slots_.size();
    void* tag = nullptr;
    bool ok = false;
    while (in_flight > 0 && queue_.Next(&tag, &ok)) {
      Slot& slot = *static_cast<Slot*>(tag);
      const absl::Time now = absl::Now();
      Check(slot);
      if (now >= begin && now < end) times_.push_back(now - slot.start);
      if (now < end) {
        Start(slot);
      } else {
        --in_flight;
      }
    }
    queue_.Shutdown();
    while (queue_.Next(&tag, &ok)) continue;
    return Result();
  }

 private:
  void Start(Slot& slot) {
    slot.context = std::make_unique<grpc::ClientContext>();
    slot.context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    slot.start = absl::Now();
    slot.call = slot.stub->PrepareUnaryCall(slot.context.get(), path_,
                                            ToBuffer(options_.request(next_++)), &queue_);
    slot.call->StartCall();
    slot.call->Finish(&slot.response, &slot.status, &slot);
  }

  void Check(const Slot& slot) const {
    if (slot.status.ok()) return;
    std::fprintf(stderr, "%s failed: %s\n", options_.method.c_str(),
                 slot.status.error_message().c_str());
    std::exit(1);
  }

  LoadResult Result() {
    LoadResult result;
    result.calls = next_;
    if (times_.empty()) return result;
    std::sort(times_.begin(), times_.end());
    result.per_second =
        static_cast<double>(times_.size()) / absl::ToDoubleSeconds(options_.duration);
    result.p50 = times_[times_.size() / 2];
    result.p99 = times_[times_.size() * 99 / 100];
    return result;
  }

  const LoadOptions& options_;
  const std::string path_;
  std::vector<grpc::GenericStub> stubs_;
  grpc::CompletionQueue queue_;
  std::vector<Slot> slots_;
  std::vector<absl::Duration> times_;
  int64_t next_ = 0;
};

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

LoadResult RunLoad(const std::string& address, const LoadOptions& options) {
  return Run(address, options).Finish();
}

}  // namespace banso::benchmarks
