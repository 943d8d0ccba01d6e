#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "services/health/api/studies/case_reader.h"
#include "services/health/api/studies/studies_api.h"
#include "services/health/domain/studies/factors.h"
#include "services/health/domain/studies/measured.h"
#include "services/health/domain/studies/timing.h"
#include "services/health/domain/studies/wording.h"

namespace banso::health {

using contract::Violations;
using storage::Reader;

namespace {

constexpr int kMostLandmarkDays = 400;
constexpr int kMostHorizonDays = 800;
constexpr int kTouchDays = 3;
constexpr int kWindowDays = 90;
constexpr int kReasonMonths = 12;

constexpr char kGroupMethod[] =
    "Groups within strata: Cochran-Mantel-Haenszel row means (Landis, Heyman, Koch 1978), amounts "
    "by van Elteren's ranks; expected values by indirect standardization. Many comparisons: "
    "Benjamini-Hochberg over measures, Holm over groups.";
constexpr char kGroupClusters[] =
    "Several cases of one account are tested as one: by the mean of its values (of amounts, of "
    "their ranks) in the group and stratum where it has most of them. Intervals take every case "
    "for itself.";
constexpr char kTimingClusters[] =
    "Several cases of one account are one cluster: the test and the interval of the ratio are "
    "those "
    "of Lin and Wei (1989).";
constexpr char kOfAccounts[] = "What is counted is accounts and outcomes, not cases.";
constexpr char kTimingMethod[] =
    "Landmark analysis with Kaplan-Meier (Greenwood, log-log) and the log-rank test; the ratio of "
    "rates is Peto's.";
constexpr char kDependenceMethod[] =
    "Share of use on days of a touch and the days after; interval by Wilson with the variance "
    "between weeks.";
constexpr char kReasonMethod[] = "Counts; shares by Wilson; trend by least squares.";

// Checks of one kind of study, with paths below its field.
void Check(const v1::FactorStudy& study, const rule::FactCatalog& catalog, Violations* violations) {
  CheckTrait(study.result(), catalog, "factors.result", violations);
  CheckMeasures(study.factors(), catalog, "factors.factors", violations);
  for (int i = 0; i < study.factors_size(); ++i) {
    if (study.factors(i).has_trait()) continue;
    violations->Add(absl::StrCat("factors.factors[", i, "].amount"),
                    rule::Print(study.factors(i).amount()), "a trait", "NOT_ACCEPTED");
  }
}

void Check(const v1::GroupStudy& study, const rule::FactCatalog& catalog, Violations* violations) {
  rule::CheckFactRef(study.group(), catalog, "groups.group", violations);
  CheckMeasures(study.measures(), catalog, "groups.measures", violations);
}

void Check(const v1::TimingStudy& study, const rule::FactCatalog& catalog, Violations* violations) {
  rule::CheckCondition(study.set_up(), catalog, "timing.set_up", violations);
  rule::CheckCondition(study.level(), catalog, "timing.level", violations);
  CheckLength(study.landmark(), kMostLandmarkDays, "timing.landmark", violations);
  CheckLength(study.horizon(), kMostHorizonDays, "timing.horizon", violations);
}

void Check(const v1::DependenceStudy& study, const rule::FactCatalog& catalog,
           Violations* violations) {
  const auto check = [&](const std::string& fact, absl::string_view path) {
    type::v1::FactRef ref;
    ref.set_fact(fact);
    ref.mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    rule::CheckFactRef(ref, catalog, path, violations);
  };
  check(study.use(), "dependence.use");
  check(study.touch(), "dependence.touch");
}

absl::Status CheckStudy(const v1::RunStudyRequest& request, const rule::FactCatalog& catalog) {
  Violations violations;
  if (request.has_factors()) Check(request.factors(), catalog, &violations);
  if (request.has_groups()) Check(request.groups(), catalog, &violations);
  if (request.has_timing()) Check(request.timing(), catalog, &violations);
  if (request.has_dependence()) Check(request.dependence(), catalog, &violations);
  return violations.ToStatus();
}

absl::Status StudyFactors(const v1::FactorStudy& study, const Sureness& sureness,
                          CaseReader& reading, v1::RunStudyResponse& response) {
  std::vector<FactorCase> cases;
  BANSO_RETURN_IF_ERROR(reading.ForEachCase([&](StudyCase& one) -> absl::StatusOr<std::string> {
    FactorCase row;
    row.account = reading.account_number();
    row.stratum = reading.StratumNumber(one.stratum());
    BANSO_ASSIGN_OR_RETURN(row.result, one.Has(study.result()));
    if (!row.result.has_value()) return "it is not known whether they have the result";
    for (const v1::Measured& factor : study.factors()) {
      BANSO_ASSIGN_OR_RETURN(const std::optional<bool> has, one.Has(factor.trait()));
      row.factors.push_back(has);
    }
    cases.push_back(std::move(row));
    return "";
  }));
  const std::vector<v1::Measured> factors(study.factors().begin(), study.factors().end());
  *response.mutable_factors() = CompareFactors(cases, ComparedOf(factors), sureness);
  *response.mutable_basis() = reading.Basis(kComparisonMethod, kComparisonClusters);
  return absl::OkStatus();
}

absl::Status StudyGroups(const v1::GroupStudy& study, const Sureness& sureness, CaseReader& reading,
                         v1::RunStudyResponse& response) {
  std::vector<GroupedCase> cases;
  BANSO_RETURN_IF_ERROR(reading.ForEachCase([&](StudyCase& one) -> absl::StatusOr<std::string> {
    GroupedCase row;
    row.account = reading.account_number();
    row.stratum = reading.StratumNumber(one.stratum());
    BANSO_ASSIGN_OR_RETURN(row.group, one.Text(study.group()));
    if (row.group.empty()) return "it is not known in which group they are";
    BANSO_ASSIGN_OR_RETURN(row.values, one.Values(study.measures()));
    cases.push_back(std::move(row));
    return "";
  }));
  const std::vector<v1::Measured> measures(study.measures().begin(), study.measures().end());
  *response.mutable_groups() = CompareGroups(cases, ComparedOf(measures), sureness);
  *response.mutable_basis() = reading.Basis(kGroupMethod, kGroupClusters);
  return absl::OkStatus();
}

// When a condition became true.
struct Turning {
  // The first day at whose end it was.
  std::optional<int> day;
  // Whether it was known on all days before, or on all days.
  bool is_sure = true;
};

// Days are counted from `begin` up to `last`.
absl::StatusOr<Turning> FindTurning(StudyCase& one, const type::v1::Condition& condition,
                                    absl::CivilDay begin, int last) {
  const absl::TimeZone zone = calendar::ZoneOrUtc(one.moment().time_zone);
  Turning turning;
  for (int day = 0; day <= last; ++day) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<bool> holds,
                           one.HasTurnedAt(condition, calendar::EndOfDay(begin + day, zone)));
    if (holds.value_or(false)) {
      turning.day = day;
      return turning;
    }
    if (!holds.has_value()) turning.is_sure = false;
  }
  return turning;
}

