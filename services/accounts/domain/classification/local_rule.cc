#include "services/accounts/domain/classification/local_rule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/rule/condition.h"

namespace banso::accounts {
namespace {

// What the parts of an explanation read, and why they are unknown.
void CollectReadings(const type::v1::Explanation& explanation,
                     google::protobuf::RepeatedPtrField<std::string>* readings) {
  const auto add = [&](const std::string& line) {
    if (!line.empty() && std::find(readings->begin(), readings->end(), line) == readings->end()) {
      readings->Add(std::string(line));
    }
  };
  if (!explanation.fact().empty()) {
    if (explanation.unknown_because().empty()) {
      add(explanation.reading());
    } else {
      add(absl::StrCat(explanation.fact(), " is unknown: ", explanation.unknown_because()));
    }
  }
  for (const type::v1::Explanation& part : explanation.parts()) CollectReadings(part, readings);
}

}  // namespace

rule::Moment MomentOf(absl::Time now, const std::string& zone) {
  rule::Moment moment;
  moment.as_of = now;
  moment.time_zone = zone;
  moment.account = kSubject;
  return moment;
}

LocalRule::LocalRule(const type::v1::Condition* condition, const rule::FactCatalog& catalog)
    : condition_(condition),
      catalog_(&catalog),
      text_(condition == nullptr ? "always" : rule::Print(*condition)) {
  if (condition == nullptr) return;
  rule::Moment moment;
  moment.account = kSubject;
  for (const rule::FactRead& read : rule::Reads(*condition, moment, catalog)) {
    reads_.emplace_back(read.query.fact(), rule::Key(read));
  }
}

type::v1::Truth LocalRule::Judge(const rule::Moment& moment, const FactValues& facts,
                                 google::protobuf::RepeatedPtrField<std::string>* lines) const {
  if (condition_ == nullptr) return type::v1::TRUTH_TRUE;
  rule::Readings readings;
  for (const auto& [fact, key] : reads_) {
    fact::v1::FactReading& reading = readings[key];
    reading.set_subject(kSubject);
    reading.set_fact(fact);
    const auto value = facts.find(fact);
    if (value == facts.end()) {
      reading.set_unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
      continue;
    }
    *reading.mutable_value() = value->second;
    reading.set_count(1);
  }
  const type::v1::Explanation explanation =
      rule::Evaluate(*condition_, moment, *catalog_, readings);
  if (lines != nullptr) CollectReadings(explanation, lines);
  return explanation.result();
}

}  // namespace banso::accounts
