#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_CASE_BUILDER_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_CASE_BUILDER_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/memory_fact_reader.h"
#include "common/testing/proto_matchers.h"
#include "gtest/gtest.h"
#include "services/handoff/domain/policy.h"
#include "services/handoff/domain/readiness.h"
#include "services/handoff/domain/transfer.h"

// For tests: a case in memory, judged on a day of one's choice.
namespace banso::handoff {

inline constexpr char kAccount[] = "accounts/acme";
inline constexpr char kOnboarding[] = "accounts/acme/onboardings/o1";
inline constexpr char kCompletion[] = "accounts/acme/onboardings/o1/completion";
inline constexpr char kStakeholder[] = "accounts/acme/stakeholders/mori";

// Noon of a day in Tokyo.
inline absl::Time NoonOf(absl::CivilDay day) {
  return calendar::StartOfDay(day, calendar::ZoneOrUtc("Asia/Tokyo")) + absl::Hours(12);
}

class CaseBuilder {
 public:
  explicit CaseBuilder(absl::CivilDay today = absl::CivilDay(2026, 6, 26)) : today_(today) {
    the_case_.completion.set_name(kCompletion);
    the_case_.completion.set_state(v1::COMPLETION_STATE_OPEN);
    the_case_.completion.set_owner("members/aoki");
    the_case_.completion.set_round(1);
    the_case_.policy = WithDefaults({});
  }

  CaseBuilder& Today(absl::CivilDay today) {
    today_ = today;
    return *this;
  }
  CaseBuilder& ClockAt(type::v1::Clock clock, absl::CivilDay day) {
    clocks_[clock] = day;
    return *this;
  }
  CaseBuilder& Criterion(const std::string& text) {
    *the_case_.completion.add_criteria() = testing::ParseProto<v1::Criterion>(text);
    return *this;
  }
  CaseBuilder& Stage(const std::string& id) {
    the_case_.completion.add_stages()->set_id(id);
    return *this;
  }
  CaseBuilder& Type(const std::string& text) {
    *the_case_.completion.add_fact_types() = testing::ParseProto<fact::v1::FactType>(text);
    return *this;
  }
  // Adds evidence, of today unless it says otherwise.
  CaseBuilder& Evidence(const std::string& text) {
    auto evidence = testing::ParseProto<v1::Evidence>(text);
    evidence.set_name(absl::StrCat(kCompletion, "/evidence/e", the_case_.evidence.size() + 1));
    if (!evidence.has_date()) *evidence.mutable_date() = calendar::ToDate(today_);
    the_case_.evidence.push_back(std::move(evidence));
    return *this;
  }
  // Adds an exception that is approved and counts until 31 December, unless it says otherwise.
  CaseBuilder& Exception(const std::string& text) {
    auto exception = testing::ParseProto<v1::Exception>(text);
    exception.set_name(absl::StrCat(kCompletion, "/exceptions/x", the_case_.exceptions.size() + 1));
    if (exception.state() == v1::EXCEPTION_STATE_UNSPECIFIED) {
      exception.set_state(v1::EXCEPTION_STATE_APPROVED);
    }
    if (!exception.has_expire_date()) {
      *exception.mutable_expire_date() = calendar::ToDate(absl::CivilDay(2026, 12, 31));
    }
    exception.set_reason_code("customer_schedule");
    exception.set_reason("The training is booked for July");
    exception.set_requested_by("members/aoki");
    exception.set_decided_by("members/kato");
    the_case_.exceptions.push_back(std::move(exception));
    return *this;
  }
  // A number that became known at noon of that day, of the account or onboarding.
  CaseBuilder& Fact(absl::string_view subject, absl::string_view fact, double number,
                    absl::CivilDay day, absl::string_view object = "") {
    type::v1::Value value;
    value.set_number(number);
    facts_.Set(subject, fact, value, NoonOf(day), object);
    return *this;
  }
  // The source has reported about the account since that day, so that no value is zero.
  CaseBuilder& ReportedSince(absl::string_view fact, absl::CivilDay day) {
    facts_.ZeroSince(kAccount, fact, day);
    return *this;
  }
  CaseBuilder& Unavailable(const std::string& service) {
    unavailable_.insert(service);
    return *this;
  }

  rule::Moment Moment() const {
    rule::Moment moment;
    moment.as_of = NoonOf(today_) + absl::Hours(1);
    moment.time_zone = "Asia/Tokyo";
    moment.clocks = clocks_;
    moment.account = kAccount;
    moment.onboarding = kOnboarding;
    return moment;
  }

  v1::Readiness Evaluate() {
    const rule::Moment moment = Moment();
    Findings findings;
    findings.unavailable = unavailable_;
    const std::vector<rule::FactRead> reads = Reads(the_case_, moment);
    const auto readings = facts_.Read(reads, moment);
    EXPECT_TRUE(readings.ok()) << readings.status();
    for (size_t i = 0; readings.ok() && i < reads.size(); ++i) {
      if (unavailable_.empty()) findings.readings[rule::Key(reads[i])] = (*readings)[i];
    }
    return handoff::Evaluate(the_case_, moment, findings);
  }
  // The verdict on the only, or the named, criterion.
  v1::CriterionVerdict Verdict(absl::string_view id = "") {
    const v1::Readiness readiness = Evaluate();
    for (const v1::CriterionVerdict& verdict : readiness.criteria()) {
      if (id.empty() || verdict.criterion() == id) return verdict;
    }
    ADD_FAILURE() << "no criterion " << id;
    return {};
  }

  Case& the_case() { return the_case_; }

 private:
  absl::CivilDay today_;
  std::map<type::v1::Clock, absl::CivilDay> clocks_;
  Case the_case_;
  rule::MemoryFactReader facts_;
  std::set<std::string> unavailable_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_CASE_BUILDER_H_
