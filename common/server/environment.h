#ifndef BANSO_COMMON_SERVER_ENVIRONMENT_H_
#define BANSO_COMMON_SERVER_ENVIRONMENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/calendar/calendars.h"
#include "common/calendar/clock.h"
#include "common/server/client.h"
#include "common/server/flags.h"
#include "common/storage/database.h"
#include "common/storage/migration.h"

namespace banso::server {

class ServiceDefinition;

// What a service is given to be built from. Outlives the service.
struct Environment {
  // The service's name, such as `accounts`.
  std::string service;
  Flags flags;
  // The secret that the suite's processes share; empty: none.
  std::string suite_key;
  // The business clock, and the same clock if it can be set (else null).
  calendar::Clock* clock = nullptr;
  calendar::TestClock* test_clock = nullptr;
  // The calendars that the process was given (--calendar_dir), and the built-in ones.
  const calendar::Calendars* calendars = &calendar::Calendars::BuiltIn();
  // The other services. Their addresses may become known only when everything has started.
  Peers* peers = nullptr;

  // The path of a file in the data folder.
  std::string DataFile(absl::string_view name) const {
    return absl::StrCat(flags.data_dir, "/", name);
  }
};

// A service that a program can host.
struct ServiceModule {
  // Such as `accounts`.
  std::string name;
  // Opens the store, migrates it, and wires handlers, sweeps and followers. Nothing runs yet.
  std::function<absl::StatusOr<std::unique_ptr<ServiceDefinition>>(const Environment&)> build;
  // The schema of its store.
  std::function<storage::Migrations()> schema = nullptr;
  // A hash of what its store has taken over from other services; empty where there is none.
  std::function<absl::StatusOr<std::string>(storage::Reader&)> mirror_hash = nullptr;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_ENVIRONMENT_H_
