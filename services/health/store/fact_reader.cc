#include "services/health/store/fact_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/window.h"
#include "common/status_macros.h"
#include "common/storage/fact_windows.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/metric_ratio.h"
#include "services/health/domain/surveys/survey_facts.h"
#include "services/health/store/use/share_of_expected.h"

namespace banso::health {
namespace {

// A window over a ratio that names no days goes over so many; none goes further back than a year.
constexpr int kRatioDaysWithoutWindow = 28;
constexpr int kMostRatioDays = 366;

// The reads of one subject that one log answers.
struct Group {
  fact::v1::GetFactsRequest request;
  // Which of the reads each query is.
  std::vector<size_t> indices;
};

}  // namespace

absl::StatusOr<const v1::Metric*> StoreFactReader::FindMetric(absl::string_view fact) {
  if (!metrics_loaded_) {
    BANSO_RETURN_IF_ERROR(store_.metrics.ForEach(reader_, "", {}, [&](v1::Metric& metric) {
      std::string name = MetricFact(metric.name());
      metrics_.insert_or_assign(std::move(name), std::move(metric));
      return absl::OkStatus();
    }));
    metrics_loaded_ = true;
  }
  const auto found = metrics_.find(fact);
  return found == metrics_.end() ? nullptr : &found->second;
}

absl::StatusOr<fact::v1::FactReading> StoreFactReader::ReadMetric(
    const SampleMoment& moment, const fact::v1::FactQuery& query) {
  BANSO_ASSIGN_OR_RETURN(const v1::Metric* metric, FindMetric(query.fact()));
  fact::v1::FactReading reading;
  if (metric == nullptr) {
    reading.set_fact(query.fact());
    reading.set_unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
  } else if (metric->kind() == v1::METRIC_KIND_RATIO) {
    BANSO_ASSIGN_OR_RETURN(reading, ReadRatio(*metric, moment, query));
  } else {
    BANSO_ASSIGN_OR_RETURN(reading, store_.samples.Read(series_, *metric, moment, query));
  }
  return reading;
}

absl::StatusOr<fact::v1::FactReading> StoreFactReader::ReadRatioOn(const v1::MetricRatio& ratio,
                                                                   const SampleMoment& moment,
                                                                   absl::CivilDay day) {
  rule::Moment then;
  then.as_of = std::min(moment.as_of, calendar::EndOfDay(day, moment.zone));
  then.known_at = moment.known_at;
  then.time_zone = moment.zone.name();
  then.account = moment.account;
  std::vector<rule::FactRead> reads;
  for (const type::v1::FactRef* part : {&ratio.numerator(), &ratio.denominator()}) {
    reads.push_back({.subject = moment.account, .query = PartOn(*part, day)});
  }
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactReading> parts, Read(reads, then));
  return Divide(parts[0], parts[1]);
}

absl::StatusOr<fact::v1::FactReading> StoreFactReader::ReadRatio(const v1::Metric& metric,
                                                                 const SampleMoment& moment,
                                                                 const fact::v1::FactQuery& query) {
  const absl::CivilDay today = calendar::DayOf(moment.as_of, moment.zone);
  const absl::CivilDay to = query.has_to() ? std::min(today, calendar::ToDay(query.to())) : today;
  fact::v1::FactReading reading;
  if (query.aggregation() == type::v1::AGGREGATION_UNSPECIFIED ||
      query.aggregation() == type::v1::AGGREGATION_LATEST) {
    BANSO_ASSIGN_OR_RETURN(reading, ReadRatioOn(metric.ratio(), moment, to));
  } else {
    std::vector<RatioOnDay> ratios;
    const absl::CivilDay from =
        query.has_from() ? calendar::ToDay(query.from()) : to - kRatioDaysWithoutWindow + 1;
    for (const absl::CivilDay day : RatioDays(std::max(from, to - kMostRatioDays), to)) {
      BANSO_ASSIGN_OR_RETURN(fact::v1::FactReading one, ReadRatioOn(metric.ratio(), moment, day));
      ratios.push_back({day, std::move(one)});
    }
    reading = SumUpRatios(ratios, query.aggregation());
  }
  reading.set_fact(query.fact());
  reading.set_source(metric.source());
  return reading;
}

