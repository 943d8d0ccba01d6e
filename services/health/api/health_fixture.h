#ifndef BANSO_SERVICES_HEALTH_API_HEALTH_FIXTURE_H_
#define BANSO_SERVICES_HEALTH_API_HEALTH_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/field_rules.h"
#include "common/contract/ids.h"
#include "common/rule/value.h"
#include "common/storage/open.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "services/health/api/assessments/assessments_api.h"
#include "services/health/api/evaluator.h"
#include "services/health/api/health_api.h"
#include "services/health/api/metrics/metrics_api.h"
#include "services/health/api/success/success_api.h"
#include "services/health/store/store.h"

namespace banso::health {

// The day on which most tests begin.
inline const absl::CivilDay kApril1(2026, 4, 1);

// The messages of a client-streaming call, from memory.
template <typename Message>
class VectorSource : public server::Source<Message> {
 public:
  explicit VectorSource(std::vector<Message> messages) : messages_(std::move(messages)) {}

  absl::StatusOr<bool> Read(Message* message) override {
    if (next_ == messages_.size()) return false;
    *message = messages_[next_++];
    return true;
  }

 private:
  std::vector<Message> messages_;
  size_t next_ = 0;
};

// Handlers over a store of their own, with one account `accounts/acme` in Tokyo and its running
// onboarding `o1`, whose contract began on 1 April 2026.
class HealthFixture : public banso::testing::TempDirTest {
 protected:
  HealthFixture() {
    Open();
    Follow("acme");
  }

  // Makes the handlers over the store, as a start of the service does.
  void Open() {
    storage::OpenOptions options;
    options.path = TempFile("health.db");
    options.service = "health";
    options.migrations = Schema();
    auto opened = storage::OpenSqlite(options);
    EXPECT_THAT(opened, banso::testing::IsOk());
    database_ = *std::move(opened);
    evaluator_ = std::make_unique<Evaluator>(*database_, store_);
    health_ = std::make_unique<HealthApi>(*database_, store_, *evaluator_);
    metrics_ = std::make_unique<MetricsApi>(*database_, store_);
    assessments_ = std::make_unique<AssessmentsApi>(*database_, store_, ids_);
    success_ = std::make_unique<SuccessApi>(*database_, store_, *evaluator_);
  }
  // Lets go of the store. Other handlers must have been let go of before.
  void Close() {
    success_.reset();
    assessments_.reset();
    metrics_.reset();
    health_.reset();
    evaluator_.reset();
    database_.reset();
  }

  // Noon of a day in Tokyo.
  static absl::Time Noon(absl::CivilDay day) {
    return calendar::StartOfDay(day, calendar::ZoneOrUtc("Asia/Tokyo")) + absl::Hours(12);
  }

  Call At(absl::Time now, absl::string_view request_id = "") const {
    Call call = ServiceCall("health", now);
    call.actor = "members/aoki";
    call.method = "test";
    call.request_id = std::string(request_id);
    return call;
  }
  Call Now() const { return At(now_); }

  // What accounts has told of the onboarding `o1` of an account, at a time: its state and the day
  // of its contract, as facts, and from Now() on.
  void FollowOnboarding(absl::string_view id, accounts::v1::OnboardingState state,
                        absl::CivilDay contract_start, absl::Time time) {
    accounts::v1::Onboarding onboarding;
    onboarding.set_name(absl::StrCat("accounts/", id, "/onboardings/o1"));
    onboarding.set_state(state);
    *onboarding.mutable_update_time() = calendar::ToTimestamp(time);
    accounts::v1::ClockReading* clock = onboarding.add_clocks();
    clock->set_clock(type::v1::CLOCK_CONTRACT_START);
    *clock->mutable_date() = calendar::ToDate(contract_start);
    const std::string word = accounts::v1::OnboardingState_Name(state);
    fact::v1::FactChange changes[2];
    changes[0].set_fact("account.onboarding.state");
    *changes[0].mutable_value() =
        rule::TextValue(absl::AsciiStrToLower(absl::StripPrefix(word, "ONBOARDING_STATE_")));
    changes[1].set_fact("account.onboarding.clock.contract_start");
    *changes[1].mutable_value() = rule::DateValue(contract_start);
    EXPECT_THAT(database_->Write(Now(),
                                 [&](storage::Writer& writer) -> absl::Status {
                                   for (fact::v1::FactChange& change : changes) {
                                     change.set_subject(onboarding.name());
                                     *change.mutable_occurred_time() = calendar::ToTimestamp(time);
                                     *change.mutable_recorded_time() = calendar::ToTimestamp(time);
                                     BANSO_RETURN_IF_ERROR(store_.mirror.Mirror(writer, change));
                                   }
                                   return store_.FollowOnboarding(writer, onboarding);
                                 }),
                banso::testing::IsOk());
  }

