#ifndef BANSO_TESTS_CONFORMANCE_CANARY_H_
#define BANSO_TESTS_CONFORMANCE_CANARY_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "tests/conformance/rpcs.h"

// A word in every sensitive field of every request that the tests send, by which it is found where
// it must not be: in errors, in the log, in the metrics.
namespace banso::conformance {

// Stands nowhere else, and is long enough for a secret.
inline constexpr char kCanary[] = "kestrelcanarysong";

// Puts the word into the sensitive fields of the messages that `request` has, and of
// `absent_levels` levels of messages that it has not, beside what the fields hold; names of
// resources stay as they are.
void PlantCanaries(google::protobuf::Message* request, int absent_levels = 0);
// To be told of every request that was carried out: which of its fields hold the word.
void CountPlanted(const google::protobuf::Message& request);
// Every field that the suite has taken the word in so far.
std::set<const google::protobuf::FieldDescriptor*> PlantedFields();

// Sends the log of this process, down to its finest lines, to a file of its own. For the first
// call; does nothing later.
void KeepLog();
// What the log holds.
std::string KeptLog();

// To be told of every answer: whether the error, with its details, tells the word, or what is said
// of rows that were refused while others were taken (`errors` of the first of `replies`).
void LookForCanaries(const Rpc& rpc, const absl::Status& status,
                     const std::vector<std::string>& replies);
// How many refused rows were looked at so far.
int64_t RefusedRowsLookedAt();
// Where the word was found so far: in which errors, in the log, in the metrics of this process.
std::vector<std::string> WhereCanariesWereTold();

}  // namespace banso::conformance

#endif  // BANSO_TESTS_CONFORMANCE_CANARY_H_
