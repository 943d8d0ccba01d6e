#include "common/rule/evaluate.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/compare.h"
#include "common/rule/condition.h"
#include "common/rule/open.h"
#include "common/rule/reading.h"
#include "common/rule/value.h"
#include "common/status_macros.h"

namespace banso::rule {
namespace {

using fact::v1::FactReading;
using type::v1::Comparison;
using type::v1::Condition;
using type::v1::ConditionList;
using type::v1::Explanation;
using type::v1::FactRef;
using type::v1::ObjectCount;
using type::v1::Truth;
using type::v1::TRUTH_FALSE;
using type::v1::TRUTH_TRUE;
using type::v1::TRUTH_UNKNOWN;
using type::v1::Value;

// How many objects an explanation lists one by one.
constexpr int kMaxExplainedObjects = 100;
// How many reasons an `all` or `any` repeats from its parts.
constexpr int kMaxReasons = 3;

Truth TruthFrom(bool holds) { return holds ? TRUTH_TRUE : TRUTH_FALSE; }

std::string OpenText(const Resolved& resolved) {
  return absl::StrCat(kOpenUntil, calendar::DayText(*resolved.to));
}

// --- Resolving -----------------------------------------------------------------------------------

// Every reading of a comparison: one, or one per bucket, the oldest first.
std::vector<Resolved> ResolveAll(const Comparison& comparison, bool per_object,
                                 const Moment& moment, const FactCatalog& catalog) {
  if (!comparison.has_sustained()) {
    return {Resolve(comparison.fact(), per_object, moment, catalog)};
  }
  std::vector<Resolved> all;
  const int buckets = std::min(comparison.sustained().buckets(), kMaxBuckets);
  for (int bucket = buckets - 1; bucket >= 0; --bucket) {
    all.push_back(ResolveBucket(comparison.fact(), comparison.sustained(), bucket, per_object,
                                moment, catalog));
  }
  return all;
}

class ReadCollector {
 public:
  ReadCollector(const Moment& moment, const FactCatalog& catalog)
      : moment_(moment), catalog_(catalog) {}

  void Visit(const Condition& condition) {
    switch (condition.kind_case()) {
      case Condition::kAll:
        for (const Condition& part : condition.all().conditions()) Visit(part);
        return;
      case Condition::kAny:
        for (const Condition& part : condition.any().conditions()) Visit(part);
        return;
      case Condition::kNot:
        return Visit(condition.not_());
      case Condition::kCompare:
        return AddAll(ResolveAll(condition.compare(), false, moment_, catalog_));
      case Condition::kCount:
        return AddAll(ResolveAll(condition.count().each(), true, moment_, catalog_));
      case Condition::kKnown:
        return AddAll({Resolve(condition.known(), false, moment_, catalog_)});
      case Condition::KIND_NOT_SET:
        return;
    }
  }

  void AddAll(const std::vector<Resolved>& all) {
    for (const Resolved& resolved : all) {
      if (!resolved.read.has_value()) continue;
      if (seen_.insert(Key(*resolved.read)).second) reads_.push_back(*resolved.read);
    }
  }

  std::vector<FactRead> Take() { return std::move(reads_); }

