#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/testing/nth.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/use/expected_uses_api.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/fact_reader.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using fact::v1::FactReading;
using ::testing::SizeIs;

const std::vector<type::v1::Aggregation>& AllAggregations() {
  static const auto* const kAll =
      new std::vector<type::v1::Aggregation>{type::v1::AGGREGATION_LATEST,
                                             type::v1::AGGREGATION_SUM,
                                             type::v1::AGGREGATION_COUNT,
                                             type::v1::AGGREGATION_DISTINCT_USERS,
                                             type::v1::AGGREGATION_DAYS_SINCE_LAST,
                                             type::v1::AGGREGATION_MEAN,
                                             type::v1::AGGREGATION_MIN,
                                             type::v1::AGGREGATION_MAX,
                                             type::v1::AGGREGATION_ACTIVE_WEEKS,
                                             type::v1::AGGREGATION_TREND_PER_WEEK};
  return *kAll;
}

// A sample as it was sent, and what a window asks.
struct Sent {
  absl::Time occurred;
  absl::Time recorded;
  absl::CivilDay day;
  double value = 0;
  std::string user;
  std::string object;
  std::string site;
};

struct Asked {
  v1::MetricKind kind = v1::METRIC_KIND_UNSPECIFIED;
  type::v1::Aggregation aggregation = type::v1::AGGREGATION_UNSPECIFIED;
  absl::Time as_of;
  std::optional<absl::Time> known_at;
  std::optional<absl::CivilDay> from;
  std::optional<absl::CivilDay> to;
  // Empty: whatever they name.
  std::string site;

  bool Shows(const Sent& sent) const {
    return sent.occurred <= as_of && sent.recorded <= known_at.value_or(absl::InfiniteFuture());
  }
};

// What MetricKind and Aggregation say a window is, worked out from a list of everything that was
// sent, in the plainest way.
class PlainWindows {
 public:
  // The samples of each metric in the order in which they came.
  std::map<std::string, std::vector<Sent>> sent;

  std::optional<double> Read(const std::string& metric, const Asked& asked,
                             const std::string& object = "") const {
    const absl::CivilDay today = DayOf(asked.as_of);
    const absl::CivilDay to = asked.to.value_or(today);
    std::vector<Sent> window;
    for (const Sent& one : sent.at(metric)) {
      if (!asked.Shows(one) || one.day > to) continue;
      if (asked.from.has_value() && one.day < *asked.from) continue;
      if (!asked.site.empty() && one.site != asked.site) continue;
      if (object.empty() || one.object == object) window.push_back(one);
    }
    std::stable_sort(window.begin(), window.end(),
                     [](const Sent& a, const Sent& b) { return a.occurred < b.occurred; });
    const std::optional<absl::CivilDay> reports = ReportsSince(asked, to);
    if (window.empty()) return OfNothing(asked.aggregation, reports.has_value());
    const absl::CivilDay last = std::min(to, today);
    std::map<absl::CivilDay, std::vector<Sent>> days;
    for (const Sent& one : window) days[one.day].push_back(one);
    switch (asked.aggregation) {
      case type::v1::AGGREGATION_LATEST:
        return OfDay(asked.kind, days.rbegin()->second);
      case type::v1::AGGREGATION_COUNT:
        return window.size();
      case type::v1::AGGREGATION_SUM:
        return Sum(window);
      case type::v1::AGGREGATION_MEAN:
        return Sum(window) / static_cast<double>(window.size());
      case type::v1::AGGREGATION_MIN:
      case type::v1::AGGREGATION_MAX: {
        std::set<double> values;
        for (const Sent& one : window) values.insert(one.value);
        return asked.aggregation == type::v1::AGGREGATION_MIN ? *values.begin() : *values.rbegin();
      }
      case type::v1::AGGREGATION_DISTINCT_USERS: {
        bool named = false;
        for (const Sent& one : window) named = named || !one.user.empty();
        if (!named) return std::nullopt;
        return Users(window);
      }
      case type::v1::AGGREGATION_ACTIVE_WEEKS: {
        std::set<int64_t> weeks;
        for (const Sent& one : window) {
          if (one.value != 0) weeks.insert((to - one.day) / 7);
        }
        return weeks.size();
      }
      case type::v1::AGGREGATION_DAYS_SINCE_LAST: {
        std::optional<double> since;
        for (const auto& [day, of_day] : days) {
          for (const Sent& one : of_day) {
            if (one.value != 0) since = static_cast<double>(last - day);
          }
        }
        return since;
      }
      default:
        return Trend(asked, days, reports, last);
    }
  }

