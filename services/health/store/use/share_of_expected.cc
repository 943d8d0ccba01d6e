#include "services/health/store/use/share_of_expected.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/domain/metric_ratio.h"
#include "services/health/store/sample_series.h"

namespace banso::health {
namespace {

using fact::v1::FactReading;

constexpr absl::CivilDay kEpochDay(1970, 1, 1);
// A window that names no days goes over so many; none goes further back than a year.
constexpr int kDaysWithoutWindow = 28;
constexpr int kMostDays = 366;

// A sample's own day, in the zone that its account had then, may be one off the day in UTC.
int64_t MicrosOf(absl::CivilDay day) {
  return absl::ToUnixMicros(absl::FromCivil(day, absl::UTCTimeZone()));
}

FactReading UnknownShare(fact::v1::UnknownReason reason) {
  FactReading reading;
  reading.set_unknown(reason);
  return reading;
}

// The last day that is over.
absl::CivilDay LastOver(const SampleMoment& moment) {
  const absl::CivilDay today = calendar::DayOf(moment.as_of, moment.zone);
  return calendar::EndOfDay(today, moment.zone) <= moment.as_of ? today : today - 1;
}

// Whether the source's silence is zero in these days.
absl::StatusOr<FactReading> ReadTotal(const Store& store, SeriesReader& reader,
                                      const v1::Metric& metric, const SampleMoment& moment,
                                      const DayRange& days) {
  fact::v1::FactQuery all;
  all.set_aggregation(type::v1::AGGREGATION_SUM);
  *all.mutable_from() = calendar::ToDate(days.from);
  *all.mutable_to() = calendar::ToDate(days.to);
  return store.samples.Read(reader, metric, moment, all);
}

// The share of all that is expected of these days.
absl::StatusOr<FactReading> ReadShareOf(const Store& store, SeriesReader& reader,
                                        const v1::Metric& metric, const SampleMoment& moment,
                                        const DayRange& days) {
  std::vector<UsePart> parts;
  BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         store.use_history.NamesOf(reader.reader(), moment.account));
  for (const std::string& name : names) {
    BANSO_ASSIGN_OR_RETURN(std::vector<UsePart> expected,
                           ReadExpectation(store, reader.reader(), name, moment, days));
    for (UsePart& part : expected) {
      if (part.use.metric() == metric.name()) parts.push_back(std::move(part));
    }
  }
  if (parts.empty()) return UnknownShare(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
  BANSO_ASSIGN_OR_RETURN(FactReading reading, ReadTotal(store, reader, metric, moment, days));
  if (!reading.has_value()) return reading;
  BANSO_ASSIGN_OR_RETURN(const std::optional<UseByUser> used,
                         ReadUse(store, reader, metric, moment, days));
  const std::optional<double> share = ShareOf(parts, used.value_or(UseByUser()));
  if (!share.has_value()) return UnknownShare(fact::v1::UNKNOWN_REASON_ZERO_DENOMINATOR);
  *reading.mutable_value() = rule::NumberValue(*share);
  return reading;
}

}  // namespace

absl::StatusOr<std::optional<UseByUser>> ReadUse(const Store& store, SeriesReader& reader,
                                                 const v1::Metric& metric,
                                                 const SampleMoment& moment, const DayRange& days) {
  BANSO_ASSIGN_OR_RETURN(const FactReading total, ReadTotal(store, reader, metric, moment, days));
  if (!total.has_value()) return std::optional<UseByUser>();
  SampleView view = ViewAt(moment.as_of, moment.known_at);
  BANSO_ASSIGN_OR_RETURN(view.series.account, store.words.Find(reader.reader(), moment.account));
  BANSO_ASSIGN_OR_RETURN(view.series.metric, store.words.Find(reader.reader(), metric.name()));
  std::map<int64_t, std::map<absl::CivilDay, double>> by_number;
  BANSO_RETURN_IF_ERROR(reader.Each(view.series, MicrosOf(days.from - 1), MicrosOf(days.to + 2),
                                    [&](const WindowPage& page) {
                                      for (const WindowSample& sample : page.samples) {
                                        const absl::CivilDay day = kEpochDay + sample.day;
                                        if (sample.user == 0 || !view.Shows(sample)) continue;
                                        if (day < days.from || day > days.to) continue;
                                        by_number[sample.user][day] += sample.value;
                                      }
                                      return absl::OkStatus();
                                    }));
  UseByUser use;
  for (auto& [number, by_day] : by_number) {
    BANSO_ASSIGN_OR_RETURN(const std::string user, store.words.Text(reader.reader(), number));
    use[user] = std::move(by_day);
  }
  return std::optional<UseByUser>(std::move(use));
}

absl::StatusOr<std::vector<UsePart>> ReadExpectation(const Store& store, storage::Reader& reader,
                                                     absl::string_view name,
                                                     const SampleMoment& moment,
                                                     const DayRange& days) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<RecordedUse> recorded,
                         store.use_history.Of(reader, name, moment.known_at, moment.zone));
  return PartsOf(recorded, days);
}

absl::StatusOr<FactReading> ReadShareOfExpected(const Store& store, SeriesReader& reader,
                                                const v1::Metric& metric,
                                                const SampleMoment& moment,
                                                const fact::v1::FactQuery& query) {
  const absl::CivilDay over = LastOver(moment);
  const absl::CivilDay to = query.has_to() ? std::min(over, calendar::ToDay(query.to())) : over;
  const absl::CivilDay first =
      query.has_from() ? calendar::ToDay(query.from()) : to - kDaysWithoutWindow + 1;
  const absl::CivilDay from = std::max(first, to - kMostDays + 1);
  FactReading reading;
  if (from > to) {
    reading = UnknownShare(fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW);
  } else if (query.aggregation() == type::v1::AGGREGATION_UNSPECIFIED ||
             query.aggregation() == type::v1::AGGREGATION_LATEST) {
    BANSO_ASSIGN_OR_RETURN(reading, ReadShareOf(store, reader, metric, moment, {from, to}));
  } else {
    std::vector<RatioOnDay> shares;
    for (const absl::CivilDay day : RatioDays(from, to)) {
      BANSO_ASSIGN_OR_RETURN(FactReading one, ReadShareOf(store, reader, metric, moment,
                                                          {day - kDaysWithoutWindow + 1, day}));
      shares.push_back({day, std::move(one)});
    }
    reading = SumUpRatios(shares, query.aggregation());
  }
  reading.set_fact(query.fact());
  reading.set_source(metric.source());
  return reading;
}

}  // namespace banso::health
