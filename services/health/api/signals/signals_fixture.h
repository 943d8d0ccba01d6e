#ifndef BANSO_SERVICES_HEALTH_API_SIGNALS_SIGNALS_FIXTURE_H_
#define BANSO_SERVICES_HEALTH_API_SIGNALS_SIGNALS_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/signals/effects.h"
#include "services/health/api/signals/signals_api.h"

namespace banso::health {

// Stands for kickoff: keeps what it is asked, and answers as it is told.
class FakeKickoff : public KickoffClient {
 public:
  absl::Status CreatePlanTask(const Call&,
                              const kickoff::v1::CreatePlanTaskRequest& request) override {
    requests.push_back(request);
    return answer;
  }

  std::vector<kickoff::v1::CreatePlanTaskRequest> requests;
  absl::Status answer;
};

// Stands for handoff: keeps what it is asked, and answers as it is told.
class FakeHandoff : public HandoffClient {
 public:
  absl::StatusOr<handoff::v1::Process> StartOnboarding(
      const Call&, const handoff::v1::StartOnboardingRequest& request) override {
    requests.push_back(request);
    return answer;
  }
  absl::StatusOr<handoff::v1::Process> GetProcess(const Call&, const std::string& name) override {
    asked_after.push_back(name);
    return answer;
  }

  std::vector<handoff::v1::StartOnboardingRequest> requests;
  std::vector<std::string> asked_after;
  absl::StatusOr<handoff::v1::Process> answer = handoff::v1::Process();
};

// The day on which the onboardings of most tests were completed.
inline const absl::CivilDay kCompleted(2026, 5, 1);

// The names of the accounts of signals.
inline std::vector<std::string> AccountsOf(const std::vector<v1::Signal>& signals) {
  std::vector<std::string> accounts;
  for (const v1::Signal& signal : signals) {
    accounts.push_back(signal.name().substr(0, signal.name().find("/signals/")));
  }
  return accounts;
}

// The handlers of signals over a store with the account `accounts/acme` and the counter `logins`.
class SignalsFixture : public HealthFixture {
 protected:
  SignalsFixture() {
    signals_ = std::make_unique<SignalsApi>(*database_, store_);
    // However slow the machine is, what answers has answered.
    effects_ =
        std::make_unique<SignalEffects>(*database_, store_, kickoff_, handoff_, absl::Minutes(1));
    MakeMetric("logins");
  }

  // An account in retention whose onboarding was completed on `completed`.
  void FollowCompleted(absl::string_view id, absl::CivilDay completed,
                       absl::string_view touch = "high") {
    accounts::v1::Account account;
    account.set_name(absl::StrCat("accounts/", id));
    account.set_display_name(std::string(id));
    account.set_time_zone("Asia/Tokyo");
    account.set_lifecycle_stage(accounts::v1::LIFECYCLE_STAGE_RETENTION);
    account.mutable_owners()->set_onboarding("members/aoki");
    account.mutable_owners()->set_retention("members/ito");
    account.set_accountable_owner("members/ito");
    account.mutable_classification()->set_touch(std::string(touch));
    accounts::v1::Onboarding onboarding;
    onboarding.set_name(absl::StrCat(account.name(), "/onboardings/o1"));
    onboarding.set_state(accounts::v1::ONBOARDING_STATE_COMPLETED);
    accounts::v1::ClockReading* clock = onboarding.add_clocks();
    clock->set_clock(type::v1::CLOCK_COMPLETION);
    *clock->mutable_date() = calendar::ToDate(completed);
    EXPECT_THAT(database_->Write(Now(),
                                 [&](storage::Writer& writer) -> absl::Status {
                                   BANSO_RETURN_IF_ERROR(store_.FollowAccount(writer, account));
                                   return store_.FollowOnboarding(writer, onboarding);
                                 }),
                banso::testing::IsOk());
  }