  static absl::CivilDay DayOf(absl::Time time) {
    return calendar::DayOf(time, calendar::ZoneOrUtc("Asia/Tokyo"));
  }

 private:
  static double Sum(const std::vector<Sent>& samples) {
    double sum = 0;
    for (const Sent& one : samples) sum += one.value;
    return sum;
  }

  static double Users(const std::vector<Sent>& samples) {
    std::set<std::string> users;
    for (const Sent& one : samples) {
      if (one.value != 0 && !one.user.empty()) users.insert(one.user);
    }
    return static_cast<double>(users.size());
  }

  static double OfDay(v1::MetricKind kind, const std::vector<Sent>& day) {
    if (kind == v1::METRIC_KIND_COUNTER) return Sum(day);
    if (kind == v1::METRIC_KIND_DISTINCT_USERS) return Users(day);
    return day.back().value;
  }

  static std::optional<double> OfNothing(type::v1::Aggregation aggregation, bool reports) {
    const bool counts = aggregation == type::v1::AGGREGATION_SUM ||
                        aggregation == type::v1::AGGREGATION_COUNT ||
                        aggregation == type::v1::AGGREGATION_DISTINCT_USERS ||
                        aggregation == type::v1::AGGREGATION_ACTIVE_WEEKS;
    if (counts && reports) return 0;
    return std::nullopt;
  }

  // All metrics here are of one source.
  std::optional<absl::CivilDay> ReportsSince(const Asked& asked, absl::CivilDay to) const {
    std::optional<absl::CivilDay> since;
    for (const auto& [metric, samples] : sent) {
      for (const Sent& one : samples) {
        if (asked.Shows(one) && one.day <= to) since = std::min(one.day, since.value_or(one.day));
      }
    }
    return since;
  }

  static std::optional<double> Trend(const Asked& asked,
                                     const std::map<absl::CivilDay, std::vector<Sent>>& days,
                                     const std::optional<absl::CivilDay>& reports,
                                     absl::CivilDay last) {
    std::map<absl::CivilDay, double> values;
    for (const auto& [day, of_day] : days) values[day] = OfDay(asked.kind, of_day);
    const bool silence_is_zero =
        asked.kind == v1::METRIC_KIND_COUNTER || asked.kind == v1::METRIC_KIND_DISTINCT_USERS;
    if (silence_is_zero && reports.has_value()) {
      const absl::CivilDay first = asked.from.value_or(days.begin()->first);
      for (absl::CivilDay day = std::max(first, *reports); day <= last; ++day) {
        values.emplace(day, 0);
      }
    }
    if (values.size() < 2) return std::nullopt;
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (const auto& [day, value] : values) {
      const double at = static_cast<double>(day - values.begin()->first);
      n += 1;
      x += at;
      y += value;
      xx += at * at;
      xy += at * value;
    }
    return 7 * (n * xy - x * y) / (n * xx - x * x);
  }
};

class WindowsTest : public HealthFixture {
 protected:
  WindowsTest() {
    for (const auto& [name, kind] : Kinds()) {
      MakeMetric(name, kind);
      plain_.sent[name];
    }
  }

  static const std::map<std::string, v1::MetricKind>& Kinds() {
    static const auto* const kKinds =
        new std::map<std::string, v1::MetricKind>{{"counter", v1::METRIC_KIND_COUNTER},
                                                  {"gauge", v1::METRIC_KIND_GAUGE},
                                                  {"flag", v1::METRIC_KIND_FLAG},
                                                  {"people", v1::METRIC_KIND_DISTINCT_USERS}};
    return *kKinds;
  }

  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  // Minutes apart, so that no two occur at once.
  Sent Some(v1::MetricKind kind, int index) {
    Sent one;
    one.occurred = Noon(kApril1) + absl::Minutes(Pick(60 * 24 * 40)) + absl::Milliseconds(index);
    // A third comes late, up to nine days.
    one.recorded =
        one.occurred + (Pick(3) == 0 ? absl::Minutes(Pick(60 * 24 * 9)) : absl::Minutes(Pick(90)));
    one.day = PlainWindows::DayOf(one.occurred);
    one.value = kind == v1::METRIC_KIND_FLAG ? Pick(2) : Pick(4);
    const bool must_name = kind == v1::METRIC_KIND_DISTINCT_USERS;
    if (must_name || Pick(5) > 0) one.user = absl::StrCat("u", Pick(6));
    if (Pick(3) > 0) one.object = absl::StrCat("form-", Pick(3));
    if (Pick(3) > 0) one.site = absl::StrCat("site-", Pick(3));
    return one;
  }

