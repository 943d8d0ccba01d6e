#ifndef BANSO_TESTS_CONFORMANCE_RPCS_H_
#define BANSO_TESTS_CONFORMANCE_RPCS_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// Every RPC of the suite, by descriptor.
namespace banso::conformance {

// The server that hands on what the others serve.
inline constexpr char kGateway[] = "gateway";

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// An RPC as a server serves it.
struct Rpc {
  // The server: `accounts`, `kickoff`, `health`, `handoff` or `gateway`.
  std::string server;
  const google::protobuf::MethodDescriptor* method = nullptr;

  // `AccountsService/GetAccount`.
  std::string short_name() const;
  // `banso.accounts.v1.AccountsService/GetAccount`.
  std::string full_name() const;
  bool streams() const { return method->client_streaming() || method->server_streaming(); }
  bool mutates() const;
  // What its requests of this name hold, or null.
  const google::protobuf::FieldDescriptor* request_field(absl::string_view name) const;
  // True when the server hands it on to another one.
  bool is_passed_on() const;
};

// The name of a test case: `kickoff_KickoffService_GetPlan`.
std::string CaseName(const Rpc& rpc);
void PrintTo(const Rpc& rpc, std::ostream* out);

// The names of the servers, in the order in which they start.
const std::vector<std::string>& ServerNames();

// Every RPC where it is served itself, each once: what several servers serve (facts, operations)
// where its example means something.
std::vector<Rpc> HomeRpcs();
// Every RPC of every server that serves it itself.
std::vector<Rpc> ServedRpcs();
// Every RPC of every server, also those that the gateway hands on.
std::vector<Rpc> ReachableRpcs();

// Finds an RPC of HomeRpcs by its short name; null `method` when there is none.
Rpc FindRpc(absl::string_view short_name);

// A file of the sources.
std::string SourceFile(absl::string_view path);
// The whole file. NOT_FOUND.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// A request of the RPC's type.
MessagePtr NewRequest(const Rpc& rpc);
MessagePtr Copy(const google::protobuf::Message& message);

// The text of the example that the proto names. NOT_FOUND when it names none or there is no such
// file.
absl::StatusOr<std::string> ExampleText(const Rpc& rpc);
// Reads the requests in `json`: one object, or for a client stream a list of them. Their sensitive
// fields also hold canaries.
absl::StatusOr<std::vector<MessagePtr>> ParseRequests(const Rpc& rpc, absl::string_view json);
// The requests of the example.
absl::StatusOr<std::vector<MessagePtr>> Example(const Rpc& rpc);

}  // namespace banso::conformance

#endif  // BANSO_TESTS_CONFORMANCE_RPCS_H_
