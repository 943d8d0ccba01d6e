#ifndef BANSO_COMMON_STORAGE_MUTATE_H_
#define BANSO_COMMON_STORAGE_MUTATE_H_

#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "google/protobuf/message.h"

namespace banso::storage {

// Runs `body` in one transaction, once per request id and method: when a call with the same
// request id, method and request (its `request_id` field aside) has been answered before, fills
// `reply` with that answer and does nothing. The same id with another request is refused with
// contract::RequestIdReused. `body` fills `reply`, which is kept in the same transaction for later
// repetitions; errors are not kept, so a failed call may be repeated. A call without request id
// runs every time. See PurgeRequests (retention.h) for how long answers are kept.
absl::Status MutateOnce(Database& database, const Call& call,
                        const google::protobuf::Message& request, google::protobuf::Message& reply,
                        absl::FunctionRef<absl::Status(Writer&)> body);

// MutateOnce for a `body` that returns its reply: the form of a mutating handler.
//   return Mutate<Account>(db, call, request, [&](Writer& writer) {
//     return accounts.Create(writer, account);
//   });
template <typename Response>
absl::StatusOr<Response> Mutate(Database& database, const Call& call,
                                const google::protobuf::Message& request,
                                absl::FunctionRef<absl::StatusOr<Response>(Writer&)> body) {
  Response reply;
  const absl::Status status =
      MutateOnce(database, call, request, reply, [&](Writer& writer) -> absl::Status {
        absl::StatusOr<Response> result = body(writer);
        if (!result.ok()) return result.status();
        reply = *std::move(result);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return reply;
}

// Lets `redact` rewrite the resource `name`, a message like `prototype`, wherever it is in an
// answer kept for repetitions. An answer that names the resource and whose form is not known (its
// method is no RPC of this program) is forgotten. Looks through all kept answers: for what is done
// rarely.
absl::Status RedactReplies(Writer& writer, absl::string_view name,
                           const google::protobuf::Message& prototype,
                           absl::FunctionRef<void(google::protobuf::Message&)> redact);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_MUTATE_H_
