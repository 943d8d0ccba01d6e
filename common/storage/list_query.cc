#include "common/storage/list_query.h"

namespace banso::storage {
namespace {

Filter Comparison(Filter::Op op, absl::string_view column, Value value) {
  Filter filter;
  filter.op = op;
  filter.column = std::string(column);
  filter.values.push_back(std::move(value));
  return filter;
}

Filter Test(Filter::Op op, absl::string_view column) {
  Filter filter;
  filter.op = op;
  filter.column = std::string(column);
  return filter;
}

}  // namespace

Filter Equal(absl::string_view column, Value value) {
  return Comparison(Filter::Op::kEqual, column, std::move(value));
}
Filter NotEqual(absl::string_view column, Value value) {
  return Comparison(Filter::Op::kNotEqual, column, std::move(value));
}
Filter Less(absl::string_view column, Value value) {
  return Comparison(Filter::Op::kLess, column, std::move(value));
}
Filter AtMost(absl::string_view column, Value value) {
  return Comparison(Filter::Op::kAtMost, column, std::move(value));
}
Filter Greater(absl::string_view column, Value value) {
  return Comparison(Filter::Op::kGreater, column, std::move(value));
}
Filter AtLeast(absl::string_view column, Value value) {
  return Comparison(Filter::Op::kAtLeast, column, std::move(value));
}
Filter In(absl::string_view column, std::vector<Value> values) {
  Filter filter = Test(Filter::Op::kIn, column);
  filter.values = std::move(values);
  return filter;
}
Filter StartsWith(absl::string_view column, absl::string_view prefix) {
  return Comparison(Filter::Op::kStartsWith, column, prefix);
}
Filter Contains(absl::string_view column, absl::string_view part) {
  return Comparison(Filter::Op::kContains, column, part);
}
Filter IsNull(absl::string_view column) { return Test(Filter::Op::kIsNull, column); }
Filter IsNotNull(absl::string_view column) { return Test(Filter::Op::kIsNotNull, column); }
Filter AnyOf(std::vector<Filter> filters) {
  Filter filter = Test(Filter::Op::kAnyOf, "");
  filter.filters = std::move(filters);
  return filter;
}
Filter Where(absl::string_view sql, Params params) {
  Filter filter = Test(Filter::Op::kWhere, "");
  filter.sql = std::string(sql);
  filter.params = std::move(params);
  return filter;
}

}  // namespace banso::storage