  void Follow(absl::string_view id) {
    accounts::v1::Account account;
    account.set_name(absl::StrCat("accounts/", id));
    account.set_display_name(std::string(id));
    account.set_time_zone("Asia/Tokyo");
    accounts::v1::ExternalId* external = account.add_external_ids();
    external->set_system("crm");
    external->set_id(absl::StrCat("C-", id));
    EXPECT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.FollowAccount(writer, account); }),
        banso::testing::IsOk());
    FollowOnboarding(id, accounts::v1::ONBOARDING_STATE_RUNNING, kApril1,
                     calendar::StartOfDay(kApril1, calendar::ZoneOrUtc("Asia/Tokyo")));
  }

  // So many onboardings of an account beside its first, running from the same day.
  void FollowMoreOnboardings(absl::string_view id, int count) {
    for (int i = 0; i < count; ++i) {
      accounts::v1::Onboarding onboarding;
      onboarding.set_name(absl::StrCat("accounts/", id, "/onboardings/more", i));
      onboarding.set_state(accounts::v1::ONBOARDING_STATE_RUNNING);
      onboarding.add_clocks()->set_clock(type::v1::CLOCK_CONTRACT_START);
      *onboarding.mutable_clocks(0)->mutable_date() = calendar::ToDate(kApril1);
      EXPECT_THAT(database_->Write(Now(),
                                   [&](storage::Writer& writer) {
                                     return store_.FollowOnboarding(writer, onboarding);
                                   }),
                  banso::testing::IsOk());
    }
  }

  void MakeMetric(absl::string_view id, v1::MetricKind kind = v1::METRIC_KIND_COUNTER,
                  absl::string_view source = "product") {
    v1::CreateMetricRequest request;
    request.set_metric_id(std::string(id));
    request.mutable_metric()->set_display_name(std::string(id));
    request.mutable_metric()->set_kind(kind);
    request.mutable_metric()->set_source(std::string(source));
    EXPECT_THAT(metrics_->CreateMetric(Now(), request), banso::testing::IsOk());
  }

  static v1::Sample MakeSample(absl::string_view id, absl::string_view metric, absl::Time occurred,
                               double value = 1) {
    v1::Sample sample;
    sample.set_id(std::string(id));
    sample.set_account("accounts/acme");
    sample.set_metric(absl::StrCat("metrics/", metric));
    sample.set_value(value);
    *sample.mutable_occurred_time() = calendar::ToTimestamp(occurred);
    return sample;
  }

  absl::StatusOr<v1::IngestSamplesResponse> Ingest(const Call& call,
                                                   const std::vector<v1::Sample>& samples) {
    v1::IngestSamplesRequest request;
    request.mutable_samples()->Add(samples.begin(), samples.end());
    VectorSource<v1::IngestSamplesRequest> source({request});
    return metrics_->IngestSamples(call, source);
  }

  // Saves and activates; fails the test when either does not work.
  v1::ScoreModel Activate(const v1::ScoreModel& model) {
    v1::SaveScoreModelRequest save;
    *save.mutable_score_model() = model;
    save.set_reason("test");
    const auto saved = health_->SaveScoreModel(Now(), save);
    EXPECT_THAT(saved, banso::testing::IsOk());
    v1::ActivateScoreModelRequest activate;
    activate.set_name(absl::StrCat(model.name(), "@", saved->revision().number()));
    const auto active = health_->ActivateScoreModel(Now(), activate);
    EXPECT_THAT(active, banso::testing::IsOk());
    return *active;
  }
  v1::SuccessDefinition Activate(const v1::SuccessDefinition& definition) {
    v1::SaveSuccessDefinitionRequest save;
    *save.mutable_success_definition() = definition;
    save.set_reason("test");
    const auto saved = success_->SaveSuccessDefinition(Now(), save);
    EXPECT_THAT(saved, banso::testing::IsOk());
    v1::ActivateSuccessDefinitionRequest activate;
    activate.set_name(absl::StrCat(definition.name(), "@", saved->revision().number()));
    const auto active = success_->ActivateSuccessDefinition(Now(), activate);
    EXPECT_THAT(active, banso::testing::IsOk());
    return *active;
  }
  v1::Rubric Activate(const v1::Rubric& rubric) {
    v1::SaveRubricRequest save;
    *save.mutable_rubric() = rubric;
    save.set_reason("test");
    const auto saved = assessments_->SaveRubric(Now(), save);
    EXPECT_THAT(saved, banso::testing::IsOk());
    v1::ActivateRubricRequest activate;
    activate.set_name(absl::StrCat(rubric.name(), "@", saved->revision().number()));
    const auto active = assessments_->ActivateRubric(Now(), activate);
    EXPECT_THAT(active, banso::testing::IsOk());
    return *active;
  }

  contract::CountingIdSource ids_;
  Store store_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Evaluator> evaluator_;
  std::unique_ptr<HealthApi> health_;
  std::unique_ptr<MetricsApi> metrics_;
  std::unique_ptr<AssessmentsApi> assessments_;
  std::unique_ptr<SuccessApi> success_;
  // The business time of Now(); tests move it on.
  absl::Time now_ = Noon(absl::CivilDay(2026, 4, 1));
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_HEALTH_FIXTURE_H_
