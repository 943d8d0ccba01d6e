#include "common/contract/accepted.h"

#include <cmath>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/resource_name.h"
#include "common/contract/text.h"

namespace banso::contract::internal {
namespace {

using banso::type::v1::TextForm;
using google::protobuf::FieldDescriptor;

std::string AcceptedNames(const FieldPlan& plan, absl::string_view suffix) {
  if (plan.patterns.empty()) return absl::StrCat("a resource name", suffix);
  return absl::StrJoin(plan.patterns, " or ", [&](std::string* out, const NamePattern& pattern) {
    absl::StrAppend(out, pattern.text(), suffix);
  });
}

}  // namespace

bool HasForm(const FieldPlan& plan, TextForm form, absl::string_view text) {
  const auto matches = [&plan](absl::string_view name) {
    if (plan.patterns.empty()) return IsValidName(name);
    for (const NamePattern& pattern : plan.patterns) {
      if (pattern.Match(name)) return true;
    }
    return false;
  };
  switch (form) {
    case banso::type::v1::TEXT_FORM_ID:
      return IsValidId(text);
    case banso::type::v1::TEXT_FORM_RESOURCE_NAME:
      return matches(text);
    case banso::type::v1::TEXT_FORM_REVISION_NAME: {
      const std::optional<RevisionName> name = SplitRevision(text);
      return name.has_value() && matches(name->name);
    }
    case banso::type::v1::TEXT_FORM_EMAIL:
      return IsEmail(text);
    case banso::type::v1::TEXT_FORM_TIME_ZONE:
      return IsTimeZone(text);
    case banso::type::v1::TEXT_FORM_CURRENCY:
      return IsCurrency(text);
    case banso::type::v1::TEXT_FORM_LANGUAGE:
      return IsLanguage(text);
    case banso::type::v1::TEXT_FORM_FACT:
      return IsFact(text);
    case banso::type::v1::TEXT_FORM_KEY:
      return IsKey(text);
    case banso::type::v1::TEXT_FORM_URL:
      return IsUrl(text);
    case banso::type::v1::TEXT_FORM_REQUEST_ID:
      return IsRequestId(text);
    default:
      return true;
  }
}

std::string PrintNumber(double value) {
  const bool whole = std::abs(value) < 1e15 && value == std::floor(value);
  return whole ? absl::StrCat(static_cast<int64_t>(value)) : absl::StrCat(value);
}

std::string AcceptedText(const FieldPlan& plan, TextForm form) {
  switch (form) {
    case banso::type::v1::TEXT_FORM_ID:
      return "1 to 63 characters of a-z, 0-9 and -, neither beginning nor ending with -";
    case banso::type::v1::TEXT_FORM_RESOURCE_NAME:
      return AcceptedNames(plan, "");
    case banso::type::v1::TEXT_FORM_REVISION_NAME:
      return AcceptedNames(plan, "[@{revision}]");
    case banso::type::v1::TEXT_FORM_EMAIL:
      return "a mail address";
    case banso::type::v1::TEXT_FORM_TIME_ZONE:
      return "an IANA time zone such as Asia/Tokyo";
    case banso::type::v1::TEXT_FORM_CURRENCY:
      return "an ISO 4217 currency code such as JPY";
    case banso::type::v1::TEXT_FORM_LANGUAGE:
      return "a BCP 47 language tag such as ja or en-US";
    case banso::type::v1::TEXT_FORM_FACT:
      return "a fact such as account.segment";
    case banso::type::v1::TEXT_FORM_KEY:
      return "1 to 63 characters of a-z, 0-9 and _, beginning with a letter";
    case banso::type::v1::TEXT_FORM_URL:
      return "an absolute http or https address";
    case banso::type::v1::TEXT_FORM_REQUEST_ID:
      return "1 to 128 visible ASCII characters without spaces";
    case banso::type::v1::TEXT_FORM_MULTILINE:
      return absl::StrCat("text of ", plan.min_length > 1 ? plan.min_length : 1, " to ",
                          plan.max_length, " characters");
    default:
      return absl::StrCat("one line of ", plan.min_length > 1 ? plan.min_length : 1, " to ",
                          plan.max_length, " characters");
  }
}

std::string AcceptedNumber(const FieldPlan& plan) {
  if (plan.min.has_value() && plan.max.has_value()) {
    return absl::StrCat(PrintNumber(*plan.min), " to ", PrintNumber(*plan.max));
  }
  if (plan.min.has_value()) return absl::StrCat(PrintNumber(*plan.min), " or more");
  if (plan.max.has_value()) return absl::StrCat(PrintNumber(*plan.max), " or less");
  return "a finite number";
}

std::string AcceptedItems(const FieldPlan& plan) {
  const int least = plan.min_items > 0 ? plan.min_items : plan.required ? 1 : 0;
  return absl::StrCat(least, " to ", plan.max_items, " items");
}

std::string AcceptedEnum(const FieldDescriptor* field) {
  std::vector<absl::string_view> names;
  for (int i = 0; i < field->enum_type()->value_count(); ++i) {
    const auto* value = field->enum_type()->value(i);
    if (value->number() != 0) names.push_back(value->name());
  }
  return absl::StrCat("one of ", absl::StrJoin(names, ", "));
}

std::string AcceptedOneof(const google::protobuf::OneofDescriptor* oneof) {
  std::vector<absl::string_view> names;
  for (int i = 0; i < oneof->field_count(); ++i) names.push_back(oneof->field(i)->name());
  return absl::StrCat("one of ", absl::StrJoin(names, ", "));
}

bool IsFreeText(TextForm form) {
  return form == banso::type::v1::TEXT_FORM_UNSPECIFIED ||
         form == banso::type::v1::TEXT_FORM_MULTILINE;
}

std::string AcceptedValue(const FieldPlan& plan) {
  if (plan.repeated) return AcceptedItems(plan);
  switch (plan.kind) {
    case ValueKind::kText:
      return AcceptedText(plan, plan.form);
    case ValueKind::kEnum:
      return AcceptedEnum(plan.field);
    case ValueKind::kFloating:
    case ValueKind::kInteger:
      return AcceptedNumber(plan);
    default:
      return "a value";
  }
}

}  // namespace banso::contract::internal