 private:
  const Moment& moment_;
  const FactCatalog& catalog_;
  absl::flat_hash_set<std::string> seen_;
  std::vector<FactRead> reads_;
};

// --- Explaining ----------------------------------------------------------------------------------

void SetDays(const Resolved& resolved, Explanation* explanation) {
  if (resolved.from.has_value()) *explanation->mutable_from() = calendar::ToDate(*resolved.from);
  if (resolved.to.has_value()) *explanation->mutable_to() = calendar::ToDate(*resolved.to);
}

Explanation ExplainAnswer(const Resolved& resolved, const Answer& answer) {
  Explanation explanation;
  explanation.set_fact(resolved.ref->fact());
  explanation.set_reading(answer.words);
  if (answer.value.has_value()) *explanation.mutable_value() = *answer.value;
  SetDays(resolved, &explanation);
  return explanation;
}

// The comparison of one reading. A rule that CheckCondition would refuse says so.
Explanation ExplainComparison(const Comparison& comparison, const Resolved& resolved,
                              const Answer& answer) {
  Explanation explanation = ExplainAnswer(resolved, answer);
  const Truth result = CompareResolved(answer.value, resolved, comparison);
  explanation.set_result(result);
  if (result != TRUTH_UNKNOWN) return explanation;
  std::vector<std::string> reasons;
  if (!answer.unknown_because.empty()) reasons.push_back(answer.unknown_because);
  if (resolved.open) reasons.push_back(OpenText(resolved));
  if (reasons.empty()) reasons.push_back("the rule does not fit the type of the fact");
  explanation.set_unknown_because(absl::StrJoin(reasons, "; "));
  return explanation;
}

// The reasons of the unknown parts, each once, the first few of them.
std::string ReasonsOfParts(const Explanation& explanation) {
  std::vector<std::string> reasons;
  for (const Explanation& part : explanation.parts()) {
    if (part.result() != TRUTH_UNKNOWN) continue;
    if (std::find(reasons.begin(), reasons.end(), part.unknown_because()) == reasons.end()) {
      reasons.push_back(part.unknown_because());
    }
  }
  const int more = static_cast<int>(reasons.size()) - kMaxReasons;
  if (more > 0) {
    reasons.resize(kMaxReasons);
    reasons.push_back(absl::StrCat("and ", more, " more"));
  }
  return absl::StrJoin(reasons, "; ");
}

// The objects of one answer with their values; null where the value is unknown.
using ObjectValues = std::map<std::string, const Value*>;

ObjectValues ObjectsOf(const Answer& answer) {
  ObjectValues objects;
  if (answer.reading == nullptr) return objects;
  for (const fact::v1::ObjectReading& reading : answer.reading->objects()) {
    // What is stale or of another type as a whole is so for each of its objects.
    const bool known = answer.value.has_value() && reading.has_value();
    objects[reading.object()] = known ? &reading.value() : nullptr;
  }
  return objects;
}

// How the objects of a count came out.
struct Tally {
  int objects = 0;
  int holding = 0;
  int unknown = 0;
  // The first few objects of unknown result.
  std::vector<std::string> unknown_names;

  void Add(const std::string& object, Truth result) {
    ++objects;
    if (result == TRUTH_TRUE) ++holding;
    if (result != TRUTH_UNKNOWN) return;
    ++unknown;
    if (unknown <= kMaxReasons) unknown_names.push_back(object);
  }

  std::string UnknownText() const {
    return absl::StrCat(
        "unknown for ", absl::StrJoin(unknown_names, ", "),
        unknown > kMaxReasons ? absl::StrCat(" and ", unknown - kMaxReasons, " more") : "");
  }
};

class Evaluator {
 public:
  Evaluator(const Moment& moment, const FactCatalog& catalog, const Readings& readings)
      : moment_(moment), catalog_(catalog), readings_(readings) {}

  Explanation Evaluate(const Condition& condition, int depth) const {
    Explanation explanation;
    if (depth > kMaxConditionDepth) {
      explanation.set_result(TRUTH_UNKNOWN);
      explanation.set_unknown_because(
          absl::StrCat("conditions are nested deeper than ", kMaxConditionDepth));
      return explanation;
    }
    explanation = EvaluateKind(condition, depth);
    explanation.set_rule(condition.label().empty() ? Print(condition) : condition.label());
    return explanation;
  }

 private:
  Explanation EvaluateKind(const Condition& condition, int depth) const {
    switch (condition.kind_case()) {
      case Condition::kAll:
        return EvaluateList(condition.all(), And, TRUTH_TRUE, depth);
      case Condition::kAny:
        return EvaluateList(condition.any(), Or, TRUTH_FALSE, depth);
      case Condition::kNot:
        return EvaluateNot(condition.not_(), depth);
      case Condition::kCompare:
        return EvaluateComparison(condition.compare());
      case Condition::kCount:
        return EvaluateCount(condition.count());
      case Condition::kKnown:
        return EvaluateKnown(condition.known());
      case Condition::KIND_NOT_SET:
        break;
    }
    Explanation empty;
    empty.set_result(TRUTH_UNKNOWN);
    empty.set_unknown_because("the rule is empty");
    return empty;
  }

  Explanation EvaluateList(const ConditionList& list, Truth (*join)(Truth, Truth), Truth start,
                           int depth) const {
    Explanation explanation;
    Truth result = start;
    for (const Condition& part : list.conditions()) {
      *explanation.add_parts() = Evaluate(part, depth + 1);
      result = join(result, explanation.parts().rbegin()->result());
    }
    if (list.conditions().empty()) {
      explanation.set_unknown_because("the rule is empty");
      result = TRUTH_UNKNOWN;
    } else if (result == TRUTH_UNKNOWN) {
      explanation.set_unknown_because(ReasonsOfParts(explanation));
    }
    explanation.set_result(result);
    return explanation;
  }

  Explanation EvaluateNot(const Condition& part, int depth) const {
    Explanation explanation;
    *explanation.add_parts() = Evaluate(part, depth + 1);
    explanation.set_result(Not(explanation.parts(0).result()));
    explanation.set_unknown_because(ReasonsOfParts(explanation));
    return explanation;
  }

