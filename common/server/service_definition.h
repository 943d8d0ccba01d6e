#ifndef BANSO_COMMON_SERVER_SERVICE_DEFINITION_H_
#define BANSO_COMMON_SERVER_SERVICE_DEFINITION_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/calendar/clock.h"
#include "common/contract/call.h"
#include "common/server/environment.h"
#include "common/server/follower.h"
#include "common/server/roles.h"
#include "common/server/router.h"
#include "common/server/sweeps.h"
#include "common/storage/database.h"

namespace banso::server {

// What came with a call besides its message.
struct Incoming {
  // The full name of the method, such as `banso.accounts.v1.AccountsService/GetAccount`.
  std::string method;
  // Headers by lower-case name. Of a header sent twice, the last.
  std::map<std::string, std::string, std::less<>> headers;
  // The caller's network address, such as `ipv4:127.0.0.1:51234`.
  std::string remote;

  // The header's value, or empty.
  absl::string_view header(absl::string_view name) const;
};

// Finds out who calls and fills `call->actor`, or refuses (UNAUTHENTICATED, PERMISSION_DENIED).
// Runs on the executor before the handler; may read the database.
using Authenticator = std::function<absl::Status(const Incoming& incoming, Call* call)>;

// A service, ready to be hosted by a ServerProcess: its handlers, and what runs beside them.
// OperationsService and health come by themselves.
class ServiceDefinition {
 public:
  explicit ServiceDefinition(const Environment& environment);
  // For tests: `test_clock` is null, or the same as `clock`.
  ServiceDefinition(std::string name, calendar::Clock* clock, calendar::TestClock* test_clock);
  // Destroys what it owns, last owned first.
  ~ServiceDefinition();

  // Keeps `thing` alive until the server has stopped. Own what others use first.
  template <class T>
  T* Own(std::unique_ptr<T> thing) {
    T* pointer = thing.get();
    owned_.push_back(std::shared_ptr<void>(std::move(thing)));
    return pointer;
  }

  // The store whose position OperationsService tells; must be alive as long as this definition.
  void SetDatabase(storage::Database* database) { database_ = database; }
  // The handlers of one proto service.
  void Add(Router router) { routers_.push_back(std::move(router)); }
  void AddSweep(Sweep sweep) { sweeps_.push_back(std::move(sweep)); }
  // Started when the server serves, stopped before it drains. AwaitPosition asks it.
  Follower* AddFollower(std::unique_ptr<Follower> follower);
  // Replaces the check of the suite key.
  void SetAuthenticator(Authenticator authenticator) { authenticator_ = std::move(authenticator); }
  // Tells the roles of members. Needed where a method that is answered here asks for a role.
  void SetRoleSource(RoleSource source) { role_source_ = std::move(source); }
  // Runs before the server reports that it serves; an error ends the start. In order.
  void OnStart(std::function<absl::Status()> start) { on_start_.push_back(std::move(start)); }
  // Runs when the server begins to stop, after health has turned, also when an OnStart function has
  // failed. In reverse order.
  void OnStop(std::function<void()> stop) { on_stop_.push_back(std::move(stop)); }

  const std::string& name() const { return name_; }
  calendar::Clock* clock() const { return clock_; }
  calendar::TestClock* test_clock() const { return test_clock_; }
  storage::Database* database() const { return database_; }
  std::vector<Router>& routers() { return routers_; }
  std::vector<Sweep>& sweeps() { return sweeps_; }
  const std::vector<std::unique_ptr<Follower>>& followers() const { return followers_; }
  const Authenticator& authenticator() const { return authenticator_; }
  const RoleSource& role_source() const { return role_source_; }
  const std::vector<std::function<absl::Status()>>& on_start() const { return on_start_; }
  const std::vector<std::function<void()>>& on_stop() const { return on_stop_; }

 private:
  const std::string name_;
  calendar::Clock* const clock_;
  calendar::TestClock* const test_clock_;
  storage::Database* database_ = nullptr;
  std::vector<std::shared_ptr<void>> owned_;
  std::vector<Router> routers_;
  std::vector<Sweep> sweeps_;
  std::vector<std::unique_ptr<Follower>> followers_;
  Authenticator authenticator_;
  RoleSource role_source_;
  std::vector<std::function<absl::Status()>> on_start_;
  std::vector<std::function<void()>> on_stop_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_SERVICE_DEFINITION_H_
