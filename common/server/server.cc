#include "common/server/server.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/server/acceptor.h"
#include "common/server/adapter.h"
#include "common/server/flood_guard.h"
#include "common/server/host.h"
#include "common/server/log.h"
#include "common/server/operations_service.h"
#include "common/server/process_memory.h"
#include "common/server/roles.h"
#include "common/server/sweeps.h"
#include "common/status_macros.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace banso::server {
namespace {

constexpr char kOperationsService[] = "banso.type.v1.OperationsService";
// Peers that vanish without a word are noticed after the sum of these.
constexpr int kKeepaliveMilliseconds = 60'000;
constexpr int kKeepaliveTimeoutMilliseconds = 20'000;
// What the library reads of one connection before it looks at it. The calls in there are begun even
// when the connection has been ended meanwhile.
constexpr int kMaxReadBytes = 64 * 1024;
// Of the library's own, for calls of the reflection service: one each while it is open.
constexpr int kMaxLibraryThreads = 32;
// How long the library may take to notice that its connections have been closed. It keeps those
// whose calls still run.
constexpr absl::Duration kEndConnections = absl::Milliseconds(500);

bool IsLoopback(absl::string_view host) {
  return absl::StartsWith(host, "127.") || host == "localhost" || host == "::1" || host == "[::1]";
}

// Settings of the library that hold for the whole process.
void SetUpLibraryOnce() {
  static std::once_flag once;
  std::call_once(once, [] { grpc::EnableDefaultHealthCheckService(true); });
}

// Gives one server the library's reflection service or not: linked in, it comes by itself.
class Reflection final : public grpc::ServerBuilderOption {
 public:
  explicit Reflection(bool wanted) : wanted_(wanted) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    auto plugin = std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>();
    const std::string name = plugin->name();
    plugins->erase(
        std::remove_if(plugins->begin(), plugins->end(),
                       [&name](const auto& registered) { return registered->name() == name; }),
        plugins->end());
    if (wanted_) plugins->push_back(std::move(plugin));
  }

 private:
  const bool wanted_;
};

absl::Status CheckHandlers(ServiceDefinition& definition) {
  std::vector<std::string> missing;
  for (const Router& router : definition.routers()) {
    for (const std::string& method : router.Unhandled()) {
      missing.push_back(absl::StrCat(router.service().full_name(), "/", method));
    }
  }
  if (missing.empty()) return absl::OkStatus();
  return contract::FailedPrecondition(
      "METHODS_WITHOUT_HANDLER", definition.name(),
      absl::StrCat("these methods have no handler: ", absl::StrJoin(missing, ", ")),
      "Register one for each");
}

