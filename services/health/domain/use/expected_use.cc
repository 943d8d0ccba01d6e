#include "services/health/domain/use/expected_use.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/business_days.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"

namespace banso::health {
namespace {

constexpr double kDaysInWeek = 7;
// A share that is as expected but for the last digit is not below.
constexpr double kShareTolerance = 1e-9;

// The part of a unit that one day is.
double PartOfUnit(type::v1::PeriodUnit unit, absl::CivilDay day) {
  switch (unit) {
    case type::v1::PERIOD_UNIT_BUSINESS_DAY:
      return calendar::Calendar::Japan().IsBusinessDay(day) ? 1 : 0;
    case type::v1::PERIOD_UNIT_WEEK:
      return 1 / kDaysInWeek;
    case type::v1::PERIOD_UNIT_MONTH: {
      const absl::CivilMonth month(day);
      return 1 / static_cast<double>(absl::CivilDay(month + 1) - absl::CivilDay(month));
    }
    case type::v1::PERIOD_UNIT_YEAR: {
      const absl::CivilYear year(day);
      return 1 / static_cast<double>(absl::CivilDay(year + 1) - absl::CivilDay(year));
    }
    default:
      return 1;
  }
}

std::optional<double> ShareOfExpected(double actual, double expected) {
  if (expected <= 0) return std::nullopt;
  return actual / expected;
}

bool IsBelow(std::optional<double> share, double below) {
  return share.has_value() && *share < below - kShareTolerance;
}

}  // namespace

void CheckExpectedUse(const v1::ExpectedUse& use, absl::string_view field_path,
                      contract::Violations* violations) {
  std::set<std::string> users;
  for (int i = 0; i < use.users_size(); ++i) {
    if (!users.insert(use.users(i)).second) {
      violations->Add(absl::StrCat(field_path, ".users[", i, "]"), use.users(i), "each user once",
                      "DUPLICATE");
    }
  }
  if (use.has_until() && calendar::ToDay(use.until()) < calendar::ToDay(use.from())) {
    violations->Add(absl::StrCat(field_path, ".until"), calendar::DayText(use.until()),
                    absl::StrCat(calendar::DayText(use.from()), ", the first day, or later"),
                    "OUT_OF_RANGE");
  }
}

std::optional<DayRange> DaysInForce(const v1::ExpectedUse& use, const DayRange& range) {
  DayRange days = range;
  days.from = std::max(days.from, calendar::ToDay(use.from()));
  if (use.has_until()) days.to = std::min(days.to, calendar::ToDay(use.until()));
  if (days.from > days.to) return std::nullopt;
  return days;
}

double ExpectedOf(const v1::ExpectedUse& use, const DayRange& days) {
  double units = 0;
  for (absl::CivilDay day = days.from; day <= days.to; ++day) units += PartOfUnit(use.unit(), day);
  return use.times() * units;
}

v1::UseAgainstExpectation HoldAgainst(const v1::ExpectedUse& use, const DayRange& days,
                                      const std::optional<std::map<std::string, double>>& actual,
                                      double below) {
  v1::UseAgainstExpectation held;
  held.set_expected_use(use.name());
  held.set_role(use.role());
  held.set_metric(use.metric());
  *held.mutable_from() = calendar::ToDate(days.from);
  *held.mutable_to() = calendar::ToDate(days.to);
  const double each = ExpectedOf(use, days);
  held.set_expected(each * use.users_size());
  if (!actual.has_value()) {
    held.set_unknown_because(absl::StrCat("the source of ", use.metric(), " has not reported yet"));
    return held;
  }
  double sum = 0;
  std::vector<v1::UserUse> users;
  for (const std::string& user : use.users()) {
    const auto used = actual->find(user);
    v1::UserUse& entry = users.emplace_back();
    entry.set_user(user);
    entry.set_expected(each);
    entry.set_actual(used == actual->end() ? 0 : used->second);
    sum += entry.actual();
    const std::optional<double> share = ShareOfExpected(entry.actual(), each);
    if (share.has_value()) entry.set_share(*share);
    entry.set_below(IsBelow(share, below));
  }
  std::stable_sort(users.begin(), users.end(), [](const v1::UserUse& a, const v1::UserUse& b) {
    return a.actual() < b.actual();
  });
  for (v1::UserUse& entry : users) *held.add_users() = std::move(entry);
  held.set_actual(sum);
  const std::optional<double> share = ShareOfExpected(sum, held.expected());
  if (share.has_value()) held.set_share(*share);
  held.set_below(IsBelow(share, below));
  return held;
}

}  // namespace banso::health