  Explanation EvaluateComparison(const Comparison& comparison) const {
    const std::vector<Resolved> all = ResolveAll(comparison, false, moment_, catalog_);
    if (comparison.has_sustained()) return EvaluateSustained(comparison, all);
    return ExplainComparison(comparison, all.front(), Look(all.front(), moment_, readings_));
  }

  Explanation EvaluateSustained(const Comparison& comparison,
                                const std::vector<Resolved>& buckets) const {
    Explanation explanation;
    explanation.set_fact(comparison.fact().fact());
    Comparison once = comparison;
    once.clear_sustained();
    once.mutable_fact()->mutable_window()->clear_range();
    const std::string rule = Print(once);
    Truth result = buckets.empty() ? TRUTH_UNKNOWN : TRUTH_TRUE;
    int holding = 0;
    for (const Resolved& bucket : buckets) {
      Explanation* part = explanation.add_parts();
      *part = ExplainComparison(comparison, bucket, Look(bucket, moment_, readings_));
      part->set_rule(rule);
      result = And(result, part->result());
      if (part->result() == TRUTH_TRUE) ++holding;
    }
    explanation.set_result(result);
    explanation.set_reading(absl::StrCat("holds in ", holding, " of ", buckets.size(), " periods"));
    if (result == TRUTH_UNKNOWN) explanation.set_unknown_because(ReasonsOfParts(explanation));
    if (!buckets.empty()) {
      *explanation.mutable_from() = calendar::ToDate(*buckets.front().from);
      *explanation.mutable_to() = calendar::ToDate(*buckets.back().to);
    }
    return explanation;
  }

  Explanation EvaluateKnown(const FactRef& ref) const {
    const Resolved resolved = Resolve(ref, false, moment_, catalog_);
    const Answer answer = Look(resolved, moment_, readings_);
    Explanation explanation = ExplainAnswer(resolved, answer);
    explanation.set_result(TruthFrom(answer.value.has_value()));
    if (!answer.value.has_value()) {
      explanation.set_reading(absl::StrCat(answer.words, ": ", answer.unknown_because));
    }
    return explanation;
  }

  Explanation EvaluateCount(const ObjectCount& count) const {
    const Comparison& each = count.each();
    const std::vector<Resolved> all = ResolveAll(each, true, moment_, catalog_);
    std::vector<Answer> answers;
    for (const Resolved& resolved : all) answers.push_back(Look(resolved, moment_, readings_));

    Explanation explanation;
    explanation.set_fact(each.fact().fact());
    SetRange(all, &explanation);
    const Tally tally = CountObjects(each, all, answers, &explanation);
    explanation.set_reading(
        absl::StrCat("holds for ", tally.holding, " of ", tally.objects, " objects"));

    // Days that are not known, or not over, may still bring objects of which nothing is seen yet.
    std::vector<std::string> reasons;
    for (size_t i = 0; i < all.size(); ++i) {
      if (!answers[i].value.has_value()) reasons.push_back(answers[i].unknown_because);
      if (all[i].open) reasons.push_back(OpenText(all[i]));
    }
    const bool all_seen = reasons.empty() && !all.empty();
    const double most =
        all_seen ? tally.holding + tally.unknown : std::numeric_limits<double>::infinity();
    explanation.set_result(CompareRange(tally.holding, most, count.op(), count.number()));
    if (explanation.result() != TRUTH_UNKNOWN) {
      *explanation.mutable_value() = NumberValue(tally.holding);
      return explanation;
    }
    if (tally.unknown > 0) reasons.push_back(tally.UnknownText());
    if (reasons.empty()) reasons.push_back("the rule does not count");
    explanation.set_unknown_because(absl::StrJoin(reasons, "; "));
    return explanation;
  }

  Tally CountObjects(const Comparison& each, const std::vector<Resolved>& all,
                     const std::vector<Answer>& answers, Explanation* explanation) const {
    std::vector<ObjectValues> values;
    std::set<std::string> objects;
    for (const Answer& answer : answers) {
      values.push_back(ObjectsOf(answer));
      for (const auto& [object, value] : values.back()) objects.insert(object);
    }
    Tally tally;
    for (const std::string& object : objects) {
      Explanation part = ExplainObject(each, object, all, values);
      tally.Add(object, part.result());
      if (tally.objects <= kMaxExplainedObjects) *explanation->add_parts() = std::move(part);
    }
    return tally;
  }