absl::StatusOr<fact::v1::FactReading> StoreFactReader::ReadShare(const std::string& metric,
                                                                 const SampleMoment& moment,
                                                                 const fact::v1::FactQuery& query) {
  BANSO_ASSIGN_OR_RETURN(const v1::Metric* found, FindMetric(metric));
  if (found != nullptr && found->kind() == v1::METRIC_KIND_COUNTER) {
    return ReadShareOfExpected(store_, series_, *found, moment, query);
  }
  fact::v1::FactReading reading;
  reading.set_fact(query.fact());
  reading.set_unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
  return reading;
}

absl::StatusOr<fact::v1::FactReading> StoreFactReader::ReadJudgement(
    const SampleMoment& moment, const fact::v1::FactQuery& query) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactChange>* changes,
                         Changes(store_.facts, moment.account, query.fact()));
  std::vector<rule::DatedValue> values;
  for (const fact::v1::FactChange& change : *changes) {
    rule::DatedValue value;
    value.occurred = calendar::ToTime(change.occurred_time());
    value.recorded = calendar::ToTime(change.recorded_time());
    if (change.has_value()) value.value = change.value();
    value.source = change.source();
    values.push_back(std::move(value));
  }
  return rule::ReadWindow(values, query,
                          {.as_of = moment.as_of,
                           .known_at = moment.known_at,
                           .time_zone = moment.zone,
                           .zero_since = std::nullopt});
}

absl::StatusOr<fact::v1::FactReading> StoreFactReader::ReadSurvey(
    const SampleMoment& moment, const fact::v1::FactQuery& query) {
  const SurveyMoment then = {
      .as_of = moment.as_of, .known_at = moment.known_at, .zone = moment.zone};
  // Copied: what is held may move when the turnout is read.
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactChange>* held,
                         Changes(store_.facts, moment.account, query.fact()));
  const std::vector<fact::v1::FactChange> changes = *held;
  if (IsAnsweredFact(query.fact())) return ReadAnswered(changes, query, then);
  fact::v1::FactQuery answered;
  answered.set_fact(AnsweredFactOf(query.fact()));
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactChange>* turnout,
                         Changes(store_.facts, moment.account, answered.fact()));
  return ReadQuestion(changes, ReadAnswered(*turnout, answered, then), query, then);
}

bool StoreFactReader::HasWindowsOfItsOwn(absl::string_view fact) {
  return absl::StartsWith(fact, "metric.") || absl::StartsWith(fact, "assessment.") ||
         absl::StartsWith(fact, "survey.") || MetricFactOfShare(fact).has_value();
}

absl::StatusOr<fact::v1::FactReading> StoreFactReader::ReadWindow(
    const SampleMoment& moment, const fact::v1::FactQuery& query) {
  fact::v1::FactReading reading;
  if (absl::StartsWith(query.fact(), "metric.")) {
    BANSO_ASSIGN_OR_RETURN(reading, ReadMetric(moment, query));
  } else if (const auto metric = MetricFactOfShare(query.fact())) {
    BANSO_ASSIGN_OR_RETURN(reading, ReadShare(*metric, moment, query));
  } else if (absl::StartsWith(query.fact(), "survey.")) {
    BANSO_ASSIGN_OR_RETURN(reading, ReadSurvey(moment, query));
  } else {
    BANSO_ASSIGN_OR_RETURN(reading, ReadJudgement(moment, query));
  }
  reading.set_subject(moment.account);
  return reading;
}

absl::StatusOr<const std::vector<fact::v1::FactChange>*> StoreFactReader::Changes(
    const storage::FactLog& log, const std::string& subject, const std::string& fact) {
  std::string account = contract::Ancestor(subject, "accounts");
  if (account != account_ || holding_ != Holding::kOneAccount) {
    account_ = std::move(account);
    changes_.clear();
  }
  const auto [held, added] = changes_.try_emplace({subject, fact});
  if (added) {
    BANSO_ASSIGN_OR_RETURN(held->second, log.Changes(reader_, subject, fact));
  }
  return &held->second;
}

