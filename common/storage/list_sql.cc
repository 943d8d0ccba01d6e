#include "common/storage/list_sql.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"
#include "common/storage/page_size.h"

namespace banso::storage {
namespace {

bool HasColumn(const std::vector<std::string>& columns, absl::string_view column) {
  return std::any_of(columns.begin(), columns.end(),
                     [column](const std::string& known) { return known == column; });
}

// Writes conditions and collects their parameters.
class WhereBuilder {
 public:
  WhereBuilder(const std::vector<std::string>& columns, Params& params)
      : columns_(columns), params_(params) {}

  absl::StatusOr<std::string> Condition(const Filter& filter) {
    using Op = Filter::Op;
    if (filter.op == Op::kAnyOf) return Alternatives(filter.filters);
    if (filter.op == Op::kWhere) {
      for (const auto& [name, value] : filter.params.values()) params_.Set(name, value);
      return absl::StrCat("(", filter.sql, ")");
    }
    if (!HasColumn(columns_, filter.column)) {
      return contract::Internal(absl::StrCat("a filter names the column ", filter.column,
                                             "; known are ", absl::StrJoin(columns_, ", ")));
    }
    return ColumnCondition(filter);
  }

 private:
  std::string ColumnCondition(const Filter& filter) {
    using Op = Filter::Op;
    switch (filter.op) {
      case Op::kEqual:
        return Binary(filter, "=");
      case Op::kNotEqual:
        return Binary(filter, "<>");
      case Op::kLess:
        return Binary(filter, "<");
      case Op::kAtMost:
        return Binary(filter, "<=");
      case Op::kGreater:
        return Binary(filter, ">");
      case Op::kAtLeast:
        return Binary(filter, ">=");
      case Op::kIn:
        return OneOf(filter);
      case Op::kStartsWith:
        return Prefix(filter);
      case Op::kContains:
        return Part(filter);
      case Op::kIsNull:
        return absl::StrCat(filter.column, " IS NULL");
      case Op::kIsNotNull:
        return absl::StrCat(filter.column, " IS NOT NULL");
      case Op::kAnyOf:
      case Op::kWhere:
        break;
    }
    return "FALSE";
  }

  std::string Parameter(Value value) {
    const std::string name = absl::StrCat("f", ++count_);
    params_.Set(name, std::move(value));
    return absl::StrCat("$", name);
  }

  std::string Binary(const Filter& filter, absl::string_view op) {
    return absl::StrCat(filter.column, " ", op, " ", Parameter(filter.values.front()));
  }

  std::string OneOf(const Filter& filter) {
    if (filter.values.empty()) return "FALSE";
    // Filled up to a power of two, so that few different statements have to be prepared.
    const size_t size = std::bit_ceil(filter.values.size());
    std::vector<std::string> parameters;
    for (size_t i = 0; i < size; ++i) {
      parameters.push_back(Parameter(filter.values[std::min(i, filter.values.size() - 1)]));
    }
    return absl::StrCat(filter.column, " IN (", absl::StrJoin(parameters, ", "), ")");
  }

  std::string Prefix(const Filter& filter) {
    const std::string& prefix = std::get<std::string>(filter.values.front().variant());
    const std::string from = absl::StrCat(filter.column, " >= ", Parameter(prefix));
    const std::string end = PrefixEnd(prefix);
    if (end.empty()) return from;
    return absl::StrCat("(", from, " AND ", filter.column, " < ", Parameter(end), ")");
  }

  std::string Part(const Filter& filter) {
    const std::string& part = std::get<std::string>(filter.values.front().variant());
    const std::string escaped =
        absl::StrReplaceAll(part, {{"\\", "\\\\"}, {"%", "\\%"}, {"_", "\\_"}});
    return absl::StrCat(filter.column, " LIKE ", Parameter(absl::StrCat("%", escaped, "%")),
                        " ESCAPE '\\'");
  }

  absl::StatusOr<std::string> Alternatives(const std::vector<Filter>& filters) {
    if (filters.empty()) return "FALSE";
    std::vector<std::string> parts;
    for (const Filter& filter : filters) {
      BANSO_ASSIGN_OR_RETURN(std::string part, Condition(filter));
      parts.push_back(std::move(part));
    }
    return absl::StrCat("(", absl::StrJoin(parts, " OR "), ")");
  }

