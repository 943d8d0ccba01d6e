#include "services/health/domain/studies/measured.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/condition.h"
#include "common/rule/value.h"

namespace banso::health {

void CheckTrait(const v1::Trait& trait, const rule::FactCatalog& catalog,
                absl::string_view field_path, contract::Violations* violations) {
  if (trait.has_condition()) {
    rule::CheckCondition(trait.condition(), catalog, absl::StrCat(field_path, ".condition"),
                         violations);
  }
  if (trait.has_outcome() && !trait.outcome().result().empty() &&
      trait.outcome().kind() != v1::OUTCOME_KIND_CUSTOMER_RESULT) {
    violations->Add(absl::StrCat(field_path, ".outcome.result"), trait.outcome().result(),
                    "nothing, except for CUSTOMER_RESULT", "NOT_ACCEPTED");
  }
}

void CheckAmount(const type::v1::FactRef& amount, const rule::FactCatalog& catalog,
                 absl::string_view field_path, contract::Violations* violations) {
  rule::CheckFactRef(amount, catalog, field_path, violations);
  const fact::v1::FactType* type = catalog.Find(amount.fact());
  if (type == nullptr) return;
  const type::v1::ValueType result = rule::ResultType(amount, *type);
  if (result != type::v1::VALUE_TYPE_NUMBER) {
    violations->Add(field_path, rule::Print(amount),
                    absl::StrCat("a reading that is a number, not ", rule::TypeText(result)),
                    "WRONG_TYPE");
  }
}

void CheckMeasures(const google::protobuf::RepeatedPtrField<v1::Measured>& measures,
                   const rule::FactCatalog& catalog, absl::string_view field_path,
                   contract::Violations* violations) {
  std::set<std::string> keys;
  for (int i = 0; i < measures.size(); ++i) {
    const std::string path = absl::StrCat(field_path, "[", i, "]");
    if (!keys.insert(measures[i].key()).second) {
      violations->Add(absl::StrCat(path, ".key"), measures[i].key(),
                      "a key that no other of them has", "DUPLICATE");
    }
    if (measures[i].has_trait()) {
      CheckTrait(measures[i].trait(), catalog, absl::StrCat(path, ".trait"), violations);
    } else {
      CheckAmount(measures[i].amount(), catalog, absl::StrCat(path, ".amount"), violations);
    }
  }
}

void CheckScope(const v1::StudyScope& scope, const rule::FactCatalog& catalog, absl::Time now,
                absl::string_view field_path, contract::Violations* violations) {
  if (scope.has_population()) {
    rule::CheckCondition(scope.population(), catalog, absl::StrCat(field_path, ".population"),
                         violations);
  }
  for (int i = 0; i < scope.strata_size(); ++i) {
    rule::CheckFactRef(scope.strata(i), catalog, absl::StrCat(field_path, ".strata[", i, "]"),
                       violations);
  }
  const auto check_time = [&](bool has, const google::protobuf::Timestamp& time,
                              absl::string_view name) {
    if (!has || calendar::ToTime(time) <= now) return;
    violations->Add(absl::StrCat(field_path, ".", name),
                    absl::FormatTime(calendar::ToTime(time), absl::UTCTimeZone()),
                    "a time that is not in the future", "OUT_OF_RANGE");
  };
  check_time(scope.has_as_of(), scope.as_of(), "as_of");
  check_time(scope.has_known_at(), scope.known_at(), "known_at");
}

void CheckLength(const type::v1::Period& period, int most_days, absl::string_view field_path,
                 contract::Violations* violations) {
  const absl::CivilDay day(2026, 1, 1);
  if (calendar::Add(day, period, calendar::Calendar::Japan()) - day <= most_days) return;
  violations->Add(field_path, calendar::PeriodText(period),
                  absl::StrCat("at most ", most_days, " days"), "TOO_LONG");
}

std::vector<Compared> ComparedOf(absl::Span<const v1::Measured> measures) {
  std::vector<Compared> compared;
  for (const v1::Measured& measured : measures) {
    compared.push_back({measured.key(), measured.display_name(), measured.has_amount()});
  }
  return compared;
}

Sureness SurenessOf(const v1::StudyScope& scope) {
  Sureness sureness;
  if (scope.has_min_n()) sureness.min_n = scope.min_n();
  if (scope.has_level()) sureness.level = scope.level();
  if (scope.has_confidence()) sureness.confidence = scope.confidence();
  sureness.stratified = scope.strata_size() > 0;
  return sureness;
}

}  // namespace banso::health
