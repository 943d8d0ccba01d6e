#ifndef BANSO_TESTS_JOURNEYS_CLIENT_H_
#define BANSO_TESTS_JOURNEYS_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "tests/journeys/patience.h"

namespace grpc {
class Channel;
class Status;
}  // namespace grpc

namespace banso::journeys {

// The status of a call, with its details.
absl::Status StatusOf(const grpc::Status& status);

// What a call comes to once it is answered: as long as a service is away, `ask` is asked again. One
// that was killed and started anew is away until the gateway has found it by each connection.
absl::Status OnceAnswered(absl::FunctionRef<absl::Status()> ask);

// A client of the suite as another program would be: it knows the gateway's address, a token, and
// the protos. Requests are written in JSON, answers are typed.
class Client {
 public:
  // Every call has `limit` to be answered.
  Client(const std::string& gateway_address, std::string token, absl::Duration limit = kPatience);

  // Calls `service/method` (full names, such as `banso.accounts.v1.AccountsService/GetAccount`).
  template <class Response>
  absl::StatusOr<Response> Call(absl::string_view method, absl::string_view json) const {
    Response response;
    const absl::Status status = CallUnary(method, json, &response);
    if (!status.ok()) return status;
    return response;
  }

  // The same until the answer is as `wanted` says, or for a minute. A service that is away or slow
  // is asked again; any other error ends it.
  template <class Response, class Wanted>
  absl::StatusOr<Response> Await(absl::string_view method, absl::string_view json,
                                 Wanted wanted) const {
    absl::StatusOr<Response> response = Call<Response>(method, json);
    for (int i = 0; i < kAttempts && MayChange(response.status()); ++i) {
      if (response.ok() && wanted(*response)) return response;
      Pause();
      response = Call<Response>(method, json);
    }
    if (response.ok() && !wanted(*response)) {
      return absl::DeadlineExceededError("the answer stays " + response->ShortDebugString());
    }
    return response;
  }

  // Reads a server stream, tells `on_message` of each message, and returns how the stream ended.
  absl::Status Watch(absl::string_view method, absl::string_view json,
                     const std::function<void()>& on_message) const;

  // A client-streaming call: sends each of `jsons`. `before_last` is run before the last of them.
  template <class Response>
  absl::StatusOr<Response> Stream(
      absl::string_view method, const std::vector<std::string>& jsons,
      absl::FunctionRef<void()> before_last = [] {}) const {
    Response response;
    const absl::Status status = CallStream(method, jsons, before_last, &response);
    if (!status.ok()) return status;
    return response;
  }

  // The same with one message again and again, as fast as it is taken, until the time limit of a
  // call is over. Returns how often.
  int64_t Flood(absl::string_view method, absl::string_view json) const;

 private:
  static constexpr int kAttempts = 600;

  // True for an answer, and for errors that go by themselves.
  static bool MayChange(const absl::Status& status);

  absl::Status CallUnary(absl::string_view method, absl::string_view json,
                         google::protobuf::Message* response) const;
  absl::Status CallStream(absl::string_view method, const std::vector<std::string>& jsons,
                          absl::FunctionRef<void()> before_last,
                          google::protobuf::Message* response) const;
  // Waits a tenth of a second.
  void Pause() const;

  const std::string token_;
  const absl::Duration limit_;
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace banso::journeys

#endif  // BANSO_TESTS_JOURNEYS_CLIENT_H_
