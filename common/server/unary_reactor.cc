#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/server/adapter.h"
#include "common/server/grpc_status.h"
#include "common/server/peer_channels.h"
#include "common/server/retry_after.h"
#include "common/server/wire.h"
#include "common/status_macros.h"

namespace banso::server::internal {
namespace {

// One unary call, from the transport's event to its answer. The handler runs on the executor; the
// transport's few threads only hand over.
class UnaryCall final : public CallReactor {
 public:
  UnaryCall(Host& host, const Method& method, grpc::CallbackServerContext* context)
      : host_(host), method_(method), context_(context) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!host_.BeginCall()) {
      Finish(ToGrpcStatus(Stopping()));
      return;
    }
    call_.emplace(host_, method_, context_);
    begun_.store(true);
    // The caller has gone before its request was there, or has sent none.
    if (!ok || cancelled_.load()) call_->Cancel();
    if (!ok) {
      Answer(contract::Cancelled());
    } else if (!host_.executor().Submit(method_.options.lane, [this] { Run(); })) {
      Answer(contract::Overloaded(kRetryAfter));
    }
  }

  void OnCancel() override {
    cancelled_.store(true);
    if (begun_.load()) call_->Cancel();
    forwarded_.TryCancel();
  }

  void OnDone() override { delete this; }

 private:
  // After the answer has been given this object may be gone.
  void Run() {
    const absl::Status admitted = Guarded([this] { return call_->Admit(); });
    if (!admitted.ok()) {
      Answer(admitted);
    } else if (const auto* raw = std::get_if<RawFunction>(&method_.handler)) {
      RunRaw(*raw);
    } else if (const auto* forward = std::get_if<server::internal::Forward>(&method_.handler)) {
      RunForward(*forward);
    } else {
      Answer(Guarded([this] { return RunHandler(); }));
    }
  }

  absl::Status RunHandler() {
    const std::unique_ptr<google::protobuf::Message> request(method_.request->New());
    const std::unique_ptr<google::protobuf::Message> response(method_.response->New());
    BANSO_RETURN_IF_ERROR(Parse(request_, request.get()));
    if (method_.options.check_fields) BANSO_RETURN_IF_ERROR(contract::Check(request.get()));
    call_->TakeRequestId(*request);
    BANSO_RETURN_IF_ERROR(
        std::get<UnaryFunction>(method_.handler)(call_->call(), *request, response.get()));
    return Serialize(*response, &response_);
  }

  void RunRaw(const RawFunction& function) {
    // Of two answers (one given before an exception) only the first counts.
    const auto answered = std::make_shared<std::atomic<bool>>(false);
    const auto reply = [this, answered](absl::StatusOr<std::string> result) {
      if (answered->exchange(true)) return;
      if (result.ok()) response_ = ToByteBuffer(*result);
      Answer(result.status());
    };
    const absl::Status status = Guarded([&] {
      function(call_->call(), ToString(request_), reply);
      return absl::OkStatus();
    });
    if (!status.ok()) reply(status);
  }

  void RunForward(const Forward& forward) {
    if (forward.admission) {
      const absl::Status admitted = Guarded([&] {
        return forward.admission(call_->call(), *method_.descriptor, ToString(request_));
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
    const Call call = call_->ForwardedCall();
    channels->Prepare(call, channels->DeadlineFor(call, Patience::kCallers), &forwarded_);
    stub->UnaryCall(&forwarded_, MethodPath(call.method), {}, &request_, &response_,
                    [this, channels](const grpc::Status& status) {
                      if (status.ok() && !response_.Valid()) {
                        Answer(contract::Internal("the peer has answered without a message"));
                      } else {
                        Answer(channels->ToStatus(status));
                      }
                    });
  }

  // With the response, when the status is OK.
  void Answer(const absl::Status& status) {
    const grpc::Status end = call_->Close(status);
    if (end.ok()) {
      StartWriteAndFinish(&response_, grpc::WriteOptions(), end);
    } else {
      Finish(end);
    }
  }

  Host& host_;
  const Method& method_;
  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::atomic<bool> cancelled_{false};
  // Once the request has come: a call whose request does not come holds little, and nobody waits
  // for it when the server stops.
  std::optional<RunningCall> call_;
  std::atomic<bool> begun_{false};
  // Of a forwarded call.
  grpc::ClientContext forwarded_;
};

}  // namespace

CallReactor* ServeUnary(Host& host, const Method& method, grpc::CallbackServerContext* context) {
  return new UnaryCall(host, method, context);
}

}  // namespace banso::server::internal
