#include "common/storage/resource_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/change_row.h"
#include "common/storage/history.h"
#include "common/storage/list_sql.h"
#include "common/storage/mutate.h"
#include "common/storage/page_size.h"
#include "common/storage/resource_fields.h"

namespace banso::storage {
namespace {

ListTarget TargetOf(const ResourceTableSpec& spec) {
  ListTarget target{spec.table, spec.pattern, {"name", "create_time", "update_time"}};
  for (const auto& column : spec.columns) target.columns.push_back(column.name);
  return target;
}

std::string JoinColumns(const ResourceTableSpec& spec, absl::string_view separator,
                        absl::string_view before, absl::string_view between, bool twice) {
  std::string text;
  for (const auto& column : spec.columns) {
    absl::StrAppend(&text, separator, before, column.name, between, twice ? column.name : "");
  }
  return text;
}

// A unique index of the kind's own has refused `name`.
absl::Status NameConflict(const absl::Status& status, absl::string_view name) {
  if (!absl::IsAlreadyExists(status)) return status;
  return contract::AlreadyExists(name, status.message());
}

}  // namespace

ResourceTable::ResourceTable(ResourceTableSpec spec) : spec_(std::move(spec)) {
  BANSO_CHECK(contract::NamePattern::Parse(spec_.pattern).ok());
  const std::string& table = spec_.table;
  find_sql_ = absl::StrCat("SELECT data FROM ", table, " WHERE name = $name");
  load_sql_ =
      absl::StrCat("SELECT data, revision, create_time FROM ", table, " WHERE name = $name");
  insert_sql_ = absl::StrCat(
      "INSERT INTO ", table, " (name, revision, position, create_time, update_time, data",
      JoinColumns(spec_, ", ", "", "", false),
      ") VALUES ($name, $revision, $position, $create_time, $update_time, $data",
      JoinColumns(spec_, ", ", "$", "", false), ")");
  update_sql_ =
      absl::StrCat("UPDATE ", table,
                   " SET revision = $revision, position = $position, update_time = $update_time, "
                   "data = $data",
                   JoinColumns(spec_, ", ", "", " = $", true), " WHERE name = $name");
  delete_sql_ = absl::StrCat("DELETE FROM ", table, " WHERE name = $name");
  snapshot_sql_ = absl::StrCat(
      "SELECT r.name, r.revision, r.position, r.update_time, r.data, coalesce(c.actor, '') FROM ",
      table, " AS r LEFT JOIN change AS c ON c.position = r.position WHERE r.name > $after ",
      "ORDER BY r.name LIMIT $limit");
}

absl::StatusOr<bool> ResourceTable::Find(Reader& reader, absl::string_view name,
                                         Message& resource) const {
  return reader.QueryOne(find_sql_, {{"name", name}},
                         [&](const Row& row) { return ParseStored(row.Blob(0), resource); });
}

absl::StatusOr<bool> ResourceTable::Exists(Reader& reader, absl::string_view name) const {
  return reader.QueryOne(absl::StrCat("SELECT 1 FROM ", spec_.table, " WHERE name = $name"),
                         {{"name", name}}, [](const Row&) { return absl::OkStatus(); });
}

absl::StatusOr<bool> ResourceTable::FindAt(Reader& reader, absl::string_view name, absl::Time time,
                                           Message& resource) const {
  bool deleted = false;
  BANSO_ASSIGN_OR_RETURN(
      const bool found,
      reader.QueryOne("SELECT operation, resource FROM change WHERE name = $name AND kind = $kind "
                      "AND commit_time <= $time ORDER BY position DESC LIMIT 1",
                      {{"name", name}, {"kind", kind()}, {"time", time}}, [&](const Row& row) {
                        deleted = row.Int64(0) == type::v1::OPERATION_DELETED;
                        return ParseStored(row.Blob(1), resource);
                      }));
  return found && !deleted;
}

absl::StatusOr<ResourceTable::Stored> ResourceTable::Load(Reader& reader,
                                                          absl::string_view name) const {
  Stored stored;
  stored.resource.reset(spec_.prototype->New());
  BANSO_ASSIGN_OR_RETURN(stored.exists,
                         reader.QueryOne(load_sql_, {{"name", name}}, [&](const Row& row) {
                           stored.revision = row.Int64(1);
                           stored.create_time = row.Time(2);
                           return ParseStored(row.Blob(0), *stored.resource);
                         }));
  return stored;
}

Params ResourceTable::ColumnParams(const Message& resource) const {
  constexpr size_t kOthers = 6;
  Params params;
  params.Reserve(spec_.columns.size() + kOthers);
  for (const auto& column : spec_.columns) params.Add(column.name, column.value(resource));
  return params;
}

void ResourceTable::SetBookkeeping(Message& resource, absl::Time created, absl::Time updated,
                                   const std::string& etag) const {
  if (spec_.copies) return;
  SetCreateTime(resource, created);
  SetUpdateTime(resource, updated);
  SetEtag(resource, etag);
}

absl::Status ResourceTable::Insert(Writer& writer, absl::Time create_time,
                                   Message& resource) const {
  const std::string name = NameOf(resource);
  if (!contract::Match(spec_.pattern, name).has_value()) {
    return contract::Internal(absl::StrCat(name, " does not match ", spec_.pattern));
  }
  const int64_t position = writer.NextPosition();
  SetBookkeeping(resource, create_time, writer.now(), MakeEtag(1, position));
  std::string data = contract::DeterministicBytes(resource);
  Params params = ColumnParams(resource);
  params.Add("name", name)
      .Add("revision", 1)
      .Add("position", position)
      .Add("create_time", create_time)
      .Add("update_time", writer.now())
      .Add("data", Bytes{data});
  BANSO_RETURN_IF_ERROR(NameConflict(writer.Execute(insert_sql_, params).status(), name));
  if (!spec_.record_changes) return absl::OkStatus();
  return AppendChangeAt(writer, position, name,
                        {kind(), type::v1::OPERATION_CREATED, 1, std::move(data)});
}

absl::Status ResourceTable::Replace(Writer& writer, const Stored& stored, Message& resource) const {
  const bool same = spec_.copies ? contract::DeterministicBytes(resource) ==
                                       contract::DeterministicBytes(*stored.resource)
                                 : SameContent(resource, *stored.resource);
  if (same) {
    resource.CopyFrom(*stored.resource);
    return absl::OkStatus();
  }
  const std::string name = NameOf(resource);
  const int64_t revision = stored.revision + 1;
  const int64_t position = writer.NextPosition();
  SetBookkeeping(resource, stored.create_time, writer.now(), MakeEtag(revision, position));
  std::string data = contract::DeterministicBytes(resource);
  Params params = ColumnParams(resource);
  params.Add("name", name)
      .Add("revision", revision)
      .Add("position", position)
      .Add("update_time", writer.now())
      .Add("data", Bytes{data});
  BANSO_RETURN_IF_ERROR(NameConflict(writer.Execute(update_sql_, params).status(), name));
  if (!spec_.record_changes) return absl::OkStatus();
  return AppendChangeAt(writer, position, name,
                        {kind(), type::v1::OPERATION_UPDATED, revision, std::move(data)});
}

absl::Status ResourceTable::Create(Writer& writer, Message& resource) const {
  return CreateAt(writer, writer.now(), resource);
}

absl::Status ResourceTable::Adopt(Writer& writer, Message& resource) const {
  return CreateAt(writer, CreateTimeOf(resource).value_or(writer.now()), resource);
}

absl::Status ResourceTable::CreateAt(Writer& writer, absl::Time create_time,
                                     Message& resource) const {
  const std::string name = NameOf(resource);
  BANSO_ASSIGN_OR_RETURN(const bool taken, Exists(writer, name));
  if (taken) return contract::AlreadyExists(name);
  return Insert(writer, create_time, resource);
}

absl::Status ResourceTable::Update(Writer& writer, Message& resource,
                                   absl::string_view expected_etag) const {
  const std::string name = NameOf(resource);
  BANSO_ASSIGN_OR_RETURN(const Stored stored, Load(writer, name));
  if (!stored.exists) return contract::NotFound(name);
  if (!expected_etag.empty() && EtagOf(*stored.resource) != expected_etag) {
    return contract::EtagMismatch(name);
  }
  return Replace(writer, stored, resource);
}

absl::Status ResourceTable::Put(Writer& writer, Message& resource) const {
  BANSO_ASSIGN_OR_RETURN(const Stored stored, Load(writer, NameOf(resource)));
  return stored.exists ? Replace(writer, stored, resource) : Insert(writer, writer.now(), resource);
}

absl::Status ResourceTable::Delete(Writer& writer, absl::string_view name,
                                   absl::string_view expected_etag) const {
  BANSO_ASSIGN_OR_RETURN(const Stored stored, Load(writer, name));
  if (!stored.exists) return contract::NotFound(name);
  if (!expected_etag.empty() && EtagOf(*stored.resource) != expected_etag) {
    return contract::EtagMismatch(name);
  }
  BANSO_RETURN_IF_ERROR(writer.Execute(delete_sql_, {{"name", name}}).status());
  if (!spec_.record_changes) return absl::OkStatus();
  return AppendChange(writer, name, type::v1::OPERATION_DELETED, stored.revision + 1,
                      *stored.resource)
      .status();
}

absl::Status ResourceTable::Redact(Writer& writer, absl::string_view name,
                                   absl::FunctionRef<void(Message&)> redact) const {
  BANSO_RETURN_IF_ERROR(RedactHistory(writer, name, *spec_.prototype, redact));
  BANSO_RETURN_IF_ERROR(RedactReplies(writer, name, *spec_.prototype, redact));
  BANSO_ASSIGN_OR_RETURN(const Stored stored, Load(writer, name));
  if (!stored.exists) return absl::OkStatus();
  const std::unique_ptr<Message> resource(spec_.prototype->New());
  resource->CopyFrom(*stored.resource);
  redact(*resource);
  return Replace(writer, stored, *resource);
}

absl::StatusOr<std::string> ResourceTable::List(Reader& reader, const ListQuery& query,
                                                absl::FunctionRef<void(Message&)> on_item) const {
  BANSO_ASSIGN_OR_RETURN(ListSql sql, BuildListSql(TargetOf(spec_), query, reader.epoch()));
  const int page_size =
      EffectivePageSize(query.page_size, query.default_page_size, query.max_page_size);
  sql.params.Set("limit", page_size + 1);
  std::string text = "SELECT data";
  for (const SortKey& key : sql.keys) absl::StrAppend(&text, ", ", key.column);
  absl::StrAppend(&text, " FROM ", spec_.table, " WHERE ", sql.where, " ORDER BY ", sql.order,
                  " LIMIT $limit");

  const std::unique_ptr<Message> resource(spec_.prototype->New());
  int count = 0;
  std::vector<Value> last;
  BANSO_RETURN_IF_ERROR(reader.Query(text, sql.params, [&](const Row& row) -> absl::Status {
    if (++count > page_size) return absl::OkStatus();
    BANSO_RETURN_IF_ERROR(ParseStored(row.Blob(0), *resource));
    on_item(*resource);
    if (count < page_size) return absl::OkStatus();
    for (size_t i = 0; i < sql.keys.size(); ++i) last.push_back(row.Get(static_cast<int>(i) + 1));
    return absl::OkStatus();
  }));
  return count > page_size ? NextPageToken(sql, last) : "";
}

absl::StatusOr<int64_t> ResourceTable::Count(Reader& reader, absl::string_view parent,
                                             const std::vector<Filter>& filters) const {
  ListQuery query;
  query.parent = std::string(parent);
  query.filters = filters;
  BANSO_ASSIGN_OR_RETURN(const ListSql sql, BuildListSql(TargetOf(spec_), query, reader.epoch()));
  int64_t count = 0;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne(absl::StrCat("SELECT count(*) FROM ", spec_.table, " WHERE ", sql.where),
                    sql.params,
                    [&](const Row& row) {
                      count = row.Int64(0);
                      return absl::OkStatus();
                    })
          .status());
  return count;
}

