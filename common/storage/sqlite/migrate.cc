#include "common/storage/sqlite/migrate.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/contract/ids.h"
#include "common/status_macros.h"

namespace banso::storage {

// The tables of every store: common/storage/schema.
Migrations CommonSchema();

namespace sqlite {
namespace {

// Never altered, so that every version of the program can read how far a store has come.
constexpr absl::string_view kBootstrap = R"sql(
CREATE TABLE IF NOT EXISTS meta (
  key TEXT NOT NULL PRIMARY KEY,
  text TEXT NOT NULL,
  number BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS schema_migration (
  series TEXT NOT NULL,
  number BIGINT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (series, number)
);
)sql";

// The words of migration.h in SQLite's dialect. Frozen: old migrations run with them for ever.
std::string InDialect(absl::string_view sql) {
  return absl::StrReplaceAll(
      absl::StrReplaceAll(
          sql, {{"{resource}",
                 "name TEXT NOT NULL PRIMARY KEY, revision BIGINT NOT NULL, "
                 "position BIGINT NOT NULL, create_time BIGINT NOT NULL, "
                 "update_time BIGINT NOT NULL, data {bytes} NOT NULL"},
                {"{revisions}",
                 "name TEXT NOT NULL, number BIGINT NOT NULL, revision BIGINT NOT NULL, "
                 "position BIGINT NOT NULL, create_time BIGINT NOT NULL, "
                 "update_time BIGINT NOT NULL, data {bytes} NOT NULL, "
                 "PRIMARY KEY (name, number)"},
                {"{fact_log}",
                 "position {integer_key}, commit_id BIGINT NOT NULL, subject TEXT NOT NULL, "
                 "fact TEXT NOT NULL, object TEXT NOT NULL, value {bytes}, "
                 "occurred BIGINT NOT NULL, recorded BIGINT NOT NULL, source TEXT NOT NULL, "
                 "backdated BIGINT NOT NULL"}}),
      {{"{bytes}", "BLOB"},
       {"{integer_key}", "INTEGER PRIMARY KEY"},
       {"{clustered}", "WITHOUT ROWID"}});
}

// Runs `body` in a transaction.
template <typename Body>
absl::Status InTransaction(Connection& connection, Body body) {
  BANSO_RETURN_IF_ERROR(connection.Run("BEGIN IMMEDIATE"));
  absl::Status status = body();
  if (status.ok()) status = connection.Run("COMMIT");
  if (!status.ok() && connection.in_transaction()) connection.Run("ROLLBACK").IgnoreError();
  return status;
}

struct Meta {
  std::string text;
  int64_t number = 0;
};

absl::StatusOr<std::optional<Meta>> ReadMeta(Connection& connection, absl::string_view key) {
  std::optional<Meta> meta;
  BANSO_RETURN_IF_ERROR(connection.Query("SELECT text, number FROM meta WHERE key = $key",
                                         {{"key", key}}, [&](const Row& row) {
                                           meta = Meta{std::string(row.Text(0)), row.Int64(1)};
                                           return absl::OkStatus();
                                         }));
  return meta;
}

absl::Status InsertMeta(Connection& connection, absl::string_view key, const Meta& meta) {
  return connection
      .Execute("INSERT INTO meta (key, text, number) VALUES ($key, $text, $number)",
               {{"key", key}, {"text", meta.text}, {"number", meta.number}})
      .status();
}

absl::Status CheckService(const OpenOptions& options, const std::string& service) {
  if (service == options.service) return absl::OkStatus();
  return contract::FailedPrecondition("STORAGE_OF_ANOTHER_SERVICE", options.path,
                                      absl::StrCat("the store belongs to the service `", service,
                                                   "`, not to `", options.service, "`"),
                                      "Name the file of this service");
}

// Creates what identifies a store unless it is there.
absl::StatusOr<StoreState> Identify(Connection& connection, const OpenOptions& options) {
  BANSO_ASSIGN_OR_RETURN(const std::optional<Meta> service, ReadMeta(connection, "service"));
  if (!service.has_value()) {
    contract::SystemIdSource ids;
    BANSO_RETURN_IF_ERROR(InTransaction(connection, [&]() -> absl::Status {
      BANSO_RETURN_IF_ERROR(InsertMeta(connection, "service", {options.service, 0}));
      BANSO_RETURN_IF_ERROR(InsertMeta(connection, "position", {"", 0}));
      BANSO_RETURN_IF_ERROR(InsertMeta(connection, "oldest_change", {"", 0}));
      return InsertMeta(connection, "epoch", {ids.New(), 0});
    }));
  } else {
    BANSO_RETURN_IF_ERROR(CheckService(options, service->text));
  }
  BANSO_ASSIGN_OR_RETURN(const std::optional<Meta> epoch, ReadMeta(connection, "epoch"));
  BANSO_ASSIGN_OR_RETURN(const std::optional<Meta> position, ReadMeta(connection, "position"));
  if (!epoch.has_value() || !position.has_value()) {
    return contract::Error(absl::StatusCode::kDataLoss, "STORAGE_DAMAGED",
                           absl::StrCat(options.path, " lacks its identity"));
  }
  return StoreState{epoch->text, position->number};
}

// What a migration does, as a number: comments and the breaking of lines do not count. Kept with
// the store under DigestKey for each that was applied.
std::string Digest(const Migration& migration) {
  std::vector<absl::string_view> words;
  for (const absl::string_view line : absl::StrSplit(migration.sql, '\n')) {
    const absl::string_view code = line.substr(0, line.find("--"));
    for (const absl::string_view word :
         absl::StrSplit(code, absl::ByAnyChar(" \t\r"), absl::SkipEmpty())) {
      words.push_back(word);
    }
  }
  return absl::BytesToHexString(contract::Hash(absl::StrJoin(words, " "), /*size=*/16));
}

std::string DigestKey(absl::string_view series, int64_t number) {
  return absl::StrCat("migration:", series, "/", number);
}

absl::Status Apply(Connection& connection, absl::string_view series, const Migration& migration) {
  return InTransaction(connection, [&]() -> absl::Status {
    BANSO_RETURN_IF_ERROR(connection.Run(InDialect(migration.sql)));
    BANSO_RETURN_IF_ERROR(
        InsertMeta(connection, DigestKey(series, migration.number), {Digest(migration), 0}));
    return connection
        .Execute(
            "INSERT INTO schema_migration (series, number, name) VALUES ($series, $number, $name)",
            {{"series", series}, {"number", migration.number}, {"name", migration.name}})
        .status();
  });
}

// A migration that a store has had.
struct Applied {
  std::string name;
  // See Digest; absent in a store of a program that did not keep it.
  std::optional<std::string> digest;
};

// By number.
absl::StatusOr<std::map<int64_t, Applied>> ReadApplied(Connection& connection,
                                                       absl::string_view series) {
  std::map<int64_t, Applied> all;
  BANSO_RETURN_IF_ERROR(
      connection.Query("SELECT number, name FROM schema_migration WHERE series = $series",
                       {{"series", series}}, [&](const Row& row) {
                         all[row.Int64(0)].name = std::string(row.Text(1));
                         return absl::OkStatus();
                       }));
  for (auto& [number, applied] : all) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<Meta> digest,
                           ReadMeta(connection, DigestKey(series, number)));
    if (digest.has_value()) applied.digest = digest->text;
  }
  return all;
}

// Such as: service/3 `stages`.
std::string StepText(absl::string_view series, int64_t number, absl::string_view name) {
  return absl::StrCat(series, "/", number, " `", name, "`");
}

absl::Status UnknownSchema(const OpenOptions& options, absl::string_view what) {
  return contract::FailedPrecondition(
      "SCHEMA_UNKNOWN", options.path,
      absl::StrCat("the schema of the store is not one that this program knows: ", what),
      "Use the program that made the store, or move its files away to begin with an empty one");
}

// FAILED_PRECONDITION unless each migration that the store has had and this program knows was the
// same one.
absl::Status CheckKnown(const OpenOptions& options, absl::string_view series,
                        const std::map<int64_t, Applied>& applied, const Migrations& known) {
  for (const Migration& migration : known) {
    const auto found = applied.find(migration.number);
    if (found == applied.end()) continue;
    const std::string step = StepText(series, migration.number, found->second.name);
    if (found->second.name != migration.name) {
      return UnknownSchema(options,
                           absl::StrCat("the store has had ", step, ", where this program has ",
                                        StepText(series, migration.number, migration.name)));
    }
    if (found->second.digest.has_value() && *found->second.digest != Digest(migration)) {
      return UnknownSchema(
          options, absl::StrCat("the store has had another ", step, " than that of this program"));
    }
  }
  return absl::OkStatus();
}

// The refusal of a store that has had migrations which this program does not know.
absl::Status HasMore(const OpenOptions& options, absl::string_view series,
                     const std::map<int64_t, Applied>& applied, size_t known) {
  const auto& [number, last] = *applied.rbegin();
  const std::string what = absl::StrCat("the store has had ", StepText(series, number, last.name),
                                        ", this program knows only ", known);
  // Without its digests nobody can tell whether the first ones were those of this program.
  const bool verified = known == 0 || applied.begin()->second.digest.has_value();
  if (!verified) return UnknownSchema(options, what);
  return contract::FailedPrecondition("SCHEMA_TOO_NEW", options.path, what,
                                      "Run the newer version of the program that wrote it");
}

// Applies what is missing of one series. Refuses a store that has had another migration than the
// program knows.
absl::Status MigrateSeries(Connection& connection, const OpenOptions& options,
                           absl::string_view series, const Migrations& known) {
  BANSO_ASSIGN_OR_RETURN(const auto all, ReadApplied(connection, series));
  BANSO_RETURN_IF_ERROR(CheckKnown(options, series, all, known));
  const int64_t newest = static_cast<int64_t>(known.size());
  const int64_t applied = all.empty() ? 0 : all.rbegin()->first;
  if (applied > newest) return HasMore(options, series, all, known.size());
  if (applied < newest && !options.migrate) {
    return contract::FailedPrecondition("SCHEMA_TOO_OLD", options.path,
                                        absl::StrCat("the store has schema ", series, "/", applied,
                                                     ", this program needs ", newest),
                                        "Migrate the store");
  }
  for (int64_t i = applied; i < newest; ++i) {
    const Migration& migration = known[static_cast<size_t>(i)];
    BANSO_CHECK(migration.number == i + 1);
    BANSO_RETURN_IF_ERROR(Apply(connection, series, migration));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoreState> PrepareStore(Connection& connection, const OpenOptions& options) {
  const absl::Status bootstrap = connection.Run(std::string(kBootstrap));
  if (absl::IsDataLoss(bootstrap)) {
    return contract::FailedPrecondition("STORAGE_NOT_A_STORE", options.path,
                                        "the file is no store, or is damaged",
                                        "Name another file, or restore a backup");
  }
  BANSO_RETURN_IF_ERROR(bootstrap);
  BANSO_ASSIGN_OR_RETURN(StoreState state, Identify(connection, options));
  Migrations common = CommonSchema();
  if (options.common_migrations >= 0) {
    common.resize(static_cast<size_t>(options.common_migrations));
  }
  BANSO_RETURN_IF_ERROR(MigrateSeries(connection, options, "common", common));
  BANSO_RETURN_IF_ERROR(MigrateSeries(connection, options, "service", options.migrations));
  return state;
}

}  // namespace sqlite
}  // namespace banso::storage
