#ifndef BANSO_COMMON_STORAGE_SQLITE_CONNECTION_H_
#define BANSO_COMMON_STORAGE_SQLITE_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "SQLiteCpp/Database.h"
#include "SQLiteCpp/Statement.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/value.h"

namespace banso::storage::sqlite {

// One connection with its prepared statements. Every statement is reset when its use ends. Not
// thread-safe.
class Connection {
 public:
  enum class Use { kWrite, kRead };

  // Opens (for kWrite also creates) the file and sets what holds for every connection. `max_pages`
  // as in OpenOptions.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, Use use,
                                                          int max_pages);

  absl::Status Query(absl::string_view sql, const Params& params,
                     absl::FunctionRef<absl::Status(const Row&)> on_row);
  // Returns the number of rows changed. INTERNAL if the statement returns rows.
  absl::StatusOr<int64_t> Execute(absl::string_view sql, const Params& params);
  // Runs statements without parameters, uncached.
  absl::Status Run(const std::string& sql);

  // False once an error has ended the transaction on its own.
  bool in_transaction() const;

 private:
  using Parameters = std::vector<std::pair<std::string, int>>;
  struct Cached {
    std::string sql;
    std::unique_ptr<SQLite::Statement> statement;
    bool in_use = false;
    // The names and numbers of the parameters, in the order in which they were given last: the next
    // use gives them alike.
    Parameters parameters = {};
  };
  class Lease;

  Connection(const std::string& path, int flags);

  // How many prepared statements are kept.
  static constexpr size_t kMaxStatements = 400;

  // Before the statements, which must be destroyed first.
  SQLite::Database database_;
  std::list<Cached> statements_;  // The most recently used first.
  absl::flat_hash_map<absl::string_view, std::list<Cached>::iterator> by_sql_;
};

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_CONNECTION_H_
