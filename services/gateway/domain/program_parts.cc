#include "services/gateway/domain/program_parts.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/contract/retry.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"

namespace banso::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The fields of Program whose parts come before the classification of all accounts, in the order in
// which they are applied.
constexpr const char* kFieldsInOrder[] = {
    "attribute_definitions",
    "role_play_rubrics",
    "metrics",
    "rubrics",
    "surveys",
    "success_definitions",
    "score_models",
    "stage_models",
    "matrix_policies",
    "funnels",
    "classification_policy",
    "acceptance_policy",
    "plan_templates",
    "criteria_sets",
    "handoff_policy",
    "plays",
};
constexpr char kLastField[] = "signal_rules";

PartKind KindOf(const FieldDescriptor& field) {
  const bool revisioned =
      field.message_type()->options().GetExtension(type::v1::resource).revisioned();
  if (!revisioned) return PartKind::kInPlace;
  return field.is_repeated() ? PartKind::kRevisioned : PartKind::kSoleRevisioned;
}

void AddPart(const FieldDescriptor& field, std::string path, const Message& content,
             std::vector<Part>* parts) {
  const FieldDescriptor* name = content.GetDescriptor()->FindFieldByName("name");
  parts->push_back({KindOf(field), std::move(path),
                    content.GetReflection()->GetString(content, name), &content});
}

// Adds the parts that stand in one field of the program.
void AddField(const v1::Program& program, absl::string_view field_name, std::vector<Part>* parts) {
  const FieldDescriptor& field =
      *v1::Program::descriptor()->FindFieldByName(std::string(field_name));
  const google::protobuf::Reflection& reflection = *program.GetReflection();
  const std::string path = absl::StrCat("program.", field_name);
  if (!field.is_repeated()) {
    if (!reflection.HasField(program, &field)) return;
    AddPart(field, path, reflection.GetMessage(program, &field), parts);
    return;
  }
  for (int i = 0; i < reflection.FieldSize(program, &field); ++i) {
    AddPart(field, absl::StrCat(path, "[", i, "]"),
            reflection.GetRepeatedMessage(program, &field, i), parts);
  }
}

void CheckName(const Part& part, std::map<std::string, std::string>* paths,
               contract::Violations* violations) {
  const std::string field = absl::StrCat(part.path, ".name");
  if (part.name.empty()) {
    violations->Add(field, "", "the name of the part", "REQUIRED");
  } else if (absl::StrContains(part.name, '@')) {
    violations->Add(field, part.name, "a name without a revision: applying makes the next one",
                    "NOT_ACCEPTED");
  } else if (const auto [it, added] = paths->emplace(part.name, part.path); !added) {
    violations->Add(field, part.name,
                    absl::StrCat("a name that no other part has; ", it->second, " has it too"),
                    "DUPLICATE");
  }
}

void CheckRubricItems(const v1::Program& program, contract::Violations* violations) {
  std::map<std::string, std::string> paths;
  for (int i = 0; i < program.rubrics_size(); ++i) {
    for (int j = 0; j < program.rubrics(i).items_size(); ++j) {
      const std::string& key = program.rubrics(i).items(j).key();
      const std::string path = absl::StrCat("program.rubrics[", i, "].items[", j, "].key");
      const auto [it, added] = paths.emplace(key, path);
      if (added || key.empty()) continue;
      violations->Add(path, key, absl::StrCat("a key of its own; ", it->second, " is the same"),
                      "DUPLICATE");
    }
  }
}

void ClearOutputOnly(Message* message) {
  const google::protobuf::Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->options().GetExtension(type::v1::rules).output_only()) {
      reflection->ClearField(message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        ClearOutputOnly(reflection->MutableRepeatedMessage(message, field, i));
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ClearOutputOnly(reflection->MutableMessage(message, field));
    }
  }
}

