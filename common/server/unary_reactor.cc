#include <atomic>
#include <memory>
#include <utility>

#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/server/adapter.h"
#include "common/server/peer_channels.h"
#include "common/server/retry_after.h"
#include "common/server/wire.h"
#include "common/status_macros.h"

namespace banso::server::internal {
namespace {

// One unary call, from the transport's event to its answer. The handler runs on the executor; the
// transport's few threads only hand over.
class UnaryCall final : public UnaryReactor {
 public:
  UnaryCall(Host& host, const Method& method, grpc::CallbackServerContext* context,
            const grpc::ByteBuffer* request, grpc::ByteBuffer* response)
      : call_(host, method, context), request_(request), response_(response) {}

  void Begin() {
    // The caller has cancelled before its request was there.
    if (!request_->Valid()) {
      call_.Cancel();
      Answer(contract::Cancelled());
      return;
    }
    const Lane lane = call_.method().options.lane;
    if (!call_.host().executor().Submit(lane, [this] { Run(); })) {
      Answer(contract::Overloaded(kRetryAfter));
    }
  }

  void OnCancel() override {
    call_.Cancel();
    forwarded_.TryCancel();
  }

  void OnDone() override { delete this; }

 private:
  // After the answer has been given this object may be gone.
  void Run() {
    const absl::Status admitted = Guarded([this] { return call_.Admit(); });
    if (!admitted.ok()) {
      Answer(admitted);
    } else if (const auto* raw = std::get_if<RawFunction>(&call_.method().handler)) {
      RunRaw(*raw);
    } else if (const auto* forward =
                   std::get_if<server::internal::Forward>(&call_.method().handler)) {
      RunForward(*forward);
    } else {
      Answer(Guarded([this] { return RunHandler(); }));
    }
  }

  absl::Status RunHandler() {
    const Method& method = call_.method();
    const std::unique_ptr<google::protobuf::Message> request(method.request->New());
    const std::unique_ptr<google::protobuf::Message> response(method.response->New());
    BANSO_RETURN_IF_ERROR(Parse(*request_, request.get()));
    if (method.options.check_fields) BANSO_RETURN_IF_ERROR(contract::Check(request.get()));
    call_.TakeRequestId(*request);
    BANSO_RETURN_IF_ERROR(
        std::get<UnaryFunction>(method.handler)(call_.call(), *request, response.get()));
    return Serialize(*response, response_);
  }

  void RunRaw(const RawFunction& function) {
    // Of two answers (one given before an exception) only the first counts.
    const auto answered = std::make_shared<std::atomic<bool>>(false);
    const auto reply = [this, answered](absl::StatusOr<std::string> result) {
      if (answered->exchange(true)) return;
      if (result.ok()) *response_ = ToByteBuffer(*result);
      Answer(result.status());
    };
    const absl::Status status = Guarded([&] {
      function(call_.call(), ToString(*request_), reply);
      return absl::OkStatus();
    });
    if (!status.ok()) reply(status);
  }

  void RunForward(const Forward& forward) {
    if (forward.admission) {
      const absl::Status admitted = Guarded([&] {
        return forward.admission(call_.call(), *call_.method().descriptor, ToString(*request_));
      });
      if (!admitted.ok()) {
        Answer(admitted);
        return;
      }
    }
    const std::shared_ptr<PeerChannels>& channels = forward.peer->channels();
    const std::shared_ptr<grpc::GenericStub> stub = channels->NextStub();
    if (stub == nullptr) {
      Answer(channels->AddressUnknown());
      return;
    }
    const Call call = call_.ForwardedCall();
    channels->Prepare(call, channels->DeadlineFor(call, Patience::kCallers), &forwarded_);
    stub->UnaryCall(
        &forwarded_, MethodPath(call.method), {}, request_, response_,
        [this, channels](const grpc::Status& status) { Answer(channels->ToStatus(status)); });
  }

  void Answer(const absl::Status& status) { Finish(call_.Close(status)); }

  RunningCall call_;
  const grpc::ByteBuffer* const request_;
  grpc::ByteBuffer* const response_;
  // Of a forwarded call.
  grpc::ClientContext forwarded_;
};

}  // namespace

UnaryReactor* ServeUnary(Host& host, const Method& method, grpc::CallbackServerContext* context,
                         const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  auto* call = new UnaryCall(host, method, context, request, response);
  call->Begin();
  return call;
}

}  // namespace banso::server::internal
