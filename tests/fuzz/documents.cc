// JSON and YAML of messages, and requests in the wire form.

#include <memory>

#include "absl/status/status.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/gateway/v1/program.pb.h"
#include "common/contract/field_mask.h"
#include "common/contract/field_rules.h"
#include "common/contract/fingerprint.h"
#include "common/contract/json.h"
#include "common/contract/yaml.h"
#include "tests/fuzz/target.h"

namespace banso::fuzz {
namespace {

using google::protobuf::Message;

bool Equal(const Message& a, const Message& b) {
  return contract::DeterministicBytes(a) == contract::DeterministicBytes(b);
}

template <class T>
void ReadJson(absl::string_view input) {
  T message;
  const absl::Status status = contract::FromJson(input, &message);
  Require(status.ok() || absl::IsInvalidArgument(status), "bad JSON is the caller's fault");
  if (!status.ok()) return;
  const absl::StatusOr<std::string> text = contract::ToJson(message);
  // A time or an Any may be damaged in ways that have no JSON form.
  if (!text.ok()) return;
  T again;
  Require(contract::FromJson(*text, &again).ok() && Equal(message, again), "JSON reads back");
}

template <class T>
void ReadYaml(absl::string_view input) {
  T message;
  const absl::Status status = contract::FromYaml(input, &message);
  Require(status.ok() || absl::IsInvalidArgument(status), "bad YAML is the caller's fault");
  if (!status.ok()) return;
  T again;
  const absl::Status back = contract::FromYaml(contract::ToYaml(message), &again);
  Require(back.ok() && Equal(message, again), "YAML reads back");
}

void RunJson(absl::string_view input) {
  ReadJson<accounts::v1::Account>(input);
  ReadJson<gateway::v1::Program>(input);
}

void RunYaml(absl::string_view input) {
  ReadYaml<accounts::v1::Account>(input);
  ReadYaml<gateway::v1::Program>(input);
}

// What arrives over the network: bytes that may be a request.
void RunRequest(absl::string_view input) {
  accounts::v1::UpdateAccountRequest request;
  if (!request.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  const absl::Status status = contract::Check(&request);
  Require(status.ok() || absl::IsInvalidArgument(status), "a bad request is the caller's fault");
  if (!status.ok()) return;
  accounts::v1::UpdateAccountRequest again = request;
  Require(contract::Check(&again).ok() && Equal(request, again), "a checked request stays so");
  accounts::v1::Account stored;
  stored.set_name("accounts/acme");
  stored.set_display_name("Acme");
  const absl::Status applied =
      contract::ApplyMask(request.update_mask(), request.account(), "account", &stored);
  Require(applied.ok() || absl::IsInvalidArgument(applied), "a bad mask is the caller's fault");
  Require(stored.name() == "accounts/acme", "a name never changes");
}

accounts::v1::UpdateAccountRequest GoodRequest() {
  accounts::v1::UpdateAccountRequest request;
  request.mutable_account()->set_name("accounts/acme");
  request.mutable_account()->set_display_name("Caf\u00e9");
  request.mutable_account()->set_employees(12);
  request.mutable_account()->add_external_ids()->set_system("crm");
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("employees");
  request.set_request_id("request-1");
  return request;
}

}  // namespace

Target JsonTarget() {
  return {
      "json",
      {"{}", R"({"name": "accounts/a", "displayName": "A", "employees": "12"})",
       R"({"external_ids": [{"system": "crm", "id": "\u00e9\ud83d\ude00"}], "create_time": "2025-04-01T00:00:00Z"})",
       R"({"classification_policies": [{"name": "classificationPolicies/x", "segments": [{"value": "smb"}]}]})",
       "[[[[", "{\"name\": nul", "\xEF\xBB\xBF{}"},
      RunJson};
}

Target YamlTarget() {
  return {
      "yaml",
      {"", "name: accounts/a\ndisplay_name: A\nemployees: 12\n",
       "name: &a accounts/a\ndisplay_name: *a\nexternal_ids:\n- {system: crm, id: '1'}\n",
       ("classification_policies:\n- name: classificationPolicies/x\n  segments:\n  - value: smb\n"
        "    when:\n      compare: {fact: {fact: account.employees}, op: OPERATOR_GE, values: "
        "[{number: 100}]}\n"),
       "a: [", "? !!binary x", "create_time: 2025-04-01T00:00:00Z\n", "---\n---\n"},
      RunYaml};
}

Target RequestTarget() { return {"request", {"", GoodRequest().SerializeAsString()}, RunRequest}; }

}  // namespace banso::fuzz
