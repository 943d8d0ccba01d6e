#include "common/server/service_definition.h"

namespace banso::server {

absl::string_view Incoming::header(absl::string_view name) const {
  const auto it = headers.find(std::string(name));
  return it == headers.end() ? absl::string_view() : absl::string_view(it->second);
}

ServiceDefinition::ServiceDefinition(const Environment& environment)
    : ServiceDefinition(environment.service, environment.clock, environment.test_clock) {}

ServiceDefinition::ServiceDefinition(std::string name, calendar::Clock* clock,
                                     calendar::TestClock* test_clock)
    : name_(std::move(name)), clock_(clock), test_clock_(test_clock) {}

ServiceDefinition::~ServiceDefinition() {
  // Functions and followers may point into what is owned.
  followers_.clear();
  on_start_.clear();
  on_stop_.clear();
  sweeps_.clear();
  routers_.clear();
  authenticator_ = nullptr;
  while (!owned_.empty()) owned_.pop_back();
}

Follower* ServiceDefinition::AddFollower(std::unique_ptr<Follower> follower) {
  followers_.push_back(std::move(follower));
  return followers_.back().get();
}

}  // namespace banso::server
