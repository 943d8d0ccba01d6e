#ifndef BANSO_TESTS_BENCHMARKS_DUCKDB_H_
#define BANSO_TESTS_BENCHMARKS_DUCKDB_H_

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <string>

namespace banso::benchmarks {

// What rescore.mjs answers.
struct DuckDbAnswer {
  double seconds = 0;
  // Of all threads.
  double processor_seconds = 0;
  double accounts = 0;
  double mean_change = 0;
  double moved = 0;
};

// DuckDB in a process of its own, with the samples of portfolio_data.h in memory.
class DuckDb {
 public:
  // Runs `script` with node, and waits until it has made its table; ends the program when it
  // cannot. `today` is the number of the last day from 1970-01-01.
  DuckDb(const std::string& script, int64_t accounts, int64_t per_account, int64_t today);
  ~DuckDb();
  DuckDb(const DuckDb&) = delete;
  DuckDb& operator=(const DuckDb&) = delete;

  DuckDbAnswer Rescore();

 private:
  std::string ReadLine();

  pid_t pid_ = 0;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_DUCKDB_H_
