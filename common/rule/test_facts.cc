#include "common/rule/test_facts.h"

#include <string>
#include <vector>

#include "common/calendar/period.h"
#include "common/status_macros.h"
#include "google/protobuf/text_format.h"

namespace banso::rule {
namespace {

fact::v1::FactType Type(absl::string_view text) {
  fact::v1::FactType type;
  BANSO_CHECK(google::protobuf::TextFormat::ParseFromString(std::string(text), &type));
  return type;
}

}  // namespace

FactCatalog TestCatalog() {
  return FactCatalog({
      Type(R"(name: "account.segment" value_type: VALUE_TYPE_TEXT subject: SUBJECT_KIND_ACCOUNT
              values: "Enterprise" values: "MM" values: "SMB")"),
      Type(R"(name: "account.note" value_type: VALUE_TYPE_TEXT subject: SUBJECT_KIND_ACCOUNT)"),
      Type(R"(name: "account.employees" value_type: VALUE_TYPE_NUMBER
              subject: SUBJECT_KIND_ACCOUNT)"),
      Type(R"(name: "account.contract_end" value_type: VALUE_TYPE_DATE
              subject: SUBJECT_KIND_ACCOUNT)"),
      Type(R"(name: "account.strategic" value_type: VALUE_TYPE_FLAG
              subject: SUBJECT_KIND_ACCOUNT)"),
      Type(R"(name: "account.products" value_type: VALUE_TYPE_TEXT_SET
              subject: SUBJECT_KIND_ACCOUNT values: "forms" values: "pages" values: "mail")"),
      Type(R"(name: "metric.interviews" value_type: VALUE_TYPE_NUMBER
              subject: SUBJECT_KIND_ACCOUNT counter: true)"),
      Type(R"(name: "metric.forms" value_type: VALUE_TYPE_NUMBER
              subject: SUBJECT_KIND_ACCOUNT counter: true per_object: true)"),
      Type(R"(name: "metric.temperature" value_type: VALUE_TYPE_NUMBER
              subject: SUBJECT_KIND_ACCOUNT)"),
      Type(R"(name: "plan.progress" value_type: VALUE_TYPE_NUMBER
              subject: SUBJECT_KIND_ONBOARDING)"),
  });
}

type::v1::Condition ParseCondition(absl::string_view text) {
  type::v1::Condition condition;
  BANSO_CHECK(google::protobuf::TextFormat::ParseFromString(std::string(text), &condition));
  return condition;
}

absl::Time NoonOf(absl::CivilDay day) {
  return calendar::StartOfDay(day, calendar::ZoneOrUtc("Asia/Tokyo")) + absl::Hours(12);
}

}  // namespace banso::rule
