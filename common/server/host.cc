#include "common/server/host.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/errors.h"
#include "common/server/grpc_status.h"
#include "common/server/headers.h"
#include "common/server/log.h"
#include "common/server/metrics.h"
#include "common/server/retry_after.h"
#include "common/server/roles.h"
#include "common/server/trace.h"
#include "common/status_macros.h"

namespace banso::server::internal {
namespace {

constexpr char kStopping[] = "the server is stopping; call again";
constexpr absl::Duration kSlow = absl::Seconds(2);
constexpr absl::Duration kFarAway = absl::Hours(24 * 365);
constexpr int kTicksPerIdlePeriod = 4;

std::string MethodName(const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat(method.service()->full_name(), "/", method.name());
}

std::map<std::string, std::string, std::less<>> Headers(
    const grpc::CallbackServerContext& context) {
  std::map<std::string, std::string, std::less<>> headers;
  for (const auto& [name, value] : context.client_metadata()) {
    headers[std::string(name.data(), name.size())] = std::string(value.data(), value.size());
  }
  return headers;
}

absl::Time Deadline(const grpc::CallbackServerContext& context, const Method& method,
                    absl::Time now) {
  const bool streams = method.is_stream();
  // Without a deadline the transport says a time so far away that it cannot be calculated with.
  const absl::Time given = absl::FromChrono(context.deadline());
  if (given > now + kFarAway) return now + (streams ? kStreamDeadline : kDefaultDeadline);
  return std::min(given, now + (streams ? kStreamDeadline : kMaxDeadline));
}

// As long as the key, whatever the caller sends: how far a guess fits cannot be measured.
bool EqualInConstantTime(absl::string_view given, absl::string_view key) {
  unsigned char difference = given.size() == key.size() ? 0 : 1;
  for (size_t i = 0; i < key.size(); ++i) {
    const unsigned char c = i < given.size() ? static_cast<unsigned char>(given[i]) : 0;
    difference |= static_cast<unsigned char>(c ^ static_cast<unsigned char>(key[i]));
  }
  return difference == 0;
}

// For whom a stream counts. Without a name the host stands for the caller, however many connections
// it opens: `ipv4:127.0.0.1` of `ipv4:127.0.0.1:51234`.
std::string CallerOf(const RunningCall& call) {
  if (!call.call().actor.empty()) return call.call().actor;
  const std::string& remote = call.incoming()->remote;
  return remote.substr(0, remote.rfind(':'));
}

absl::Status TooManyStreams(absl::string_view whose, int limit) {
  return contract::Overloaded(
      "TOO_MANY_STREAMS",
      absl::StrCat(whose, " has ", limit, " streams open, which is as many as it may have"),
      kRetryAfter);
}

// How loudly the end of a call is told: faults of ours always, refusals and changes normally, the
// rest only on request.
LogLevel LevelOf(const absl::Status& status, bool mutates, absl::Duration duration) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return LogLevel::kError;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return LogLevel::kWarning;
    case absl::StatusCode::kCancelled:
      // The caller has gone; whoever only begins and cancels calls shall not fill the log.
      return LogLevel::kDebug;
    case absl::StatusCode::kOk:
      return mutates || duration > kSlow ? LogLevel::kInfo : LogLevel::kDebug;
    default:
      return LogLevel::kInfo;
  }
}

}  // namespace

absl::Status Stopping() { return contract::Unavailable(kStopping, kRetryAfter); }

Host::Host(const ServiceDefinition& definition, const ServerOptions& options)
    : definition_(definition),
      options_(options),
      executor_(options.executor),
      cancel_watch_(kMaxCancelledCalls, kCancelledCallsPeriod) {
  ticker_ = std::thread([this] { TickLoop(); });
}

Host::~Host() {
  {
    absl::MutexLock lock(&streams_mutex_);
    stopped_ = true;
  }
  ticker_.join();
  executor_.Stop();
}

bool Host::BeginCall() {
  absl::MutexLock lock(&calls_mutex_);
  if (refuses_calls_) return false;
  ++calls_;
  return true;
}

void Host::EndCall() {
  absl::MutexLock lock(&calls_mutex_);
  --calls_;
}

void Host::RefuseCalls() {
  absl::MutexLock lock(&calls_mutex_);
  refuses_calls_ = true;
}

bool Host::refuses_calls() const {
  absl::MutexLock lock(&calls_mutex_);
  return refuses_calls_;
}

void Host::NoteCancelled(const Incoming& incoming) {
  // The suite's own connections carry the calls of many, who are counted where they come in.
  if (!options_.suite_key.empty() &&
      EqualInConstantTime(incoming.header(kSuiteKeyHeader), options_.suite_key)) {
    return;
  }
  if (!cancel_watch_.Note(incoming.remote, absl::Now())) return;
  EndConnection(incoming.remote, "its calls are cancelled without end");
}

