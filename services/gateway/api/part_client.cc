#include "services/gateway/api/part_client.h"

#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "banso/accounts/v1/classification_service.pb.h"
#include "banso/type/v1/revision.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/field_mask.h"
#include "common/contract/proto_services.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "services/gateway/api/parts.h"

namespace banso::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// The service behind a package: `health` of `banso.health.v1`.
server::Peer& PeerOf(server::Peers& peers, absl::string_view package) {
  const std::vector<absl::string_view> words = absl::StrSplit(package, '.');
  server::Peer* peer = words.size() > 1 ? peers.Find(words[1]) : nullptr;
  BANSO_CHECK(peer != nullptr);
  return *peer;
}

// The method of any service of the package.
const MethodDescriptor& MethodOf(absl::string_view package, const std::string& name) {
  const MethodDescriptor* method = nullptr;
  for (const google::protobuf::ServiceDescriptor* service : contract::ServicesOf(package)) {
    if (method == nullptr) method = service->FindMethodByName(name);
  }
  BANSO_CHECK(method != nullptr);
  return *method;
}

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// The field of `message` whose messages are of `type`.
const FieldDescriptor* FieldOfType(const Descriptor* message, const Descriptor* type) {
  for (int i = 0; i < message->field_count(); ++i) {
    if (message->field(i)->message_type() == type) return message->field(i);
  }
  return nullptr;
}

void SetText(absl::string_view field, const std::string& text, Message* message) {
  const FieldDescriptor* found = message->GetDescriptor()->FindFieldByName(std::string(field));
  BANSO_CHECK(found != nullptr);
  message->GetReflection()->SetString(message, found, text);
}

std::string TextOf(const Message& message, const char* field) {
  return message.GetReflection()->GetString(message,
                                            message.GetDescriptor()->FindFieldByName(field));
}

// Asks and waits for the answer, of whatever type `method` returns.
absl::StatusOr<std::unique_ptr<Message>> AskPeer(server::Peer& peer, const Call& call,
                                                 const MethodDescriptor& method,
                                                 const Message& request) {
  absl::Notification done;
  absl::StatusOr<std::string> reply;
  peer.CallRaw(call, absl::StrCat(method.service()->full_name(), "/", method.name()),
               request.SerializeAsString(), [&](absl::StatusOr<std::string> response) {
                 reply = std::move(response);
                 done.Notify();
               });
  done.WaitForNotification();
  if (!reply.ok()) return reply.status();
  std::unique_ptr<Message> response = NewMessage(method.output_type());
  if (response->ParseFromString(*reply)) return response;
  return contract::Internal(absl::StrCat("the answer of ", method.full_name(), " cannot be read"));
}

// Shows `see` every revision of a kind that is in force.
absl::Status EachInForce(server::Peer& peer, const Call& call, const Descriptor& kind,
                         absl::FunctionRef<void(const Message&)> see) {
  const MethodDescriptor& list =
      MethodOf(kind.file()->package(), absl::StrCat("List", kind.name(), "Revisions"));
  const FieldDescriptor* resources = FieldOfType(list.output_type(), &kind);
  BANSO_CHECK(resources != nullptr);
  const std::unique_ptr<Message> request = NewMessage(list.input_type());
  const FieldDescriptor* page_size = list.input_type()->FindFieldByName("page_size");
  request->GetReflection()->SetInt32(request.get(), page_size, kFullPage);
  while (true) {
    BANSO_ASSIGN_OR_RETURN(const std::unique_ptr<Message> page,
                           AskPeer(peer, call, list, *request));
    const google::protobuf::Reflection& reflection = *page->GetReflection();
    for (int i = 0; i < reflection.FieldSize(*page, resources); ++i) {
      const Message& resource = reflection.GetRepeatedMessage(*page, resources, i);
      if (RevisionOf(resource).state() == type::v1::REVISION_STATE_ACTIVE) see(resource);
    }
    const std::string next = TextOf(*page, "next_page_token");
    if (next.empty()) return absl::OkStatus();
    SetText("page_token", next, request.get());
  }
}

