#ifndef BANSO_TESTS_BENCHMARKS_STREAMS_H_
#define BANSO_TESTS_BENCHMARKS_STREAMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

// Calls one at a time. A call that fails ends the program with what it said.
namespace banso::benchmarks {

// Calls `service/method` and reads the answer into `response`.
void Call(const std::string& address, const std::string& method,
          const google::protobuf::Message& request, google::protobuf::Message* response);

// The same, but returns false instead when the call fails.
bool TryCall(const std::string& address, const std::string& method,
             const google::protobuf::Message& request, google::protobuf::Message* response);

// Sends the encoded messages on one client-streaming call; returns how many seconds passed from the
// first message to the answer.
double SendAll(const std::string& address, const std::string& method,
               const std::vector<std::string>& messages, google::protobuf::Message* response);

// The token from which a watch of all changes goes on after what is stored now.
std::string TokenOfNow(const std::string& address, const std::string& method);

// Opens `watchers` watches at once, each on a connection of its own, from `token` on, and reads
// `changes` changes from each; returns how many seconds that took.
double WatchAll(const std::string& address, const std::string& method, const std::string& token,
                int watchers, int64_t changes);

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_STREAMS_H_