absl::Status StudyTiming(const v1::TimingStudy& study, const Sureness& sureness,
                         CaseReader& reading, v1::RunStudyResponse& response) {
  const calendar::Calendar& calendar = calendar::Calendar::Japan();
  std::vector<TimedCase> cases;
  BANSO_RETURN_IF_ERROR(reading.ForEachCase([&](StudyCase& one) -> absl::StatusOr<std::string> {
    const auto clock = one.moment().clocks.find(study.clock());
    if (clock == one.moment().clocks.end()) {
      return absl::StrCat("the clock ", rule::ClockText(study.clock()), " has no day");
    }
    const absl::CivilDay begin = clock->second;
    TimedCase row;
    row.account = reading.account_number();
    row.landmark = static_cast<int>(calendar::Add(begin, study.landmark(), calendar) - begin);
    row.horizon = static_cast<int>(calendar::Add(begin, study.horizon(), calendar) - begin);
    if (row.horizon <= row.landmark) return "the horizon is not after the landmark";
    const absl::CivilDay today =
        calendar::DayOf(reading.as_of(), calendar::ZoneOrUtc(one.moment().time_zone));
    // The present day is not over.
    row.watched = static_cast<int>(today - begin) - 1;
    if (row.watched < row.landmark) return "the landmark has not passed";
    // Set up by the landmark is early, on whichever day.
    BANSO_ASSIGN_OR_RETURN(const Turning set_up,
                           FindTurning(one, study.set_up(), begin, row.landmark));
    if (!set_up.day.has_value() && !set_up.is_sure) {
      return "it is not known whether they were set up by the landmark";
    }
    row.set_up = set_up.day;
    BANSO_ASSIGN_OR_RETURN(const Turning level, FindTurning(one, study.level(), begin,
                                                            std::min(row.watched, row.horizon)));
    if (!level.is_sure) return "it is not known when they reached the level, or whether";
    row.reached = level.day;
    cases.push_back(row);
    return "";
  }));
  *response.mutable_timing() = CompareTiming(cases, sureness);
  *response.mutable_basis() = reading.Basis(kTimingMethod, kTimingClusters);
  response.mutable_basis()->set_clock(study.clock());
  return absl::OkStatus();
}