absl::Status ResourceTable::ForEach(Reader& reader, absl::string_view parent,
                                    const std::vector<Filter>& filters,
                                    absl::FunctionRef<absl::Status(Message&)> on_item) const {
  ListQuery query;
  query.parent = std::string(parent);
  query.filters = filters;
  BANSO_ASSIGN_OR_RETURN(const ListSql sql, BuildListSql(TargetOf(spec_), query, reader.epoch()));
  const std::unique_ptr<Message> resource(spec_.prototype->New());
  return reader.Query(
      absl::StrCat("SELECT data FROM ", spec_.table, " WHERE ", sql.where, " ORDER BY name"),
      sql.params, [&](const Row& row) -> absl::Status {
        BANSO_RETURN_IF_ERROR(ParseStored(row.Blob(0), *resource));
        return on_item(*resource);
      });
}

absl::Status ResourceTable::CheckSchema(Reader& reader) const {
  return reader.Query(
      absl::StrCat("SELECT name, revision, position, create_time, update_time, data",
                   JoinColumns(spec_, ", ", "", "", false), " FROM ", spec_.table, " LIMIT 0"),
      {}, [](const Row&) { return absl::OkStatus(); });
}

std::string ResourceTable::kind() const { return spec_.prototype->GetTypeName(); }

absl::Status ResourceTable::ReadSnapshot(
    Reader& reader, absl::string_view after, int limit,
    absl::FunctionRef<absl::Status(absl::string_view key, int64_t position,
                                   type::v1::Change change)>
        on_resource) const {
  return reader.Query(snapshot_sql_, {{"after", after}, {"limit", limit}}, [&](const Row& row) {
    type::v1::Change change =
        MakeChange(row.Text(0), kind(), row.Int64(1), row.Text(5), row.Time(3), row.Blob(4));
    return on_resource(row.Text(0), row.Int64(2), std::move(change));
  });
}

}  // namespace banso::storage
