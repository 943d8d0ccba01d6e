#include "common/storage/migration_check.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/open.h"
#include "common/storage/resource_fields.h"
#include "common/storage/resource_table.h"
#include "common/testing/temp_dir.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace banso::storage {
namespace {

// How many migrations a version of the program knew.
struct Version {
  int common = 0;
  int service = 0;
};

void Fill(const google::protobuf::FieldDescriptor& field, int depth,
          google::protobuf::Message* message);

// Puts something into every field, into messages within messages only so deep.
void FillMessage(int depth, google::protobuf::Message* message) {
  const google::protobuf::Descriptor& type = *message->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) Fill(*type.field(i), depth, message);
}

void Fill(const google::protobuf::FieldDescriptor& field, int depth,
          google::protobuf::Message* message) {
  using google::protobuf::FieldDescriptor;
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  const bool many = field.is_repeated();
  const auto put = [&](auto add, auto set, auto value) {
    if (many) {
      (reflection.*add)(message, &field, value);
    } else {
      (reflection.*set)(message, &field, value);
    }
  };
  using R = google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&R::AddInt32, &R::SetInt32, 1);
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&R::AddInt64, &R::SetInt64, int64_t{1});
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&R::AddUInt32, &R::SetUInt32, 1U);
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&R::AddUInt64, &R::SetUInt64, uint64_t{1});
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&R::AddDouble, &R::SetDouble, 1.5);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(&R::AddFloat, &R::SetFloat, 1.5F);
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&R::AddBool, &R::SetBool, true);
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(&R::AddEnumValue, &R::SetEnumValue, 1);
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&R::AddString, &R::SetString, std::string("x"));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (depth > 0) {
        FillMessage(depth - 1, many ? reflection.AddMessage(message, &field)
                                    : reflection.MutableMessage(message, &field));
      }
  }
}

// A resource of the kind with something in every field, and a name that fits.
std::unique_ptr<google::protobuf::Message> SampleOf(const ResourceTableSpec& kind) {
  constexpr int kDepth = 3;
  std::unique_ptr<google::protobuf::Message> sample(kind.prototype->New());
  FillMessage(kDepth, sample.get());
  std::vector<std::string> parts = absl::StrSplit(kind.pattern, '/');
  for (std::string& part : parts) {
    if (absl::StartsWith(part, "{")) part = "x";
  }
  SetName(*sample, absl::StrJoin(parts, "/"));
  return sample;
}

// What a store consists of: the text that made each table and index, by name.
using Schema = std::map<std::string, std::string>;

Call FillingCall() {
  Call call;
  call.method = "test/fill";
  call.now = absl::Now();
  call.deadline = absl::Now() + absl::Minutes(1);
  return call;
}

absl::StatusOr<Schema> ReadSchema(Reader& reader) {
  Schema schema;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT name, coalesce(sql, '') FROM sqlite_master", {}, [&](const Row& row) {
        schema.emplace(row.Text(0), row.Text(1));
        return absl::OkStatus();
      }));
  return schema;
}

// The tables of the schema that hold data of the service.
std::vector<std::string> TablesOf(const Schema& schema) {
  std::vector<std::string> tables;
  for (const auto& [name, sql] : schema) {
    const bool own = name != "meta" && name != "schema_migration";
    if (own && absl::StartsWith(sql, "CREATE TABLE")) tables.push_back(name);
  }
  return tables;
}

// Some value that a column of the type takes.
Value SomeValue(absl::string_view type) {
  if (type == "TEXT") return "x";
  if (type == "BLOB") return Bytes{std::string(1, '\0')};
  return 1;
}

// The tables of the kinds, by name.
using Tables = std::map<std::string, const ResourceTableSpec*>;

