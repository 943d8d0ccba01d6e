#ifndef BANSO_COMMON_SERVER_JOIN_CALL_H_
#define BANSO_COMMON_SERVER_JOIN_CALL_H_

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
  JoinCall(const std::string& address, const std::vector<std::string>& messages)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {
    for (const std::string& message : messages) {
      const grpc::Slice slice(message);
      messages_.push_back(grpc::ByteBuffer(&slice, 1));
    }
    stub_.PrepareBidiStreamingCall(&context_, absl::StrCat("/", kJoin), {}, this);
    Send();
    StartRead(&answer_);
    StartCall();
  }
  void OnWriteDone(bool ok) override {
    if (ok) Send();
  }
  void OnDone(const grpc::Status& status) override {
    status_ = internal::FromGrpcStatus(status);
    done_.Notify();
  }
  absl::StatusOr<std::string> Await() {
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
  void Send() {
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
  grpc::ByteBuffer answer_;
  absl::Status status_;
  absl::Notification done_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_JOIN_CALL_H_
