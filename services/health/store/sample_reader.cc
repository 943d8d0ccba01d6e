#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "services/health/store/sample_page.h"
#include "services/health/store/samples.h"

namespace banso::health {
namespace {

using storage::Reader;

constexpr absl::string_view kSitesPart = "/sites/";
constexpr int64_t kEndOfTime = std::numeric_limits<int64_t>::max();
// Days before and after all that can be stored.
constexpr int64_t kFirstDay = -1000000;
constexpr int64_t kLastDay = 4000000;

int64_t DayNumber(absl::CivilDay day) {
  return std::clamp(day - absl::CivilDay(1970, 1, 1), kFirstDay, kLastDay);
}

absl::CivilDay DayOfNumber(int64_t number) { return absl::CivilDay(1970, 1, 1) + number; }

// Samples of the day, in whatever time zone, did not occur before; after.
int64_t EarliestOn(int64_t day) { return (day - 1) * kMicrosPerDay; }
int64_t LatestOn(int64_t day) { return (day + 2) * kMicrosPerDay; }

// What only the last day of the window with a (non-zero) sample decides.
bool LastDayDecides(const WindowQuestion& question) {
  if (question.per_object) return false;
  return question.aggregation == type::v1::AGGREGATION_UNSPECIFIED ||
         question.aggregation == type::v1::AGGREGATION_LATEST ||
         question.aggregation == type::v1::AGGREGATION_DAYS_SINCE_LAST;
}

using Samples = std::vector<WindowSample>;

// The samples of the days from `from` to `to` that count, in place of what `samples` holds.
absl::Status Load(SamplePages& pages, const SampleView& view, int64_t from, int64_t to,
                  Samples& samples) {
  samples.clear();
  return pages.Each(view.series, EarliestOn(from), std::min(LatestOn(to), view.as_of),
                    [&](const WindowPage& page) {
                      for (const WindowSample& sample : page.samples) {
                        if (sample.day < from || sample.day > to) continue;
                        if (view.Shows(sample)) samples.push_back(sample);
                      }
                      return absl::OkStatus();
                    });
}

// The last of these days with a sample that counts, other than zero when `nonzero` says so.
absl::Status LoadLast(SamplePages& pages, const SampleView& view, int64_t from, int64_t to,
                      bool nonzero, Samples& samples) {
  samples.clear();
  int64_t before = std::min(LatestOn(to), view.as_of);
  while (before >= EarliestOn(from)) {
    BANSO_ASSIGN_OR_RETURN(const WindowPage* page, pages.LastTo(view.series, before));
    if (page == nullptr) break;
    std::optional<int64_t> day;
    for (const WindowSample& sample : page->samples) {
      if (sample.day < from || sample.day > to || !view.Shows(sample)) continue;
      if (nonzero && sample.value == 0) continue;
      day = std::max(sample.day, day.value_or(sample.day));
    }
    if (day.has_value()) return Load(pages, view, *day, *day, samples);
    if (page->since == kBeginning) break;
    before = page->since - 1;
  }
  return absl::OkStatus();
}

// A number that no sample has for its site.
constexpr int64_t kNoSite = -1;

// The account of a subject, and the site where it is one.
std::pair<absl::string_view, std::optional<absl::string_view>> SplitSite(
    absl::string_view subject) {
  const size_t at = subject.find(kSitesPart);
  if (at == absl::string_view::npos) return {subject, std::nullopt};
  return {subject.substr(0, at), subject.substr(at + kSitesPart.size())};
}

// The day of the first sample that counts.
absl::StatusOr<std::optional<int64_t>> FirstDay(SamplePages& pages, const SampleView& view) {
  int64_t from = kBeginning;
  while (true) {
    BANSO_ASSIGN_OR_RETURN(const WindowPage* page, pages.FirstFrom(view.series, from));
    if (page == nullptr) return std::optional<int64_t>();
    for (const WindowSample& sample : page->samples) {
      if (view.Shows(sample)) return std::optional<int64_t>(sample.day);
    }
    if (page->samples.back().occurred > view.as_of) return std::optional<int64_t>();
    from = page->since + 1;
  }
}

// The objects that samples which count have named up to the day `to`, by number.
absl::StatusOr<std::vector<int64_t>> Objects(SamplePages& pages, const SampleView& view,
                                             int64_t to) {
  std::set<int64_t> objects;
  BANSO_RETURN_IF_ERROR(pages.Each(view.series, kBeginning, std::min(LatestOn(to), view.as_of),
                                   [&](const WindowPage& page) {
                                     for (const WindowSample& sample : page.samples) {
                                       if (sample.object == 0 || sample.day > to) continue;
                                       if (view.Shows(sample)) objects.insert(sample.object);
                                     }
                                     return absl::OkStatus();
                                   }));
  return std::vector<int64_t>(objects.begin(), objects.end());
}

// The day of the first sample of any metric of the same source, wherever in the account: a source
// that reports of it is silent about a site where nothing was done.
absl::StatusOr<std::optional<absl::CivilDay>> ReportsSince(SamplePages& pages, SampleView view) {
  view.site.reset();
  BANSO_ASSIGN_OR_RETURN(const absl::Span<const int64_t> metrics, pages.MetricsOf(view.source));
  std::optional<absl::CivilDay> since;
  for (const int64_t number : metrics) {
    view.series.metric = number;
    BANSO_ASSIGN_OR_RETURN(const std::optional<int64_t> day, FirstDay(pages, view));
    if (day.has_value()) since = std::min(DayOfNumber(*day), since.value_or(DayOfNumber(*day)));
  }
  return since;
}

// Puts the samples that answer the question in place of what `samples` holds; fills in what they
// alone do not say.
absl::Status Collect(SamplePages& pages, const SampleView& view, WindowQuestion& question,
                     Samples& samples) {
  const int64_t from = question.from.has_value() ? DayNumber(*question.from) : kFirstDay;
  const int64_t to = DayNumber(question.to);
  if (LastDayDecides(question)) {
    const bool nonzero = question.aggregation == type::v1::AGGREGATION_DAYS_SINCE_LAST;
    BANSO_RETURN_IF_ERROR(LoadLast(pages, view, from, to, nonzero, samples));
  } else {
    BANSO_RETURN_IF_ERROR(Load(pages, view, from, to, samples));
  }
  question.ever = !samples.empty();
  if (samples.empty()) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<int64_t> first, FirstDay(pages, view));
    question.ever = first.has_value();
  }
  const bool trend = question.aggregation == type::v1::AGGREGATION_TREND_PER_WEEK;
  if (samples.empty() || trend || question.per_object) {
    BANSO_ASSIGN_OR_RETURN(question.reports_since, ReportsSince(pages, view));
    if (question.reports_since.has_value() && *question.reports_since > question.to) {
      question.reports_since.reset();
    }
  }
  if (question.per_object) {
    BANSO_ASSIGN_OR_RETURN(question.objects, Objects(pages, view, to));
  }
  return absl::OkStatus();
}

}  // namespace

