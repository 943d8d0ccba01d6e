#ifndef BANSO_COMMON_STORAGE_RESOURCE_TABLE_H_
#define BANSO_COMMON_STORAGE_RESOURCE_TABLE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"
#include "common/storage/snapshot.h"
#include "google/protobuf/message.h"

namespace banso::storage {

// What a ResourceTable must know of its kind.
struct ResourceTableSpec {
  struct Column {
    std::string name;
    std::function<Value(const google::protobuf::Message&)> value;
  };

  std::string table;
  std::string pattern;
  std::vector<Column> columns;
  bool record_changes = true;
  bool copies = false;
  // An empty message of the kind; lives as long as the program.
  const google::protobuf::Message* prototype = nullptr;
};

// The table of one kind of resource: Collection<T> without the type. See there for what each
// operation does.
class ResourceTable : public SnapshotSource {
 public:
  using Message = google::protobuf::Message;

  explicit ResourceTable(ResourceTableSpec spec);

  // Reads `name` into `resource`; returns whether it exists.
  absl::StatusOr<bool> Find(Reader& reader, absl::string_view name, Message& resource) const;
  absl::StatusOr<bool> Exists(Reader& reader, absl::string_view name) const;
  // As of `time`; returns whether it existed then.
  absl::StatusOr<bool> FindAt(Reader& reader, absl::string_view name, absl::Time time,
                              Message& resource) const;

  absl::Status Create(Writer& writer, Message& resource) const;
  // Creates with the `create_time` that the resource has; now when it has none.
  absl::Status Adopt(Writer& writer, Message& resource) const;
  absl::Status Update(Writer& writer, Message& resource, absl::string_view expected_etag) const;
  // Creates or updates.
  absl::Status Put(Writer& writer, Message& resource) const;
  absl::Status Delete(Writer& writer, absl::string_view name,
                      absl::string_view expected_etag) const;
  absl::Status Redact(Writer& writer, absl::string_view name,
                      absl::FunctionRef<void(Message&)> redact) const;

  // Calls `on_item` for each resource of the page with a message that it may take over. Returns the
  // token of the next page.
  absl::StatusOr<std::string> List(Reader& reader, const ListQuery& query,
                                   absl::FunctionRef<void(Message&)> on_item) const;
  absl::StatusOr<int64_t> Count(Reader& reader, absl::string_view parent,
                                const std::vector<Filter>& filters) const;
  absl::Status ForEach(Reader& reader, absl::string_view parent, const std::vector<Filter>& filters,
                       absl::FunctionRef<absl::Status(Message&)> on_item) const;
  absl::Status CheckSchema(Reader& reader) const;

  std::string kind() const override;
  absl::Status ReadSnapshot(Reader& reader, absl::string_view after, int limit,
                            absl::FunctionRef<absl::Status(absl::string_view key, int64_t position,
                                                           type::v1::Change change)>
                                on_resource) const override;

  const ResourceTableSpec* table() const override { return &spec_; }

 private:
  struct Stored {
    bool exists = false;
    int64_t revision = 0;
    absl::Time create_time;
    std::unique_ptr<Message> resource;
  };

  absl::StatusOr<Stored> Load(Reader& reader, absl::string_view name) const;
  // Sets what every resource has.
  void SetBookkeeping(Message& resource, absl::Time created, absl::Time updated,
                      const std::string& etag) const;
  absl::Status CreateAt(Writer& writer, absl::Time create_time, Message& resource) const;
  absl::Status Insert(Writer& writer, absl::Time create_time, Message& resource) const;
  absl::Status Replace(Writer& writer, const Stored& stored, Message& resource) const;
  Params ColumnParams(const Message& resource) const;

  ResourceTableSpec spec_;
  // Statements whose text depends on the kind only.
  std::string find_sql_;
  std::string load_sql_;
  std::string insert_sql_;
  std::string update_sql_;
  std::string delete_sql_;
  std::string snapshot_sql_;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_RESOURCE_TABLE_H_
