#ifndef BANSO_COMMON_STORAGE_LIST_SQL_H_
#define BANSO_COMMON_STORAGE_LIST_SQL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/contract/page_token.h"
#include "common/storage/list_query.h"
#include "common/storage/value.h"

// How a ListQuery becomes SQL.
namespace banso::storage {

struct SortKey {
  std::string column;
  bool descending = false;

  bool operator==(const SortKey&) const = default;
};

// The parts of a SELECT.
struct ListSql {
  // A condition; `TRUE` when there is none.
  std::string where = "TRUE";
  // What stands behind ORDER BY.
  std::string order;
  Params params;
  // The columns of the order; the last one is `name`. A row's values of these make a page token.
  std::vector<SortKey> keys;
  contract::TokenScope scope;
};

// What may be asked of which table.
struct ListTarget {
  std::string table;
  std::string pattern;
  // The columns that filters and order may name.
  std::vector<std::string> columns;
};

// Translates `query` for the store `epoch`, including the place that its page token says.
// INVALID_ARGUMENT for parent, order_by or page_token; INTERNAL for a filter on an unknown column.
absl::StatusOr<ListSql> BuildListSql(const ListTarget& target, const ListQuery& query,
                                     absl::string_view epoch);

// Returns the token of the page that begins after a row with these values of `sql.keys`.
std::string NextPageToken(const ListSql& sql, const std::vector<Value>& key_values);

// Returns what the names of the children of `parent` begin with, by the children's pattern; "" for
// an empty parent. INVALID_ARGUMENT if no resource of the pattern has such a parent.
absl::StatusOr<std::string> ChildrenPrefix(absl::string_view pattern, absl::string_view parent);

// Returns the keys that `order_by` says, with `name` added at the end. INVALID_ARGUMENT if it names
// anything but `columns`.
absl::StatusOr<std::vector<SortKey>> ParseOrderBy(absl::string_view order_by,
                                                  const std::vector<std::string>& columns);

// Values as bytes, and back; for tokens.
std::string EncodeValues(const std::vector<Value>& values);
absl::StatusOr<std::vector<Value>> DecodeValues(absl::string_view bytes);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_LIST_SQL_H_
