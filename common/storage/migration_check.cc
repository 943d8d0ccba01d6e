#include "common/storage/migration_check.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/open.h"
#include "common/testing/temp_dir.h"

namespace banso::storage {
namespace {

// How many migrations a version of the program knew.
struct Version {
  int common = 0;
  int service = 0;
};

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
std::vector<std::string> Tables(const Schema& schema) {
  std::vector<std::string> tables;
  for (const auto& [name, sql] : schema) {
    const bool own = name != "meta" && name != "schema_migration";
    if (own && absl::StartsWith(sql, "CREATE TABLE")) tables.push_back(name);
  }
  return tables;
}

// A value that a column of the type takes, as SQL.
std::string Literal(absl::string_view type) {
  if (type == "TEXT") return "'x'";
  if (type == "BLOB") return "x'00'";
  return "1";
}

absl::StatusOr<std::string> InsertSql(Reader& reader, const std::string& table) {
  std::vector<std::string> names;
  std::vector<std::string> values;
  BANSO_RETURN_IF_ERROR(reader.Query("SELECT name, type FROM pragma_table_info($table)",
                                     {{"table", table}}, [&](const Row& row) {
                                       names.emplace_back(row.Text(0));
                                       values.push_back(Literal(row.Text(1)));
                                       return absl::OkStatus();
                                     }));
  return absl::StrCat("INSERT INTO ", table, " (", absl::StrJoin(names, ", "), ") VALUES (",
                      absl::StrJoin(values, ", "), ")");
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
absl::Status Fill(Database& database, const std::vector<std::string>& tables) {
  for (const std::string& table : tables) {
    const absl::Status status =
        database
            .Write(FillingCall(),
                   [&](Writer& writer) -> absl::Status {
                     BANSO_ASSIGN_OR_RETURN(const std::string sql, InsertSql(writer, table));
                     return writer.Execute(sql, {}).status();
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

// Opens the store, fills it when it is an old one, and tells what it holds.
struct Contents {
  Schema schema;
  std::map<std::string, int64_t> rows;
};
absl::StatusOr<Contents> Look(const OpenOptions& options, bool fill) {
  BANSO_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database, OpenSqlite(options));
  Contents contents;
  const auto read = [&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(contents.schema, ReadSchema(reader));
    BANSO_ASSIGN_OR_RETURN(contents.rows, CountAll(reader, Tables(contents.schema)));
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(database->Read(read));
  if (!fill) return contents;
  BANSO_RETURN_IF_ERROR(Fill(*database, Tables(contents.schema)));
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

absl::Status CheckFrom(const Version& version, const OpenOptions& options, const Schema& fresh) {
  OpenOptions old_options = options;
  old_options.common_migrations = version.common;
  old_options.migrations.resize(static_cast<size_t>(version.service));
  BANSO_ASSIGN_OR_RETURN(const Contents old, Look(old_options, /*fill=*/true));
  BANSO_ASSIGN_OR_RETURN(const Contents migrated, Look(options, /*fill=*/false));
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

absl::Status CheckMigrations(const std::string& service, const Migrations& migrations) {
  const testing::TempDir folder;
  OpenOptions options;
  options.path = folder.File("fresh.db");
  options.service = service;
  options.migrations = migrations;
  BANSO_ASSIGN_OR_RETURN(const Contents fresh, Look(options, /*fill=*/false));
  BANSO_ASSIGN_OR_RETURN(const int common_versions, CommonVersions(options));
  for (Version version; version.common <= common_versions; ++version.common) {
    for (version.service = 0; version.service <= static_cast<int>(migrations.size());
         ++version.service) {
      options.path = folder.File(absl::StrCat(version.common, "-", version.service, ".db"));
      const absl::Status status = CheckFrom(version, options, fresh.schema);
      if (status.ok()) continue;
      return absl::Status(
          status.code(), absl::StrCat("the store of common/", version.common, " and ", service, "/",
                                      version.service, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace banso::storage
