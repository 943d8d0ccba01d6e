#ifndef BANSO_SERVICES_HANDOFF_API_FAKE_NEIGHBOURS_H_
#define BANSO_SERVICES_HANDOFF_API_FAKE_NEIGHBOURS_H_

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/memory_fact_reader.h"
#include "services/handoff/api/neighbours.h"

namespace banso::handoff {

// The other services, for tests: accounts' onboardings and kickoff's plans in memory. As in the
// real ones, a request id has its effect once and is answered the same again. A service can be made
// to stay away, to refuse, or to act and lose its answer.
class FakeNeighbours : public Neighbours {
 public:
  // Every call to the service answers this, until an OK status ends that.
  void Fail(const std::string& service, absl::Status status) {
    const std::lock_guard lock(mutex_);
    failures_[service] = std::move(status);
  }
  // The service acts on the next `count` calls, but its answers do not arrive.
  void LoseAnswers(const std::string& service, int count) {
    const std::lock_guard lock(mutex_);
    lost_answers_[service] = count;
  }
  // Forgets every onboarding, answer and effect.
  void Forget() {
    const std::lock_guard lock(mutex_);
    onboardings_.clear();
    answers_.clear();
    effects_.clear();
  }
  void AddType(const std::string& service, fact::v1::FactType type) {
    types_[service].push_back(std::move(type));
  }
  rule::MemoryFactReader& facts() { return facts_; }

  // How often something took effect, such as `CreateOnboarding accounts/a/onboardings/o`.
  const std::map<std::string, int>& effects() const { return effects_; }
  accounts::v1::Onboarding& onboarding(const std::string& name) { return onboardings_[name]; }
  const std::vector<std::string>& actors() const { return actors_; }

  absl::StatusOr<accounts::v1::Onboarding> CreateOnboarding(
      const Call& call, const accounts::v1::CreateOnboardingRequest& request) override {
    const std::string name =
        contract::Join(request.parent(), "onboardings", request.onboarding_id());
    return Act<accounts::v1::Onboarding>(
        "accounts", call, request, [&]() -> absl::StatusOr<accounts::v1::Onboarding> {
          if (onboardings_.count(name) > 0) return contract::AlreadyExists(name);
          accounts::v1::Onboarding onboarding = request.onboarding();
          onboarding.set_name(name);
          onboarding.set_state(accounts::v1::ONBOARDING_STATE_RUNNING);
          SetClock(type::v1::CLOCK_CONTRACT_START, request.contract_start(), &onboarding);
          ++effects_[absl::StrCat("CreateOnboarding ", name)];
          return onboardings_[name] = onboarding;
        });
  }

  absl::StatusOr<accounts::v1::Onboarding> AdvanceOnboarding(
      const Call& call, const accounts::v1::AdvanceOnboardingRequest& request) override {
    return Act<accounts::v1::Onboarding>(
        "accounts", call, request, [&]() -> absl::StatusOr<accounts::v1::Onboarding> {
          const auto found = onboardings_.find(request.name());
          if (found == onboardings_.end()) return contract::NotFound(request.name());
          found->second.set_state(request.state());
          if (request.state() == accounts::v1::ONBOARDING_STATE_COMPLETED) {
            SetClock(type::v1::CLOCK_COMPLETION, request.date(), &found->second);
          }
          if (request.state() == accounts::v1::ONBOARDING_STATE_HANDED_OFF) {
            retention_owner_ = request.retention_owner();
          }
          ++effects_[absl::StrCat(accounts::v1::OnboardingState_Name(request.state()), " ",
                                  request.name())];
          return found->second;
        });
  }

  absl::StatusOr<accounts::v1::Onboarding> GetOnboarding(
      const Call& /*call*/, const accounts::v1::GetOnboardingRequest& request) override {
    const std::lock_guard lock(mutex_);
    if (!failures_["accounts"].ok()) return failures_["accounts"];
    const auto found = onboardings_.find(request.name());
    if (found == onboardings_.end()) return contract::NotFound(request.name());
    return found->second;
  }

  absl::StatusOr<kickoff::v1::Plan> CreatePlan(
      const Call& call, const kickoff::v1::CreatePlanRequest& request) override {
    return Act<kickoff::v1::Plan>("kickoff", call, request,
                                  [&]() -> absl::StatusOr<kickoff::v1::Plan> {
                                    kickoff::v1::Plan plan;
                                    plan.set_name(absl::StrCat(request.parent(), "/plan"));
                                    ++effects_[absl::StrCat("CreatePlan ", plan.name())];
                                    return plan;
                                  });
  }

  absl::StatusOr<fact::v1::GetFactsResponse> GetFacts(
      const Call& call, absl::string_view service,
      const fact::v1::GetFactsRequest& request) override {
    const std::lock_guard lock(mutex_);
    const absl::Status& failure = failures_[std::string(service)];
    if (!failure.ok()) return failure;
    rule::Moment moment;
    moment.as_of = call.now;
    moment.time_zone = "Asia/Tokyo";
    fact::v1::GetFactsResponse response;
    for (const std::string& subject : request.subjects()) {
      for (const fact::v1::FactQuery& query : request.queries()) {
        const rule::FactRead read = {subject, query};
        auto readings = facts_.Read({&read, 1}, moment);
        if (!readings.ok()) return readings.status();
        *response.add_readings() = readings->front();
      }
    }
    return response;
  }

  absl::StatusOr<std::vector<fact::v1::FactType>> FactTypes(const Call& /*call*/,
                                                            absl::string_view service) override {
    const std::lock_guard lock(mutex_);
    const absl::Status& failure = failures_[std::string(service)];
    if (!failure.ok()) return failure;
    return types_[std::string(service)];
  }

  const std::string& retention_owner() const { return retention_owner_; }

 private:
  static void SetClock(type::v1::Clock clock, const type::v1::Date& date,
                       accounts::v1::Onboarding* onboarding) {
    accounts::v1::ClockReading* reading = onboarding->add_clocks();
    reading->set_clock(clock);
    *reading->mutable_date() = date;
  }

  // What every changing call has in common: failures, request ids, lost answers.
  template <class Reply, class Request, class Effect>
  absl::StatusOr<Reply> Act(const std::string& service, const Call& call, const Request& request,
                            Effect effect) {
    const std::lock_guard lock(mutex_);
    if (!failures_[service].ok()) return failures_[service];
    actors_.push_back(call.actor);
    const auto answered = answers_.find(request.request_id());
    Reply reply;
    if (answered != answers_.end()) {
      if (answered->second.first != request.SerializeAsString()) {
        return contract::RequestIdReused(request.request_id());
      }
      reply.ParseFromString(answered->second.second);
    } else {
      absl::StatusOr<Reply> done = effect();
      if (!done.ok()) return done.status();
      reply = *done;
      answers_[request.request_id()] = {request.SerializeAsString(), reply.SerializeAsString()};
    }
    if (lost_answers_[service] > 0) {
      --lost_answers_[service];
      return contract::Unavailable("the answer was lost", absl::Seconds(1));
    }
    return reply;
  }

  std::mutex mutex_;
  std::map<std::string, absl::Status> failures_;
  std::map<std::string, int> lost_answers_;
  std::map<std::string, std::vector<fact::v1::FactType>> types_;
  std::map<std::string, accounts::v1::Onboarding> onboardings_;
  // By request id: the request and the answer to it.
  std::map<std::string, std::pair<std::string, std::string>> answers_;
  std::map<std::string, int> effects_;
  std::vector<std::string> actors_;
  std::string retention_owner_;
  rule::MemoryFactReader facts_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_FAKE_NEIGHBOURS_H_