absl::Status StudyDependence(const v1::DependenceStudy& study, const Sureness& sureness,
                             CaseReader& reading, v1::RunStudyResponse& response) {
  const int days = study.has_days() ? study.days() : kTouchDays;
  const int window = study.has_window_days() ? study.window_days() : kWindowDays;
  std::vector<v1::AccountDependence> accounts;
  std::set<std::string> seen;
  BANSO_RETURN_IF_ERROR(reading.ForEachCase([&](StudyCase& one) -> absl::StatusOr<std::string> {
    if (!seen.insert(one.account()).second) return "the account has been counted already";
    BANSO_ASSIGN_OR_RETURN(const std::vector<std::optional<double>> use,
                           one.Daily(study.use(), window));
    BANSO_ASSIGN_OR_RETURN(const std::vector<std::optional<double>> touches,
                           one.Daily(study.touch(), window));
    const std::optional<UseAndTouches> known = SinceBothAreKnown(use, touches);
    if (!known.has_value()) return "it is not known on which days there was use or a touch";
    v1::AccountDependence account = DependenceOf(known->use, known->touches, days, sureness);
    if (account.days_with_use() == 0) return "there was no use in the window";
    account.set_account(one.account());
    accounts.push_back(std::move(account));
    return "";
  }));
  std::ranges::stable_sort(accounts, std::greater(), [](const v1::AccountDependence& account) {
    return account.has_index() ? account.index() : -1;
  });
  response.mutable_dependence()->mutable_accounts()->Add(accounts.begin(), accounts.end());
  *response.mutable_basis() = reading.Basis(kDependenceMethod, kOfAccounts);
  return absl::OkStatus();
}

absl::Status StudyReasons(const v1::ReasonStudy& study, const Sureness& sureness,
                          CaseReader& reading, v1::RunStudyResponse& response) {
  const int months = study.has_months() ? study.months() : kReasonMonths;
  std::map<std::string, DatedReason> outcomes;
  reading.TakeEnded();
  BANSO_RETURN_IF_ERROR(reading.ForEachCase([&](StudyCase& one) -> absl::StatusOr<std::string> {
    const absl::TimeZone zone = calendar::ZoneOrUtc(one.moment().time_zone);
    const absl::CivilMonth last(calendar::DayOf(reading.as_of(), zone));
    for (const v1::Outcome& outcome : one.outcomes()) {
      const absl::CivilMonth month(
          calendar::DayOf(calendar::ToTime(outcome.occurred_time()), zone));
      const int place = months - 1 - static_cast<int>(last - month);
      if (outcome.kind() != study.kind() || place < 0) continue;
      outcomes[outcome.name()] = {outcome.reason(), place};
    }
    return "";
  }));
  std::vector<DatedReason> reasons;
  for (const auto& [name, reason] : outcomes) reasons.push_back(reason);
  *response.mutable_reasons() = CountReasons(reasons, months, sureness.confidence);
  *response.mutable_basis() = reading.Basis(kReasonMethod, kOfAccounts);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::RunStudyResponse> StudiesApi::RunStudy(const Call& call,
                                                          const v1::RunStudyRequest& request) {
  const Sureness sureness = SurenessOf(request.scope());
  return storage::Fetch<v1::RunStudyResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::RunStudyResponse> {
        BANSO_ASSIGN_OR_RETURN(CaseReader reading,
                               CaseReader::Open(store_, reader, request.scope(), call));
        BANSO_RETURN_IF_ERROR(CheckStudy(request, reading.catalog()));
        v1::RunStudyResponse response;
        absl::Status status;
        switch (request.study_case()) {
          case v1::RunStudyRequest::kFactors:
            status = StudyFactors(request.factors(), sureness, reading, response);
            break;
          case v1::RunStudyRequest::kGroups:
            status = StudyGroups(request.groups(), sureness, reading, response);
            break;
          case v1::RunStudyRequest::kTiming:
            status = StudyTiming(request.timing(), sureness, reading, response);
            break;
          case v1::RunStudyRequest::kDependence:
            status = StudyDependence(request.dependence(), sureness, reading, response);
            break;
          case v1::RunStudyRequest::kReasons:
            status = StudyReasons(request.reasons(), sureness, reading, response);
            break;
          case v1::RunStudyRequest::STUDY_NOT_SET:
            break;
        }
        BANSO_RETURN_IF_ERROR(status);
        return response;
      });
}

}  // namespace banso::health
