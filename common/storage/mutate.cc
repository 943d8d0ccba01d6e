#include "common/storage/mutate.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"
#include "common/storage/resource_fields.h"
#include "google/protobuf/descriptor.h"

namespace banso::storage {
namespace {

using google::protobuf::Message;

// Fills `reply` with the answer kept for this call; returns whether there is one.
absl::StatusOr<bool> Recall(Writer& writer, const std::string& fingerprint, Message& reply) {
  const Call& call = writer.call();
  return writer.QueryOne(
      "SELECT fingerprint, reply FROM request WHERE request_id = $request_id AND method = $method",
      {{"request_id", call.request_id}, {"method", call.method}},
      [&](const Row& row) -> absl::Status {
        if (row.Blob(0) != fingerprint) return contract::RequestIdReused(call.request_id);
        const absl::string_view data = row.Blob(1);
        if (!reply.ParseFromArray(data.data(), static_cast<int>(data.size()))) {
          return contract::Internal("a kept reply cannot be read");
        }
        return absl::OkStatus();
      });
}

absl::Status Keep(Writer& writer, const std::string& fingerprint, const Message& reply) {
  return writer
      .Execute(
          "INSERT INTO request (request_id, method, fingerprint, reply, create_time) "
          "VALUES ($request_id, $method, $fingerprint, $reply, $create_time)",
          {{"request_id", writer.call().request_id},
           {"method", writer.call().method},
           {"fingerprint", Bytes{fingerprint}},
           {"reply", Bytes{contract::DeterministicBytes(reply)}},
           {"create_time", writer.now()}})
      .status();
}

// An answer that is kept.
struct Kept {
  std::string request_id;
  std::string method;
  std::string reply;
};

// The answers in which `name` occurs.
absl::StatusOr<std::vector<Kept>> FindReplies(Writer& writer, absl::string_view name) {
  std::vector<Kept> found;
  BANSO_RETURN_IF_ERROR(
      writer.Query("SELECT request_id, method, reply FROM request", {}, [&](const Row& row) {
        if (absl::StrContains(row.Blob(2), name)) {
          found.push_back(
              {std::string(row.Text(0)), std::string(row.Text(1)), std::string(row.Blob(2))});
        }
        return absl::OkStatus();
      }));
  return found;
}

// An empty answer of `method`, such as `banso.accounts.v1.AccountsService/CreateAccount`; null when
// that is no RPC.
std::unique_ptr<Message> NewReply(const std::string& method) {
  const std::string full_name = absl::StrReplaceAll(method, {{"/", "."}});
  const google::protobuf::MethodDescriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(full_name);
  if (descriptor == nullptr) return nullptr;
  const Message* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(
      descriptor->output_type());
  return std::unique_ptr<Message>(prototype == nullptr ? nullptr : prototype->New());
}

// Runs `redact` on `message`, or on what is below it, where that is the resource.
void RedactWithin(Message& message, absl::string_view name,
                  const google::protobuf::Descriptor* kind,
                  absl::FunctionRef<void(Message&)> redact) {
  if (message.GetDescriptor() == kind && NameOf(message) == name) return redact(message);
  const google::protobuf::Reflection* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      RedactWithin(*reflection->MutableMessage(&message, field), name, kind, redact);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      RedactWithin(*reflection->MutableRepeatedMessage(&message, field, i), name, kind, redact);
    }
  }
}

absl::Status Forget(Writer& writer, const Kept& kept) {
  return writer
      .Execute("DELETE FROM request WHERE request_id = $request_id AND method = $method",
               {{"request_id", kept.request_id}, {"method", kept.method}})
      .status();
}

}  // namespace

absl::Status RedactReplies(Writer& writer, absl::string_view name, const Message& prototype,
                           absl::FunctionRef<void(Message&)> redact) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<Kept> found, FindReplies(writer, name));
  for (const Kept& kept : found) {
    const std::unique_ptr<Message> reply = NewReply(kept.method);
    if (reply == nullptr || !reply->ParseFromString(kept.reply)) {
      BANSO_RETURN_IF_ERROR(Forget(writer, kept));
      continue;
    }
    RedactWithin(*reply, name, prototype.GetDescriptor(), redact);
    BANSO_RETURN_IF_ERROR(writer
                              .Execute("UPDATE request SET reply = $reply "
                                       "WHERE request_id = $request_id AND method = $method",
                                       {{"reply", Bytes{contract::DeterministicBytes(*reply)}},
                                        {"request_id", kept.request_id},
                                        {"method", kept.method}})
                              .status());
  }
  return absl::OkStatus();
}

absl::Status MutateOnce(Database& database, const Call& call, const Message& request,
                        Message& reply, absl::FunctionRef<absl::Status(Writer&)> body) {
  if (call.request_id.empty()) return database.Write(call, body).status();
  const std::string fingerprint = contract::Fingerprint(request, {"request_id"});
  return database
      .Write(call,
             [&](Writer& writer) -> absl::Status {
               BANSO_ASSIGN_OR_RETURN(const bool known, Recall(writer, fingerprint, reply));
               if (known) return absl::OkStatus();
               BANSO_RETURN_IF_ERROR(body(writer));
               return Keep(writer, fingerprint, reply);
             })
      .status();
}

}  // namespace banso::storage
