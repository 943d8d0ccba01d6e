#include "common/storage/history.h"

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/contract/page_token.h"
#include "common/status_macros.h"
#include "common/storage/change_row.h"
#include "common/storage/page_size.h"

namespace banso::storage {

absl::StatusOr<int64_t> AppendChange(Writer& writer, absl::string_view name,
                                     type::v1::Operation operation, int64_t revision,
                                     const google::protobuf::Message& resource) {
  const int64_t position = writer.NextPosition();
  BANSO_RETURN_IF_ERROR(AppendChangeAt(
      writer, position, name,
      {resource.GetTypeName(), operation, revision, contract::DeterministicBytes(resource)}));
  return position;
}

absl::Status AppendChangeAt(Writer& writer, int64_t position, absl::string_view name,
                            ChangeContent content) {
  static constexpr absl::string_view kInsert =
      "INSERT INTO change (position, name, kind, operation, revision, actor, commit_time, "
      "resource) VALUES ($position, $name, $kind, $operation, $revision, $actor, $commit_time, "
      "$resource)";
  return writer
      .Execute(kInsert, {{"position", position},
                         {"name", name},
                         {"kind", std::move(content.kind)},
                         {"operation", content.operation},
                         {"revision", content.revision},
                         {"actor", writer.call().actor},
                         {"commit_time", writer.now()},
                         {"resource", Bytes{std::move(content.resource)}}})
      .status();
}

type::v1::Change MakeChange(absl::string_view name, absl::string_view kind, int64_t revision,
                            absl::string_view actor, absl::Time commit_time,
                            absl::string_view resource) {
  type::v1::Change change;
  change.set_name(std::string(name));
  change.set_kind(std::string(kind));
  change.set_operation(type::v1::OPERATION_CREATED);
  change.set_revision(revision);
  change.set_actor(std::string(actor));
  *change.mutable_commit_time() = calendar::ToTimestamp(commit_time);
  change.mutable_resource()->set_type_url(absl::StrCat("type.googleapis.com/", kind));
  change.mutable_resource()->set_value(std::string(resource));
  return change;
}

type::v1::Change ReadChangeRow(const Row& row) {
  type::v1::Change change =
      MakeChange(row.Text(0), row.Text(1), row.Int64(3), row.Text(4), row.Time(5), row.Blob(6));
  change.set_operation(static_cast<type::v1::Operation>(row.Int64(2)));
  return change;
}

absl::Status RedactHistory(Writer& writer, absl::string_view name,
                           const google::protobuf::Message& prototype,
                           absl::FunctionRef<void(google::protobuf::Message&)> redact) {
  std::map<int64_t, std::string> states;
  BANSO_RETURN_IF_ERROR(
      writer.Query("SELECT position, resource FROM change WHERE name = $name AND kind = $kind",
                   {{"name", name}, {"kind", prototype.GetTypeName()}}, [&states](const Row& row) {
                     states.emplace(row.Int64(0), std::string(row.Blob(1)));
                     return absl::OkStatus();
                   }));
  const std::unique_ptr<google::protobuf::Message> resource(prototype.New());
  for (const auto& [position, state] : states) {
    if (!resource->ParseFromString(state)) return contract::Internal("a change cannot be read");
    redact(*resource);
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("UPDATE change SET resource = $resource WHERE position = $position",
                     {{"resource", Bytes{contract::DeterministicBytes(*resource)}},
                      {"position", position}})
            .status());
  }
  return absl::OkStatus();
}

absl::Status ForEachState(
    Reader& reader, const google::protobuf::Message& prototype, absl::string_view prefix,
    absl::FunctionRef<absl::Status(absl::string_view name, const google::protobuf::Message& state)>
        on_state) {
  std::string sql = "SELECT name, resource FROM change WHERE kind = $kind";
  Params params = {{"kind", prototype.GetTypeName()}};
  if (!prefix.empty()) {
    // Names are ASCII, so nothing that begins with the prefix comes after it with this byte.
    absl::StrAppend(&sql, " AND name >= $from AND name < $to");
    params.Set("from", prefix);
    params.Set("to", absl::StrCat(prefix, "\x7f"));
  }
  absl::StrAppend(&sql, " ORDER BY position");
  const std::unique_ptr<google::protobuf::Message> state(prototype.New());
  return reader.Query(sql, params, [&](const Row& row) -> absl::Status {
    if (!state->ParseFromArray(row.Blob(1).data(), static_cast<int>(row.Blob(1).size()))) {
      return contract::Internal("a change cannot be read");
    }
    return on_state(row.Text(0), *state);
  });
}

absl::StatusOr<Page<type::v1::Change>> ListHistory(Reader& reader, const HistoryQuery& query) {
  const contract::TokenScope scope{reader.epoch(),
                                   absl::StrCat("history\n", query.name, "\n", query.actor)};
  int64_t before = std::numeric_limits<int64_t>::max();
  if (!query.page_token.empty()) {
    BANSO_ASSIGN_OR_RETURN(const std::string position,
                           contract::DecodePageToken(scope, query.page_token));
    if (!absl::SimpleAtoi(position, &before)) return contract::Internal("a token's position");
  }
  const int page_size = EffectivePageSize(query.page_size);
  std::string sql =
      absl::StrCat("SELECT ", kChangeColumns, ", position FROM change WHERE position < $before");
  Params params = {{"before", before}, {"limit", page_size + 1}};
  if (!query.name.empty() && !absl::EndsWith(query.name, "/")) {
    absl::StrAppend(&sql, " AND name = $name");
    params.Set("name", query.name);
  } else if (!query.name.empty()) {
    absl::StrAppend(&sql, " AND name >= $name AND name < $name_end");
    params.Set("name", query.name).Set("name_end", PrefixEnd(query.name));
  }
  if (!query.actor.empty()) {
    absl::StrAppend(&sql, " AND actor = $actor");
    params.Set("actor", query.actor);
  }
  absl::StrAppend(&sql, " ORDER BY position DESC LIMIT $limit");

  Page<type::v1::Change> page;
  int64_t last = 0;
  bool more = false;
  BANSO_RETURN_IF_ERROR(reader.Query(sql, params, [&](const Row& row) {
    more = page.items.size() == static_cast<size_t>(page_size);
    if (more) return absl::OkStatus();
    page.items.push_back(ReadChangeRow(row));
    last = row.Int64(kChangeColumnCount);
    return absl::OkStatus();
  }));
  if (more) page.next_page_token = contract::EncodePageToken(scope, absl::StrCat(last));
  return page;
}

}  // namespace banso::storage