  // In the order in which they became known, which is not that in which they occurred.
  void SendAll(int number) {
    std::map<absl::Time, std::pair<std::string, Sent>> by_recorded;
    for (int i = 0; i < number; ++i) {
      const auto metric = std::next(Kinds().begin(), Pick(static_cast<int>(Kinds().size())));
      const Sent one = Some(metric->second, i);
      by_recorded[one.recorded] = {metric->first, one};
    }
    int index = 0;
    for (const auto& [recorded, of_metric] : by_recorded) {
      const auto& [metric, one] = of_metric;
      v1::Sample sample = MakeSample(absl::StrCat("s", ++index), metric, one.occurred, one.value);
      sample.set_user(one.user);
      sample.set_object(one.object);
      sample.set_site(one.site);
      const auto response = Ingest(At(recorded), {sample});
      ASSERT_THAT(response, IsOk());
      ASSERT_EQ(response->stored(), 1) << response->ShortDebugString();
      plain_.sent[metric].push_back(one);
    }
  }

  Asked SomeQuestion() {
    Asked asked;
    asked.as_of = Noon(kApril1) + absl::Minutes(Pick(60 * 24 * 50));
    if (Pick(2) == 0) asked.known_at = Noon(kApril1) + absl::Minutes(Pick(60 * 24 * 50));
    if (Pick(3) > 0) asked.from = kApril1 + Pick(40);
    if (Pick(3) > 0) asked.to = asked.from.value_or(kApril1) + Pick(20);
    if (Pick(3) == 0) asked.site = absl::StrCat("site-", Pick(4));
    return asked;
  }

  static rule::FactRead ReadOf(const std::string& metric, const Asked& asked) {
    rule::FactRead read;
    read.subject = "accounts/acme";
    if (!asked.site.empty()) absl::StrAppend(&read.subject, "/sites/", asked.site);
    read.query.set_fact(absl::StrCat("metric.", metric));
    read.query.set_aggregation(asked.aggregation);
    if (asked.from.has_value()) *read.query.mutable_from() = calendar::ToDate(*asked.from);
    if (asked.to.has_value()) *read.query.mutable_to() = calendar::ToDate(*asked.to);
    read.query.set_per_object(true);
    return read;
  }

  static rule::Moment MomentOf(const Asked& asked) {
    rule::Moment moment;
    moment.as_of = asked.as_of;
    moment.known_at = asked.known_at;
    moment.time_zone = "Asia/Tokyo";
    moment.account = "accounts/acme";
    return moment;
  }

  // Read by itself, and by a reader that holds what it has read.
  void Compare(StoreFactReader& reader, const std::string& metric, const Asked& asked) {
    SCOPED_TRACE(absl::StrCat(metric, " ", type::v1::Aggregation_Name(asked.aggregation), " ",
                              asked.site, " as of ", absl::FormatTime(asked.as_of)));
    const auto readings = reader.Read({ReadOf(metric, asked)}, MomentOf(asked));
    ASSERT_THAT(readings, IsOk());
    const FactReading& reading = readings->front();
    const std::optional<double> expected = plain_.Read(metric, asked);
    ASSERT_EQ(NumberIn(reading.has_value(), reading.value()).has_value(), expected.has_value())
        << reading.ShortDebugString();
    ++compared_;
    if (expected.has_value()) {
      EXPECT_NEAR(*NumberIn(true, reading.value()), *expected, 1e-9);
      known_ += *expected != 0 ? 1 : 0;
    }
    for (const auto& object : reading.objects()) {
      const std::optional<double> of_object = plain_.Read(metric, asked, object.object());
      ASSERT_EQ(object.has_value(), of_object.has_value()) << object.ShortDebugString();
      if (of_object.has_value()) {
        EXPECT_NEAR(*NumberIn(true, object.value()), *of_object, 1e-9) << object.object();
      }
    }
  }

  static std::optional<double> NumberIn(bool known, const type::v1::Value& value) {
    if (!known) return std::nullopt;
    if (value.has_flag()) return value.flag() ? 1 : 0;
    return value.number();
  }

  PlainWindows plain_;
  std::mt19937 random_{20261122};
  int compared_ = 0;
  int known_ = 0;
};

