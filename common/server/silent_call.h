#ifndef BANSO_COMMON_SERVER_SILENT_CALL_H_
#define BANSO_COMMON_SERVER_SILENT_CALL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/server/grpc_status.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"

namespace banso::server {

// A call whose request never comes, with the library alone, for tests. Destroy it after Await.
class SilentCall : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // `method` such as `banso.server.testdata.EchoService/Watch`.
  SilentCall(const std::string& address, const std::string& method)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {
    stub_.PrepareBidiStreamingCall(&context_, absl::StrCat("/", method), {}, this);
    StartCall();
  }
  void OnDone(const grpc::Status& status) override {
    status_ = internal::FromGrpcStatus(status);
    done_.Notify();
  }
  // Waits until the server has answered it.
  absl::Status Await() {
    done_.WaitForNotification();
    return status_;
  }

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  absl::Status status_;
  absl::Notification done_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_SILENT_CALL_H_
