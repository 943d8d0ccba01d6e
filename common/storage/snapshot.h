#ifndef BANSO_COMMON_STORAGE_SNAPSHOT_H_
#define BANSO_COMMON_STORAGE_SNAPSHOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "banso/type/v1/change.pb.h"
#include "common/storage/database.h"

namespace banso::storage {

struct ResourceTableSpec;

// What exists of one kind, for the snapshot with which a feed of changes begins. Collections are
// such sources.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;

  // The full name of the kind's message, such as `banso.accounts.v1.Account`.
  virtual std::string kind() const = 0;

  // The table whose columns follow from each resource; null where none does.
  virtual const ResourceTableSpec* table() const { return nullptr; }

  // Calls `on_resource` for up to `limit` resources that come after `after` ("" for the first), in
  // the order of their keys, each as if just created, with the position of its last change.
  virtual absl::Status ReadSnapshot(
      Reader& reader, absl::string_view after, int limit,
      absl::FunctionRef<absl::Status(absl::string_view key, int64_t position,
                                     type::v1::Change change)>
          on_resource) const = 0;
};

using SnapshotSources = std::vector<const SnapshotSource*>;

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_SNAPSHOT_H_
