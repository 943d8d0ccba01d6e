#include "common/storage/sqlite/sqlite_session.h"

#include "common/status_macros.h"

namespace banso::storage::sqlite {

absl::Status SqliteReader::Query(absl::string_view sql, const Params& params,
                                 absl::FunctionRef<absl::Status(const Row&)> on_row) {
  return connection_.Query(sql, params, on_row);
}

absl::StatusOr<int64_t> SqliteReader::Position() {
  int64_t position = 0;
  BANSO_RETURN_IF_ERROR(
      QueryOne("SELECT number FROM meta WHERE key = 'position'", {}, [&](const Row& row) {
        position = row.Int64(0);
        return absl::OkStatus();
      }).status());
  return position;
}

absl::Status SqliteWriter::Query(absl::string_view sql, const Params& params,
                                 absl::FunctionRef<absl::Status(const Row&)> on_row) {
  return connection_.Query(sql, params, on_row);
}

absl::StatusOr<int64_t> SqliteWriter::Execute(absl::string_view sql, const Params& params) {
  return connection_.Execute(sql, params);
}

}  // namespace banso::storage::sqlite
