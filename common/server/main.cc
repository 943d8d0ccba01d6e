#include "common/server/main.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/server/backup.h"
#include "common/server/calendar_files.h"
#include "common/server/log.h"
#include "common/server/metrics.h"
#include "common/server/mirrors.h"
#include "common/server/ops_server.h"
#include "common/server/server.h"
#include "common/server/service_store.h"
#include "common/status_macros.h"
#include "grpc/support/log.h"

namespace banso::server {
namespace {

constexpr char kGateway[] = "gateway";

void LogForGrpc(gpr_log_func_args* args) {
  const LogLevel level = args->severity == GPR_LOG_SEVERITY_ERROR  ? LogLevel::kWarning
                         : args->severity == GPR_LOG_SEVERITY_INFO ? LogLevel::kInfo
                                                                   : LogLevel::kDebug;
  Log(level, args->message,
      {{"library", "grpc"}, {"source", absl::StrCat(args->file, ":", args->line)}});
}

// One module with what it was given; in the order of dependence.
struct Hosted {
  std::unique_ptr<calendar::TestClock> test_clock;
  Environment environment;
  std::unique_ptr<ServerProcess> process;
};

// The services of this program.
class Program {
 public:
  explicit Program(Flags flags) : flags_(std::move(flags)) {}

  absl::Status Start(const std::vector<ServiceModule>& modules) {
    BANSO_RETURN_IF_ERROR(SetUp());
    BANSO_ASSIGN_OR_RETURN(suite_key_, ReadSuiteKey(flags_.suite_key_file));
    BANSO_ASSIGN_OR_RETURN(calendars_, ReadCalendars(flags_.calendar_dir, absl::Now()));
    BANSO_RETURN_IF_ERROR(CheckTls(modules));
    peers_ = std::make_unique<Peers>(flags_.addresses, suite_key_, flags_.tls);
    std::map<std::string, int> ports;
    BANSO_RETURN_IF_ERROR(StartOps(modules, &ports));
    for (const ServiceModule& module : modules) {
      BANSO_RETURN_IF_ERROR(Start(module, /*alone=*/modules.size() == 1));
      ports[module.name] = hosted_.back()->process->port();
    }
    for (const auto& [name, port] : ports) std::printf("%s %d\n", name.c_str(), port);
    std::fflush(stdout);
    return flags_.port_file.empty() ? absl::OkStatus() : WritePortFile(flags_.port_file, ports);
  }

  // The gateway first: what it has begun still needs the others. Those all at once, so that their
  // drains do not add up.
  void Stop() {
    for (const auto& hosted : hosted_) {
      if (hosted->process->name() == kGateway) hosted->process->Stop();
    }
    std::vector<std::thread> threads;
    for (const auto& hosted : hosted_) {
      threads.emplace_back([&hosted] { hosted->process->Stop(); });
    }
    for (std::thread& thread : threads) thread.join();
    // Told of the stop until here; it must not look at what goes now.
    ops_.reset();
    while (!hosted_.empty()) hosted_.pop_back();
  }

 private:
  absl::Status SetUp() {
    SetLogLevel(*ParseLogLevel(flags_.log_level));
    if (!flags_.log_file.empty()) BANSO_RETURN_IF_ERROR(OpenLogFile(flags_.log_file));
    TakeOverProtobufLog();
    gpr_set_log_function(&LogForGrpc);
    std::error_code error;
    std::filesystem::create_directories(flags_.data_dir, error);
    if (!error) return absl::OkStatus();
    return contract::FailedPrecondition(
        "DATA_DIR", flags_.data_dir,
        absl::StrCat("the folder of the databases cannot be created: ", error.message()),
        "Give --data_dir a folder that can be written to");
  }

  absl::Status CheckTls(const std::vector<ServiceModule>& modules) const {
    BANSO_RETURN_IF_ERROR(CheckTlsFiles(flags_.tls));
    if (modules.size() == 1 || flags_.tls.cert_file.empty() || !flags_.tls.peer_ca_file.empty()) {
      return absl::OkStatus();
    }
    return contract::FailedPrecondition(
        "TLS_FILE", flags_.tls.cert_file,
        "the services of this process would speak TLS and call each other in plain text",
        "Give --peer_ca_file the authority of the certificate");
  }

  // Before the services, so that it tells of a start that takes long.
  absl::Status StartOps(const std::vector<ServiceModule>& modules,
                        std::map<std::string, int>* ports) {
    if (flags_.ops_port < 0) return absl::OkStatus();
    std::vector<std::string> names;
    for (const ServiceModule& module : modules) names.push_back(module.name);
    OpsPages pages;
    pages.readiness = [this, names] { return ReadinessOf(names, States()); };
    pages.metrics = [this] {
      return absl::StrCat(CallMetrics::OfProcess().Text(), StateMetrics(States(), absl::Now()),
                          ProcessMetrics());
    };
    BANSO_ASSIGN_OR_RETURN(
        ops_, OpsServer::Start({.listen_host = flags_.listen_host, .port = flags_.ops_port},
                               std::move(pages)));
    (*ports)[names.size() == 1 ? absl::StrCat(names[0], "_ops") : "ops"] = ops_->port();
    return absl::OkStatus();
  }

  std::vector<ServerState> States() const {
    absl::MutexLock lock(&mutex_);
    std::vector<ServerState> states;
    for (const auto& hosted : hosted_) states.push_back(hosted->process->state());
    return states;
  }