// Whether members can be asked for the roles that methods answered here ask for.
absl::Status CheckRoleSource(ServiceDefinition& definition) {
  if (definition.role_source()) return absl::OkStatus();
  for (const Router& router : definition.routers()) {
    for (const internal::Method& method : router.methods()) {
      if (!AsksForRole(*method.descriptor) ||
          std::holds_alternative<internal::Forward>(method.handler)) {
        continue;
      }
      return contract::FailedPrecondition(
          "ROLES_UNKNOWN", definition.name(),
          absl::StrCat(method.descriptor->full_name(),
                       " asks for a role, and nothing tells the roles of members"),
          "Set a role source");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckExposure(const ServiceDefinition& definition, const ServerOptions& options) {
  const bool exposed = !IsLoopback(options.listen_host);
  if (exposed && options.tls.cert_file.empty()) {
    static std::once_flag warned;
    std::call_once(warned, [] {
      Log(LogLevel::kWarning,
          "no --tls_cert_file is given: whoever can listen to the network reads along, the suite's "
          "key and tokens included");
    });
  }
  const bool knows_callers = !options.suite_key.empty() || definition.authenticator() ||
                             !options.tls.client_ca_file.empty();
  if (knows_callers) return absl::OkStatus();
  if (exposed) {
    return contract::FailedPrecondition(
        "SUITE_KEY_REQUIRED", definition.name(),
        absl::StrCat("it would listen on ", options.listen_host, " and answer anybody"),
        "Give every process of the suite the same --suite_key_file, or certificates and "
        "--tls_client_ca_file");
  }
  static std::once_flag warned;
  std::call_once(warned, [] {
    Log(LogLevel::kWarning,
        "no --suite_key_file is given: everybody on this machine may call the services and say "
        "who they are");
  });
  return absl::OkStatus();
}

}  // namespace

class ServerProcess::Impl {
 public:
  Impl(std::unique_ptr<ServiceDefinition> definition, const ServerOptions& options)
      : definition_(std::move(definition)),
        options_(options),
        host_(*definition_, options_),
        sweeps_(definition_->name(), std::move(definition_->sweeps()), definition_->clock(),
                definition_->test_clock()) {}

  ~Impl() { Stop(); }

  absl::Status Start() {
    AddOperations();
    BANSO_RETURN_IF_ERROR(CheckHandlers(*definition_));
    BANSO_RETURN_IF_ERROR(CheckRoleSource(*definition_));
    BANSO_RETURN_IF_ERROR(CheckExposure(*definition_, options_));
    BANSO_RETURN_IF_ERROR(CheckTlsFiles(options_.tls));
    BANSO_RETURN_IF_ERROR(Listen());
    SetServing(false);
    for (const auto& start : definition_->on_start()) BANSO_RETURN_IF_ERROR(start());
    sweeps_.Start();
    for (const auto& follower : definition_->followers()) follower->Start();
    SetServing(true);
    Log(LogLevel::kInfo, "serving", {{"service", definition_->name()}, {"address", address()}});
    return absl::OkStatus();
  }

  void Stop() {
    std::call_once(stop_once_, [this] {
      if (server_ == nullptr) return;
      SetServing(false);
      Log(LogLevel::kInfo, "stopping", {{"service", definition_->name()}});
      absl::SleepFor(options_.lame_duck);
      const auto& on_stop = definition_->on_stop();
      for (auto stop = on_stop.rbegin(); stop != on_stop.rend(); ++stop) (*stop)();
      sweeps_.Stop();
      for (const auto& follower : definition_->followers()) follower->Stop();
      host_.RefuseCalls();
      host_.EndStreams();
      const bool drained = host_.AwaitNoCalls(absl::Now() + options_.drain_timeout);
      // Before the library shuts down: calls that reach it then are CANCELLED, of which their
      // callers do not know whether they may be sent again.
      acceptor_->StopListening();
      acceptor_->EndAll(absl::Now() + kEndConnections);
      server_->Shutdown(absl::ToChronoTime(absl::Now()));
      host_.executor().Stop();
      Log(drained ? LogLevel::kInfo : LogLevel::kWarning,
          drained ? "stopped" : "stopped; calls under way were cancelled",
          {{"service", definition_->name()}});
    });
  }

  ServerState state() const {
    ServerState state;
    state.service = definition_->name();
    state.serving = serving_.load();
    const Executor& executor = host_.executor();
    for (const auto& [lane, name] :
         {std::pair(Lane::kNormal, "normal"), {Lane::kFacts, "facts"}, {Lane::kStream, "stream"}}) {
      state.lanes.push_back({name, executor.QueueLength(lane), executor.Refused(lane)});
    }
    state.calls = host_.calls();
    state.open_streams = host_.open_streams();
    state.refused_streams = host_.refused_streams();
    state.refused_connections = acceptor_->refused();
    state.ended_connections = host_.ended_connections();
    if (definition_->database() != nullptr) state.position = definition_->database()->position();
    for (const auto& follower : definition_->followers()) {
      state.followers.push_back(follower->state());
    }
    return state;
  }

  const ServiceDefinition& definition() const { return *definition_; }
  int port() const { return port_; }
  std::string address() const {
    // Who listens everywhere is called here.
    const bool anywhere = options_.listen_host == "0.0.0.0" || options_.listen_host == "::" ||
                          options_.listen_host == "[::]";
    return absl::StrCat(anywhere ? "127.0.0.1" : options_.listen_host, ":", port_);
  }

 private:
  void AddOperations() {
    for (const Router& router : definition_->routers()) {
      if (router.service().full_name() == kOperationsService) return;
    }
    definition_->Add(OperationsRouter(*definition_));
  }

  absl::Status Listen() {
    auto acceptor = internal::Acceptor::Listen(options_.listen_host, options_.port);
    if (!acceptor.ok()) return CannotListen();
    acceptor_ = *std::move(acceptor);
    port_ = acceptor_->port();
    host_.SetConnectionEnder(
        [this](absl::string_view remote) { acceptor_->End(remote); },
        [this](absl::string_view remote) { return acceptor_->HasEnded(remote); });
    guard_ =
        std::make_unique<internal::FloodGuard>(kMaxHeldCalls + kMaxOpenStreams, GuardedServer());
    SetUpLibraryOnce();
    grpc::ServerBuilder builder;
    builder.SetContextAllocator(guard_->NewAllocator());
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> observers;
    observers.push_back(guard_->NewObserver());
    builder.experimental().SetInterceptorCreators(std::move(observers));
    const std::shared_ptr<grpc::experimental::ExternalConnectionAcceptor> library =
        builder.experimental().AddExternalConnectionAcceptor(
            grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
            ServerCredentialsOf(options_.tls));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentCalls);
    builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kMaxReadBytes);
    // Left to itself, the library would let a fast caller send more and more in advance.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kStreamWindowBytes);
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.SetOption(std::make_unique<Reflection>(options_.reflection));
    if (options_.reflection) {
      builder.SetResourceQuota(
          grpc::ResourceQuota(definition_->name()).SetMaxThreads(kMaxLibraryThreads));
    }
    for (const Router& router : definition_->routers()) {
      adapters_.push_back(std::make_unique<internal::ServiceAdapter>(host_, router));
      builder.RegisterService(adapters_.back().get());
    }
    BuildServer(builder);
    if (server_ == nullptr) return CannotListen();
    acceptor_->Begin([this, library](int listener, int connection, const std::string& remote) {
      guard_->Forget(remote);
      grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
      parameters.listener_fd = listener;
      parameters.fd = connection;
      library->HandleNewConnection(&parameters);
    });
    return absl::OkStatus();
  }

  // What the guard sees of this server and does to it.
  internal::FloodGuard::Server GuardedServer() {
    return {.begun = [this] { return internal::CallsBegun(library_number_.load()); },
            .held = [this] { return internal::HeldCallsOfConnections(library_number_.load()); },
            .held_by =
                [this](const auto& remotes) { return books_.Of(library_number_.load(), remotes); },
            .received =
                [this] {
                  const std::map<std::string, int64_t> received = acceptor_->Read();
                  books_.Keep(received);
                  return received;
                },
            .memory = [] { return internal::MemoryOfProcess().resident; },
            .admitted = [this] { return host_.open_streams_by_remote(); },
            .ended = [this] { return host_.ended_connections(); },
            .end =
                [this](absl::string_view remote) {
                  host_.EndConnection(remote, "it holds too many calls, or sends to no purpose");
                },
            .release_memory = [] { internal::ReleaseFreeMemory(); }};
  }

  // The library does not tell the number of a server that it begins, so no two may begin at once.
  void BuildServer(grpc::ServerBuilder& builder) {
    static std::mutex mutex;
    std::lock_guard<std::mutex> lock(mutex);
    builder.RegisterCallbackGenericService(&unknown_methods_);
    server_ = builder.BuildAndStart();
    library_number_.store(internal::NewestServer());
  }

  absl::Status CannotListen() const {
    return contract::FailedPrecondition(
        "CANNOT_LISTEN", absl::StrCat(options_.listen_host, ":", options_.port),
        absl::StrCat(definition_->name(),
                     " cannot listen there: the port is taken, or the host is "
                     "not this machine's"),
        "Choose another --port (0 takes a free one) or --listen_host");
  }

  void SetServing(bool serving) {
    // The library does not say that its switch may be used by several threads.
    static std::mutex mutex;
    std::lock_guard<std::mutex> lock(mutex);
    grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
    health->SetServingStatus("", serving);
    health->SetServingStatus(definition_->name(), serving);
    serving_.store(serving);
  }

  // In the order of dependence: the server goes before what its reactors use.
  const std::unique_ptr<ServiceDefinition> definition_;
  const ServerOptions options_;
  internal::Host host_;
  SweepRunner sweeps_;
  std::vector<std::unique_ptr<internal::ServiceAdapter>> adapters_;
  internal::UnknownMethods unknown_methods_{host_};
  std::unique_ptr<internal::Acceptor> acceptor_;
  // In the library's books; 0 before it is known, and then no connection has been taken.
  std::atomic<int64_t> library_number_{0};
  // Of the guard's thread.
  internal::ConnectionBooks books_;
  std::unique_ptr<internal::FloodGuard> guard_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::atomic<bool> serving_{false};
  std::once_flag stop_once_;
};

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    std::unique_ptr<ServiceDefinition> definition, const ServerOptions& options) {
  auto impl = std::make_unique<Impl>(std::move(definition), options);
  BANSO_RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<ServerProcess>(new ServerProcess(std::move(impl)));
}

ServerProcess::ServerProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ServerProcess::~ServerProcess() = default;

const std::string& ServerProcess::name() const { return impl_->definition().name(); }

int ServerProcess::port() const { return impl_->port(); }

std::string ServerProcess::address() const { return impl_->address(); }

ServerState ServerProcess::state() const { return impl_->state(); }

void ServerProcess::Stop() { impl_->Stop(); }

}  // namespace banso::server
