#ifndef BANSO_COMMON_SERVER_JOIN_CALL_H_
#define BANSO_COMMON_SERVER_JOIN_CALL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/server/echo_server.h"
#include "common/server/grpc_status.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"

namespace banso::server {

// A call of EchoService.Join with the library alone, for tests. Destroy it after Await.
class JoinCall : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // Sends `messages` and no more.
  JoinCall(const std::string& address, const std::vector<std::string>& messages)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {
    for (const std::string& message : messages) messages_.push_back(Bytes(message));
    Prepare();
    SendNext();
    StartCall();
  }
  // Sends what Send is given, until Await.
  explicit JoinCall(const std::string& address)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())), is_open_(true) {
    Prepare();
    AddHold();
    StartCall();
  }
  // Returns when it is on its way.
  void Send(const std::string& message) {
    messages_ = {Bytes(message)};
    sent_ = std::make_unique<absl::Notification>();
    StartWrite(&messages_.front());
    sent_->WaitForNotification();
  }
  void OnWriteDone(bool ok) override {
    if (is_open_) return sent_->Notify();
    if (ok) SendNext();
  }
  void OnDone(const grpc::Status& status) override {
    status_ = internal::FromGrpcStatus(status);
    done_.Notify();
  }
  absl::StatusOr<std::string> Await() {
    if (is_open_) {
      StartWritesDone();
      RemoveHold();
    }
    done_.WaitForNotification();
    if (!status_.ok()) return status_;
    grpc::Slice slice;
    EchoResponse response;
    if (!answer_.DumpToSingleSlice(&slice).ok() ||
        !response.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
      return absl::DataLossError("no answer");
    }
    return response.text();
  }

 private:
  static grpc::ByteBuffer Bytes(const std::string& message) {
    const grpc::Slice slice(message);
    return grpc::ByteBuffer(&slice, 1);
  }
  void Prepare() {
    stub_.PrepareBidiStreamingCall(&context_, absl::StrCat("/", kJoin), {}, this);
    StartRead(&answer_);
  }
  void SendNext() {
    if (next_ == messages_.size()) {
      StartWritesDone();
    } else {
      StartWrite(&messages_[next_++]);
    }
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  std::vector<grpc::ByteBuffer> messages_;
  size_t next_ = 0;
  const bool is_open_ = false;
  std::unique_ptr<absl::Notification> sent_;
  grpc::ByteBuffer answer_;
  absl::Status status_;
  absl::Notification done_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_JOIN_CALL_H_