TEST_F(WindowsTest, EveryWindowOfEveryKindIsExactAsOfAnyDayAndAsKnownThen) {
  SendAll(900);
  EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
    StoreFactReader plain(store_, reader);
    StoreFactReader holding(store_, reader, Holding::kPages);
    for (int round = 0; round < 120; ++round) {
      Asked asked = SomeQuestion();
      for (const auto& [metric, kind] : Kinds()) {
        asked.kind = kind;
        for (const type::v1::Aggregation aggregation : AllAggregations()) {
          asked.aggregation = aggregation;
          Compare(round % 2 == 0 ? plain : holding, metric, asked);
        }
      }
    }
    return absl::OkStatus();
  }),
              IsOk());
  EXPECT_EQ(compared_, 120 * 4 * 10);
  EXPECT_GT(known_, compared_ / 3);
}

// "At least so many forms, each used in every one of the last weeks", over what is stored.
TEST_F(WindowsTest, CountsTheObjectsThatWereUsedEveryWeekAsOfAnyDay) {
  SendAll(700);
  rule::FactCatalog catalog;
  ASSERT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(catalog, ReadCatalog(store_, reader, now_));
    return absl::OkStatus();
  }),
              IsOk());
  int held = 0;
  int asked_often = 0;
  for (int round = 0; round < 150; ++round) {
    Asked asked;
    asked.kind = v1::METRIC_KIND_COUNTER;
    asked.aggregation = type::v1::AGGREGATION_SUM;
    asked.as_of = Noon(kApril1) + absl::Minutes(60 * 24 * 20 + Pick(60 * 24 * 25));
    if (Pick(2) == 0) asked.known_at = asked.as_of - absl::Minutes(Pick(60 * 24 * 5));
    const int weeks = 1 + Pick(3);
    const double at_least = 1 + Pick(4);
    const int number = 1 + Pick(3);
    type::v1::Condition condition;
    condition.mutable_count()->set_op(type::v1::OPERATOR_GE);
    condition.mutable_count()->set_number(number);
    type::v1::Comparison* each = condition.mutable_count()->mutable_each();
    each->mutable_fact()->set_fact("metric.counter");
    each->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    each->set_op(type::v1::OPERATOR_GE);
    *each->add_values() = rule::NumberValue(at_least);
    *each->mutable_sustained()->mutable_bucket() =
        calendar::MakePeriod(1, type::v1::PERIOD_UNIT_WEEK);
    each->mutable_sustained()->set_buckets(weeks);

    const absl::CivilDay today = PlainWindows::DayOf(asked.as_of);
    int objects = 0;
    for (const char* form : {"form-0", "form-1", "form-2"}) {
      bool every = true;
      for (int week = 0; week < weeks; ++week) {
        asked.to = today - 7 * week;
        asked.from = *asked.to - 6;
        every = every && plain_.Read("counter", asked, form).value_or(0) >= at_least;
      }
      objects += every ? 1 : 0;
    }
    ASSERT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader);
      BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation explanation,
                             rule::Evaluate(condition, MomentOf(asked), catalog, facts));
      EXPECT_EQ(explanation.result(),
                objects >= number ? type::v1::TRUTH_TRUE : type::v1::TRUTH_FALSE)
          << round << ": " << objects << " of " << number << "\n"
          << explanation.DebugString();
      return absl::OkStatus();
    }),
                IsOk());
    held += objects >= number ? 1 : 0;
    ++asked_often;
  }
  EXPECT_GT(held, asked_often / 10);
  EXPECT_LT(held, asked_often * 9 / 10);
}

class ShareOfExpectedTest : public WindowsTest {
 protected:
  // An expectation as it was set at a time; nothing: removed.
  struct Set {
    absl::Time time;
    std::optional<v1::ExpectedUse> use;
  };

  void Expect(const std::string& id, const std::optional<v1::ExpectedUse>& use, absl::Time time) {
    const std::string name = absl::StrCat("accounts/acme/expectedUses/", id);
    if (use.has_value()) {
      v1::SetExpectedUseRequest request;
      *request.mutable_expected_use() = *use;
      request.mutable_expected_use()->set_name(name);
      ASSERT_THAT(uses_.SetExpectedUse(At(time), request), IsOk());
    } else {
      v1::DeleteExpectedUseRequest request;
      request.set_name(name);
      ASSERT_THAT(uses_.DeleteExpectedUse(At(time), request), IsOk());
    }
    sets_[id].push_back({time, use});
  }

