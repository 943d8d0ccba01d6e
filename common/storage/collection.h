#ifndef BANSO_COMMON_STORAGE_COLLECTION_H_
#define BANSO_COMMON_STORAGE_COLLECTION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/list_query.h"
#include "common/storage/resource_table.h"

namespace banso::storage {

// A column of a kind's table: what lists filter and sort by.
template <typename T>
struct Column {
  std::string name;
  std::function<Value(const T&)> value;
};

// What a Collection must know of its kind of resource.
template <typename T>
struct Kind {
  // The table, created by a migration with {resource} and a column for each of `columns`.
  std::string table;
  // The pattern of the names, such as `accounts/{account}/sites/{site}`.
  std::string pattern;
  std::vector<Column<T>> columns;
  // False for internals that are no API: then nothing goes into the feed of changes.
  bool record_changes = true;
  // True for copies of another store's resources: etag, create_time and update_time are those that
  // the caller gives.
  bool copies = false;
};

// The resources of one kind. T is a message with a field `name`; where it has `etag`,
// `create_time` and `update_time`, these are set here, whatever the caller put there (but see
// Kind::copies). Fields that are computed at reading must be cleared by the caller before storing.
//
// Every write appends a row to the feed of changes, with the resource as it then is. A write that
// changes nothing writes nothing. Immutable and thread-safe.
template <typename T>
class Collection {
 public:
  explicit Collection(const Kind<T>& kind) : table_(Spec(kind)) {}

  // Returns the resource; contract::NotFound if there is none.
  absl::StatusOr<T> Get(Reader& reader, absl::string_view name) const {
    T resource;
    BANSO_ASSIGN_OR_RETURN(const bool found, table_.Find(reader, name, resource));
    if (!found) return contract::NotFound(name);
    return resource;
  }

  // Returns the resource, or nothing if there is none.
  absl::StatusOr<std::optional<T>> Find(Reader& reader, absl::string_view name) const {
    T resource;
    BANSO_ASSIGN_OR_RETURN(const bool found, table_.Find(reader, name, resource));
    if (!found) return std::optional<T>();
    return std::optional<T>(std::move(resource));
  }

  absl::StatusOr<bool> Exists(Reader& reader, absl::string_view name) const {
    return table_.Exists(reader, name);
  }

  // Returns the resources in the order of `names`; contract::NotFound for the first that is
  // missing.
  template <typename Names>
  absl::StatusOr<std::vector<T>> GetMany(Reader& reader, const Names& names) const {
    std::vector<T> resources;
    resources.reserve(names.size());
    for (const auto& name : names) {
      BANSO_ASSIGN_OR_RETURN(T resource, Get(reader, name));
      resources.push_back(std::move(resource));
    }
    return resources;
  }

  // Returns the resource as it was at the business time `time`, from the history of changes;
  // contract::NotFound if it did not exist then (or its history has been purged).
  absl::StatusOr<T> GetAt(Reader& reader, absl::string_view name, absl::Time time) const {
    T resource;
    BANSO_ASSIGN_OR_RETURN(const bool found, table_.FindAt(reader, name, time, resource));
    if (!found) return contract::NotFound(name);
    return resource;
  }

  // Stores a new resource and returns it as stored. contract::AlreadyExists if the name is taken or
  // a unique index refuses it.
  absl::StatusOr<T> Create(Writer& writer, T resource) const {
    BANSO_RETURN_IF_ERROR(table_.Create(writer, resource));
    return resource;
  }

  // The same for a resource that has existed before, under another name: its `create_time` stays,
  // and with it its place in what is ordered by that.
  absl::StatusOr<T> Adopt(Writer& writer, T resource) const {
    BANSO_RETURN_IF_ERROR(table_.Adopt(writer, resource));
    return resource;
  }

  // Replaces a resource and returns it as stored. contract::NotFound if there is none;
  // contract::EtagMismatch if `expected_etag` is not empty and not its present etag.
  absl::StatusOr<T> Update(Writer& writer, T resource, absl::string_view expected_etag = "") const {
    BANSO_RETURN_IF_ERROR(table_.Update(writer, resource, expected_etag));
    return resource;
  }

