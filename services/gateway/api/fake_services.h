#ifndef BANSO_SERVICES_GATEWAY_API_FAKE_SERVICES_H_
#define BANSO_SERVICES_GATEWAY_API_FAKE_SERVICES_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/calendar/clock.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/server/client.h"
#include "common/server/router.h"
#include "common/server/server.h"
#include "common/server/service_definition.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/gateway/domain/program_parts.h"

// Fakes of the four services behind the gateway, served on real ports, for its tests.
namespace banso::gateway {

// The routers of one service, for FakeServices::Serve. They cannot be copied, so no list can be
// written in place.
template <typename... Routers>
std::vector<server::Router> All(Routers... routers) {
  std::vector<server::Router> all;
  (all.push_back(std::move(routers)), ...);
  return all;
}

// Fakes by the name of the service. What a fake does not handle is UNAVAILABLE.
class FakeServices {
 public:
  explicit FakeServices(absl::Time now = absl::UnixEpoch())
      : peers_({}, ""), nobody_({.name = "nobody"}), start_(now) {}

  // Serves `routers` as the service `name`. Called again with the same name it takes the place of
  // the one before, at another address.
  void Serve(const std::string& name, std::vector<server::Router> routers) {
    Stop(name);
    auto clock = std::make_unique<calendar::TestClock>(start_);
    auto definition = std::make_unique<server::ServiceDefinition>(name, clock.get(), clock.get());
    definition->SetRoleSource(server::NoMembers());
    for (server::Router& router : routers) {
      router.Forward(nobody_);
      definition->Add(std::move(router));
    }
    server::ServerOptions options;
    options.lame_duck = absl::ZeroDuration();
    options.drain_timeout = absl::Seconds(5);
    auto process = server::ServerProcess::Start(std::move(definition), options);
    ASSERT_THAT(process, testing::IsOk());
    peers_.SetAddresses({{name, (*process)->address()}});
    clocks_[name] = std::move(clock);
    processes_[name] = *std::move(process);
  }

  // The service goes away.
  void Stop(const std::string& name) { processes_.erase(name); }

  server::Peers& peers() { return peers_; }
  calendar::TestClock& clock(const std::string& name) { return *clocks_.at(name); }

 private:
  server::Peers peers_;
  server::Peer nobody_;
  const absl::Time start_;
  std::map<std::string, std::unique_ptr<calendar::TestClock>> clocks_;
  std::map<std::string, std::unique_ptr<server::ServerProcess>> processes_;
};

// A call of a member, with ten seconds to live.
inline Call MemberCall(absl::Time now = absl::UnixEpoch()) {
  Call call;
  call.method = "test";
  call.actor = "members/aoki";
  call.now = now;
  call.deadline = absl::Now() + absl::Seconds(10);
  return call;
}

// What the fakes of revisioned resources share: what was called, and what goes wrong.
struct FakeLog {
  std::mutex mutex;
  // `save planTemplates/x`, `activate planTemplates/x@1`, in order; checks are not told.
  std::vector<std::string> calls;
  std::vector<std::string> actors;
  // Called before (`after` false) and after every call that changes something, with its number from
  // 0; an error is the answer. Not called when empty.
  std::function<absl::Status(int number, bool after)> trouble;
  int count = 0;
};

// Runs `body`, a change that `log` is told of, with the trouble that is planned.
template <typename T>
absl::StatusOr<T> Logged(FakeLog& log, const Call& call, const std::string& what,
                         const std::function<absl::StatusOr<T>()>& body) {
  const std::lock_guard lock(log.mutex);
  const int number = log.count++;
  if (log.trouble) {
    if (absl::Status status = log.trouble(number, false); !status.ok()) return status;
  }
  absl::StatusOr<T> result = body();
  if (result.ok()) {
    log.calls.push_back(what);
    log.actors.push_back(call.actor);
  }
  if (log.trouble) {
    if (absl::Status status = log.trouble(number, true); !status.ok()) return status;
  }
  return result;
}

// The RPCs of a revisioned kind, over revisions in memory. A save that changes nothing returns
// the latest revision, as every service does it.
template <typename T, typename Save, typename Activate, typename Get>
class FakeRevisions {
 public:
  using Check = std::function<absl::Status(const Save&)>;

