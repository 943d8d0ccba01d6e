#ifndef BANSO_TESTS_BENCHMARKS_RAW_SQLITE_H_
#define BANSO_TESTS_BENCHMARKS_RAW_SQLITE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace banso::benchmarks {

using RawValue = std::variant<int64_t, double, std::string>;
using RawRow = std::vector<RawValue>;

// One table in a database of its own, filled by one connection through one prepared statement: what
// SQLite itself can do. The journal is a WAL, and every commit is durable (synchronous=FULL).
class RawTable {
 public:
  // `columns` is what stands between the brackets of CREATE TABLE, `count` how many they are,
  // `options` what comes behind them, such as WITHOUT ROWID.
  RawTable(const std::string& path, const std::string& columns, int count,
           const std::string& options = "");
  ~RawTable();
  RawTable(const RawTable&) = delete;
  RawTable& operator=(const RawTable&) = delete;

  // Commits rows one by one for so long; returns how many a second.
  double CommitOneByOne(absl::Duration duration, const std::function<RawRow()>& next);
  // Loads rows in transactions of `batch`; returns how many rows a second.
  double Load(const std::vector<RawRow>& rows, size_t batch);

 private:
  void Run(const char* sql);
  void Insert(const RawRow& row);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

// The rows of the accounts of a Banso store, copied into an empty one with the same tables and
// indexes: what SQLite itself needs for what an import writes.
class RawCopy {
 public:
  // Both are files; the store may be in use.
  RawCopy(const std::string& path, const std::string& store);
  ~RawCopy();
  RawCopy(const RawCopy&) = delete;
  RawCopy& operator=(const RawCopy&) = delete;

  // Copies the next accounts with their external ids, changes and facts, `batch` in a transaction;
  // returns how many accounts a second. There must be more than `accounts` left.
  double Load(int64_t accounts, int64_t batch);

 private:
  void Run(const std::string& sql);
  std::vector<std::string> Texts(const std::string& sql);

  sqlite3* database_ = nullptr;
  int64_t next_ = 1;
};

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_RAW_SQLITE_H_
