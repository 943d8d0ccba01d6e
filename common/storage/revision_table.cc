#include "common/storage/revision_table.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/change_row.h"
#include "common/storage/history.h"
#include "common/storage/list_sql.h"
#include "common/storage/page_size.h"
#include "common/storage/resource_fields.h"

namespace banso::storage {
namespace {

using google::protobuf::Message;

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// The number that an activation puts in force at $time, by the rule in revisions.h; no row if there
// was none by then.
constexpr absl::string_view kInForce =
    "SELECT number FROM activation WHERE name = $name AND active_from <= $time "
    "ORDER BY position DESC LIMIT 1";

// Splits `x/y@3`, or refuses it.
absl::StatusOr<contract::RevisionName> Split(absl::string_view name) {
  std::optional<contract::RevisionName> split = contract::SplitRevision(name);
  if (!split.has_value()) {
    return contract::InvalidField("name", name, "a resource name, with or without `@` and number");
  }
  return *std::move(split);
}

}  // namespace

RevisionTable::RevisionTable(RevisionTableSpec spec) : spec_(std::move(spec)) {
  BANSO_CHECK(contract::NamePattern::Parse(spec_.pattern).ok());
}

absl::StatusOr<std::optional<RevisionTable::Stored>> RevisionTable::LoadRevision(
    Reader& reader, absl::string_view name, int64_t number) const {
  std::optional<Stored> stored;
  BANSO_RETURN_IF_ERROR(reader.Query(
      absl::StrCat("SELECT number, revision, create_time, data FROM ", spec_.table,
                   " WHERE name = $name AND number <= $number ORDER BY number DESC LIMIT 1"),
      {{"name", name}, {"number", number}}, [&](const Row& row) {
        stored.emplace();
        stored->number = row.Int64(0);
        stored->revision = row.Int64(1);
        stored->create_time = row.Time(2);
        stored->resource.reset(spec_.prototype->New());
        return ParseStored(row.Blob(3), *stored->resource);
      }));
  if (number != kNoLimit && stored.has_value() && stored->number != number) stored.reset();
  return stored;
}

absl::StatusOr<std::optional<RevisionTable::Stored>> RevisionTable::LoadLatest(
    Reader& reader, absl::string_view name) const {
  return LoadRevision(reader, name, kNoLimit);
}

absl::StatusOr<int64_t> RevisionTable::NumberInForce(Reader& reader, absl::string_view name,
                                                     absl::Time time) const {
  int64_t number = 0;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne(kInForce, {{"name", name}, {"time", time}},
                                      [&number](const Row& row) {
                                        number = row.Int64(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  return number;
}

absl::Status RevisionTable::SetState(Reader& reader, absl::Time now, Message& resource) const {
  type::v1::Revision* revision = MutableRevision(resource);
  BANSO_ASSIGN_OR_RETURN(const int64_t in_force, NumberInForce(reader, NameOf(resource), now));
  if (revision->number() == in_force) {
    revision->set_state(type::v1::REVISION_STATE_ACTIVE);
  } else if (revision->has_active_from() && calendar::ToTime(revision->active_from()) <= now) {
    revision->set_state(type::v1::REVISION_STATE_SUPERSEDED);
  } else {
    revision->set_state(type::v1::REVISION_STATE_DRAFT);
  }
  return absl::OkStatus();
}

absl::Status RevisionTable::Insert(Writer& writer, absl::string_view name, int64_t number,
                                   Message& resource) const {
  const int64_t position = writer.NextPosition();
  SetCreateTime(resource, writer.now());
  SetUpdateTime(resource, writer.now());
  SetEtag(resource, MakeEtag(number, position));
  std::string data = contract::DeterministicBytes(resource);
  BANSO_RETURN_IF_ERROR(
      writer
          .Execute(absl::StrCat("INSERT INTO ", spec_.table,
                                " (name, number, revision, position, create_time, update_time, "
                                "data) VALUES ($name, $number, 1, $position, $create_time, "
                                "$update_time, $data)"),
                   {{"name", name},
                    {"number", number},
                    {"position", position},
                    {"create_time", writer.now()},
                    {"update_time", writer.now()},
                    {"data", Bytes{data}}})
          .status());
  return AppendChangeAt(writer, position, contract::JoinRevision(name, number),
                        {kind(), type::v1::OPERATION_CREATED, 1, std::move(data)});
}

absl::Status RevisionTable::Replace(Writer& writer, absl::string_view name, const Stored& stored,
                                    Message& resource) const {
  const int64_t position = writer.NextPosition();
  SetUpdateTime(resource, writer.now());
  SetEtag(resource, MakeEtag(stored.number, position));
  std::string data = contract::DeterministicBytes(resource);
  BANSO_RETURN_IF_ERROR(
      writer
          .Execute(absl::StrCat("UPDATE ", spec_.table,
                                " SET revision = $revision, position = $position, "
                                "update_time = $update_time, data = $data "
                                "WHERE name = $name AND number = $number"),
                   {{"name", name},
                    {"number", stored.number},
                    {"revision", stored.revision + 1},
                    {"position", position},
                    {"update_time", writer.now()},
                    {"data", Bytes{data}}})
          .status());
  return AppendChangeAt(
      writer, position, contract::JoinRevision(name, stored.number),
      {kind(), type::v1::OPERATION_UPDATED, stored.revision + 1, std::move(data)});
}

absl::Status RevisionTable::Save(Writer& writer, Message& resource, absl::string_view reason,
                                 absl::string_view expected_etag) const {
  BANSO_ASSIGN_OR_RETURN(const contract::RevisionName split, Split(NameOf(resource)));
  const std::string& name = split.name;
  if (!contract::Match(spec_.pattern, name).has_value()) {
    return contract::Internal(absl::StrCat(name, " does not match ", spec_.pattern));
  }
  SetName(resource, name);
  BANSO_ASSIGN_OR_RETURN(const std::optional<Stored> latest, LoadLatest(writer, name));
  if (!expected_etag.empty() &&
      (!latest.has_value() || EtagOf(*latest->resource) != expected_etag)) {
    return contract::EtagMismatch(name);
  }
  if (latest.has_value() && SameContent(resource, *latest->resource)) {
    resource.CopyFrom(*latest->resource);
    return SetState(writer, writer.now(), resource);
  }
  const int64_t number = latest.has_value() ? latest->number + 1 : 1;
  ClearBookkeeping(resource);
  type::v1::Revision* revision = MutableRevision(resource);
  revision->set_number(number);
  revision->set_state(type::v1::REVISION_STATE_DRAFT);
  revision->set_author(writer.call().actor);
  revision->set_reason(std::string(reason));
  *revision->mutable_create_time() = calendar::ToTimestamp(writer.now());
  return Insert(writer, name, number, resource);
}

absl::Status RevisionTable::Supersede(Writer& writer, absl::string_view name,
                                      int64_t number) const {
  BANSO_ASSIGN_OR_RETURN(const std::optional<Stored> stored, LoadRevision(writer, name, number));
  if (!stored.has_value()) return absl::OkStatus();
  MutableRevision(*stored->resource)->set_state(type::v1::REVISION_STATE_SUPERSEDED);
  return Replace(writer, name, *stored, *stored->resource);
}

absl::Status RevisionTable::RecordActivation(Writer& writer, absl::string_view name, int64_t number,
                                             absl::Time from) const {
  return writer
      .Execute(
          "INSERT INTO activation (name, position, number, active_from) "
          "VALUES ($name, $position, $number, $active_from)",
          {{"name", name},
           {"position", writer.NextPosition()},
           {"number", number},
           {"active_from", from}})
      .status();
}

absl::Status RevisionTable::Activate(Writer& writer, absl::string_view revision_name,
                                     absl::Time from, Message& resource) const {
  BANSO_ASSIGN_OR_RETURN(const contract::RevisionName split, Split(revision_name));
  if (!split.revision.has_value()) {
    return contract::InvalidField("name", revision_name, "a revision, such as `x/y@3`");
  }
  const std::string& name = split.name;
  BANSO_ASSIGN_OR_RETURN(const std::optional<Stored> stored,
                         LoadRevision(writer, name, *split.revision));
  if (!stored.has_value()) return contract::NotFound(revision_name);
  resource.CopyFrom(*stored->resource);
  type::v1::Revision* revision = MutableRevision(resource);
  BANSO_ASSIGN_OR_RETURN(const bool last, IsLastActivation(writer, name, stored->number, from));
  if (last) return SetState(writer, writer.now(), resource);

  const absl::Time now = writer.now();
  BANSO_ASSIGN_OR_RETURN(const int64_t before, NumberInForce(writer, name, now));
  BANSO_RETURN_IF_ERROR(RecordActivation(writer, name, stored->number, from));
  if (before != 0 && before != stored->number && from <= now) {
    BANSO_RETURN_IF_ERROR(Supersede(writer, name, before));
  }
  *revision->mutable_active_from() = calendar::ToTimestamp(from);
  revision->set_activated_by(writer.call().actor);
  BANSO_RETURN_IF_ERROR(SetState(writer, now, resource));
  return Replace(writer, name, *stored, resource);
}

absl::StatusOr<bool> RevisionTable::IsLastActivation(Writer& writer, absl::string_view name,
                                                     int64_t number, absl::Time from) const {
  bool same = false;
  BANSO_RETURN_IF_ERROR(
      writer
          .QueryOne("SELECT number, active_from FROM activation WHERE name = $name "
                    "ORDER BY position DESC LIMIT 1",
                    {{"name", name}},
                    [&](const Row& row) {
                      same = row.Int64(0) == number && Value(row.Time(1)) == Value(from);
                      return absl::OkStatus();
                    })
          .status());
  return same;
}

absl::Status RevisionTable::Deactivate(Writer& writer, absl::string_view name) const {
  BANSO_ASSIGN_OR_RETURN(const int64_t before, NumberInForce(writer, name, writer.now()));
  if (before == 0) return absl::OkStatus();
  BANSO_RETURN_IF_ERROR(RecordActivation(writer, name, 0, writer.now()));
  return Supersede(writer, name, before);
}

absl::Status RevisionTable::Delete(Writer& writer, absl::string_view name,
                                   absl::string_view expected_etag) const {
  BANSO_ASSIGN_OR_RETURN(std::optional<Stored> stored, LoadLatest(writer, name));
  if (!stored.has_value()) return contract::NotFound(name);
  if (!expected_etag.empty() && EtagOf(*stored->resource) != expected_etag) {
    return contract::EtagMismatch(name);
  }
  while (stored.has_value()) {
    BANSO_RETURN_IF_ERROR(writer
                              .Execute(absl::StrCat("DELETE FROM ", spec_.table,
                                                    " WHERE name = $name AND number = $number"),
                                       {{"name", name}, {"number", stored->number}})
                              .status());
    BANSO_RETURN_IF_ERROR(AppendChange(writer, contract::JoinRevision(name, stored->number),
                                       type::v1::OPERATION_DELETED, stored->revision + 1,
                                       *stored->resource)
                              .status());
    BANSO_ASSIGN_OR_RETURN(stored, LoadLatest(writer, name));
  }
  return writer.Execute("DELETE FROM activation WHERE name = $name", {{"name", name}}).status();
}

absl::StatusOr<bool> RevisionTable::Find(Reader& reader, absl::string_view name, absl::Time now,
                                         Message& resource) const {
  BANSO_ASSIGN_OR_RETURN(const contract::RevisionName split, Split(name));
  int64_t number = split.revision.value_or(0);
  if (number == 0) {
    BANSO_ASSIGN_OR_RETURN(number, NumberInForce(reader, split.name, now));
  }
  BANSO_ASSIGN_OR_RETURN(const std::optional<Stored> stored,
                         LoadRevision(reader, split.name, number == 0 ? kNoLimit : number));
  if (!stored.has_value()) return false;
  resource.CopyFrom(*stored->resource);
  BANSO_RETURN_IF_ERROR(SetState(reader, now, resource));
  return true;
}

absl::StatusOr<bool> RevisionTable::Latest(Reader& reader, absl::string_view name, absl::Time now,
                                           Message& resource) const {
  BANSO_ASSIGN_OR_RETURN(const std::optional<Stored> stored, LoadLatest(reader, name));
  if (!stored.has_value()) return false;
  resource.CopyFrom(*stored->resource);
  BANSO_RETURN_IF_ERROR(SetState(reader, now, resource));
  return true;
}

absl::Status RevisionTable::Active(Reader& reader, absl::string_view name, absl::Time time,
                                   Message& resource) const {
  BANSO_ASSIGN_OR_RETURN(const int64_t number, NumberInForce(reader, name, time));
  if (number == 0) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<Stored> latest, LoadLatest(reader, name));
    if (!latest.has_value()) return contract::NotFound(name);
    return contract::FailedPrecondition("NOT_ACTIVE", name, "no revision of it is in force",
                                        "Activate a revision");
  }
  BANSO_ASSIGN_OR_RETURN(const std::optional<Stored> stored, LoadRevision(reader, name, number));
  if (!stored.has_value()) return contract::NotFound(contract::JoinRevision(name, number));
  resource.CopyFrom(*stored->resource);
  return SetState(reader, time, resource);
}

absl::StatusOr<std::string> RevisionTable::List(Reader& reader, const ListQuery& query,
                                                absl::Time now,
                                                absl::FunctionRef<void(Message&)> on_item) const {
  ListQuery by_name = query;
  by_name.filters.clear();
  by_name.order_by.clear();
  BANSO_ASSIGN_OR_RETURN(
      ListSql sql, BuildListSql({spec_.table, spec_.pattern, {"name"}}, by_name, reader.epoch()));
  const int page_size =
      EffectivePageSize(query.page_size, query.default_page_size, query.max_page_size);
  sql.params.Set("limit", page_size + 1);
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(
      reader.Query(absl::StrCat("SELECT DISTINCT name FROM ", spec_.table, " WHERE ", sql.where,
                                " ORDER BY name LIMIT $limit"),
                   sql.params, [&names](const Row& row) {
                     names.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  const bool more = names.size() > static_cast<size_t>(page_size);
  if (more) names.pop_back();
  const std::unique_ptr<Message> resource(spec_.prototype->New());
  for (const std::string& name : names) {
    BANSO_RETURN_IF_ERROR(Find(reader, name, now, *resource).status());
    on_item(*resource);
  }
  return more ? NextPageToken(sql, {names.back()}) : "";
}

absl::StatusOr<std::string> RevisionTable::ListRevisions(
    Reader& reader, absl::string_view name, const ListQuery& query, absl::Time now,
    absl::FunctionRef<void(Message&)> on_item) const {
  const contract::TokenScope scope{reader.epoch(),
                                   absl::StrCat("revisions\n", spec_.table, "\n", name)};
  std::string after_name(name);
  int64_t before = kNoLimit;
  if (!query.page_token.empty()) {
    BANSO_ASSIGN_OR_RETURN(const std::string place,
                           contract::DecodePageToken(scope, query.page_token));
    BANSO_ASSIGN_OR_RETURN(const contract::RevisionName split, Split(place));
    after_name = split.name;
    before = split.revision.value_or(kNoLimit);
  }
  const int page_size =
      EffectivePageSize(query.page_size, query.default_page_size, query.max_page_size);
  const std::string others = name.empty() ? " OR name > $name" : "";
  std::vector<std::unique_ptr<Message>> page;
  BANSO_RETURN_IF_ERROR(reader.Query(
      absl::StrCat("SELECT data FROM ", spec_.table, " WHERE (name = $name AND number < $before)",
                   others, " ORDER BY name, number DESC LIMIT $limit"),
      {{"name", after_name}, {"before", before}, {"limit", page_size + 1}}, [&](const Row& row) {
        page.emplace_back(spec_.prototype->New());
        return ParseStored(row.Blob(0), *page.back());
      }));
  const bool more = page.size() > static_cast<size_t>(page_size);
  if (more) page.pop_back();
  std::string last;
  for (const auto& resource : page) {
    BANSO_RETURN_IF_ERROR(SetState(reader, now, *resource));
    last = contract::JoinRevision(NameOf(*resource), MutableRevision(*resource)->number());
    on_item(*resource);
  }
  return more ? contract::EncodePageToken(scope, last) : "";
}

absl::Status RevisionTable::ForEachActive(Reader& reader, absl::Time time,
                                          absl::FunctionRef<void(Message&)> on_item) const {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(
      reader.Query(absl::StrCat("SELECT DISTINCT name FROM ", spec_.table, " ORDER BY name"), {},
                   [&names](const Row& row) {
                     names.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  const std::unique_ptr<Message> resource(spec_.prototype->New());
  for (const std::string& name : names) {
    BANSO_ASSIGN_OR_RETURN(const int64_t number, NumberInForce(reader, name, time));
    if (number == 0) continue;
    BANSO_RETURN_IF_ERROR(Active(reader, name, time, *resource));
    on_item(*resource);
  }
  return absl::OkStatus();
}

absl::Status RevisionTable::CheckSchema(Reader& reader) const {
  if (MutableRevision(*std::unique_ptr<Message>(spec_.prototype->New())) == nullptr) {
    return contract::Internal(absl::StrCat(kind(), " has no field `revision`"));
  }
  return reader.Query(
      absl::StrCat("SELECT name, number, revision, position, create_time, update_time, data FROM ",
                   spec_.table, " LIMIT 0"),
      {}, [](const Row&) { return absl::OkStatus(); });
}

std::string RevisionTable::kind() const { return spec_.prototype->GetTypeName(); }

absl::Status RevisionTable::ReadSnapshot(
    Reader& reader, absl::string_view after, int limit,
    absl::FunctionRef<absl::Status(absl::string_view key, int64_t position,
                                   type::v1::Change change)>
        on_resource) const {
  const contract::RevisionName from =
      contract::SplitRevision(after).value_or(contract::RevisionName{std::string(after), {}});
  return reader.Query(
      absl::StrCat("SELECT r.name, r.number, r.revision, r.position, r.update_time, r.data, "
                   "coalesce(c.actor, '') FROM ",
                   spec_.table,
                   " AS r LEFT JOIN change AS c ON c.position = r.position "
                   "WHERE r.name > $name OR (r.name = $name AND r.number > $number) "
                   "ORDER BY r.name, r.number LIMIT $limit"),
      {{"name", from.name}, {"number", from.revision.value_or(0)}, {"limit", limit}},
      [&](const Row& row) {
        const std::string name = contract::JoinRevision(row.Text(0), row.Int64(1));
        return on_resource(
            name, row.Int64(3),
            MakeChange(name, kind(), row.Int64(2), row.Text(6), row.Time(4), row.Blob(5)));
      });
}

}  // namespace banso::storage