  // One object's way through the comparison, over one reading or over every bucket.
  static Explanation ExplainObject(const Comparison& each, const std::string& object,
                                   const std::vector<Resolved>& all,
                                   const std::vector<ObjectValues>& values) {
    Explanation explanation;
    explanation.set_rule(absl::StrCat(object, ": ", Print(each)));
    explanation.set_fact(each.fact().fact());
    SetRange(all, &explanation);
    Truth result = TRUTH_TRUE;
    std::vector<std::string> words;
    std::vector<std::string> missing;
    for (size_t i = 0; i < all.size(); ++i) {
      const auto found = values[i].find(object);
      std::optional<Value> value;
      if (found != values[i].end() && found->second != nullptr) value = *found->second;
      result = And(result, CompareResolved(value, all[i], each));
      words.push_back(value.has_value() ? ValueText(*value) : "unknown");
      if (!value.has_value()) missing.push_back(DaysText(all[i]));
      if (all.size() == 1 && value.has_value()) *explanation.mutable_value() = *value;
    }
    explanation.set_result(result);
    explanation.set_reading(absl::StrCat(object, ": ", absl::StrJoin(words, ", ")));
    if (result == TRUTH_UNKNOWN && !missing.empty()) {
      explanation.set_unknown_because(
          absl::StrCat(object, " has no known value", absl::StrJoin(missing, " and")));
    } else if (result == TRUTH_UNKNOWN) {
      explanation.set_unknown_because(
          all.front().open ? OpenText(all.front()) : "the rule does not fit the type of the fact");
    }
    return explanation;
  }

  // ` in 2026-04-01..2026-04-07`, or nothing without a window.
  static std::string DaysText(const Resolved& resolved) {
    if (!resolved.from.has_value() || !resolved.to.has_value()) return "";
    return absl::StrCat(" in ", calendar::DayText(*resolved.from), "..",
                        calendar::DayText(*resolved.to));
  }

  static void SetRange(const std::vector<Resolved>& all, Explanation* explanation) {
    if (all.empty()) return;
    if (all.front().from.has_value()) {
      *explanation->mutable_from() = calendar::ToDate(*all.front().from);
    }
    if (all.back().to.has_value()) {
      *explanation->mutable_to() = calendar::ToDate(*all.back().to);
    }
  }

  const Moment& moment_;
  const FactCatalog& catalog_;
  const Readings& readings_;
};

}  // namespace

absl::CivilDay Today(const Moment& moment) {
  return calendar::DayOf(moment.as_of, moment.time_zone);
}

std::string Key(const FactRead& read) {
  const fact::v1::FactQuery& query = read.query;
  return absl::StrCat(read.subject, " ", query.fact(), " ", query.aggregation(), " ",
                      query.has_from() ? calendar::DayText(query.from()) : "", "..",
                      query.has_to() ? calendar::DayText(query.to()) : "",
                      query.per_object() ? " per object" : "");
}

std::vector<FactRead> Reads(const Condition& condition, const Moment& moment,
                            const FactCatalog& catalog) {
  ReadCollector collector(moment, catalog);
  collector.Visit(condition);
  return collector.Take();
}

std::vector<FactRead> Reads(const FactRef& ref, const Moment& moment, const FactCatalog& catalog) {
  ReadCollector collector(moment, catalog);
  collector.AddAll({Resolve(ref, false, moment, catalog)});
  return collector.Take();
}

Explanation Evaluate(const Condition& condition, const Moment& moment, const FactCatalog& catalog,
                     const Readings& readings) {
  return Evaluator(moment, catalog, readings).Evaluate(condition, /*depth=*/1);
}

absl::StatusOr<Explanation> Evaluate(const Condition& condition, const Moment& moment,
                                     const FactCatalog& catalog, FactReader& reader) {
  const std::vector<FactRead> reads = Reads(condition, moment, catalog);
  Readings readings;
  if (!reads.empty()) {
    BANSO_ASSIGN_OR_RETURN(std::vector<FactReading> answers, reader.Read(reads, moment));
    if (answers.size() != reads.size()) {
      return contract::Internal(
          absl::StrCat("a fact reader answered ", answers.size(), " of ", reads.size(), " reads"));
    }
    for (size_t i = 0; i < reads.size(); ++i) {
      readings.emplace(Key(reads[i]), std::move(answers[i]));
    }
  }
  return Evaluate(condition, moment, catalog, readings);
}

Explanation Explain(const FactRef& ref, const Moment& moment, const FactCatalog& catalog,
                    const Readings& readings) {
  const Resolved resolved = Resolve(ref, false, moment, catalog);
  const Answer answer = Look(resolved, moment, readings);
  Explanation explanation = ExplainAnswer(resolved, answer);
  explanation.set_rule(Print(ref));
  explanation.set_result(answer.value.has_value() ? TRUTH_TRUE : TRUTH_UNKNOWN);
  explanation.set_unknown_because(answer.unknown_because);
  return explanation;
}

}  // namespace banso::rule