  absl::Status Start(const ServiceModule& module, bool alone) {
    auto hosted = std::make_unique<Hosted>();
    Environment& environment = hosted->environment;
    environment.service = module.name;
    environment.flags = flags_;
    environment.suite_key = suite_key_;
    environment.clock = &system_clock_;
    environment.calendars = &calendars_;
    environment.peers = peers_.get();
    if (flags_.test_clock) {
      hosted->test_clock = std::make_unique<calendar::TestClock>(TestClockStart());
      environment.clock = environment.test_clock = hosted->test_clock.get();
    }
    BANSO_ASSIGN_OR_RETURN(std::unique_ptr<ServiceDefinition> definition,
                           module.build(environment));
    ServerOptions options;
    options.listen_host = flags_.listen_host;
    options.port = alone || module.name == kGateway ? flags_.port : 0;
    options.suite_key = suite_key_;
    options.tls = flags_.tls;
    options.reflection = flags_.reflection;
    options.drain_timeout = flags_.drain_timeout;
    BANSO_ASSIGN_OR_RETURN(hosted->process, ServerProcess::Start(std::move(definition), options));
    peers_->SetAddresses({{module.name, hosted->process->address()}});
    absl::MutexLock lock(&mutex_);
    hosted_.push_back(std::move(hosted));
    return absl::OkStatus();
  }

  absl::Time TestClockStart() const {
    absl::Time start = absl::Now();
    std::string error;
    // Read once before: the flags were checked.
    if (!flags_.test_clock_start.empty()) {
      absl::ParseTime(absl::RFC3339_full, flags_.test_clock_start, &start, &error);
    }
    return start;
  }

  const Flags flags_;
  std::string suite_key_;
  calendar::Calendars calendars_;
  calendar::SystemClock system_clock_;
  std::unique_ptr<Peers> peers_;
  // Held to add a service and to read the list from the ops port's thread. The main thread, which
  // alone changes it, reads it without, and empties it when that thread has ended.
  mutable absl::Mutex mutex_;
  std::vector<std::unique_ptr<Hosted>> hosted_;
  std::unique_ptr<OpsServer> ops_;
};

bool IsCommand(const Flags& flags) {
  return !flags.backup_to.empty() || !flags.restore_from.empty() || flags.rebuild_mirrors ||
         flags.mirror_hash;
}

// What the flags ask for instead of serving.
absl::Status RunCommand(const Flags& flags, const std::vector<ServiceModule>& modules) {
  if (flags.rebuild_mirrors) return RebuildMirrors(modules, flags.data_dir);
  if (flags.mirror_hash) {
    BANSO_ASSIGN_OR_RETURN(const auto hashes, MirrorHashes(modules, flags.data_dir));
    for (const auto& [service, hash] : hashes) {
      std::printf("%s %s\n", service.c_str(), hash.c_str());
    }
    return absl::OkStatus();
  }
  std::vector<std::string> services;
  for (const ServiceModule& module : modules) services.push_back(module.name);
  const bool backup = !flags.backup_to.empty();
  BANSO_RETURN_IF_ERROR(backup ? BackUpStores(services, flags.data_dir, flags.backup_to)
                               : RestoreStores(services, flags.restore_from, flags.data_dir));
  const std::string& folder = backup ? flags.backup_to : flags.data_dir;
  for (const std::string& service : services) {
    std::printf("%s %s\n", service.c_str(), StoreOf(service, folder).path.c_str());
  }
  return absl::OkStatus();
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// A process may open as many files as the system lets it, without having to be told.
void RaiseFileLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Gives memory that a peak has left unused back to the system, which the allocator does not do by
// itself for threads other than the first.
class MemoryKeeper {
 public:
  void ReleaseUnused() {
    const size_t unused = mallinfo2().fordblks;
    // What has been given back still counts as unused, until it is used again.
    released_ = std::min(released_, unused);
    if (unused - released_ < kWorthIt) return;
    malloc_trim(0);
    released_ = mallinfo2().fordblks;
  }

 private:
  static constexpr size_t kWorthIt = 64 << 20;

  size_t released_ = 0;
};

// Waits for a signal to stop.
void AwaitStop(const sigset_t& signals) {
  MemoryKeeper memory;
  const timespec pause = {.tv_sec = 2, .tv_nsec = 0};
  while (sigtimedwait(&signals, nullptr, &pause) < 0) {
    if (errno == EAGAIN) memory.ReleaseUnused();
  }
}

int Fail(const absl::Status& status) {
  const std::string message(status.message());
  std::fprintf(stderr, "%s\n", message.c_str());
  const std::string cause = contract::Cause(status);
  if (!cause.empty()) std::fprintf(stderr, "%s\n", cause.c_str());
  return 1;
}

}  // namespace

int Main(int argc, char** argv, const std::vector<ServiceModule>& modules) {
  // Before the first thread: all inherit it, and only this one waits for the signals.
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // A file that may not grow any more refuses the write; it does not end the process.
  signal(SIGXFSZ, SIG_IGN);
  RaiseFileLimit();
  // Debian's library looks for deadlocks at every lock, which is for tests.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::string names = absl::StrJoin(
      modules, ", ",
      [](std::string* out, const ServiceModule& module) { out->append(module.name); });
  absl::StatusOr<Flags> flags = ParseFlags(argc, argv, absl::StrCat("Serves ", names, "."));
  if (!flags.ok()) return Fail(flags.status());
  if (IsCommand(*flags)) {
    const absl::Status status = RunCommand(*flags, modules);
    return status.ok() ? 0 : Fail(status);
  }
  Program program(*std::move(flags));
  if (const absl::Status status = program.Start(modules); !status.ok()) {
    program.Stop();
    return Fail(status);
  }
  AwaitStop(signals);
  // A second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  program.Stop();
  return 0;
}

}  // namespace banso::server
