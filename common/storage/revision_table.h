#ifndef BANSO_COMMON_STORAGE_REVISION_TABLE_H_
#define BANSO_COMMON_STORAGE_REVISION_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/type/v1/change.pb.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"
#include "common/storage/snapshot.h"
#include "google/protobuf/message.h"

namespace banso::storage {

// What a RevisionTable must know of its kind.
struct RevisionTableSpec {
  std::string table;
  std::string pattern;
  // An empty message of the kind; lives as long as the program.
  const google::protobuf::Message* prototype = nullptr;
};

// The table of one kind of revisioned resource: RevisionedCollection<T> without the type. See
// there for what each operation does.
class RevisionTable : public SnapshotSource {
 public:
  using Message = google::protobuf::Message;

  explicit RevisionTable(RevisionTableSpec spec);

  absl::Status Save(Writer& writer, Message& resource, absl::string_view reason,
                    absl::string_view expected_etag) const;
  absl::Status Activate(Writer& writer, absl::string_view revision_name, absl::Time from,
                        Message& resource) const;
  absl::Status Deactivate(Writer& writer, absl::string_view name) const;
  absl::Status Delete(Writer& writer, absl::string_view name,
                      absl::string_view expected_etag) const;

  // These return whether there is one.
  absl::StatusOr<bool> Find(Reader& reader, absl::string_view name, absl::Time now,
                            Message& resource) const;
  absl::StatusOr<bool> Latest(Reader& reader, absl::string_view name, absl::Time now,
                              Message& resource) const;
  absl::Status Active(Reader& reader, absl::string_view name, absl::Time time,
                      Message& resource) const;

  // These call `on_item` with messages that it may take over.
  absl::StatusOr<std::string> List(Reader& reader, const ListQuery& query, absl::Time now,
                                   absl::FunctionRef<void(Message&)> on_item) const;
  absl::StatusOr<std::string> ListRevisions(Reader& reader, absl::string_view name,
                                            const ListQuery& query, absl::Time now,
                                            absl::FunctionRef<void(Message&)> on_item) const;
  absl::Status ForEachActive(Reader& reader, absl::Time time,
                             absl::FunctionRef<void(Message&)> on_item) const;
  absl::Status CheckSchema(Reader& reader) const;

  std::string kind() const override;
  absl::Status ReadSnapshot(Reader& reader, absl::string_view after, int limit,
                            absl::FunctionRef<absl::Status(absl::string_view key, int64_t position,
                                                           type::v1::Change change)>
                                on_resource) const override;

 private:
  // One revision as stored.
  struct Stored {
    int64_t number = 0;
    // How often this revision was written.
    int64_t revision = 0;
    absl::Time create_time;
    std::unique_ptr<Message> resource;
  };

  absl::StatusOr<std::optional<Stored>> LoadLatest(Reader& reader, absl::string_view name) const;
  absl::StatusOr<std::optional<Stored>> LoadRevision(Reader& reader, absl::string_view name,
                                                     int64_t number) const;
  // The number in force of `name` at `time`; 0 if none is.
  absl::StatusOr<int64_t> NumberInForce(Reader& reader, absl::string_view name,
                                        absl::Time time) const;
  // Sets the state of a revision that was read, as it is at `now`.
  absl::Status SetState(Reader& reader, absl::Time now, Message& resource) const;
  absl::Status Insert(Writer& writer, absl::string_view name, int64_t number,
                      Message& resource) const;
  absl::Status Replace(Writer& writer, absl::string_view name, const Stored& stored,
                       Message& resource) const;
  // Returns whether the last activation of `name` was this one.
  absl::StatusOr<bool> IsLastActivation(Writer& writer, absl::string_view name, int64_t number,
                                        absl::Time from) const;
  absl::Status RecordActivation(Writer& writer, absl::string_view name, int64_t number,
                                absl::Time from) const;
  absl::Status Supersede(Writer& writer, absl::string_view name, int64_t number) const;

  RevisionTableSpec spec_;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_REVISION_TABLE_H_