// A refusal of the field of a request that holds a part, with paths into the program.
absl::Status Told(const absl::Status& status, absl::string_view field, const Part& part) {
  if (!absl::IsInvalidArgument(status)) return status;
  contract::Violations violations;
  AddPartViolations(status, field, part.path, &violations);
  return violations.ToStatus();
}

// A part with revisions. Every such kind has the same RPCs, Save<Kind> and so on, whose requests
// have the same fields: they are found by the kind's descriptor.
class RevisionedPart : public PartClient {
 public:
  RevisionedPart(server::Peers& peers, const Part& part)
      : peers_(peers),
        package_(PackageOf(part)),
        peer_(PeerOf(peers, package_)),
        part_(part),
        type_(part.content->GetDescriptor()),
        field_(FieldOfType(Rpc("Save").input_type(), type_)),
        resource_(NewMessage(type_)) {
    BANSO_CHECK(field_ != nullptr);
    resource_->CopyFrom(*part.content);
    ClearComputed(resource_.get());
  }

  absl::StatusOr<Standing> Look(const Call& call) override {
    const auto present = GetResource(peers_, call, *type_, part_.name);
    if (absl::IsNotFound(present.status())) return Standing();
    if (!present.ok()) return present.status();
    const type::v1::Revision& revision = RevisionOf(**present);
    if (revision.state() != type::v1::REVISION_STATE_ACTIVE) return Standing();
    return Standing{.in_force = contract::JoinRevision(part_.name, revision.number()),
                    .same = SameContent(**present, *resource_)};
  }

  absl::Status Check(const Call& call, const SaveOptions& options,
                     contract::Violations* violations) override {
    const std::unique_ptr<Message> request = MakeSave(options);
    const FieldDescriptor* only = request->GetDescriptor()->FindFieldByName("validate_only");
    BANSO_CHECK(only != nullptr);
    request->GetReflection()->SetBool(request.get(), only, true);
    const absl::Status status = AskPeer(peer_, call, Rpc("Save"), *request).status();
    if (!status.ok() && !IsRefusal(status)) return status;
    AddPartViolations(status, field_->name(), part_.path, violations);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Save(const Call& call, const SaveOptions& options) override {
    const std::unique_ptr<Message> request = MakeSave(options);
    SetText("request_id", options.request_id, request.get());
    const auto saved = AskPeer(peer_, call, Rpc("Save"), *request);
    if (!saved.ok()) return Told(saved.status(), field_->name(), part_);
    return contract::JoinRevision(part_.name, RevisionOf(**saved).number());
  }

  absl::Status Activate(const Call& call, const std::string& revision,
                        const std::string& request_id) override {
    const std::unique_ptr<Message> request = NewMessage(Rpc("Activate").input_type());
    SetText("name", revision, request.get());
    SetText("request_id", request_id, request.get());
    return Told(AskPeer(peer_, call, Rpc("Activate"), *request).status(), field_->name(), part_);
  }

 protected:
  // The RPC of the kind with that verb.
  const MethodDescriptor& Rpc(absl::string_view verb) const {
    return MethodOf(package_, absl::StrCat(verb, type_->name()));
  }

  server::Peer& peer() { return peer_; }
  const Part& part() const { return part_; }
  const Descriptor* type() const { return type_; }

 private:
  std::unique_ptr<Message> MakeSave(const SaveOptions& options) const {
    std::unique_ptr<Message> request = NewMessage(Rpc("Save").input_type());
    const google::protobuf::Reflection& reflection = *request->GetReflection();
    reflection.MutableMessage(request.get(), field_)->CopyFrom(*resource_);
    SetText("reason", options.reason, request.get());
    // Kinds without rules, or that refer to nothing, need neither.
    const Descriptor* fields = request->GetDescriptor();
    if (const FieldDescriptor* types = fields->FindFieldByName("additional_fact_types")) {
      for (const fact::v1::FactType& type : options.fact_types) {
        reflection.AddMessage(request.get(), types)->CopyFrom(type);
      }
    }
    if (const FieldDescriptor* names = fields->FindFieldByName("additional_resources")) {
      for (const std::string& name : options.resources) {
        reflection.AddString(request.get(), names, name);
      }
    }
    return request;
  }

  server::Peers& peers_;
  const std::string package_;
  server::Peer& peer_;
  const Part& part_;
  const Descriptor* const type_;
  // Where a Save request holds the resource.
  const FieldDescriptor* const field_;
  const std::unique_ptr<Message> resource_;
};

// A part of a kind of which one counts: the one that was activated last.
class SolePart : public RevisionedPart {
 public:
  using RevisionedPart::RevisionedPart;

