#include "common/storage/mutate.h"

#include <string>

#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"

namespace banso::storage {
namespace {

// Fills `reply` with the answer kept for this call; returns whether there is one.
absl::StatusOr<bool> Recall(Writer& writer, const std::string& fingerprint,
                            google::protobuf::Message& reply) {
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

absl::Status Keep(Writer& writer, const std::string& fingerprint,
                  const google::protobuf::Message& reply) {
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

}  // namespace

absl::Status MutateOnce(Database& database, const Call& call,
                        const google::protobuf::Message& request, google::protobuf::Message& reply,
                        absl::FunctionRef<absl::Status(Writer&)> body) {
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
