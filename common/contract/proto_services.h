#ifndef BANSO_COMMON_CONTRACT_PROTO_SERVICES_H_
#define BANSO_COMMON_CONTRACT_PROTO_SERVICES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

// The contract's files and services, by descriptor: what treats every RPC alike (the gateway, the
// command line, the conformance tests) needs no list of its own.
namespace banso::contract {

// Every proto file, as imports name it: `banso/accounts/v1/account.proto`. In alphabetical order.
const std::vector<const google::protobuf::FileDescriptor*>& ProtoFiles();

// The services of a package such as `banso.accounts.v1`, by file and in the order of the file. A
// server may serve several: each area of a big service has one of its own.
std::vector<const google::protobuf::ServiceDescriptor*> ServicesOf(absl::string_view package);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_PROTO_SERVICES_H_
