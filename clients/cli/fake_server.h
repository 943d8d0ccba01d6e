#ifndef BANSO_CLIENTS_CLI_FAKE_SERVER_H_
#define BANSO_CLIENTS_CLI_FAKE_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

// A server for tests: what it answers is said method by method.
namespace banso::cli {

class FakeServer : public grpc::CallbackGenericService {
 public:
  // Gets all messages of a call, encoded, and the value of its `authorization` header.
  using Handler = std::function<absl::Status(const std::vector<std::string>& requests,
                                             const std::string& authorization,
                                             std::vector<std::string>* responses)>;

  FakeServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // Answers calls of `method` (`banso.accounts.v1.AccountsService/GetAccount`); others are
  // UNIMPLEMENTED. To be called before the first call of the method.
  void Handle(const std::string& method, Handler handler) {
    std::lock_guard lock(mutex_);
    handlers_["/" + method] = std::move(handler);
  }

  // The same for one request and one answer.
  template <class Request, class Response>
  void Unary(const std::string& method,
             std::function<absl::Status(const Request&, Response*)> answer) {
    Handle(method, [answer](const std::vector<std::string>& requests, const std::string&,
                            std::vector<std::string>* responses) {
      Request request;
      Response response;
      if (requests.size() != 1 || !request.ParseFromString(requests[0])) {
        return absl::InternalError("no request");
      }
      const absl::Status status = answer(request, &response);
      if (status.ok()) responses->push_back(response.SerializeAsString());
      return status;
    });
  }

 private:
  class Reactor : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(Handler handler, std::string authorization)
        : handler_(std::move(handler)), authorization_(std::move(authorization)) {
      StartRead(&message_);
    }

    void OnReadDone(bool ok) override {
      if (ok) {
        std::vector<grpc::Slice> slices;
        std::string text;
        if (message_.Dump(&slices).ok()) {
          for (const grpc::Slice& slice : slices) {
            text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
          }
        }
        requests_.push_back(std::move(text));
        StartRead(&message_);
        return;
      }
      status_ = handler_(requests_, authorization_, &responses_);
      WriteNext();
    }
    void OnWriteDone(bool) override { WriteNext(); }
    void OnDone() override { delete this; }

   private:
    void WriteNext() {
      if (written_ < responses_.size()) {
        const grpc::Slice slice(responses_[written_++]);
        message_ = grpc::ByteBuffer(&slice, 1);
        StartWrite(&message_);
      } else if (status_.ok()) {
        Finish(grpc::Status::OK);
      } else {
        const google::rpc::Status rpc = contract::ToRpcStatus(status_);
        Finish(grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(),
                            rpc.SerializeAsString()));
      }
    }

    const Handler handler_;
    const std::string authorization_;
    grpc::ByteBuffer message_;
    std::vector<std::string> requests_;
    std::vector<std::string> responses_;
    size_t written_ = 0;
    absl::Status status_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    std::string authorization;
    const auto header = context->client_metadata().find("authorization");
    if (header != context->client_metadata().end()) {
      authorization.assign(header->second.data(), header->second.size());
    }
    std::lock_guard lock(mutex_);
    const auto found = handlers_.find(context->method());
    if (found != handlers_.end()) return new Reactor(found->second, authorization);
    return new Reactor([](const std::vector<std::string>&, const std::string&,
                          std::vector<std::string>*) { return absl::UnimplementedError("no"); },
                       authorization);
  }

  std::mutex mutex_;
  std::map<std::string, Handler> handlers_;  // Guarded by mutex_.
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_FAKE_SERVER_H_
