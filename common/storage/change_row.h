#ifndef BANSO_COMMON_STORAGE_CHANGE_ROW_H_
#define BANSO_COMMON_STORAGE_CHANGE_ROW_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/type/v1/change.pb.h"
#include "common/storage/database.h"
#include "google/protobuf/message.h"

namespace banso::storage {

// The columns of a row of `change` that make a Change, in the order that ReadChangeRow expects.
inline constexpr absl::string_view kChangeColumns =
    "name, kind, operation, revision, actor, commit_time, resource";
inline constexpr int kChangeColumnCount = 7;

// Returns the change in the first columns.
type::v1::Change ReadChangeRow(const Row& row);

// Returns the change with which a snapshot shows an existing resource.
type::v1::Change MakeChange(absl::string_view name, absl::string_view kind, int64_t revision,
                            absl::string_view actor, absl::Time commit_time,
                            absl::string_view resource);

// What a change did to a resource.
struct ChangeContent {
  // The resource's type, such as `banso.accounts.v1.Account`.
  std::string kind;
  type::v1::Operation operation;
  // The resource's counter after the change.
  int64_t revision;
  // The resource after the change (DeterministicBytes of it).
  std::string resource;
};

// AppendChange (history.h) at a position that the writer has given already.
absl::Status AppendChangeAt(Writer& writer, int64_t position, absl::string_view name,
                            ChangeContent content);

// Lets `redact` rewrite every state that `name` has had.
absl::Status RedactHistory(Writer& writer, absl::string_view name,
                           const google::protobuf::Message& prototype,
                           absl::FunctionRef<void(google::protobuf::Message&)> redact);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_CHANGE_ROW_H_
