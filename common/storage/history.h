#ifndef BANSO_COMMON_STORAGE_HISTORY_H_
#define BANSO_COMMON_STORAGE_HISTORY_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/type/v1/change.pb.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"
#include "google/protobuf/message.h"

namespace banso::storage {

// Appends a change to the feed, by the writer's actor at its time, and numbers it with the next
// position, which is returned. Collections do this themselves; it is for resources that are kept
// in tables of another form. `revision` is the resource's counter after the change.
absl::StatusOr<int64_t> AppendChange(Writer& writer, absl::string_view name,
                                     type::v1::Operation operation, int64_t revision,
                                     const google::protobuf::Message& resource);

// Whose changes are listed.
struct HistoryQuery {
  // The changes of this resource; or, when it ends with `/` or is empty, of all whose name begins
  // so.
  std::string name;
  // Only changes by this actor; empty: by anybody.
  std::string actor;
  // As in ListQuery.
  int page_size = 0;
  std::string page_token;
};

// Returns a page of committed changes, the newest first: history and audit trail.
absl::StatusOr<Page<type::v1::Change>> ListHistory(Reader& reader, const HistoryQuery& query);

// Calls `on_state` with every state that the resources of `prototype`'s kind ever had whose name
// begins with `prefix` (empty: all of the kind), also of those that have been deleted since, the
// oldest first. Reads the whole history that fits: not for what is done often. Ends early with its
// error.
absl::Status ForEachState(
    Reader& reader, const google::protobuf::Message& prototype, absl::string_view prefix,
    absl::FunctionRef<absl::Status(absl::string_view name, const google::protobuf::Message& state)>
        on_state);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_HISTORY_H_