// The columns of the table's one row: those of a kind as they follow from its sample.
absl::StatusOr<Params> RowFor(Reader& reader, const std::string& table, const Tables& kinds) {
  Params row;
  BANSO_RETURN_IF_ERROR(reader.Query("SELECT name, type FROM pragma_table_info($table)",
                                     {{"table", table}}, [&](const Row& column) {
                                       row.Add(column.Text(0), SomeValue(column.Text(1)));
                                       return absl::OkStatus();
                                     }));
  const auto kind = kinds.find(table);
  if (kind == kinds.end()) return row;
  const std::unique_ptr<google::protobuf::Message> sample = SampleOf(*kind->second);
  const auto set_if_there = [&row](const std::string& name, Value value) {
    const bool there = std::any_of(row.values().begin(), row.values().end(),
                                   [&](const auto& column) { return column.first == name; });
    if (there) row.Set(name, std::move(value));
  };
  set_if_there("name", NameOf(*sample));
  set_if_there("data", Bytes{sample->SerializeAsString()});
  for (const ResourceTableSpec::Column& column : kind->second->columns) {
    set_if_there(column.name, column.value(*sample));
  }
  return row;
}

std::string InsertSql(const std::string& table, const Params& row) {
  std::vector<std::string> names;
  for (const auto& [name, value] : row.values()) names.push_back(name);
  return absl::StrCat("INSERT INTO ", table, " (", absl::StrJoin(names, ", "), ") VALUES ($",
                      absl::StrJoin(names, ", $"), ")");
}

std::string TextOf(const Value& value) {
  if (value.is_null()) return "null";
  if (const auto* number = std::get_if<int64_t>(&value.variant())) return absl::StrCat(*number);
  if (const auto* number = std::get_if<double>(&value.variant())) return absl::StrCat(*number);
  const auto* text = std::get_if<std::string>(&value.variant());
  return text != nullptr ? contract::Quote(*text) : "bytes";
}

// FAILED_PRECONDITION unless every column of the kind's table is what follows from its resource.
absl::Status CheckColumns(Reader& reader, const ResourceTableSpec& kind) {
  std::vector<std::string> names = {"data"};
  for (const ResourceTableSpec::Column& column : kind.columns) names.push_back(column.name);
  const std::unique_ptr<google::protobuf::Message> resource(kind.prototype->New());
  return reader.Query(absl::StrCat("SELECT ", absl::StrJoin(names, ", "), " FROM ", kind.table), {},
                      [&](const Row& row) -> absl::Status {
                        BANSO_RETURN_IF_ERROR(ParseStored(row.Blob(0), *resource));
                        for (size_t i = 0; i < kind.columns.size(); ++i) {
                          const Value expected = kind.columns[i].value(*resource);
                          const Value stored = row.Get(static_cast<int>(i) + 1);
                          if (stored == expected) continue;
                          return absl::FailedPreconditionError(absl::StrCat(
                              kind.table, ".", kind.columns[i].name, " is ", TextOf(stored),
                              ", but by the resource ", TextOf(expected)));
                        }
                        return absl::OkStatus();
                      });
}

