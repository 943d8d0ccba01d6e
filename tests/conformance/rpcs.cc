#include "tests/conformance/rpcs.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/errors.h"
#include "common/contract/json.h"
#include "common/contract/proto_services.h"
#include "common/status_macros.h"
#include "google/protobuf/struct.pb.h"
#include "tests/conformance/canary.h"

namespace banso::conformance {
namespace {

using google::protobuf::ServiceDescriptor;

constexpr char kFacts[] = "banso.fact.v1";
constexpr char kOperations[] = "banso.type.v1";

// Adds what `package` declares, as `server` serves it.
void AddPackage(const std::string& server, absl::string_view package, std::vector<Rpc>* rpcs) {
  for (const ServiceDescriptor* service : contract::ServicesOf(package)) {
    for (int i = 0; i < service->method_count(); ++i) {
      rpcs->push_back({server, service->method(i)});
    }
  }
}

// The package that a server exists for.
std::string PackageOf(absl::string_view server) { return absl::StrCat("banso.", server, ".v1"); }

}  // namespace

std::string Rpc::short_name() const {
  return absl::StrCat(method->service()->name(), "/", method->name());
}

std::string Rpc::full_name() const {
  return absl::StrCat(method->service()->full_name(), "/", method->name());
}

bool Rpc::mutates() const { return method->options().GetExtension(type::v1::rpc).mutates(); }

const google::protobuf::FieldDescriptor* Rpc::request_field(absl::string_view name) const {
  return method->input_type()->FindFieldByName(std::string(name));
}

bool Rpc::is_passed_on() const {
  const std::string& package = method->file()->package();
  return server == kGateway && package != PackageOf(kGateway) && package != kOperations;
}

std::string CaseName(const Rpc& rpc) {
  return absl::StrCat(rpc.server, "_", rpc.method->service()->name(), "_", rpc.method->name());
}

void PrintTo(const Rpc& rpc, std::ostream* out) { *out << rpc.full_name() << " at " << rpc.server; }

const std::vector<std::string>& ServerNames() {
  static const auto& names =
      *new std::vector<std::string>{"accounts", "kickoff", "health", "handoff", "gateway"};
  return names;
}

std::vector<Rpc> HomeRpcs() {
  std::vector<Rpc> rpcs;
  for (const std::string& server : ServerNames()) AddPackage(server, PackageOf(server), &rpcs);
  AddPackage("accounts", kFacts, &rpcs);
  AddPackage(kGateway, kOperations, &rpcs);
  return rpcs;
}

std::vector<Rpc> ServedRpcs() {
  std::vector<Rpc> rpcs;
  for (const std::string& server : ServerNames()) {
    AddPackage(server, PackageOf(server), &rpcs);
    AddPackage(server, kOperations, &rpcs);
    if (server != kGateway) AddPackage(server, kFacts, &rpcs);
  }
  return rpcs;
}

std::vector<Rpc> ReachableRpcs() {
  std::vector<Rpc> rpcs = ServedRpcs();
  for (const std::string& server : ServerNames()) {
    if (server != kGateway) AddPackage(kGateway, PackageOf(server), &rpcs);
  }
  return rpcs;
}

Rpc FindRpc(absl::string_view short_name) {
  for (const Rpc& rpc : HomeRpcs()) {
    if (rpc.short_name() == short_name) return rpc;
  }
  return {};
}

std::string SourceFile(absl::string_view path) {
  // ctest says where the sources are; without it the test is started from their folder.
  const char* root = std::getenv("BANSO_SOURCE_DIR");
  return absl::StrCat(root == nullptr ? "." : root, "/", path);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return contract::NotFound(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

MessagePtr NewRequest(const Rpc& rpc) {
  return MessagePtr(google::protobuf::MessageFactory::generated_factory()
                        ->GetPrototype(rpc.method->input_type())
                        ->New());
}

MessagePtr Copy(const google::protobuf::Message& message) {
  MessagePtr copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

absl::StatusOr<std::string> ExampleText(const Rpc& rpc) {
  const std::string& example = rpc.method->options().GetExtension(type::v1::rpc).example();
  if (example.empty()) return contract::NotFound(absl::StrCat("an example of ", rpc.full_name()));
  const std::filesystem::path proto(rpc.method->file()->name());
  return ReadFile(
      SourceFile(absl::StrCat("proto/", proto.parent_path().string(), "/examples/", example)));
}

absl::StatusOr<std::vector<MessagePtr>> ParseRequests(const Rpc& rpc, absl::string_view json) {
  std::vector<MessagePtr> requests;
  if (!rpc.method->client_streaming()) {
    requests.push_back(NewRequest(rpc));
    BANSO_RETURN_IF_ERROR(contract::FromJson(json, requests.back().get()));
    PlantCanaries(requests.back().get());
    return requests;
  }
  google::protobuf::ListValue list;
  BANSO_RETURN_IF_ERROR(contract::FromJson(json, &list));
  for (const google::protobuf::Value& value : list.values()) {
    BANSO_ASSIGN_OR_RETURN(const std::string text, contract::ToJson(value));
    requests.push_back(NewRequest(rpc));
    BANSO_RETURN_IF_ERROR(contract::FromJson(text, requests.back().get()));
    PlantCanaries(requests.back().get());
  }
  if (requests.empty()) return contract::InvalidField("example", "", "at least one request");
  return requests;
}

absl::StatusOr<std::vector<MessagePtr>> Example(const Rpc& rpc) {
  BANSO_ASSIGN_OR_RETURN(const std::string text, ExampleText(rpc));
  return ParseRequests(rpc, text);
}

}  // namespace banso::conformance