  FakeRevisions(FakeLog& log, T* (Save::*mutable_resource)())
      : log_(log), mutable_resource_(mutable_resource) {}

  // What a save is refused for.
  Check check;

  void Register(server::Router& router) {
    const std::string kind = T::descriptor()->name();
    // The resources of these tests say only what the tests are about.
    router.Unary<Save, T>(
        "Save" + kind,
        [this](const Call& call, const Save& request) { return DoSave(call, request); },
        {.lane = server::Lane::kNormal, .check_fields = false});
    router.Unary<Activate, T>("Activate" + kind, [this](const Call& call, const Activate& request) {
      return Logged<T>(log_, call, "activate " + request.name(),
                       [&]() -> absl::StatusOr<T> { return DoActivate(request.name()); });
    });
    router.Unary<Get, T>("Get" + kind,
                         [this](const Call&, const Get& request) { return DoGet(request.name()); });
  }

  // The fourth of them, by the accessor of its answer's list.
  template <typename Request, typename Response>
  void RegisterList(server::Router& router,
                    google::protobuf::RepeatedPtrField<T>* (Response::*items)()) {
    router.Unary<Request, Response>(
        "List" + T::descriptor()->name() + "Revisions", [this, items](const Call&, const Request&) {
          const std::lock_guard lock(log_.mutex);
          Response response;
          (response.*items)()->Assign(revisions_.begin(), revisions_.end());
          return absl::StatusOr<Response>(response);
        });
  }

  const std::vector<T>& revisions() const { return revisions_; }

 private:
  absl::StatusOr<T> DoSave(const Call& call, Save request) {
    const T resource = *(request.*mutable_resource_)();
    if (check) {
      if (absl::Status status = check(request); !status.ok()) return status;
    }
    if (request.validate_only()) return resource;
    return Logged<T>(log_, call, "save " + resource.name(), [&]() -> absl::StatusOr<T> {
      for (auto it = revisions_.rbegin(); it != revisions_.rend(); ++it) {
        if (it->name() != resource.name()) continue;
        if (SameContent(*it, resource)) return *it;
        break;
      }
      T saved = resource;
      int64_t number = 1;
      for (const T& revision : revisions_) number += revision.name() == resource.name() ? 1 : 0;
      saved.mutable_revision()->set_number(number);
      saved.mutable_revision()->set_state(type::v1::REVISION_STATE_DRAFT);
      saved.mutable_revision()->set_reason(request.reason());
      revisions_.push_back(saved);
      return saved;
    });
  }

  absl::StatusOr<T> DoActivate(const std::string& name) {
    const auto split = contract::SplitRevision(name);
    for (T& revision : revisions_) {
      if (revision.name() != split->name) continue;
      const bool active = revision.revision().number() == split->revision;
      if (active) {
        revision.mutable_revision()->set_state(type::v1::REVISION_STATE_ACTIVE);
        revision.mutable_revision()->mutable_active_from()->set_seconds(++activations_);
      } else if (revision.revision().state() == type::v1::REVISION_STATE_ACTIVE) {
        revision.mutable_revision()->set_state(type::v1::REVISION_STATE_SUPERSEDED);
      }
    }
    return DoFind(split->name, *split->revision);
  }

  absl::StatusOr<T> DoFind(const std::string& name, int64_t number) {
    for (const T& revision : revisions_) {
      if (revision.name() == name && revision.revision().number() == number) return revision;
    }
    return contract::NotFound(name);
  }

  // The one in force, else the latest.
  absl::StatusOr<T> DoGet(const std::string& name) {
    const std::lock_guard lock(log_.mutex);
    const T* found = nullptr;
    for (const T& revision : revisions_) {
      if (revision.name() != name) continue;
      if (revision.revision().state() == type::v1::REVISION_STATE_ACTIVE) return revision;
      found = &revision;
    }
    if (found == nullptr) return contract::NotFound(name);
    return *found;
  }

  FakeLog& log_;
  T* (Save::*const mutable_resource_)();
  std::vector<T> revisions_;
  // Stands for the time of activation.
  int64_t activations_ = 0;
};

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_FAKE_SERVICES_H_
