#ifndef BANSO_SERVICES_HEALTH_API_STUDIES_STUDIES_FIXTURE_H_
#define BANSO_SERVICES_HEALTH_API_STUDIES_STUDIES_FIXTURE_H_

#include <string>
#include <vector>

#include "services/health/api/health_fixture.h"
#include "services/health/api/outcomes/outcomes_api.h"
#include "services/health/api/studies/studies_api.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

// Accounts whose contracts began on 1 April 2026 and whose product reports from that day on; it is
// now 1 December 2026. The success definition `offer` is an offer within 30 days.
class StudiesFixture : public HealthFixture {
 protected:
  StudiesFixture() {
    now_ = Noon(absl::CivilDay(2026, 12, 1));
    for (const char* metric : {"logins", "offers", "searches", "interests", "mails", "replies",
                               "interviews", "pool", "meetings"}) {
      MakeMetric(metric);
    }
    v1::SuccessDefinition definition;
    definition.set_name("successDefinitions/offer");
    definition.set_display_name("An offer within 30 days");
    definition.set_clock(type::v1::CLOCK_CONTRACT_START);
    *definition.mutable_due() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
    *definition.mutable_condition() = Within30Days("metric.offers");
    Activate(definition);
    // The account of the base class takes no part.
    EXPECT_THAT(database_->Write(Now(),
                                 [&](storage::Writer& writer) -> absl::Status {
                                   BANSO_RETURN_IF_ERROR(store_.ForgetOnboarding(
                                       writer, "accounts/acme/onboardings/o1"));
                                   return store_.ForgetAccount(writer, "accounts/acme");
                                 }),
                banso::testing::IsOk());
  }

  // At least `least` of a counter within 30 days of the contract's start.
  static type::v1::Condition Within30Days(absl::string_view fact, double least = 1) {
    type::v1::Condition condition;
    type::v1::Comparison& compare = *condition.mutable_compare();
    *compare.mutable_fact() = SumWithin30Days(fact);
    compare.set_op(type::v1::OPERATOR_GE);
    *compare.add_values() = rule::NumberValue(least);
    return condition;
  }
  static type::v1::FactRef SumWithin30Days(absl::string_view fact) {
    type::v1::FactRef ref;
    ref.set_fact(std::string(fact));
    ref.mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    type::v1::ClockRange& range = *ref.mutable_window()->mutable_from_clock();
    range.set_clock(type::v1::CLOCK_CONTRACT_START);
    *range.mutable_length() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
    return ref;
  }
  // A text or flag is equal to something.
  static type::v1::Condition Is(absl::string_view fact, const type::v1::Value& value) {
    type::v1::Condition condition;
    condition.mutable_compare()->mutable_fact()->set_fact(std::string(fact));
    condition.mutable_compare()->set_op(type::v1::OPERATOR_EQ);
    *condition.mutable_compare()->add_values() = value;
    return condition;
  }
  static v1::Trait Came(v1::OutcomeKind kind, absl::string_view result = "") {
    v1::Trait trait;
    trait.mutable_outcome()->set_kind(kind);
    trait.mutable_outcome()->set_result(std::string(result));
    trait.mutable_outcome()->set_clock(type::v1::CLOCK_CONTRACT_START);
    *trait.mutable_outcome()->mutable_within() =
        calendar::MakePeriod(6, type::v1::PERIOD_UNIT_MONTH);
    return trait;
  }
  static v1::Trait If(const type::v1::Condition& condition) {
    v1::Trait trait;
    *trait.mutable_condition() = condition;
    return trait;
  }
  static v1::Measured Make(absl::string_view key, const v1::Trait& trait) {
    v1::Measured measured;
    measured.set_key(std::string(key));
    measured.set_display_name(std::string(key));
    *measured.mutable_trait() = trait;
    return measured;
  }

  // Accounts `prefix`0, `prefix`1, ...; each with a login on the contract's first day.
  std::vector<std::string> AddAccounts(absl::string_view prefix, int count) {
    std::vector<std::string> accounts;
    for (int i = 0; i < count; ++i) {
      const std::string id = absl::StrCat(prefix, i);
      Follow(id);
      accounts.push_back(absl::StrCat("accounts/", id));
      Used(accounts.back(), "logins", 0);
    }
    return accounts;
  }
  // Something is used so many days after the contract's start.
  void Used(const std::string& account, absl::string_view metric, int day, double value = 1) {
    v1::Sample sample = MakeSample(absl::StrCat(metric, "-", day), metric,
                                   Noon(absl::CivilDay(2026, 4, 1) + day), value);
    sample.set_account(account);
    pending_.push_back(std::move(sample));
  }
  // Stores what was used, and brings labels up to date.
  void Settle() {
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse stored, Ingest(Now(), pending_));
    EXPECT_EQ(stored.stored(), static_cast<int64_t>(pending_.size()));
    pending_.clear();
  }

  void Became(const std::string& account, v1::OutcomeKind kind, absl::CivilDay day,
              absl::string_view result = "", absl::string_view reason = "") {
    v1::CreateOutcomeRequest request;
    request.set_parent(account);
    request.mutable_outcome()->set_kind(kind);
    request.mutable_outcome()->set_result(std::string(result));
    request.mutable_outcome()->set_reason(std::string(reason));
    request.mutable_outcome()->set_note("said by Mr. Suzuki");
    *request.mutable_outcome()->mutable_occurred_time() = calendar::ToTimestamp(Noon(day));
    EXPECT_THAT(outcomes_.CreateOutcome(Now(), request), banso::testing::IsOk());
  }

  // A fact of another service, from the contract's start on.
  void Mirror(const std::string& subject, absl::string_view fact, const type::v1::Value& value) {
    fact::v1::FactType type;
    type.set_name(std::string(fact));
    type.set_value_type(rule::TypeOf(value));
    type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
    fact::v1::FactChange change;
    change.set_subject(subject);
    change.set_fact(std::string(fact));
    *change.mutable_value() = value;
    *change.mutable_occurred_time() = calendar::ToTimestamp(Noon(absl::CivilDay(2026, 4, 1)));
    *change.mutable_recorded_time() = change.occurred_time();
    EXPECT_THAT(database_->Write(Now(),
                                 [&](storage::Writer& writer) -> absl::Status {
                                   BANSO_RETURN_IF_ERROR(KeepFactTypes(writer, {type}));
                                   return store_.MirrorFact(writer, change);
                                 }),
                banso::testing::IsOk());
  }

  StudiesApi studies_{*database_, store_};
  OutcomesApi outcomes_{*database_, store_, ids_};

 private:
  std::vector<v1::Sample> pending_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_STUDIES_STUDIES_FIXTURE_H_