  absl::StatusOr<Standing> Look(const Call& call) override {
    BANSO_ASSIGN_OR_RETURN(Standing standing, RevisionedPart::Look(call));
    if (!standing.same) return standing;
    BANSO_ASSIGN_OR_RETURN(const std::string last, ActivatedLast(call));
    standing.same = last == part().name;
    return standing;
  }

 private:
  // The name, without revision, of the one that counts.
  absl::StatusOr<std::string> ActivatedLast(const Call& call) {
    std::string last;
    absl::Time last_time = absl::InfinitePast();
    BANSO_RETURN_IF_ERROR(EachInForce(peer(), call, *type(), [&](const Message& resource) {
      const absl::Time time = calendar::ToTime(RevisionOf(resource).active_from());
      if (time <= last_time) return;
      last_time = time;
      last = TextOf(resource, "name");
    }));
    return last;
  }
};

// A part without revisions, such as a metric. Every such kind has the same RPCs, Get<Kind> and
// Update<Kind>, which creates what is missing.
class InPlacePart : public PartClient {
 public:
  InPlacePart(server::Peers& peers, const Part& part)
      : peers_(peers),
        package_(PackageOf(part)),
        peer_(PeerOf(peers, package_)),
        part_(part),
        type_(part.content->GetDescriptor()),
        field_(FieldOfType(Rpc("Update").input_type(), type_)),
        resource_(NewMessage(type_)) {
    BANSO_CHECK(field_ != nullptr);
    resource_->CopyFrom(*part.content);
    ClearComputed(resource_.get());
    // Not add_paths("*"): g++ 12 takes that for an overlapping copy (-Wrestrict) when it optimizes.
    mask_.add_paths()->push_back('*');
  }

  absl::StatusOr<Standing> Look(const Call& call) override {
    const auto present = Get(call);
    if (absl::IsNotFound(present.status())) return Standing();
    if (!present.ok()) return present.status();
    return Standing{.in_force = part_.name, .same = SameContent(**present, *resource_)};
  }

