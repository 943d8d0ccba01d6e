#ifndef BANSO_TESTS_CONFORMANCE_SUITE_H_
#define BANSO_TESTS_CONFORMANCE_SUITE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/calendar/clock.h"
#include "common/server/client.h"
#include "common/server/environment.h"
#include "common/server/server.h"
#include "common/testing/temp_dir.h"
#include "tests/conformance/rpcs.h"

namespace grpc {
class Channel;
}

namespace banso::conformance {

// How a call is made.
struct CallOptions {
  enum class Credentials {
    // The suite key, or at the gateway the operator's token.
    kGood,
    kNone,
    kWrong,
  };
  Credentials credentials = Credentials::kGood;
  // Who acts, at a service. The gateway knows by the token.
  std::string actor = "members/operator";
  // The request arrives when its deadline has passed. Otherwise the server is told no deadline.
  bool expired = false;
};

// What came back.
struct Answer {
  absl::Status status;
  // The encoded messages; of a server stream only the first.
  std::vector<std::string> replies;

  bool ok() const { return status.ok(); }
  std::string bytes() const { return replies.empty() ? "" : replies.front(); }
};

// The five services in this process, each with its own empty store and port on 127.0.0.1, with a
// suite key and with a test clock that begins at `clock`. Everything goes with the object.
class Suite {
 public:
  static absl::StatusOr<std::unique_ptr<Suite>> Start(absl::Time clock);
  ~Suite();

  // Calls and waits. A server stream that has sent something is ended then, and counts as OK.
  Answer Call(const Rpc& rpc, const std::vector<MessagePtr>& requests,
              const CallOptions& options = {});
  // The same with bytes that may be no message.
  Answer CallRaw(const Rpc& rpc, const std::vector<std::string>& requests,
                 const CallOptions& options = {});
  // A unary call of typed messages, for what the tests themselves want to know.
  template <class Response>
  absl::StatusOr<Response> Ask(const std::string& server, absl::string_view method,
                               const google::protobuf::Message& request) {
    Response response;
    const absl::Status status = AskInto(server, method, request, &response);
    if (!status.ok()) return status;
    return response;
  }

  // Something that changes with every effect of a call to the server: its position, or at the
  // gateway, which tells none of its own, all its tokens and program applications.
  absl::StatusOr<std::string> StateOf(const std::string& server);
  // The identity of a service's store.
  absl::StatusOr<std::string> EpochOf(const std::string& server);

  // Waits until every service has taken over what it follows.
  absl::Status Settle();
  // Sets the business time of all services.
  absl::Status SetTime(absl::string_view rfc3339);

 private:
  struct Hosted;

  explicit Suite(absl::Time clock);
  absl::Status StartAll();
  absl::Status StartOne(const server::ServiceModule& module);
  absl::Status AskInto(const std::string& server, absl::string_view method,
                       const google::protobuf::Message& request,
                       google::protobuf::Message* response);

  const absl::Time clock_;
  const testing::TempDir dir_;
  std::unique_ptr<server::Peers> peers_;
  std::vector<std::unique_ptr<Hosted>> hosted_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
  std::string operator_secret_;
  // Up to where the followers of each service are known to have come.
  std::map<std::string, int64_t> settled_;
};

}  // namespace banso::conformance

#endif  // BANSO_TESTS_CONFORMANCE_SUITE_H_