  // One sample a day of `metric`, with `value`, from `from` to `to`.
  void IngestDaily(absl::string_view account, absl::string_view metric, absl::CivilDay from,
                   absl::CivilDay to, double value, absl::string_view user = "") {
    std::vector<v1::Sample> samples;
    for (absl::CivilDay day = from; day <= to; ++day) {
      v1::Sample& sample = samples.emplace_back(MakeSample(
          absl::StrCat(account, metric, calendar::DayText(day), user), metric, Noon(day), value));
      sample.set_account(absl::StrCat("accounts/", account));
      sample.set_user(std::string(user));
    }
    const auto stored = Ingest(Now(), samples);
    ASSERT_THAT(stored, banso::testing::IsOk());
    ASSERT_EQ(stored->stored(), static_cast<int64_t>(samples.size()));
  }

  // Sets the level of `acme` by the gauge `level` from now on.
  void SetLevel(double value) {
    ASSERT_THAT(
        Ingest(Now(), {MakeSample(absl::StrCat("level-", ++levels_), "level", now_, value)}),
        banso::testing::IsOk());
  }

  v1::SignalRule ActivateRule(const v1::SignalRule& rule,
                              const std::vector<fact::v1::FactType>& types = {}) {
    v1::SaveSignalRuleRequest save;
    *save.mutable_signal_rule() = rule;
    save.set_reason("test");
    save.mutable_additional_fact_types()->Assign(types.begin(), types.end());
    const auto saved = signals_->SaveSignalRule(Now(), save);
    EXPECT_THAT(saved, banso::testing::IsOk());
    v1::ActivateSignalRuleRequest activate;
    activate.set_name(absl::StrCat(rule.name(), "@", saved->revision().number()));
    const auto active = signals_->ActivateSignalRule(Now(), activate);
    EXPECT_THAT(active, banso::testing::IsOk());
    return *active;
  }

  void ActivatePlay(const v1::Play& play) {
    v1::SavePlayRequest save;
    *save.mutable_play() = play;
    save.set_reason("test");
    const auto saved = signals_->SavePlay(Now(), save);
    ASSERT_THAT(saved, banso::testing::IsOk());
    v1::ActivatePlayRequest activate;
    activate.set_name(absl::StrCat(play.name(), "@", saved->revision().number()));
    ASSERT_THAT(signals_->ActivatePlay(Now(), activate), banso::testing::IsOk());
  }

  void Evaluate() { ASSERT_THAT(evaluator_->EvaluateDue(Now()), banso::testing::IsOk()); }

  // Newest first.
  std::vector<v1::Signal> List(absl::string_view account = "-") {
    v1::ListSignalsRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    const auto listed = signals_->ListSignals(Now(), request);
    EXPECT_THAT(listed, banso::testing::IsOk());
    return {listed->signals().begin(), listed->signals().end()};
  }

  absl::StatusOr<v1::Signal> Resolve(const std::string& name, v1::SignalOutcome outcome,
                                     absl::string_view result) {
    v1::ResolveSignalRequest request;
    request.set_name(name);
    request.set_outcome(outcome);
    request.set_result(std::string(result));
    return signals_->ResolveSignal(Now(), request);
  }

  // A rule that holds while `fact`, a metric, has a latest value of `at_least` or more.
  static v1::SignalRule LevelRule(absl::string_view id, absl::string_view fact, double at_least) {
    v1::SignalRule rule;
    rule.set_name(absl::StrCat("signalRules/", id));
    rule.set_display_name(std::string(id));
    rule.set_purpose("The owner looks at it");
    rule.set_reason("It is high");
    rule.set_severity(v1::SIGNAL_SEVERITY_WARN);
    type::v1::Comparison* compare = rule.mutable_condition()->mutable_compare();
    compare->mutable_fact()->set_fact(std::string(fact));
    compare->set_op(type::v1::OPERATOR_GE);
    *compare->add_values() = rule::NumberValue(at_least);
    return rule;
  }

  FakeKickoff kickoff_;
  FakeHandoff handoff_;
  std::unique_ptr<SignalsApi> signals_;
  std::unique_ptr<SignalEffects> effects_;

 private:
  int levels_ = 0;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SIGNALS_SIGNALS_FIXTURE_H_
