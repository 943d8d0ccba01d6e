#include "common/rule/reading.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/condition.h"
#include "common/rule/value.h"

namespace banso::rule {
namespace {

using absl::CivilDay;
using fact::v1::FactReading;
using fact::v1::FactType;
using type::v1::FactRef;
using type::v1::Window;

// Keeps an unchecked bucket from overflowing; CheckCondition refuses such ones.
constexpr int kMaxBucketLength = 10000;

std::string SubjectKindText(fact::v1::SubjectKind kind) {
  switch (kind) {
    case fact::v1::SUBJECT_KIND_ACCOUNT:
      return "an account";
    case fact::v1::SUBJECT_KIND_ONBOARDING:
      return "an onboarding";
    case fact::v1::SUBJECT_KIND_SITE:
      return "a site";
    case fact::v1::SUBJECT_KIND_STAKEHOLDER:
      return "a stakeholder";
    default:
      return "no kind of subject";
  }
}

std::string SubjectOf(const FactType& type, const Moment& moment) {
  switch (type.subject()) {
    case fact::v1::SUBJECT_KIND_ACCOUNT:
      return moment.account;
    case fact::v1::SUBJECT_KIND_ONBOARDING:
      return moment.onboarding;
    case fact::v1::SUBJECT_KIND_SITE:
      return moment.site;
    case fact::v1::SUBJECT_KIND_STAKEHOLDER:
      return moment.stakeholder;
    default:
      return "";
  }
}

// Finds type and subject; sets a problem when there is none.
Resolved Start(const FactRef& ref, const Moment& moment, const FactCatalog& catalog) {
  Resolved resolved;
  resolved.ref = &ref;
  resolved.type = catalog.Find(ref.fact());
  if (resolved.type == nullptr) {
    resolved.problem = absl::StrCat("no service owns a fact ", ref.fact());
    return resolved;
  }
  const std::string subject = SubjectOf(*resolved.type, moment);
  if (subject.empty()) {
    resolved.problem =
        absl::StrCat(ref.fact(), " is about ", SubjectKindText(resolved.type->subject()),
                     ", and none is named here");
    return resolved;
  }
  resolved.read = FactRead{subject, {}};
  return resolved;
}

void Finish(bool per_object, Resolved* resolved) {
  if (!resolved->read.has_value()) return;
  fact::v1::FactQuery& query = resolved->read->query;
  query.set_fact(resolved->ref->fact());
  query.set_aggregation(resolved->ref->window().aggregation());
  query.set_per_object(per_object);
  if (resolved->from.has_value()) *query.mutable_from() = calendar::ToDate(*resolved->from);
  if (resolved->to.has_value()) *query.mutable_to() = calendar::ToDate(*resolved->to);
}

void ResolveRange(const Window& window, const Moment& moment, Resolved* resolved) {
  const CivilDay today = Today(moment);
  if (window.has_trailing()) {
    resolved->from = calendar::FirstDayOfTrailing(today, window.trailing(), *moment.calendar);
    resolved->to = today;
  } else if (window.has_from_clock()) {
    const auto clock = moment.clocks.find(window.from_clock().clock());
    if (clock == moment.clocks.end()) {
      resolved->read.reset();
      if (resolved->problem.empty()) {
        resolved->problem =
            absl::StrCat("the clock ", ClockText(window.from_clock().clock()), " has no date");
      }
      return;
    }
    resolved->from = clock->second;
    resolved->to = calendar::Add(clock->second, window.from_clock().length(), *moment.calendar);
    resolved->open = *resolved->to > today;
  }
}

// `metric.interviews sum of 2026-04-01..2026-05-01`.
std::string Subject(const Resolved& resolved, const Moment& moment) {
  const FactRef& ref = *resolved.ref;
  if (!ref.has_window()) return ref.fact();
  std::string text = absl::StrCat(ref.fact(), " ", AggregationText(ref.window().aggregation()));
  if (resolved.from.has_value() && resolved.to.has_value()) {
    absl::StrAppend(&text, " of ", calendar::DayText(*resolved.from), "..",
                    calendar::DayText(*resolved.to));
  } else {
    absl::StrAppend(&text, " up to ", calendar::DayText(Today(moment)));
  }
  return text;
}

std::string UnknownText(const FactReading& reading, const Resolved& resolved) {
  const std::string& fact = resolved.ref->fact();
  switch (reading.unknown()) {
    case fact::v1::UNKNOWN_REASON_NEVER_RECORDED:
      return absl::StrCat(fact, " was never recorded");
    case fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW:
      if (!resolved.from.has_value()) return absl::StrCat(fact, " has no such value");
      return absl::StrCat(fact, " has no value in ", calendar::DayText(*resolved.from), "..",
                          calendar::DayText(*resolved.to));
    case fact::v1::UNKNOWN_REASON_WITHDRAWN:
      return absl::StrCat("the value of ", fact, " was withdrawn");
    case fact::v1::UNKNOWN_REASON_SOURCE_SILENT:
      // Somebody who was asked, as a resource's name.
      if (absl::StrContains(reading.source(), '/')) {
        return absl::StrCat(fact, " has no answer (", reading.source(), ")");
      }
      return absl::StrCat("the source of ", fact, " has not reported yet");
    case fact::v1::UNKNOWN_REASON_ZERO_DENOMINATOR:
      return absl::StrCat(fact, " is a share of nothing");
    case fact::v1::UNKNOWN_REASON_OTHER_SUBJECT:
      return absl::StrCat(fact, " is not about ", resolved.read->subject);
    default:
      return absl::StrCat(fact, " has no value");
  }
}

// Why a known value is too old, or nothing.
std::string StaleText(const FactReading& reading, const Resolved& resolved, const Moment& moment) {
  const FactRef& ref = *resolved.ref;
  if (!ref.has_max_age()) return "";
  if (!reading.has_occurred_time()) {
    return absl::StrCat("it is not said how old ", ref.fact(), " is");
  }
  const CivilDay day = calendar::DayOf(calendar::ToTime(reading.occurred_time()), moment.time_zone);
  if (calendar::Add(day, ref.max_age(), *moment.calendar) >= Today(moment)) return "";
  return absl::StrCat(ref.fact(), " is older than ", calendar::PeriodText(ref.max_age()),
                      ": its latest value is of ", calendar::DayText(day));
}

std::string WhyUnknown(const FactReading& reading, const Resolved& resolved, const Moment& moment) {
  const type::v1::ValueType given = TypeOf(reading.value());
  if (given == type::v1::VALUE_TYPE_UNSPECIFIED) return UnknownText(reading, resolved);
  const type::v1::ValueType expected = ResultType(*resolved.ref, *resolved.type);
  if (given != expected) {
    return absl::StrCat(resolved.ref->fact(), " came as ", TypeText(given), ", not as ",
                        TypeText(expected));
  }
  return StaleText(reading, resolved, moment);
}

}  // namespace

Resolved Resolve(const FactRef& ref, bool per_object, const Moment& moment,
                 const FactCatalog& catalog) {
  Resolved resolved = Start(ref, moment, catalog);
  ResolveRange(ref.window(), moment, &resolved);
  Finish(per_object, &resolved);
  return resolved;
}

Resolved ResolveBucket(const FactRef& ref, const type::v1::Sustained& sustained, int bucket,
                       bool per_object, const Moment& moment, const FactCatalog& catalog) {
  Resolved resolved = Start(ref, moment, catalog);
  const CivilDay today = Today(moment);
  // Every bucket is counted from today, so that months of different length do not add up to
  // shifted days.
  const int length = std::clamp(sustained.bucket().count(), 1, kMaxBucketLength);
  const auto first_day = [&](int buckets) {
    return calendar::FirstDayOfTrailing(
        today, calendar::MakePeriod(buckets * length, sustained.bucket().unit()), *moment.calendar);
  };
  resolved.from = first_day(bucket + 1);
  resolved.to = first_day(bucket) - 1;
  Finish(per_object, &resolved);
  return resolved;
}

Answer Look(const Resolved& resolved, const Moment& moment, const Readings& readings) {
  Answer answer;
  const std::string subject = Subject(resolved, moment);
  const auto found =
      resolved.read.has_value() ? readings.find(Key(*resolved.read)) : readings.end();
  if (!resolved.read.has_value()) {
    answer.unknown_because = resolved.problem;
  } else if (found == readings.end()) {
    answer.unknown_because = absl::StrCat(resolved.ref->fact(), " was not read");
  } else {
    answer.reading = &found->second;
    answer.unknown_because = WhyUnknown(*answer.reading, resolved, moment);
    if (answer.unknown_because.empty()) answer.value = answer.reading->value();
  }
  if (!answer.value.has_value()) {
    answer.words = absl::StrCat(subject, " is unknown");
    return answer;
  }
  answer.words = absl::StrCat(subject, " = ", ValueText(*answer.value));
  if (answer.reading->has_recorded_time()) {
    const CivilDay day =
        calendar::DayOf(calendar::ToTime(answer.reading->recorded_time()), moment.time_zone);
    absl::StrAppend(&answer.words, " (recorded ", calendar::DayText(day), ")");
  }
  return answer;
}

}  // namespace banso::rule
