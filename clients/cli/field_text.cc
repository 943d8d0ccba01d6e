#include "clients/cli/field_text.h"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "banso/type/v1/time.pb.h"
#include "banso/type/v1/value.pb.h"
#include "clients/cli/input_error.h"
#include "common/calendar/proto_time.h"
#include "common/contract/text.h"
#include "google/protobuf/timestamp.pb.h"

namespace banso::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Accepted = std::optional<std::string>;

constexpr char kWholeNumber[] = "a whole number such as 1200";
constexpr char kNumber[] = "a number such as 12.5";
constexpr char kFlag[] = "true or false";

// A path without what is behind its colon, and that.
struct TypedPath {
  std::vector<std::string> parts;
  std::string type;
};

TypedPath Split(absl::string_view path) {
  TypedPath result;
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(path, absl::MaxSplits(':', 1));
  result.parts = absl::StrSplit(halves.first, '.');
  result.type = std::string(halves.second);
  return result;
}

bool IsType(const FieldDescriptor& field, absl::string_view type) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type()->full_name() == type;
}

bool IsAttributes(const FieldDescriptor& field) {
  return field.is_map() &&
         IsType(*field.message_type()->FindFieldByName("value"), "banso.type.v1.Value");
}

// Messages that are written as one text.
bool IsOneText(const FieldDescriptor& field) {
  return IsType(field, "banso.type.v1.Date") || IsType(field, "google.protobuf.Timestamp");
}

std::string FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return absl::StrJoin(names, ", ");
}

absl::Status BadPath(absl::string_view path, absl::string_view what) {
  return InputError(absl::StrCat("field '", path, "': ", what));
}

absl::Status CheckAttribute(absl::string_view path, const TypedPath& typed) {
  if (typed.parts.size() != 2 || !contract::IsKey(typed.parts[1])) {
    return BadPath(path, "write attributes.KEY, the key of a-z, 0-9 and _");
  }
  if (!typed.type.empty() && typed.type != "number" && typed.type != "text" &&
      typed.type != "flag" && typed.type != "date") {
    return BadPath(path, "an attribute is a number, text, flag or date");
  }
  return absl::OkStatus();
}

int FractionDigits(absl::string_view currency) {
  static constexpr absl::string_view kWithout[] = {"JPY", "KRW", "VND", "CLP", "ISK", "XOF", "XAF"};
  for (const absl::string_view without : kWithout) {
    if (currency == without) return 0;
  }
  return 2;
}