  // Reads the resource, lets `change` alter it, and stores it like Update: the form of a guarded
  // verb. An error of `change` is returned and nothing is stored.
  absl::StatusOr<T> Modify(Writer& writer, absl::string_view name, absl::string_view expected_etag,
                           absl::FunctionRef<absl::Status(T&)> change) const {
    BANSO_ASSIGN_OR_RETURN(T resource, Get(writer, name));
    BANSO_RETURN_IF_ERROR(change(resource));
    return Update(writer, std::move(resource), expected_etag);
  }

  // Creates the resource or replaces it: the form of an import.
  absl::StatusOr<T> Put(Writer& writer, T resource) const {
    BANSO_RETURN_IF_ERROR(table_.Put(writer, resource));
    return resource;
  }

  // Removes a resource. contract::NotFound, contract::EtagMismatch as for Update.
  absl::Status Delete(Writer& writer, absl::string_view name,
                      absl::string_view expected_etag = "") const {
    return table_.Delete(writer, name, expected_etag);
  }

  // Erases what `redact` clears from the resource, from its whole history and from the answers kept
  // for repeated calls, also when the resource itself has been deleted. What is left is fed to
  // watchers as a change. Facts are erased by FactLog::Erase.
  absl::Status Redact(Writer& writer, absl::string_view name,
                      absl::FunctionRef<void(T&)> redact) const {
    return table_.Redact(writer, name, [&](google::protobuf::Message& resource) {
      redact(static_cast<T&>(resource));
    });
  }

  // Returns a page. Pages neither skip nor repeat a resource whose order does not change meanwhile.
  // INVALID_ARGUMENT for an unknown order_by or a page token of another query.
  absl::StatusOr<Page<T>> List(Reader& reader, const ListQuery& query) const {
    Page<T> page;
    BANSO_ASSIGN_OR_RETURN(page.next_page_token,
                           table_.List(reader, query, [&page](google::protobuf::Message& resource) {
                             page.items.push_back(std::move(static_cast<T&>(resource)));
                           }));
    return page;
  }

  // Counts the resources under `parent` (see ListQuery) for which all filters hold.
  absl::StatusOr<int64_t> Count(Reader& reader, absl::string_view parent,
                                const std::vector<Filter>& filters = {}) const {
    return table_.Count(reader, parent, filters);
  }

  // Calls `on_item` for each such resource, by name, without pages. Ends early with its error.
  absl::Status ForEach(Reader& reader, absl::string_view parent, const std::vector<Filter>& filters,
                       absl::FunctionRef<absl::Status(T&)> on_item) const {
    return table_.ForEach(reader, parent, filters, [&](google::protobuf::Message& resource) {
      return on_item(static_cast<T&>(resource));
    });
  }

  // Returns each such resource, by name, without pages. For sets that are small by nature.
  absl::StatusOr<std::vector<T>> All(Reader& reader, absl::string_view parent,
                                     const std::vector<Filter>& filters = {}) const {
    std::vector<T> resources;
    BANSO_RETURN_IF_ERROR(ForEach(reader, parent, filters, [&](T& resource) {
      resources.push_back(std::move(resource));
      return absl::OkStatus();
    }));
    return resources;
  }

  // Returns INTERNAL if the table lacks a declared column. For the start of a service.
  absl::Status CheckSchema(Reader& reader) const { return table_.CheckSchema(reader); }

  // For ChangeFeed. Lives as long as the collection.
  const SnapshotSource* source() const { return &table_; }

 private:
  static ResourceTableSpec Spec(const Kind<T>& kind) {
    ResourceTableSpec spec;
    spec.table = kind.table;
    spec.pattern = kind.pattern;
    spec.record_changes = kind.record_changes;
    spec.copies = kind.copies;
    spec.prototype = &T::default_instance();
    for (const Column<T>& column : kind.columns) {
      spec.columns.push_back(
          {column.name, [value = column.value](const google::protobuf::Message& resource) {
             return value(static_cast<const T&>(resource));
           }});
    }
    return spec;
  }

  ResourceTable table_;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_COLLECTION_H_
