#ifndef BANSO_COMMON_STORAGE_LIST_QUERY_H_
#define BANSO_COMMON_STORAGE_LIST_QUERY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/storage/value.h"

namespace banso::storage {

// A condition on the rows of one table. Made by the functions below; columns are the declared ones
// of the kind, and `name`, `create_time`, `update_time`. Comparisons with a null column are false.
struct Filter {
  enum class Op {
    kEqual,
    kNotEqual,
    kLess,
    kAtMost,
    kGreater,
    kAtLeast,
    kIn,
    kStartsWith,
    kContains,
    kIsNull,
    kIsNotNull,
    kAnyOf,
    kWhere,
  };

  Op op = Op::kEqual;
  std::string column;
  std::vector<Value> values;
  // The alternatives of kAnyOf.
  std::vector<Filter> filters;
  // The text and parameters of kWhere.
  std::string sql;
  Params params;
};

Filter Equal(absl::string_view column, Value value);
Filter NotEqual(absl::string_view column, Value value);
Filter Less(absl::string_view column, Value value);
Filter AtMost(absl::string_view column, Value value);
Filter Greater(absl::string_view column, Value value);
Filter AtLeast(absl::string_view column, Value value);
// One of the values. No values: no rows.
Filter In(absl::string_view column, std::vector<Value> values);
// The same for numbers of an enum, as a repeated field of a request holds them.
template <typename Numbers>
Filter InEnums(absl::string_view column, const Numbers& numbers) {
  std::vector<Value> values;
  for (const auto number : numbers) values.emplace_back(static_cast<int64_t>(number));
  return In(column, std::move(values));
}
// Text that begins so, by bytes.
Filter StartsWith(absl::string_view column, absl::string_view prefix);
// Text that holds this part. Engines differ on the case of a-z, so the column must hold text
// without capitals, and so must the part.
Filter Contains(absl::string_view column, absl::string_view part);
Filter IsNull(absl::string_view column);
Filter IsNotNull(absl::string_view column);
// At least one of these holds. None given: no rows.
Filter AnyOf(std::vector<Filter> filters);
// A condition in SQL on the table's columns, such as
//   Where("name IN (SELECT account FROM external_id WHERE id = $id)", {{"id", id}})
// `sql` is a constant of the program, never made from input. Parameters must not be named `f` or
// `k` and a number.
Filter Where(absl::string_view sql, Params params = {});

// Asks for one page of a list.
struct ListQuery {
  // The resource whose children are meant, such as `accounts/acme`; `accounts/-` for the children
  // of all; empty for a kind without a parent, or for all.
  std::string parent;
  // All must hold.
  std::vector<Filter> filters;
  // Columns separated by commas, each with ` desc` for descending: `close_date desc, name`. Empty
  // orders by name. The name is always the last key, so the order is total. Text orders by its
  // bytes; nulls come first, in descending order last.
  std::string order_by;
  // How many items at most; 0 means `default_page_size`, more than `max_page_size` means that.
  int page_size = 0;
  // From an earlier page of the same query. Empty: the first page.
  std::string page_token;
  int default_page_size = 50;
  int max_page_size = 1000;
};

// One page of a list.
template <typename T>
struct Page {
  std::vector<T> items;
  // Empty when there are no more.
  std::string next_page_token;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_LIST_QUERY_H_
