#include "common/storage/sqlite/connection.h"

#include <cerrno>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "SQLiteCpp/Column.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/sqlite/errors.h"
#include "sqlite3.h"

namespace banso::storage::sqlite {
namespace {

// Statements begin with errno = 0: when one fails, errno is that of the system call that failed, if
// it was one. (sqlite3_system_errno does not tell it of a failed commit.)

class StatementRow : public Row {
 public:
  explicit StatementRow(SQLite::Statement& statement) : statement_(statement) {}

  bool IsNull(int column) const override { return statement_.getColumn(column).isNull(); }
  int64_t Int64(int column) const override { return statement_.getColumn(column).getInt64(); }
  double Double(int column) const override { return statement_.getColumn(column).getDouble(); }
  absl::string_view Text(int column) const override {
    const SQLite::Column value = statement_.getColumn(column);
    const char* text = value.getText();
    return absl::string_view(text, static_cast<size_t>(value.getBytes()));
  }
  absl::string_view Blob(int column) const override {
    const SQLite::Column value = statement_.getColumn(column);
    const char* data = static_cast<const char*>(value.getBlob());
    return absl::string_view(data, static_cast<size_t>(value.getBytes()));
  }
  Value Get(int column) const override {
    switch (statement_.getColumn(column).getType()) {
      case SQLITE_INTEGER:
        return Value(Int64(column));
      case SQLITE_FLOAT:
        return Value(Double(column));
      case SQLITE_TEXT:
        return Value(Text(column));
      case SQLITE_BLOB:
        return Value(Bytes{std::string(Blob(column))});
      default:
        return Value();
    }
  }

 private:
  SQLite::Statement& statement_;
};

// Binds without copying: `params` must live until the statement is reset.
struct Binder {
  SQLite::Statement& statement;
  int index;

  void operator()(std::monostate) const { statement.bind(index); }
  void operator()(int64_t value) const { statement.bind(index, value); }
  void operator()(double value) const { statement.bind(index, value); }
  void operator()(const std::string& value) const { statement.bindNoCopy(index, value); }
  void operator()(const Bytes& value) const {
    statement.bindNoCopy(index, value.data.data(), static_cast<int>(value.data.size()));
  }
};

// Binds `params`; `known` are the parameters as the statement was given them before, and are
// brought up to date.
absl::Status BindAll(SQLite::Statement& statement, absl::string_view sql, const Params& params,
                     std::vector<std::pair<std::string, int>>& known) {
  if (statement.getBindParameterCount() != static_cast<int>(params.values().size())) {
    return contract::Internal(absl::StrCat("the statement has ", statement.getBindParameterCount(),
                                           " parameters, but ", params.values().size(),
                                           " are given: ", sql));
  }
  known.resize(params.values().size());
  auto parameter = known.begin();
  for (const auto& [name, value] : params.values()) {
    if (parameter->second == 0 || parameter->first != name) {
      *parameter = {name, statement.getIndex(absl::StrCat("$", name).c_str())};
      if (parameter->second == 0) {
        return contract::Internal(
            absl::StrCat("the statement has no parameter $", name, ": ", sql));
      }
    }
    std::visit(Binder{statement, parameter->second}, value.variant());
    ++parameter;
  }
  return absl::OkStatus();
}

}  // namespace

// Borrows a statement from the cache (or prepares it), and resets it at the end. A statement whose
// text is in use already, by a query within a query, is prepared once more.
class Connection::Lease {
 public:
  Lease(Connection& connection, absl::string_view sql) {
    const auto found = connection.by_sql_.find(sql);
    if (found != connection.by_sql_.end()) {
      auto cached = found->second;
      connection.statements_.splice(connection.statements_.begin(), connection.statements_, cached);
      if (!cached->in_use) {
        Take(*cached);
        return;
      }
      own_ = std::make_unique<SQLite::Statement>(connection.database_, std::string(sql));
      statement_ = own_.get();
      return;
    }
    auto statement = std::make_unique<SQLite::Statement>(connection.database_, std::string(sql));
    connection.statements_.push_front({std::string(sql), std::move(statement)});
    Cached& cached = connection.statements_.front();
    connection.by_sql_.emplace(cached.sql, connection.statements_.begin());
    Take(cached);
    Evict(connection);
  }