  const std::vector<std::string>& columns_;
  Params& params_;
  int count_ = 0;
};

// The condition "behind the row with these values", in an order in which nulls come first
// ascending and last descending.
std::string AfterKeys(const std::vector<SortKey>& keys, const std::vector<Value>& values, size_t i,
                      Params& params) {
  const std::string& column = keys[i].column;
  const std::string parameter = absl::StrCat("$k", i);
  std::string beyond;
  std::string equal;
  if (values[i].is_null()) {
    beyond = keys[i].descending ? "FALSE" : absl::StrCat(column, " IS NOT NULL");
    equal = absl::StrCat(column, " IS NULL");
  } else {
    params.Set(parameter.substr(1), values[i]);
    beyond = keys[i].descending
                 ? absl::StrCat("(", column, " < ", parameter, " OR ", column, " IS NULL)")
                 : absl::StrCat(column, " > ", parameter);
    equal = absl::StrCat(column, " = ", parameter);
  }
  if (i + 1 == keys.size()) return beyond;
  return absl::StrCat("(", beyond, " OR (", equal, " AND ", AfterKeys(keys, values, i + 1, params),
                      "))");
}

std::string OrderText(const std::vector<SortKey>& keys) {
  return absl::StrJoin(keys, ", ", [](std::string* out, const SortKey& key) {
    absl::StrAppend(out, key.column, key.descending ? " DESC NULLS LAST" : " ASC NULLS FIRST");
  });
}

// What makes two queries the same question: statement and parameters.
std::string QuestionOf(const ListTarget& target, const ListSql& sql) {
  std::vector<Value> values;
  for (const auto& [name, value] : sql.params.values()) {
    values.emplace_back(name);
    values.push_back(value);
  }
  return contract::Hash(
      absl::StrCat(target.table, "\n", sql.where, "\n", sql.order, "\n", EncodeValues(values)), 16);
}

// Takes `size` bytes off the front of `bytes`.
bool Take(absl::string_view& bytes, size_t size, absl::string_view& taken) {
  if (bytes.size() < size) return false;
  taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

}  // namespace

absl::StatusOr<std::string> ChildrenPrefix(absl::string_view pattern, absl::string_view parent) {
  if (parent.empty()) return "";
  const std::vector<absl::string_view> segments = absl::StrSplit(pattern, '/');
  const std::vector<absl::string_view> given = absl::StrSplit(parent, '/');
  const absl::Status refused = contract::InvalidField(
      "parent", parent, absl::StrCat("the parent in ", pattern, ", or `-` for all"));
  if (given.size() >= segments.size()) return refused;
  std::string prefix;
  bool any = false;
  for (size_t i = 0; i < given.size(); ++i) {
    const bool is_id = absl::StartsWith(segments[i], "{");
    if (given[i].empty() || (!is_id && given[i] != segments[i])) return refused;
    if (any && is_id && given[i] != "-") return refused;
    any = any || (is_id && given[i] == "-");
    if (!any) absl::StrAppend(&prefix, given[i], "/");
  }
  if (!any && !absl::StartsWith(segments[given.size()], "{")) {
    absl::StrAppend(&prefix, segments[given.size()]);
    // A singleton's name ends here, a collection's goes on.
    if (given.size() + 1 < segments.size()) absl::StrAppend(&prefix, "/");
  }
  return prefix;
}

absl::StatusOr<std::vector<SortKey>> ParseOrderBy(absl::string_view order_by,
                                                  const std::vector<std::string>& columns) {
  std::vector<SortKey> keys;
  for (absl::string_view part : absl::StrSplit(order_by, ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty() && absl::StripAsciiWhitespace(order_by).empty()) break;
    SortKey key;
    key.descending = absl::ConsumeSuffix(&part, " desc");
    if (!key.descending) absl::ConsumeSuffix(&part, " asc");
    key.column = std::string(absl::StripAsciiWhitespace(part));
    if (!HasColumn(columns, key.column)) {
      return contract::InvalidField(
          "order_by", order_by,
          absl::StrCat("of ", absl::StrJoin(columns, ", "),
                       ", separated by commas, each with ` desc` for descending"));
    }
    keys.push_back(key);
    if (key.column == "name") return keys;
  }
  keys.push_back({"name", false});
  return keys;
}

absl::StatusOr<ListSql> BuildListSql(const ListTarget& target, const ListQuery& query,
                                     absl::string_view epoch) {
  ListSql sql;
  std::vector<std::string> conditions;
  BANSO_ASSIGN_OR_RETURN(const std::string prefix, ChildrenPrefix(target.pattern, query.parent));
  WhereBuilder where(target.columns, sql.params);
  if (!prefix.empty()) {
    BANSO_ASSIGN_OR_RETURN(std::string condition, where.Condition(StartsWith("name", prefix)));
    conditions.push_back(std::move(condition));
  }
  for (const Filter& filter : query.filters) {
    BANSO_ASSIGN_OR_RETURN(std::string condition, where.Condition(filter));
    conditions.push_back(std::move(condition));
  }
  BANSO_ASSIGN_OR_RETURN(sql.keys, ParseOrderBy(query.order_by, target.columns));
  sql.order = OrderText(sql.keys);
  if (!conditions.empty()) sql.where = absl::StrJoin(conditions, " AND ");
  sql.scope = {std::string(epoch), QuestionOf(target, sql)};
  if (query.page_token.empty()) return sql;

  BANSO_ASSIGN_OR_RETURN(const std::string place,
                         contract::DecodePageToken(sql.scope, query.page_token));
  BANSO_ASSIGN_OR_RETURN(const std::vector<Value> values, DecodeValues(place));
  if (values.size() != sql.keys.size()) return contract::Internal("a page token of other keys");
  absl::StrAppend(&sql.where, " AND ", AfterKeys(sql.keys, values, 0, sql.params));
  return sql;
}

std::string NextPageToken(const ListSql& sql, const std::vector<Value>& key_values) {
  return contract::EncodePageToken(sql.scope, EncodeValues(key_values));
}

std::string EncodeValues(const std::vector<Value>& values) {
  struct Encoder {
    std::string operator()(std::monostate) const { return "n"; }
    std::string operator()(int64_t value) const { return Sized("i", absl::StrCat(value)); }
    std::string operator()(double value) const {
      return Sized("d", absl::StrCat(std::bit_cast<uint64_t>(value)));
    }
    std::string operator()(const std::string& value) const { return Sized("t", value); }
    std::string operator()(const Bytes& value) const { return Sized("b", value.data); }
    static std::string Sized(absl::string_view type, absl::string_view data) {
      return absl::StrCat(type, data.size(), ":", data);
    }
  };
  std::string bytes;
  for (const Value& value : values) absl::StrAppend(&bytes, std::visit(Encoder(), value.variant()));
  return bytes;
}

absl::StatusOr<std::vector<Value>> DecodeValues(absl::string_view bytes) {
  const absl::Status damaged = contract::Internal("values in a token are damaged");
  std::vector<Value> values;
  while (!bytes.empty()) {
    const char type = bytes.front();
    bytes.remove_prefix(1);
    if (type == 'n') {
      values.emplace_back();
      continue;
    }
    const size_t colon = bytes.find(':');
    uint64_t size = 0;
    absl::string_view data;
    if (colon == absl::string_view::npos || !absl::SimpleAtoi(bytes.substr(0, colon), &size)) {
      return damaged;
    }
    bytes.remove_prefix(colon + 1);
    if (!Take(bytes, size, data)) return damaged;
    int64_t whole = 0;
    uint64_t bits = 0;
    if (type == 't') {
      values.emplace_back(data);
    } else if (type == 'b') {
      values.emplace_back(Bytes{std::string(data)});
    } else if (type == 'i' && absl::SimpleAtoi(data, &whole)) {
      values.emplace_back(whole);
    } else if (type == 'd' && absl::SimpleAtoi(data, &bits)) {
      values.emplace_back(std::bit_cast<double>(bits));
    } else {
      return damaged;
    }
  }
  return values;
}

}  // namespace banso::storage