std::string MapPath(absl::string_view given, absl::string_view field, absl::string_view path) {
  absl::string_view rest = given;
  if (absl::ConsumePrefix(&rest, field) &&
      (rest.empty() || rest.front() == '.' || rest.front() == '[')) {
    return absl::StrCat(path, rest);
  }
  return given == "reason" ? "reason" : std::string(path);
}

// The same error with other fields.
absl::Status WithPaths(const absl::Status& status, absl::string_view field,
                       absl::string_view path) {
  google::rpc::Status rpc = contract::ToRpcStatus(status);
  for (google::protobuf::Any& detail : *rpc.mutable_details()) {
    google::rpc::BadRequest bad_request;
    if (!detail.Is<google::rpc::BadRequest>() || !detail.UnpackTo(&bad_request)) continue;
    for (auto& violation : *bad_request.mutable_field_violations()) {
      violation.set_field(MapPath(violation.field(), field, path));
    }
    detail.PackFrom(bad_request);
  }
  return contract::FromRpcStatus(rpc);
}

}  // namespace

std::vector<Part> PartsOf(const v1::Program& program) {
  std::vector<Part> parts;
  for (const char* field : kFieldsInOrder) AddField(program, field, &parts);
  if (program.has_classification_policy()) {
    parts.push_back(
        {PartKind::kReclassification, "program.classification_policy", kAllAccounts, nullptr});
  }
  AddField(program, kLastField, &parts);
  return parts;
}

const google::protobuf::Descriptor* RevisionedKind(absl::string_view name) {
  const std::optional<contract::RevisionName> parts = contract::SplitRevision(name);
  if (!parts.has_value()) return nullptr;
  const google::protobuf::Descriptor& program = *v1::Program::descriptor();
  for (int i = 0; i < program.field_count(); ++i) {
    const FieldDescriptor& field = *program.field(i);
    if (field.message_type() == nullptr || KindOf(field) == PartKind::kInPlace) continue;
    const type::v1::ResourceRules& rules =
        field.message_type()->options().GetExtension(type::v1::resource);
    if (contract::Match(rules.pattern(), parts->name).has_value()) return field.message_type();
  }
  return nullptr;
}

std::vector<const google::protobuf::Descriptor*> KindsLeftAlone(const v1::Program& program) {
  std::vector<const google::protobuf::Descriptor*> kinds;
  const google::protobuf::Descriptor& type = *v1::Program::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.message_type() == nullptr || KindOf(field) == PartKind::kInPlace) continue;
    const bool taken = !field.is_repeated() && program.GetReflection()->HasField(program, &field);
    if (!taken) kinds.push_back(field.message_type());
  }
  return kinds;
}

std::string PackageOf(const Part& part) { return part.content->GetDescriptor()->file()->package(); }

absl::Status CheckProgram(const v1::Program& program) {
  contract::Violations violations;
  std::map<std::string, std::string> paths;
  for (const Part& part : PartsOf(program)) CheckName(part, &paths, &violations);
  CheckRubricItems(program, &violations);
  return violations.ToStatus();
}

void ClearComputed(Message* message) {
  ClearOutputOnly(message);
  const FieldDescriptor* etag = message->GetDescriptor()->FindFieldByName("etag");
  if (etag != nullptr) message->GetReflection()->ClearField(message, etag);
}

bool SameContent(const Message& a, const Message& b) {
  const std::unique_ptr<Message> left(a.New());
  const std::unique_ptr<Message> right(b.New());
  left->CopyFrom(a);
  right->CopyFrom(b);
  ClearComputed(left.get());
  ClearComputed(right.get());
  return contract::DeterministicBytes(*left) == contract::DeterministicBytes(*right);
}

void AddPartViolations(const absl::Status& status, absl::string_view field, absl::string_view path,
                       contract::Violations* violations) {
  if (status.ok()) return;
  if (contract::FieldViolations(status).empty()) {
    violations->AddAll(path, status);
  } else {
    violations->AddAll("", WithPaths(status, field, path));
  }
}

bool IsRefusal(const absl::Status& status) {
  if (contract::MayPass(status)) return false;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace banso::gateway