  ~Lease() {
    // The status of a reset repeats the statement's own error, which has been seen.
    statement_->tryReset();
    if (cached_ == nullptr) return;
    ClearBindings(*statement_);
    cached_->in_use = false;
  }

  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  SQLite::Statement& statement() { return *statement_; }

  absl::Status Bind(absl::string_view sql, const Params& params) {
    Parameters unknown;
    return BindAll(*statement_, sql, params, cached_ == nullptr ? unknown : cached_->parameters);
  }

 private:
  static void ClearBindings(SQLite::Statement& statement) {
    try {
      statement.clearBindings();
    } catch (const SQLite::Exception&) {
      // Bindings are all set anew before the next use.
    }
  }

  void Take(Cached& cached) {
    cached.in_use = true;
    cached_ = &cached;
    statement_ = cached.statement.get();
  }

  static void Evict(Connection& connection) {
    while (connection.statements_.size() > kMaxStatements &&
           !connection.statements_.back().in_use) {
      connection.by_sql_.erase(connection.statements_.back().sql);
      connection.statements_.pop_back();
    }
  }

  Cached* cached_ = nullptr;
  std::unique_ptr<SQLite::Statement> own_;
  SQLite::Statement* statement_ = nullptr;
};

Connection::Connection(const std::string& path, int flags) : database_(path, flags, 5000) {}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Use use,
                                                             int max_pages) {
  // Counting what is allocated would take a lock for every allocation.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(uncounted);
  const int flags = SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX |
                    (use == Use::kWrite ? SQLite::OPEN_CREATE : 0);
  errno = 0;
  try {
    std::unique_ptr<Connection> connection(new Connection(path, flags));
    sqlite3* handle = connection->database_.getHandle();
    if (sqlite3_db_readonly(handle, "main") == 1) {
      return contract::FailedPrecondition("STORAGE_NOT_WRITABLE", path,
                                          "the file may not be written",
                                          "Let this user write to it and to the files beside it");
    }
    // Without these a misspelt column in double quotes is taken for a text.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    std::string pragmas =
        "PRAGMA foreign_keys = ON;"
        "PRAGMA temp_store = MEMORY;"
        "PRAGMA cache_size = -16000;";
    if (use == Use::kWrite) {
      // Overwrites what is deleted, so that nobody who is erased is left in free pages.
      absl::StrAppend(&pragmas,
                      "PRAGMA secure_delete = ON;"
                      "PRAGMA journal_mode = WAL;"
                      "PRAGMA synchronous = FULL;"
                      "PRAGMA wal_autocheckpoint = 16000;"
                      "PRAGMA journal_size_limit = 67108864;");
      if (max_pages > 0) absl::StrAppend(&pragmas, "PRAGMA max_page_count = ", max_pages, ";");
    } else {
      absl::StrAppend(&pragmas, "PRAGMA query_only = ON;");
    }
    connection->database_.exec(pragmas);
    return connection;
  } catch (const SQLite::Exception& error) {
    return ToStatus(error, errno, absl::StrCat("opening ", path));
  }
}

absl::Status Connection::Query(absl::string_view sql, const Params& params,
                               absl::FunctionRef<absl::Status(const Row&)> on_row) {
  errno = 0;
  try {
    Lease lease(*this, sql);
    BANSO_RETURN_IF_ERROR(lease.Bind(sql, params));
    const StatementRow row(lease.statement());
    while (lease.statement().executeStep()) BANSO_RETURN_IF_ERROR(on_row(row));
    return absl::OkStatus();
  } catch (const SQLite::Exception& error) {
    return ToStatus(error, errno, sql);
  }
}

absl::StatusOr<int64_t> Connection::Execute(absl::string_view sql, const Params& params) {
  errno = 0;
  try {
    Lease lease(*this, sql);
    BANSO_RETURN_IF_ERROR(lease.Bind(sql, params));
    if (lease.statement().executeStep()) {
      return contract::Internal(absl::StrCat("Execute is for statements without rows: ", sql));
    }
    return int64_t{sqlite3_changes64(database_.getHandle())};
  } catch (const SQLite::Exception& error) {
    return ToStatus(error, errno, sql);
  }
}

absl::Status Connection::Run(const std::string& sql) {
  errno = 0;
  try {
    database_.exec(sql);
    return absl::OkStatus();
  } catch (const SQLite::Exception& error) {
    return ToStatus(error, errno, sql);
  }
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(database_.getHandle()) == 0;
}

}  // namespace banso::storage::sqlite