  // By the service, where it can check without storing.
  absl::Status Check(const Call& call, const SaveOptions& /*options*/,
                     contract::Violations* violations) override {
    const std::unique_ptr<Message> update = MakeUpdate();
    if (const FieldDescriptor* only = update->GetDescriptor()->FindFieldByName("validate_only")) {
      update->GetReflection()->SetBool(update.get(), only, true);
      const absl::Status status = AskPeer(peer_, call, Rpc("Update"), *update).status();
      if (!status.ok() && !IsRefusal(status)) return status;
      AddPartViolations(status, field_->name(), part_.path, violations);
      return absl::OkStatus();
    }
    const auto present = Get(call);
    if (absl::IsNotFound(present.status())) return absl::OkStatus();
    if (!present.ok()) return present.status();
    violations->AddAll("", contract::ApplyMask(mask_, *resource_, part_.path, present->get()));
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Save(const Call& call, const SaveOptions& options) override {
    const std::unique_ptr<Message> update = MakeUpdate();
    SetText("request_id", options.request_id, update.get());
    const auto saved = AskPeer(peer_, call, Rpc("Update"), *update);
    if (!saved.ok()) return Told(saved.status(), field_->name(), part_);
    return part_.name;
  }

  absl::Status Activate(const Call& /*call*/, const std::string& /*revision*/,
                        const std::string& /*request_id*/) override {
    return absl::OkStatus();
  }

 private:
  const MethodDescriptor& Rpc(absl::string_view verb) const {
    return MethodOf(package_, absl::StrCat(verb, type_->name()));
  }

  absl::StatusOr<std::unique_ptr<Message>> Get(const Call& call) {
    return GetResource(peers_, call, *type_, part_.name);
  }

  std::unique_ptr<Message> MakeUpdate() const {
    std::unique_ptr<Message> request = NewMessage(Rpc("Update").input_type());
    const google::protobuf::Reflection& reflection = *request->GetReflection();
    const Descriptor& fields = *request->GetDescriptor();
    reflection.MutableMessage(request.get(), field_)->CopyFrom(*resource_);
    const FieldDescriptor* mask = FieldOfType(&fields, google::protobuf::FieldMask::descriptor());
    const FieldDescriptor* allow_missing = fields.FindFieldByName("allow_missing");
    BANSO_CHECK(mask != nullptr && allow_missing != nullptr);
    reflection.MutableMessage(request.get(), mask)->CopyFrom(mask_);
    reflection.SetBool(request.get(), allow_missing, true);
    return request;
  }

  server::Peers& peers_;
  const std::string package_;
  server::Peer& peer_;
  const Part& part_;
  const Descriptor* const type_;
  // Where an Update request holds the resource.
  const FieldDescriptor* const field_;
  const std::unique_ptr<Message> resource_;
  google::protobuf::FieldMask mask_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> GetResource(server::Peers& peers, const Call& call,
                                                     const Descriptor& kind,
                                                     const std::string& name) {
  const std::string& package = kind.file()->package();
  const MethodDescriptor& get = MethodOf(package, absl::StrCat("Get", kind.name()));
  const std::unique_ptr<Message> request = NewMessage(get.input_type());
  SetText("name", name, request.get());
  return AskPeer(PeerOf(peers, package), call, get, *request);
}

const type::v1::Revision& RevisionOf(const Message& resource) {
  const FieldDescriptor* field =
      FieldOfType(resource.GetDescriptor(), type::v1::Revision::descriptor());
  BANSO_CHECK(field != nullptr);
  return static_cast<const type::v1::Revision&>(
      resource.GetReflection()->GetMessage(resource, field));
}

std::unique_ptr<PartClient> MakePartClient(server::Peers& peers, const Part& part) {
  switch (part.kind) {
    case PartKind::kInPlace:
      return std::make_unique<InPlacePart>(peers, part);
    case PartKind::kRevisioned:
      return std::make_unique<RevisionedPart>(peers, part);
    case PartKind::kSoleRevisioned:
      return std::make_unique<SolePart>(peers, part);
    case PartKind::kReclassification:
      break;
  }
  return nullptr;
}

absl::StatusOr<std::vector<std::string>> OthersInForce(server::Peers& peers, const Call& call,
                                                       const std::vector<const Descriptor*>& kinds,
                                                       const std::set<std::string>& named) {
  std::vector<std::string> others;
  for (const Descriptor* kind : kinds) {
    std::set<std::string> found;
    BANSO_RETURN_IF_ERROR(EachInForce(
        PeerOf(peers, kind->file()->package()), call, *kind, [&](const Message& resource) {
          const std::string name = TextOf(resource, "name");
          if (named.count(name) > 0) return;
          found.insert(contract::JoinRevision(name, RevisionOf(resource).number()));
        }));
    others.insert(others.end(), found.begin(), found.end());
  }
  return others;
}

absl::StatusOr<bool> ReclassifyAll(server::Peers& peers, const Call& call,
                                   const std::string& request_id) {
  accounts::v1::ReclassifyRequest request;
  request.set_request_id(request_id);
  BANSO_ASSIGN_OR_RETURN(
      const accounts::v1::ReclassifyResponse response,
      (peers.accounts().Call<accounts::v1::ReclassifyRequest, accounts::v1::ReclassifyResponse>(
          call, absl::StrCat(kClassificationService, "/Reclassify"), request)));
  return response.moved() > 0;
}

}  // namespace banso::gateway
