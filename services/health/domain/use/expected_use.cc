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

// The part of the rule that holds in `range`; nothing when there is none.
std::optional<UsePart> PartIn(const v1::ExpectedUse& use, DayRange range) {
  range.from = std::max(range.from, calendar::ToDay(use.from()));
  if (use.has_until()) range.to = std::min(range.to, calendar::ToDay(use.until()));
  if (range.from > range.to) return std::nullopt;
  return UsePart{use, range};
}

// What a user used in these days.
double UsedIn(const UseByUser& used, const std::string& user, const DayRange& days) {
  const auto found = used.find(user);
  if (found == used.end()) return 0;
  double sum = 0;
  for (auto day = found->second.lower_bound(days.from);
       day != found->second.end() && day->first <= days.to; ++day) {
    sum += day->second;
  }
  return sum;
}

struct Sums {
  double expected = 0;
  double actual = 0;
};

// By user.
std::map<std::string, Sums> SumUp(absl::Span<const UsePart> parts, const UseByUser& used) {
  std::map<std::string, Sums> sums;
  for (const UsePart& part : parts) {
    const double each = ExpectedOf(part.use, part.days);
    for (const std::string& user : part.use.users()) {
      Sums& of_user = sums[user];
      of_user.expected += each;
      of_user.actual += UsedIn(used, user, part.days);
    }
  }
  return sums;
}

Sums Total(const std::map<std::string, Sums>& by_user) {
  Sums total;
  for (const auto& [user, sums] : by_user) {
    total.expected += sums.expected;
    total.actual += sums.actual;
  }
  return total;
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

std::vector<UsePart> PartsOf(absl::Span<const RecordedUse> recorded, const DayRange& range) {
  std::vector<UsePart> parts;
  absl::CivilDay from = range.from;
  for (size_t i = 0; i < recorded.size(); ++i) {
    const bool last = i + 1 == recorded.size();
    // The next one of the same day takes its place.
    if (!last && recorded[i + 1].since == recorded[i].since) continue;
    const absl::CivilDay to = last ? range.to : std::min(range.to, recorded[i + 1].since - 1);
    if (from > to) continue;
    if (std::optional<UsePart> part = PartIn(recorded[i].use, {from, to})) {
      parts.push_back(*std::move(part));
    }
    from = to + 1;
  }
  return parts;
}

std::optional<double> ShareOf(absl::Span<const UsePart> parts, const UseByUser& used) {
  const Sums total = Total(SumUp(parts, used));
  return ShareOfExpected(total.actual, total.expected);
}

double ExpectedOf(const v1::ExpectedUse& use, const DayRange& days) {
  double units = 0;
  for (absl::CivilDay day = days.from; day <= days.to; ++day) units += PartOfUnit(use.unit(), day);
  return use.times() * units;
}

v1::UseAgainstExpectation HoldAgainst(absl::Span<const UsePart> parts,
                                      const std::optional<UseByUser>& used, double below) {
  const v1::ExpectedUse& use = parts.back().use;
  v1::UseAgainstExpectation held;
  held.set_expected_use(use.name());
  held.set_role(use.role());
  held.set_metric(use.metric());
  *held.mutable_from() = calendar::ToDate(parts.front().days.from);
  *held.mutable_to() = calendar::ToDate(parts.back().days.to);
  const std::map<std::string, Sums> by_user = SumUp(parts, used.value_or(UseByUser()));
  const Sums total = Total(by_user);
  held.set_expected(total.expected);
  if (!used.has_value()) {
    held.set_unknown_because(absl::StrCat("the source of ", use.metric(), " has not reported yet"));
    return held;
  }
  std::vector<v1::UserUse> users;
  for (const auto& [user, sums] : by_user) {
    v1::UserUse& entry = users.emplace_back();
    entry.set_user(user);
    entry.set_expected(sums.expected);
    entry.set_actual(sums.actual);
    const std::optional<double> share = ShareOfExpected(sums.actual, sums.expected);
    if (share.has_value()) entry.set_share(*share);
    entry.set_below(IsBelow(share, below));
  }
  // The lowest share first; whoever has none last.
  std::stable_sort(users.begin(), users.end(), [](const v1::UserUse& a, const v1::UserUse& b) {
    if (a.has_share() != b.has_share()) return a.has_share();
    return a.share() < b.share();
  });
  for (v1::UserUse& entry : users) *held.add_users() = std::move(entry);
  held.set_actual(total.actual);
  const std::optional<double> share = ShareOfExpected(total.actual, total.expected);
  if (share.has_value()) held.set_share(*share);
  held.set_below(IsBelow(share, below));
  return held;
}

}  // namespace banso::health