std::optional<double> ReadNumber(absl::string_view text) {
  double value = 0;
  if (!absl::SimpleAtod(text, &value) || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> ReadFlag(absl::string_view text) {
  const std::string word = absl::AsciiStrToLower(text);
  if (word == "true" || word == "yes" || word == "y" || word == "1") return true;
  if (word == "false" || word == "no" || word == "n" || word == "0") return false;
  return std::nullopt;
}

// What the values of an enum have in front: `PREVIOUS_TOOL_`.
absl::string_view PrefixOf(const EnumDescriptor& type) {
  absl::string_view zero = type.value(0)->name();
  return absl::EndsWith(zero, "UNSPECIFIED") ? zero.substr(0, zero.size() - 11) : "";
}

const EnumValueDescriptor* ReadEnum(absl::string_view text, const EnumDescriptor& type) {
  std::string word = absl::AsciiStrToUpper(text);
  for (char& c : word) {
    if (c == ' ' || c == '-') c = '_';
  }
  const EnumValueDescriptor* value = type.FindValueByName(word);
  return value != nullptr ? value : type.FindValueByName(absl::StrCat(PrefixOf(type), word));
}

std::string EnumWords(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 1; i < type.value_count(); ++i) {
    words.push_back(absl::AsciiStrToLower(type.value(i)->name().substr(PrefixOf(type).size())));
  }
  return absl::StrCat("one of ", absl::StrJoin(words, ", "));
}

// Takes `digits` digits off the front.
std::optional<int> TakeDigits(absl::string_view* text, size_t digits) {
  int value = 0;
  if (text->size() < digits) return std::nullopt;
  for (size_t i = 0; i < digits; ++i) {
    if (!absl::ascii_isdigit((*text)[i])) return std::nullopt;
    value = value * 10 + ((*text)[i] - '0');
  }
  text->remove_prefix(digits);
  return value;
}

// The day at the front of `text`; what is behind it stays.
std::optional<absl::CivilDay> TakeDay(absl::string_view* text, absl::string_view format) {
  std::optional<int> year, month, day;
  while (!format.empty()) {
    if (absl::ConsumePrefix(&format, "YYYY")) {
      if (!(year = TakeDigits(text, 4)).has_value()) return std::nullopt;
    } else if (absl::ConsumePrefix(&format, "MM")) {
      if (!(month = TakeDigits(text, 2)).has_value()) return std::nullopt;
    } else if (absl::ConsumePrefix(&format, "DD")) {
      if (!(day = TakeDigits(text, 2)).has_value()) return std::nullopt;
    } else {
      if (!absl::ConsumePrefix(text, format.substr(0, 1))) return std::nullopt;
      format.remove_prefix(1);
    }
  }
  type::v1::Date date;
  date.set_year(year.value_or(0));
  date.set_month(month.value_or(0));
  date.set_day(day.value_or(0));
  if (!calendar::IsValid(date)) return std::nullopt;
  return calendar::ToDay(date);
}

std::optional<absl::Time> ReadTime(absl::string_view text, const TextRules& rules) {
  absl::Time time;
  std::string ignored;
  if (absl::StrContains(text, "T") && absl::ParseTime(absl::RFC3339_full, text, &time, &ignored)) {
    return time + absl::Hours(24) * rules.shift_days;
  }
  const std::optional<absl::CivilDay> day = TakeDay(&text, rules.date_format);
  if (!day.has_value()) return std::nullopt;
  absl::CivilSecond second(*day + rules.shift_days);
  if (text.empty()) return absl::FromCivil(second, rules.zone);
  if (!absl::ConsumePrefix(&text, " ") && !absl::ConsumePrefix(&text, "T")) return std::nullopt;
  absl::CivilSecond of_day;
  // Abseil reads a time of day only behind a date.
  const std::string full = absl::StrCat("1970-01-01T", text, text.size() == 5 ? ":00" : "");
  if (!absl::ParseCivilTime(full, &of_day)) return std::nullopt;
  second += of_day - absl::CivilSecond(1970, 1, 1);
  return absl::FromCivil(second, rules.zone);
}

Accepted DayAccepted(const TextRules& rules) {
  return absl::StrCat("a day as ", rules.date_format);
}

Accepted SetDate(absl::string_view text, const TextRules& rules, Message* date) {
  const std::optional<absl::CivilDay> day = ReadDay(text, rules.date_format);
  if (!day.has_value()) return DayAccepted(rules);
  date->CopyFrom(calendar::ToDate(*day + rules.shift_days));
  return std::nullopt;
}

Accepted SetMoney(absl::string_view text, const std::string& currency, Message* message) {
  const std::optional<double> value = ReadNumber(text);
  const double scaled =
      value.value_or(0) * std::pow(10.0, static_cast<double>(FractionDigits(currency)));
  if (!value.has_value() || std::abs(scaled) > 9e15) return "an amount such as 1200";
  type::v1::Money money;
  money.set_currency(currency);
  money.set_minor_units(std::llround(scaled));
  message->CopyFrom(money);
  return std::nullopt;
}

Accepted SetAttribute(const TypedPath& path, absl::string_view text, const TextRules& rules,
                      const FieldDescriptor& field, Message* message) {
  type::v1::Value value;
  if (path.type == "number") {
    const std::optional<double> number = ReadNumber(text);
    if (!number.has_value()) return kNumber;
    value.set_number(*number);
  } else if (path.type == "flag") {
    const std::optional<bool> flag = ReadFlag(text);
    if (!flag.has_value()) return kFlag;
    value.set_flag(*flag);
  } else if (path.type == "date") {
    if (Accepted accepted = SetDate(text, rules, value.mutable_date())) return accepted;
  } else {
    value.set_text(std::string(text));
  }
  // A map field is a list of entries to reflection.
  Message* entry = message->GetReflection()->AddMessage(message, &field);
  const Descriptor* type = entry->GetDescriptor();
  entry->GetReflection()->SetString(entry, type->FindFieldByName("key"), path.parts[1]);
  entry->GetReflection()->MutableMessage(entry, type->FindFieldByName("value"))->CopyFrom(value);
  return std::nullopt;
}

// A field that holds one value: numbers, flags, enums, text, days and times.
Accepted SetSingle(absl::string_view text, const TextRules& rules, const FieldDescriptor& field,
                   Message* message) {
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection.SetString(message, &field, std::string(text));
      return std::nullopt;
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t value = 0;
      if (!absl::SimpleAtoi(text, &value)) return kWholeNumber;
      reflection.SetInt32(message, &field, value);
      return std::nullopt;
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t value = 0;
      if (!absl::SimpleAtoi(text, &value)) return kWholeNumber;
      reflection.SetInt64(message, &field, value);
      return std::nullopt;
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const std::optional<double> value = ReadNumber(text);
      if (!value.has_value()) return kNumber;
      reflection.SetDouble(message, &field, *value);
      return std::nullopt;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      const std::optional<bool> value = ReadFlag(text);
      if (!value.has_value()) return kFlag;
      reflection.SetBool(message, &field, *value);
      return std::nullopt;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value = ReadEnum(text, *field.enum_type());
      if (value == nullptr) return EnumWords(*field.enum_type());
      reflection.SetEnum(message, &field, value);
      return std::nullopt;
    }
    default:
      break;
  }
  Message* part = reflection.MutableMessage(message, &field);
  if (IsType(field, "banso.type.v1.Date")) return SetDate(text, rules, part);
  const std::optional<absl::Time> time = ReadTime(text, rules);
  if (!time.has_value()) {
    return absl::StrCat("a time as RFC 3339, or a day as ", rules.date_format,
                        ", with or without HH:MM behind it");
  }
  part->CopyFrom(calendar::ToTimestamp(*time));
  return std::nullopt;
}

}  // namespace

