#ifndef BANSO_CLIENTS_CLI_METHODS_H_
#define BANSO_CLIENTS_CLI_METHODS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// The RPCs of the contract, by name.
namespace banso::cli {

// The services that clients can call: the gateway's own first, then those of each server that it
// passes on to; FactsService last, which only the servers themselves serve.
std::vector<const google::protobuf::ServiceDescriptor*> Services();

// Finds a method by its full name (`banso.accounts.v1.AccountsService/GetAccount`); null if there
// is none.
const google::protobuf::MethodDescriptor* FindFullName(absl::string_view name);

// Finds a method by as much of its name as is needed: `GetAccount`, `AccountsService/GetAccount`,
// `accounts/WatchChanges` or the full name; case does not count. An error of the input that lists
// the candidates when several match, and the nearest names when none does.
absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(absl::string_view name);

// `AccountsService/GetAccount`.
std::string ShortName(const google::protobuf::MethodDescriptor& method);

// Whether `word` is a part of `text`; case does not count.
bool ContainsWord(absl::string_view text, absl::string_view word);

// A new, empty message of a type of the contract.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_METHODS_H_