  v1::ExpectedUse SomeUse() {
    v1::ExpectedUse use;
    use.set_role("foreman");
    use.set_metric("metrics/counter");
    use.set_times(1 + Pick(3));
    use.set_unit(Pick(2) == 0 ? type::v1::PERIOD_UNIT_DAY : type::v1::PERIOD_UNIT_WEEK);
    for (int i = 0; i <= Pick(3); ++i) use.add_users(absl::StrCat("u", i));
    *use.mutable_from() = calendar::ToDate(kApril1 + Pick(10));
    if (Pick(4) == 0) *use.mutable_until() = calendar::ToDate(kApril1 + 20 + Pick(15));
    return use;
  }

  // Day by day: what the rule that stood at the day's end expected, and who used what.
  std::optional<double> Plain(const Asked& asked) const {
    const absl::CivilDay today = PlainWindows::DayOf(asked.as_of);
    const absl::CivilDay to = std::min(today - 1, asked.to.value_or(today - 1));
    const absl::CivilDay from = asked.from.value_or(to - 27);
    double expected = 0;
    double actual = 0;
    for (absl::CivilDay day = from; day <= to; ++day) {
      for (const auto& [id, sets] : sets_) {
        const std::optional<v1::ExpectedUse> use = StandingOn(sets, day, asked);
        if (!use.has_value() || day < calendar::ToDay(use->from())) continue;
        if (use->has_until() && day > calendar::ToDay(use->until())) continue;
        const double unit = use->unit() == type::v1::PERIOD_UNIT_WEEK ? 1.0 / 7 : 1;
        expected += use->times() * unit * use->users_size();
        for (const Sent& one : plain_.sent.at("counter")) {
          const bool theirs =
              std::find(use->users().begin(), use->users().end(), one.user) != use->users().end();
          if (one.day == day && theirs && asked.Shows(one)) actual += one.value;
        }
      }
    }
    if (expected == 0) return std::nullopt;
    return actual / expected;
  }

  static std::optional<v1::ExpectedUse> StandingOn(const std::vector<Set>& sets, absl::CivilDay day,
                                                   const Asked& asked) {
    std::optional<v1::ExpectedUse> standing;
    bool begun = false;
    for (const Set& one : sets) {
      if (one.time > asked.known_at.value_or(absl::InfiniteFuture())) continue;
      if (!one.use.has_value()) {
        standing.reset();
        begun = false;
        continue;
      }
      if (!begun || PlainWindows::DayOf(one.time) <= day) standing = one.use;
      begun = true;
    }
    return standing;
  }

  ExpectedUsesApi uses_{*database_, store_};
  std::map<std::string, std::vector<Set>> sets_;
};

TEST_F(ShareOfExpectedTest, IsThatOfTheExpectationOfEachDayAsOfAnyDayAndAsKnownThen) {
  SendAll(900);
  // A sample of the source on the first day, so that its silence is zero all along.
  ASSERT_THAT(Ingest(At(Noon(kApril1 - 40)), {MakeSample("first", "gauge", Noon(kApril1 - 40), 1)}),
              IsOk());
  for (int i = 0; i < 9; ++i) {
    const absl::Time time = Noon(kApril1 + 5 * i) + absl::Hours(i);
    Expect("a", SomeUse(), time);
    if (i % 3 == 1) Expect("b", SomeUse(), time);
    if (i % 3 == 0 && i > 0) Expect("b", std::nullopt, time + absl::Hours(30));
  }
  int known = 0;
  for (int round = 0; round < 300; ++round) {
    Asked asked = SomeQuestion();
    asked.site.clear();
    asked.aggregation = type::v1::AGGREGATION_LATEST;
    rule::FactRead read = ReadOf("counter", asked);
    read.query.set_fact("use.counter.share_of_expected");
    const std::optional<double> expected = Plain(asked);
    ASSERT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader);
      BANSO_ASSIGN_OR_RETURN(const auto readings, facts.Read({read}, MomentOf(asked)));
      EXPECT_EQ(Nth(readings, 0).has_value(), expected.has_value())
          << round << Nth(readings, 0).ShortDebugString();
      if (Nth(readings, 0).has_value() && expected.has_value()) {
        EXPECT_NEAR(Nth(readings, 0).value().number(), *expected, 1e-9) << round;
        ++known;
      }
      return absl::OkStatus();
    }),
                IsOk());
  }
  EXPECT_GT(known, 100);
}

}  // namespace
}  // namespace banso::health