void Host::EndConnection(absl::string_view remote, absl::string_view reason) {
  ++ended_connections_;
  server::Log(LogLevel::kWarning, "a connection is ended",
              {{"service", definition_.name()}, {"remote", remote}, {"cause", reason}});
  end_connection_(remote);
}

absl::Status Host::Add(OpenStream* stream) {
  absl::MutexLock lock(&streams_mutex_);
  if (ending_) return Stopping();
  streams_.emplace(stream, std::nullopt);
  return absl::OkStatus();
}

absl::Status Host::LetIn(OpenStream* stream) {
  const std::string caller = CallerOf(stream->call());
  absl::MutexLock lock(&streams_mutex_);
  const auto found = streams_.find(stream);
  BANSO_CHECK(found != streams_.end() && !found->second.has_value());
  int& of_caller = streams_of_[caller];
  const bool caller_has_too_many = of_caller >= options_.max_streams_of_caller;
  if (caller_has_too_many || open_streams_ >= options_.max_open_streams) {
    ++refused_streams_;
    if (of_caller == 0) streams_of_.erase(caller);
    return caller_has_too_many ? TooManyStreams(caller, options_.max_streams_of_caller)
                               : TooManyStreams(definition_.name(), options_.max_open_streams);
  }
  ++of_caller;
  ++open_streams_;
  found->second = caller;
  return absl::OkStatus();
}

void Host::Remove(OpenStream* stream) {
  absl::MutexLock lock(&streams_mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  if (found->second.has_value()) {
    --open_streams_;
    const auto of_caller = streams_of_.find(*found->second);
    if (--of_caller->second == 0) streams_of_.erase(of_caller);
  }
  streams_.erase(found);
}

int Host::calls() const {
  absl::MutexLock lock(&calls_mutex_);
  return calls_;
}

int Host::open_streams() const {
  absl::MutexLock lock(&streams_mutex_);
  return open_streams_;
}

std::map<std::string, int, std::less<>> Host::open_streams_by_remote() const {
  std::map<std::string, int, std::less<>> streams;
  absl::MutexLock lock(&streams_mutex_);
  for (const auto& [stream, caller] : streams_) {
    if (caller.has_value()) ++streams[stream->call().incoming()->remote];
  }
  return streams;
}

int64_t Host::refused_streams() const {
  absl::MutexLock lock(&streams_mutex_);
  return refused_streams_;
}

void Host::EndStreams() {
  absl::MutexLock lock(&streams_mutex_);
  if (ending_) return;
  ending_ = true;
  for (const auto& [stream, caller] : streams_) stream->EndForShutdown();
}

bool Host::AwaitNoCalls(absl::Time deadline) {
  const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_mutex_) { return calls_ == 0; };
  absl::MutexLock lock(&calls_mutex_);
  return calls_mutex_.AwaitWithDeadline(absl::Condition(&none), deadline);
}

void Host::TickLoop() {
  const auto stopped = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(streams_mutex_) { return stopped_; };
  while (true) {
    {
      absl::MutexLock lock(&streams_mutex_);
      if (streams_mutex_.AwaitWithTimeout(absl::Condition(&stopped),
                                          options_.idle_period / kTicksPerIdlePeriod)) {
        return;
      }
      const absl::Time now = absl::Now();
      for (const auto& [stream, caller] : streams_) stream->Tick(now);
    }
    // Without an authenticator nothing changes: the suite's key stays.
    if (definition_.authenticator()) RecheckStreams();
  }
}

void Host::RecheckStreams() {
  struct Checked {
    OpenStream* stream = nullptr;
    std::shared_ptr<const Incoming> incoming = {};
    absl::Status status = {};
  };
  std::vector<Checked> streams;
  {
    absl::MutexLock lock(&streams_mutex_);
    for (const auto& [stream, caller] : streams_) {
      if (stream->call().is_admitted()) streams.push_back({stream, stream->call().incoming()});
    }
  }
  // May read the database, which the streams need not wait for.
  for (Checked& checked : streams) {
    Call call;
    call.now = definition_.clock()->TimeNow();
    checked.status = Guarded([&] { return Authenticate(*checked.incoming, &call); });
  }
  absl::MutexLock lock(&streams_mutex_);
  for (const Checked& checked : streams) {
    if (!absl::IsUnauthenticated(checked.status) && !absl::IsPermissionDenied(checked.status)) {
      continue;
    }
    // Another stream may be where one was that has gone meanwhile.
    const auto found = streams_.find(checked.stream);
    if (found == streams_.end() || found->first->call().incoming() != checked.incoming) continue;
    checked.stream->End(checked.status);
  }
}

