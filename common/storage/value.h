#ifndef BANSO_COMMON_STORAGE_VALUE_H_
#define BANSO_COMMON_STORAGE_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace banso::storage {

// Raw bytes, as distinct from text.
struct Bytes {
  std::string data;

  friend bool operator==(const Bytes&, const Bytes&) = default;
};

// One value of a column or parameter: nothing, a whole number, a number, text or bytes.
//
// Times are stored as whole microseconds since 1970 (finer parts are cut off), days as whole days
// since 1970-01-01, flags as 1 and 0, enums as their numbers: so they sort and compare alike on
// every engine.
class Value {
 public:
  using Variant = std::variant<std::monostate, int64_t, double, std::string, Bytes>;

  // NOLINTBEGIN(google-explicit-constructor): values are written in lists of parameters.
  Value() = default;
  Value(std::nullptr_t) {}
  Value(std::nullopt_t) {}
  Value(bool value) : value_(int64_t{value ? 1 : 0}) {}
  Value(double value) : value_(value) {}
  Value(const char* value) : value_(std::string(value)) {}
  Value(std::string value) : value_(std::move(value)) {}
  Value(absl::string_view value) : value_(std::string(value)) {}
  Value(Bytes value) : value_(std::move(value)) {}
  Value(absl::Time value) : value_(int64_t{absl::ToUnixMicros(value)}) {}
  Value(absl::CivilDay value) : value_(int64_t{value - absl::CivilDay(1970, 1, 1)}) {}
  template <typename T, std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T>, int> = 0>
  Value(T value) : value_(static_cast<int64_t>(value)) {}
  template <typename T>
  Value(const std::optional<T>& value) : Value(value.has_value() ? Value(*value) : Value()) {}
  // NOLINTEND(google-explicit-constructor)

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  const Variant& variant() const { return value_; }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Variant value_;
};

// The parameters of one statement, by name. `Params{{"name", name}}` fills `$name`. A statement
// whose parameters and these do not match exactly is refused with INTERNAL.
class Params {
 public:
  // As it is written in place. The value is taken out when the Params are made.
  struct Item {
    absl::string_view name;
    mutable Value value;
  };

  Params() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): written in place as {{"name", value}}.
  Params(std::initializer_list<Item> items) {
    values_.reserve(items.size());
    for (const Item& item : items) Add(item.name, std::move(item.value));
  }

  Params& Set(absl::string_view name, Value value) {
    for (auto& [known, old] : values_) {
      if (known != name) continue;
      old = std::move(value);
      return *this;
    }
    return Add(name, std::move(value));
  }

  // Set for a name that is known to be new.
  Params& Add(absl::string_view name, Value value) {
    values_.emplace_back(std::string(name), std::move(value));
    return *this;
  }

  // Makes room for so many in all.
  void Reserve(size_t count) { values_.reserve(count); }

  // In the order in which they were named first.
  const std::vector<std::pair<std::string, Value>>& values() const { return values_; }

 private:
  std::vector<std::pair<std::string, Value>> values_;
};

// One row of a result; columns are counted from 0 in the order of the statement. Valid, with all
// views into it, until the function that received it returns. Reading a null as a number gives 0,
// as text or bytes nothing, as a time or day 1970.
class Row {
 public:
  virtual ~Row() = default;

  virtual bool IsNull(int column) const = 0;
  virtual int64_t Int64(int column) const = 0;
  virtual double Double(int column) const = 0;
  virtual absl::string_view Text(int column) const = 0;
  virtual absl::string_view Blob(int column) const = 0;
  // The value with the type that the engine holds it in.
  virtual Value Get(int column) const = 0;

  bool Flag(int column) const { return Int64(column) != 0; }
  absl::Time Time(int column) const { return absl::FromUnixMicros(Int64(column)); }
  absl::CivilDay Day(int column) const { return absl::CivilDay(1970, 1, 1) + Int64(column); }
  // Nothing for a null.
  std::optional<absl::Time> OptionalTime(int column) const {
    return IsNull(column) ? std::nullopt : std::make_optional(Time(column));
  }
  std::optional<absl::CivilDay> OptionalDay(int column) const {
    return IsNull(column) ? std::nullopt : std::make_optional(Day(column));
  }
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_VALUE_H_