absl::StatusOr<fact::v1::FactReading> StoreFactReader::ReadHeld(const storage::FactLog& log,
                                                                const std::string& subject,
                                                                const fact::v1::FactQuery& query,
                                                                const rule::Moment& moment) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactChange>* changes,
                         Changes(log, subject, query.fact()));
  const absl::Time known_at = moment.known_at.value_or(absl::InfiniteFuture());
  std::vector<fact::v1::FactChange> counting;
  for (const fact::v1::FactChange& change : *changes) {
    if (calendar::ToTime(change.occurred_time()) > moment.as_of) break;
    if (calendar::ToTime(change.recorded_time()) > known_at) continue;
    if (storage::IsPlainLatest(query)) counting.clear();
    counting.push_back(change);
  }
  fact::v1::FactReading reading =
      storage::Summarize(query, counting, moment.as_of, calendar::ZoneOrUtc(moment.time_zone));
  reading.set_subject(subject);
  reading.set_fact(query.fact());
  return reading;
}

absl::StatusOr<std::vector<fact::v1::FactReading>> StoreFactReader::ReadLog(
    const storage::FactLog& log, const fact::v1::GetFactsRequest& request,
    const rule::Moment& moment) {
  std::vector<fact::v1::FactReading> readings;
  if (holding_ == Holding::kOneAccount) {
    for (const fact::v1::FactQuery& query : request.queries()) {
      BANSO_ASSIGN_OR_RETURN(fact::v1::FactReading reading,
                             ReadHeld(log, request.subjects(0), query, moment));
      readings.push_back(std::move(reading));
    }
    return readings;
  }
  fact::v1::GetFactsRequest dated = request;
  *dated.mutable_as_of() = calendar::ToTimestamp(moment.as_of);
  if (moment.known_at.has_value()) {
    *dated.mutable_known_at() = calendar::ToTimestamp(*moment.known_at);
  }
  BANSO_ASSIGN_OR_RETURN(fact::v1::GetFactsResponse answer, log.Read(reader_, dated, moment.as_of));
  if (answer.readings_size() != request.queries_size()) {
    return contract::Internal("the log of facts did not answer every question");
  }
  readings.assign(std::make_move_iterator(answer.mutable_readings()->begin()),
                  std::make_move_iterator(answer.mutable_readings()->end()));
  return readings;
}

absl::StatusOr<std::vector<fact::v1::FactReading>> StoreFactReader::Read(
    absl::Span<const rule::FactRead> reads, const rule::Moment& moment) {
  std::vector<fact::v1::FactReading> readings(reads.size());
  std::map<std::pair<bool, std::string>, Group> groups;
  for (size_t i = 0; i < reads.size(); ++i) {
    if (HasWindowsOfItsOwn(reads[i].query.fact())) {
      const SampleMoment sample_moment{.account = reads[i].subject,
                                       .zone = calendar::ZoneOrUtc(moment.time_zone),
                                       .as_of = moment.as_of,
                                       .known_at = moment.known_at};
      BANSO_ASSIGN_OR_RETURN(readings[i], ReadWindow(sample_moment, reads[i].query));
      continue;
    }
    Group& group = groups[{IsOwnFact(reads[i].query.fact()), reads[i].subject}];
    *group.request.add_queries() = reads[i].query;
    group.indices.push_back(i);
  }
  for (auto& [key, group] : groups) {
    group.request.add_subjects(key.second);
    BANSO_ASSIGN_OR_RETURN(
        std::vector<fact::v1::FactReading> answers,
        ReadLog(key.first ? store_.facts : store_.mirror, group.request, moment));
    for (size_t i = 0; i < group.indices.size(); ++i) {
      readings[group.indices[i]] = std::move(answers[i]);
    }
  }
  return readings;
}

}  // namespace banso::health
