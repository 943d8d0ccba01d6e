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

}  // namespace

RawTable::RawTable(const std::string& path, const std::string& columns, int count,
                   const std::string& options) {
  Require(sqlite3_open(path.c_str(), &database_) == SQLITE_OK, database_);
  Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;");
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

}  // namespace banso::benchmarks
