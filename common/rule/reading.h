#ifndef BANSO_COMMON_RULE_READING_H_
#define BANSO_COMMON_RULE_READING_H_

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"

// From a reference in a condition to a question, and from its answer to a value in words. Used by
// evaluate.cc alone.
namespace banso::rule {

// A reference to a fact with everything resolved at a moment.
struct Resolved {
  const type::v1::FactRef* ref = nullptr;
  // Null when the catalog does not have the fact.
  const fact::v1::FactType* type = nullptr;
  // Absent when there is nothing to read; then `problem` says why.
  std::optional<FactRead> read;
  std::string problem;
  // The days of the window, as far as it has them.
  std::optional<absl::CivilDay> from;
  std::optional<absl::CivilDay> to;
  // The window ends after the moment's day.
  bool open = false;
};

// Resolves a reference with its own window.
Resolved Resolve(const type::v1::FactRef& ref, bool per_object, const Moment& moment,
                 const FactCatalog& catalog);

// Resolves it over a bucket of a sustained comparison; bucket 0 ends today, bucket 1 the day
// before bucket 0 begins, and so on.
Resolved ResolveBucket(const type::v1::FactRef& ref, const type::v1::Sustained& sustained,
                       int bucket, bool per_object, const Moment& moment,
                       const FactCatalog& catalog);

// What an answer says.
struct Answer {
  // Absent when unknown; then `unknown_because` says why.
  std::optional<type::v1::Value> value;
  std::string unknown_because;
  // The reading, with its objects. Null when there was none.
  const fact::v1::FactReading* reading = nullptr;
  // Everything in words: `metric.interviews sum of 2026-04-01..2026-05-01 = 2 (recorded
  // 2026-04-20)`.
  std::string words;
};

// Looks up the answer to a resolved reference and judges its type and age.
Answer Look(const Resolved& resolved, const Moment& moment, const Readings& readings);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_READING_H_