absl::Status Host::Authenticate(const Incoming& incoming, Call* call) const {
  if (definition_.authenticator()) return definition_.authenticator()(incoming, call);
  if (!options_.suite_key.empty() &&
      !EqualInConstantTime(incoming.header(kSuiteKeyHeader), options_.suite_key)) {
    return contract::Unauthenticated(
        "SUITE_KEY_REQUIRED",
        "this service answers only its own suite: the header banso-suite-key is missing or wrong");
  }
  call->actor = std::string(incoming.header(kActorHeader));
  return absl::OkStatus();
}

RunningCall::RunningCall(Host& host, const Method& method, grpc::CallbackServerContext* context)
    : host_(host), method_(method), context_(context), start_(absl::Now()) {
  auto incoming = std::make_shared<Incoming>();
  incoming->method = MethodName(*method.descriptor);
  incoming->headers = Headers(*context);
  incoming->remote = context->peer();
  incoming_ = std::move(incoming);
  call_.method = incoming_->method;
  call_.trace_parent = NextTraceParent(incoming_->header(kTraceParentHeader));
  call_.deadline = Deadline(*context, method, start_);
  call_.cancelled = std::make_shared<std::atomic<bool>>(false);
}

RunningCall::~RunningCall() { host_.EndCall(); }

void RunningCall::Cancel() {
  if (call_.cancelled->exchange(true)) return;
  // At the deadline the transport cancels by itself.
  if (absl::Now() < call_.deadline) host_.NoteCancelled(*incoming_);
}

absl::Status RunningCall::Admit() {
  if (call_.is_cancelled()) return contract::Cancelled();
  if (absl::Now() >= call_.deadline) {
    return contract::DeadlineExceeded(
        "the deadline passed while the call waited for a free thread; nothing was done");
  }
  ReadClock();
  BANSO_RETURN_IF_ERROR(host_.Authenticate(*incoming_, &call_));
  // What is passed on is checked where it is answered.
  if (!std::holds_alternative<Forward>(method_.handler)) {
    BANSO_RETURN_IF_ERROR(CheckRole(*method_.descriptor, call_, host_.definition().role_source()));
  }
  admitted_.store(true);
  return absl::OkStatus();
}

void RunningCall::ReadClock() { call_.now = host_.definition().clock()->TimeNow(); }

void RunningCall::TakeRequestId(const google::protobuf::Message& request) {
  const google::protobuf::FieldDescriptor* field =
      request.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr || field->is_repeated() ||
      field->type() != google::protobuf::FieldDescriptor::TYPE_STRING) {
    return;
  }
  call_.request_id = request.GetReflection()->GetString(request, field);
}

Call RunningCall::ForwardedCall() const {
  Call call = call_;
  call.request_id = std::string(incoming_->header(kRequestIdHeader));
  return call;
}

grpc::Status RunningCall::Close(const absl::Status& status) const {
  const absl::Duration duration = absl::Now() - start_;
  CallMetrics::OfProcess().Record(host_.definition().name(), call_.method, status.code(), duration,
                                  method_.is_stream());
  Log(status, duration);
  // What lies behind this server has been tried again already; were every layer to repeat that, a
  // failure far behind would multiply. A server that stops is different: another one may answer.
  if (absl::IsUnavailable(status) && status.message() != kStopping && !host_.refuses_calls()) {
    context_->AddTrailingMetadata("grpc-retry-pushback-ms", "-1");
  }
  return ToGrpcStatus(status);
}

void RunningCall::Log(const absl::Status& status, absl::Duration duration) const {
  const bool mutates = method_.descriptor->options().GetExtension(type::v1::rpc).mutates();
  const LogLevel level = LevelOf(status, mutates, duration);
  if (!IsLogged(level)) return;
  const absl::string_view request_id = call_.request_id.empty()
                                           ? incoming_->header(kRequestIdHeader)
                                           : absl::string_view(call_.request_id);
  server::Log(level, status.ok() ? "call" : "call failed",
              {{"service", host_.definition().name()},
               {"method", call_.method},
               {"actor", call_.actor},
               {"request_id", request_id},
               {"trace_id", TraceId(call_.trace_parent)},
               {"code", absl::StatusCodeToString(status.code())},
               {"reason", contract::Reason(status)},
               {"cause", contract::Cause(status)},
               {"duration_ms", absl::ToDoubleMilliseconds(duration)}});
}

absl::Status Guarded(absl::FunctionRef<absl::Status()> body) {
  try {
    return body();
  } catch (const std::exception& e) {
    return contract::Internal(absl::StrCat("exception: ", e.what()));
  } catch (...) {
    return contract::Internal("exception of an unknown type");
  }
}

}  // namespace banso::server::internal
