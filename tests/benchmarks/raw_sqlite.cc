#include "tests/benchmarks/raw_sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace banso::benchmarks {
namespace {

struct Binder {
  sqlite3_stmt* statement;
  int index;

  void operator()(int64_t value) const { sqlite3_bind_int64(statement, index, value); }
  void operator()(double value) const { sqlite3_bind_double(statement, index, value); }
  void operator()(const std::string& value) const {
    sqlite3_bind_text(statement, index, value.data(), static_cast<int>(value.size()),
                      SQLITE_STATIC);
  }
};

void Require(bool done, sqlite3* database) {
  if (done) return;
  std::fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(database));
  std::exit(1);
}

sqlite3* OpenRaw(const std::string& path) {
  sqlite3* database = nullptr;
  Require(sqlite3_open_v2(path.c_str(), &database,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                          nullptr) == SQLITE_OK,
          database);
  return database;
}

constexpr char kPragmas[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; "
    "PRAGMA wal_autocheckpoint = 4000;";

}  // namespace

RawTable::RawTable(const std::string& path, const std::string& columns, int count,
                   const std::string& options) {
  database_ = OpenRaw(path);
  Run(kPragmas);
  Run(absl::StrCat("CREATE TABLE t (", columns, ") ", options).c_str());
  std::string marks = "?";
  for (int i = 1; i < count; ++i) marks += ", ?";
  const std::string insert = absl::StrCat("INSERT INTO t VALUES (", marks, ")");
  Require(sqlite3_prepare_v2(database_, insert.c_str(), -1, &insert_, nullptr) == SQLITE_OK,
          database_);
}

RawTable::~RawTable() {
  sqlite3_finalize(insert_);
  sqlite3_close(database_);
}

double RawTable::CommitOneByOne(absl::Duration duration, const std::function<RawRow()>& next) {
  const absl::Time start = absl::Now();
  int64_t rows = 0;
  while (absl::Now() < start + duration) {
    Insert(next());
    ++rows;
  }
  return static_cast<double>(rows) / absl::ToDoubleSeconds(absl::Now() - start);
}

double RawTable::Load(const std::vector<RawRow>& rows, size_t batch) {
  const absl::Time start = absl::Now();
  for (size_t i = 0; i < rows.size(); i += batch) {
    Run("BEGIN IMMEDIATE");
    for (size_t j = i; j < std::min(i + batch, rows.size()); ++j) Insert(rows[j]);
    Run("COMMIT");
  }
  return static_cast<double>(rows.size()) / absl::ToDoubleSeconds(absl::Now() - start);
}

void RawTable::Run(const char* sql) {
  Require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, database_);
}

void RawTable::Insert(const RawRow& row) {
  int index = 0;
  for (const RawValue& value : row) std::visit(Binder{insert_, ++index}, value);
  Require(sqlite3_step(insert_) == SQLITE_DONE, database_);
  sqlite3_reset(insert_);
}

RawCopy::RawCopy(const std::string& path, const std::string& store) : database_(OpenRaw(path)) {
  Run(kPragmas);
  Run(absl::StrCat("ATTACH '", store, "' AS store"));
  for (const std::string& sql :
       Texts("SELECT sql FROM store.sqlite_master WHERE sql IS NOT NULL AND tbl_name IN "
             "('account', 'external_id', 'change', 'fact_change') ORDER BY type DESC")) {
    Run(sql);
  }
}

RawCopy::~RawCopy() { sqlite3_close(database_); }

double RawCopy::Load(int64_t accounts, int64_t batch) {
  const absl::Time start = absl::Now();
  for (const int64_t end = next_ + accounts; next_ < end; next_ += batch) {
    // An account is followed by its change, at the same position, and its facts.
    const std::string rows =
        absl::StrCat(" WHERE rowid >= ", next_, " AND rowid < ", next_ + batch);
    const std::string positions = absl::StrCat(
        " WHERE position >= (SELECT position FROM store.account WHERE rowid = ", next_,
        ") AND position < (SELECT position FROM store.account WHERE rowid = ", next_ + batch, ")");
    Run(absl::StrCat(
        "BEGIN IMMEDIATE; INSERT INTO main.account SELECT * FROM store.account", rows,
        "; INSERT INTO main.external_id SELECT * FROM store.external_id WHERE account IN "
        "(SELECT name FROM store.account",
        rows, "); INSERT INTO main.change SELECT * FROM store.change", positions,
        "; INSERT INTO main.fact_change SELECT * FROM store.fact_change", positions, "; COMMIT"));
  }
  return static_cast<double>(accounts) / absl::ToDoubleSeconds(absl::Now() - start);
}

void RawCopy::Run(const std::string& sql) {
  Require(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, database_);
}

std::vector<std::string> RawCopy::Texts(const std::string& sql) {
  std::vector<std::string> texts;
  const auto add = [](void* all, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(all)->emplace_back(values[0]);
    return 0;
  };
  Require(sqlite3_exec(database_, sql.c_str(), add, &texts, nullptr) == SQLITE_OK, database_);
  return texts;
}

}  // namespace banso::benchmarks