absl::Status CheckDateFormat(absl::string_view format) {
  for (const absl::string_view part : {"YYYY", "MM", "DD"}) {
    const size_t first = format.find(part);
    if (first == absl::string_view::npos ||
        format.find(part, first + part.size()) != absl::string_view::npos) {
      return InputError(absl::StrCat("date format '", format,
                                     "': write YYYY, MM and DD once each, as in DD-MM-YYYY"));
    }
  }
  return absl::OkStatus();
}

std::optional<absl::CivilDay> ReadDay(absl::string_view text, absl::string_view format) {
  const std::optional<absl::CivilDay> day = TakeDay(&text, format);
  return text.empty() ? day : std::nullopt;
}

absl::Status CheckFieldPath(const Descriptor& type, absl::string_view path) {
  const TypedPath typed = Split(path);
  const Descriptor* at = &type;
  for (size_t i = 0; i < typed.parts.size(); ++i) {
    const FieldDescriptor* field = at->FindFieldByName(typed.parts[i]);
    if (field == nullptr) {
      return BadPath(
          path, absl::StrCat("there is no '", typed.parts[i], "'; there are: ", FieldNames(*at)));
    }
    if (IsAttributes(*field)) return CheckAttribute(path, typed);
    const bool last = i + 1 == typed.parts.size();
    const bool message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (last && IsType(*field, "banso.type.v1.Money")) {
      if (contract::IsCurrency(typed.type)) return absl::OkStatus();
      return BadPath(path, absl::StrCat("name the currency, as in ", path, ":JPY"));
    }
    if (last && !typed.type.empty()) return BadPath(path, "takes no type behind a colon");
    const bool text_list =
        field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (field->is_repeated() && !text_list) return BadPath(path, "a list cannot be set from text");
    if (last && message && !IsOneText(*field)) {
      return BadPath(path, absl::StrCat("has parts: ", FieldNames(*field->message_type())));
    }
    if (!last && !message) return BadPath(path, "has no parts");
    if (!last) at = field->message_type();
  }
  return absl::OkStatus();
}

std::optional<std::string> SetField(absl::string_view path, absl::string_view text,
                                    const TextRules& rules, Message* message) {
  if (text.empty()) return std::nullopt;
  const TypedPath typed = Split(path);
  for (size_t i = 0;; ++i) {
    const FieldDescriptor& field = *message->GetDescriptor()->FindFieldByName(typed.parts[i]);
    const google::protobuf::Reflection& reflection = *message->GetReflection();
    if (IsAttributes(field)) return SetAttribute(typed, text, rules, field, message);
    if (i + 1 < typed.parts.size()) {
      message = reflection.MutableMessage(message, &field);
      continue;
    }
    if (IsType(field, "banso.type.v1.Money")) {
      return SetMoney(text, typed.type, reflection.MutableMessage(message, &field));
    }
    if (!field.is_repeated()) return SetSingle(text, rules, field, message);
    for (const absl::string_view item : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
      reflection.AddString(message, &field, std::string(absl::StripAsciiWhitespace(item)));
    }
    return std::nullopt;
  }
}

}  // namespace banso::cli