SampleView ViewAt(absl::Time as_of, const std::optional<absl::Time>& known_at) {
  SampleView view;
  view.as_of = absl::ToUnixMicros(as_of);
  view.known_at = known_at.has_value() ? absl::ToUnixMicros(*known_at) : kEndOfTime;
  return view;
}

WindowQuestion QuestionOf(v1::MetricKind kind, const fact::v1::FactQuery& query,
                          absl::CivilDay today) {
  WindowQuestion question;
  question.kind = kind;
  question.aggregation = query.aggregation();
  question.per_object = query.per_object();
  question.today = today;
  if (query.has_from()) question.from = calendar::ToDay(query.from());
  question.to = query.has_to() ? calendar::ToDay(query.to()) : question.today;
  return question;
}

absl::StatusOr<WindowAnswer> AnswerFrom(SamplePages& pages, const SampleView& view,
                                        WindowQuestion question, Samples& scratch) {
  if (view.series.account == 0) return AnswerWindow({}, question);
  BANSO_RETURN_IF_ERROR(Collect(pages, view, question, scratch));
  return AnswerWindow(scratch, question);
}

absl::StatusOr<fact::v1::FactReading> SampleReader::Read(SeriesReader& reader,
                                                         const v1::Metric& metric,
                                                         const SampleMoment& moment,
                                                         const fact::v1::FactQuery& query) const {
  WindowQuestion question =
      QuestionOf(metric.kind(), query, calendar::DayOf(moment.as_of, moment.zone));
  SampleView view = ViewAt(moment.as_of, moment.known_at);
  view.source = metric.source();
  const auto [account, site] = SplitSite(moment.account);
  BANSO_ASSIGN_OR_RETURN(view.series.account, words_.Find(reader.reader(), account));
  BANSO_ASSIGN_OR_RETURN(view.series.metric, words_.Find(reader.reader(), metric.name()));
  if (site.has_value()) {
    BANSO_ASSIGN_OR_RETURN(const int64_t number, words_.Find(reader.reader(), *site));
    view.site = number == 0 ? kNoSite : number;
  }
  Samples samples;
  if (view.series.account != 0) {
    BANSO_RETURN_IF_ERROR(Collect(reader, view, question, samples));
  }
  absl::Status status;
  fact::v1::FactReading reading = ReadWindow(samples, question, [&](int64_t number) {
    absl::StatusOr<std::string> text = words_.Text(reader.reader(), number);
    status.Update(text.status());
    return text.value_or("");
  });
  BANSO_RETURN_IF_ERROR(status);
  reading.set_fact(query.fact());
  reading.set_source(metric.source());
  return reading;
}

absl::StatusOr<fact::v1::FactReading> SampleReader::ReadDay(Reader& reader,
                                                            const v1::Metric& metric,
                                                            int64_t account, absl::CivilDay day,
                                                            int64_t object) const {
  SampleView view = ViewAt(absl::InfiniteFuture(), std::nullopt);
  view.series.account = account;
  BANSO_ASSIGN_OR_RETURN(view.series.metric, words_.Find(reader, metric.name()));
  SeriesReader pages(reader, Holding::kNothing);
  Samples samples;
  BANSO_RETURN_IF_ERROR(Load(pages, view, DayNumber(day), DayNumber(day), samples));
  std::erase_if(samples, [&](const WindowSample& sample) { return sample.object != object; });
  WindowQuestion question;
  question.kind = metric.kind();
  question.from = question.to = question.today = day;
  return ReadWindow(samples, question, [](int64_t) { return std::string(); });
}

}  // namespace banso::health