absl::StatusOr<int64_t> CountRows(Reader& reader, const std::string& table) {
  int64_t count = 0;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne(absl::StrCat("SELECT count(*) FROM ", table), {},
                                      [&](const Row& row) {
                                        count = row.Int64(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  return count;
}

// Puts a row into each table that takes one. Refused are those whose CHECK or whose reference to a
// table that comes later in the alphabet is not met.
absl::Status Fill(Database& database, const std::vector<std::string>& tables, const Tables& kinds) {
  for (const std::string& table : tables) {
    const absl::Status status =
        database
            .Write(FillingCall(),
                   [&](Writer& writer) -> absl::Status {
                     BANSO_ASSIGN_OR_RETURN(const Params row, RowFor(writer, table, kinds));
                     return writer.Execute(InsertSql(table, row), row).status();
                   })
            .status();
    if (!status.ok() && !absl::IsFailedPrecondition(status)) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, int64_t>> CountAll(Reader& reader,
                                                        const std::vector<std::string>& tables) {
  std::map<std::string, int64_t> counts;
  for (const std::string& table : tables) {
    BANSO_ASSIGN_OR_RETURN(counts[table], CountRows(reader, table));
  }
  return counts;
}

// Opens the store, fills it when it is an old one and else checks its columns, and tells what it
// holds.
struct Contents {
  Schema schema;
  std::map<std::string, int64_t> rows;
};
absl::StatusOr<Contents> Look(const OpenOptions& options, bool fill, const Tables& kinds) {
  BANSO_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database, OpenSqlite(options));
  Contents contents;
  const auto read = [&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(contents.schema, ReadSchema(reader));
    BANSO_ASSIGN_OR_RETURN(contents.rows, CountAll(reader, TablesOf(contents.schema)));
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(database->Read(read));
  if (!fill) {
    for (const auto& entry : kinds) {
      const auto check = [&](Reader& reader) { return CheckColumns(reader, *entry.second); };
      BANSO_RETURN_IF_ERROR(database->Read(check));
    }
    return contents;
  }
  BANSO_RETURN_IF_ERROR(Fill(*database, TablesOf(contents.schema), kinds));
  BANSO_RETURN_IF_ERROR(database->Read(read));
  return contents;
}

absl::Status CompareTables(const Contents& old, const Contents& migrated, const Schema& fresh) {
  if (migrated.schema != fresh) {
    std::vector<std::string> names;
    for (const auto* schemas : {&migrated.schema, &fresh}) {
      for (const auto& [name, sql] : *schemas) {
        const auto a = migrated.schema.find(name);
        const auto b = fresh.find(name);
        const bool same = a != migrated.schema.end() && b != fresh.end() && a->second == b->second;
        if (!same) names.push_back(name);
      }
    }
    return absl::FailedPreconditionError(
        absl::StrCat("differs from a new store in ", absl::StrJoin(names, ", ")));
  }
  for (const auto& [table, count] : old.rows) {
    const auto now = migrated.rows.find(table);
    if (now != migrated.rows.end() && now->second < count) {
      return absl::DataLossError(absl::StrCat("loses rows of ", table));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFrom(const Version& version, const OpenOptions& options, const Schema& fresh,
                       const Tables& kinds) {
  OpenOptions old_options = options;
  old_options.common_migrations = version.common;
  old_options.migrations.resize(static_cast<size_t>(version.service));
  BANSO_ASSIGN_OR_RETURN(const Contents old, Look(old_options, /*fill=*/true, kinds));
  BANSO_ASSIGN_OR_RETURN(const Contents migrated, Look(options, /*fill=*/false, kinds));
  return CompareTables(old, migrated, fresh);
}

absl::StatusOr<int> CommonVersions(const OpenOptions& options) {
  BANSO_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database, OpenSqlite(options));
  int count = 0;
  BANSO_RETURN_IF_ERROR(database->Read([&count](Reader& reader) {
    return reader.Query("SELECT number FROM schema_migration WHERE series = 'common'", {},
                        [&count](const Row&) {
                          ++count;
                          return absl::OkStatus();
                        });
  }));
  return count;
}

}  // namespace

absl::Status CheckMigrations(const std::string& service, const Migrations& migrations,
                             const SnapshotSources& kinds) {
  Tables tables;
  for (const SnapshotSource* kind : kinds) {
    if (kind->table() != nullptr) tables.emplace(kind->table()->table, kind->table());
  }
  const testing::TempDir folder;
  OpenOptions options;
  options.path = folder.File("fresh.db");
  options.service = service;
  options.migrations = migrations;
  BANSO_ASSIGN_OR_RETURN(const Contents fresh, Look(options, /*fill=*/false, tables));
  BANSO_ASSIGN_OR_RETURN(const int common_versions, CommonVersions(options));
  for (Version version; version.common <= common_versions; ++version.common) {
    for (version.service = 0; version.service <= static_cast<int>(migrations.size());
         ++version.service) {
      options.path = folder.File(absl::StrCat(version.common, "-", version.service, ".db"));
      const absl::Status status = CheckFrom(version, options, fresh.schema, tables);
      if (status.ok()) continue;
      return absl::Status(
          status.code(), absl::StrCat("the store of common/", version.common, " and ", service, "/",
                                      version.service, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace banso::storage
