#ifndef BANSO_COMMON_STORAGE_REVISIONS_H_
#define BANSO_COMMON_STORAGE_REVISIONS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"
#include "common/storage/revision_table.h"

namespace banso::storage {

// What a RevisionedCollection must know of its kind of resource.
struct RevisionedKind {
  // The table, created by a migration with {revisions}.
  std::string table;
  // The pattern of the names, such as `planTemplates/{plan_template}`.
  std::string pattern;
};

// The revisioned resources of one kind. T is a message with `name` and
// `banso.type.v1.Revision revision`; where it has `etag`, `create_time` and `update_time`, these
// are set here and belong to the revision. A stored `name` never has a suffix: which revision a
// message is, `revision.number` says. In the feed of changes every revision is a resource of its
// own, `planTemplates/x@3`.
//
// In force at a time is what was activated last among the activations from that time or earlier:
// activating says "from then on, this". `revision.state` is worked out for the time of reading: a
// revision whose `active_from` lies ahead is still a DRAFT, and the one before it still ACTIVE.
template <typename T>
class RevisionedCollection {
 public:
  explicit RevisionedCollection(const RevisionedKind& kind)
      : table_(RevisionTableSpec{kind.table, kind.pattern, &T::default_instance()}) {}

  // Stores a new DRAFT revision of `resource.name()` and returns it. When the latest revision has
  // the same content, returns that one and stores nothing. `reason` is kept with the revision.
  // contract::EtagMismatch if `expected_etag` is not empty and not the latest revision's.
  absl::StatusOr<T> Save(Writer& writer, T resource, absl::string_view reason,
                         absl::string_view expected_etag = "") const {
    BANSO_RETURN_IF_ERROR(table_.Save(writer, resource, reason, expected_etag));
    return resource;
  }

  // Puts the revision `x/y@3` in force from `from` on, which may lie in the past or future, and
  // returns it. Activating what is in force from the same time again changes nothing.
  // INVALID_ARGUMENT for a name without a revision, contract::NotFound.
  absl::StatusOr<T> Activate(Writer& writer, absl::string_view revision_name,
                             absl::Time from) const {
    T resource;
    BANSO_RETURN_IF_ERROR(table_.Activate(writer, revision_name, from, resource));
    return resource;
  }

  // Ends the force of whatever is in force of `name`, from now on. No error if nothing is.
  absl::Status Deactivate(Writer& writer, absl::string_view name) const {
    return table_.Deactivate(writer, name);
  }

  // Returns the revision `x/y@3`; for `x/y` the one in force at `now`, else the latest.
  // contract::NotFound.
  absl::StatusOr<T> Get(Reader& reader, absl::string_view name, absl::Time now) const {
    T resource;
    BANSO_ASSIGN_OR_RETURN(const bool found, table_.Find(reader, name, now, resource));
    if (!found) return contract::NotFound(name);
    return resource;
  }

  // Returns the revision of `x/y` that is (was, will be) in force at `time`; FAILED_PRECONDITION
  // (NOT_ACTIVE) if none is, contract::NotFound if there is no `x/y`.
  absl::StatusOr<T> Active(Reader& reader, absl::string_view name, absl::Time time) const {
    T resource;
    BANSO_RETURN_IF_ERROR(table_.Active(reader, name, time, resource));
    return resource;
  }

  // Returns the latest revision of `x/y`, in force or not. contract::NotFound.
  absl::StatusOr<T> Latest(Reader& reader, absl::string_view name, absl::Time now) const {
    T resource;
    BANSO_ASSIGN_OR_RETURN(const bool found, table_.Latest(reader, name, now, resource));
    if (!found) return contract::NotFound(name);
    return resource;
  }

  // Returns a page of the resources, by name, each as Get would return it. `query.parent`, page
  // size and token count; filters and order do not.
  absl::StatusOr<Page<T>> List(Reader& reader, const ListQuery& query, absl::Time now) const {
    return ReadPage([&](auto on_item) { return table_.List(reader, query, now, on_item); });
  }

  // Returns a page of the revisions of `name`, the newest first; of all resources, by name, when
  // `name` is empty. Only page size and token of `query` count.
  absl::StatusOr<Page<T>> ListRevisions(Reader& reader, absl::string_view name,
                                        const ListQuery& query, absl::Time now) const {
    return ReadPage(
        [&](auto on_item) { return table_.ListRevisions(reader, name, query, now, on_item); });
  }

  // Returns every resource that is in force at `time`, by name.
  absl::StatusOr<std::vector<T>> AllActive(Reader& reader, absl::Time time) const {
    std::vector<T> resources;
    BANSO_RETURN_IF_ERROR(
        table_.ForEachActive(reader, time, [&](google::protobuf::Message& resource) {
          resources.push_back(std::move(static_cast<T&>(resource)));
        }));
    return resources;
  }

  // Removes a resource with all its revisions. The caller makes sure that nothing names them.
  // contract::NotFound; contract::EtagMismatch if `expected_etag` is not the latest revision's.
  absl::Status Delete(Writer& writer, absl::string_view name,
                      absl::string_view expected_etag = "") const {
    return table_.Delete(writer, name, expected_etag);
  }

  // Returns INTERNAL if the table is not as it must be. For the start of a service.
  absl::Status CheckSchema(Reader& reader) const { return table_.CheckSchema(reader); }

  // For ChangeFeed. Lives as long as the collection.
  const SnapshotSource* source() const { return &table_; }

 private:
  template <typename Read>
  static absl::StatusOr<Page<T>> ReadPage(Read read) {
    Page<T> page;
    BANSO_ASSIGN_OR_RETURN(page.next_page_token, read([&page](google::protobuf::Message& resource) {
                             page.items.push_back(std::move(static_cast<T&>(resource)));
                           }));
    return page;
  }

  RevisionTable table_;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_REVISIONS_H_
