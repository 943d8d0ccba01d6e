#include "services/health/store/use/user_sums.h"

#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "services/health/store/sample_series.h"

namespace banso::health {
namespace {

constexpr absl::CivilDay kEpochDay(1970, 1, 1);

// A sample's own day, in the zone that its account had then, may be one off the day in UTC.
int64_t MicrosOf(absl::CivilDay day) {
  return absl::ToUnixMicros(absl::FromCivil(day, absl::UTCTimeZone()));
}

}  // namespace

absl::StatusOr<std::optional<std::map<std::string, double>>> UserSums(const Store& store,
                                                                      storage::Reader& reader,
                                                                      const v1::Metric& metric,
                                                                      const SampleMoment& moment,
                                                                      const DayRange& days) {
  using Sums = std::map<std::string, double>;
  SeriesReader pages(reader, Holding::kNothing);
  fact::v1::FactQuery all;
  all.set_aggregation(type::v1::AGGREGATION_SUM);
  *all.mutable_from() = calendar::ToDate(days.from);
  *all.mutable_to() = calendar::ToDate(days.to);
  BANSO_ASSIGN_OR_RETURN(const fact::v1::FactReading total,
                         store.samples.Read(pages, metric, moment, all));
  if (!total.has_value()) return std::optional<Sums>();

  SeriesKey series;
  BANSO_ASSIGN_OR_RETURN(series.account, store.words.Find(reader, moment.account));
  BANSO_ASSIGN_OR_RETURN(series.metric, store.words.Find(reader, metric.name()));
  const int64_t as_of = absl::ToUnixMicros(moment.as_of);
  std::map<int64_t, double> by_number;
  BANSO_RETURN_IF_ERROR(pages.Each(series, MicrosOf(days.from - 1), MicrosOf(days.to + 2),
                                   [&](const WindowPage& page) {
                                     for (const WindowSample& sample : page.samples) {
                                       const absl::CivilDay day = kEpochDay + sample.day;
                                       if (sample.user == 0 || sample.occurred > as_of) continue;
                                       if (day >= days.from && day <= days.to)
                                         by_number[sample.user] += sample.value;
                                     }
                                     return absl::OkStatus();
                                   }));
  Sums sums;
  for (const auto& [number, sum] : by_number) {
    BANSO_ASSIGN_OR_RETURN(const std::string user, store.words.Text(reader, number));
    sums[user] += sum;
  }
  return std::optional<Sums>(std::move(sums));
}

}  // namespace banso::health
