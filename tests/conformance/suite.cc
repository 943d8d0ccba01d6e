#include "tests/conformance/suite.h"

#include <chrono>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/server/headers.h"
#include "common/server/service_definition.h"
#include "common/status_macros.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "services/accounts/accounts_service.h"
#include "services/gateway/gateway_service.h"
#include "services/handoff/handoff_service.h"
#include "services/health/health_service.h"
#include "services/kickoff/kickoff_service.h"
#include "tests/conformance/canary.h"

namespace banso::conformance {
namespace {

constexpr char kKey[] = "the-key-of-the-conformance-suite";
constexpr char kOperationsMethods[] = "banso.type.v1.OperationsService/";
// After so long a call counts as hanging; none is meant to come near it.
constexpr std::chrono::seconds kPatience(60);
// How often a service that is away is asked again, and after how long.
constexpr int kAttempts = 50;
constexpr std::chrono::milliseconds kPause(100);

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details())) {
    return contract::FromRpcStatus(details);
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// One call, an operation at a time.
class RunningCall {
 public:
  RunningCall(const std::shared_ptr<grpc::Channel>& channel, const Rpc& rpc)
      : rpc_(rpc), stub_(channel) {}
  ~RunningCall() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  grpc::ClientContext& context() { return context_; }

  Answer Run(const std::vector<std::string>& requests) {
    Start();
    for (const std::string& request : requests) {
      stream_->Write(ToBuffer(request), this);
      if (!Await()) break;
    }
    stream_->WritesDone(this);
    Await();
    return End();
  }

  // Holds the requests back until the server has given the call up.
  Answer RunLate(const std::vector<std::string>& requests) {
    Start();
    grpc::ByteBuffer reply;
    stream_->Read(&reply, this);
    if (Await()) return {absl::UnknownError("an answer came before the request"), {}};
    for (const std::string& request : requests) {
      stream_->Write(ToBuffer(request), this);
      if (!Await()) break;
    }
    return End();
  }

 private:
  bool Await() {
    void* tag = nullptr;
    bool ok = false;
    const auto until = std::chrono::system_clock::now() + kPatience;
    if (queue_.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::GOT_EVENT) return ok;
    timed_out_ = true;
    context_.TryCancel();
    queue_.Next(&tag, &ok);
    return ok;
  }

  void Start() {
    stream_ = stub_.PrepareCall(&context_, absl::StrCat("/", rpc_.full_name()), &queue_);
    stream_->StartCall(this);
    Await();
  }

  // Reads the answer.
  Answer End() {
    Answer answer;
    grpc::ByteBuffer reply;
    stream_->Read(&reply, this);
    while (Await()) {
      answer.replies.push_back(ToBytes(reply));
      if (rpc_.method->server_streaming()) break;
      stream_->Read(&reply, this);
    }
    const bool enough = rpc_.method->server_streaming() && !answer.replies.empty();
    if (enough) context_.TryCancel();
    grpc::Status status;
    stream_->Finish(&status, this);
    Await();
    answer.status = enough ? absl::OkStatus() : FromGrpc(status);
    if (timed_out_) answer.status = absl::UnknownError("the call hangs: no answer for 15 s");
    return answer;
  }

  const Rpc& rpc_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  bool timed_out_ = false;
};

}  // namespace

struct Suite::Hosted {
  explicit Hosted(absl::Time clock) : test_clock(clock) {}

  calendar::TestClock test_clock;
  server::Environment environment;
  std::unique_ptr<server::ServerProcess> process;
};

Suite::Suite(absl::Time clock) : clock_(clock) {}

absl::StatusOr<std::unique_ptr<Suite>> Suite::Start(absl::Time clock) {
  std::unique_ptr<Suite> suite(new Suite(clock));
  BANSO_RETURN_IF_ERROR(suite->StartAll());
  return suite;
}

Suite::~Suite() {
  std::vector<std::thread> threads;
  for (const auto& hosted : hosted_) {
    threads.emplace_back([&hosted] { hosted->process->Stop(); });
  }
  for (std::thread& thread : threads) thread.join();
  while (!hosted_.empty()) hosted_.pop_back();
}

absl::Status Suite::StartAll() {
  KeepLog();
  peers_ = std::make_unique<server::Peers>(std::map<std::string, std::string>(), kKey);
  for (const server::ServiceModule& module :
       {accounts::Module(), kickoff::Module(), health::Module(), handoff::Module(),
        gateway::Module()}) {
    BANSO_RETURN_IF_ERROR(StartOne(module));
  }
  BANSO_ASSIGN_OR_RETURN(const std::string secret, ReadFile(dir_.File("operator.token")));
  operator_secret_ = std::string(absl::StripAsciiWhitespace(secret));
  return absl::OkStatus();
}

absl::Status Suite::StartOne(const server::ServiceModule& module) {
  auto hosted = std::make_unique<Hosted>(clock_);
  server::Environment& environment = hosted->environment;
  environment.service = module.name;
  environment.flags.data_dir = dir_.path().string();
  environment.flags.test_clock = true;
  environment.suite_key = kKey;
  environment.clock = environment.test_clock = &hosted->test_clock;
  environment.peers = peers_.get();
  BANSO_ASSIGN_OR_RETURN(std::unique_ptr<server::ServiceDefinition> definition,
                         module.build(environment));
  server::ServerOptions options;
  options.suite_key = kKey;
  options.lame_duck = absl::ZeroDuration();
  options.idle_period = absl::Milliseconds(200);
  BANSO_ASSIGN_OR_RETURN(hosted->process,
                         server::ServerProcess::Start(std::move(definition), options));
  peers_->SetAddresses({{module.name, hosted->process->address()}});
  channels_[module.name] =
      grpc::CreateChannel(hosted->process->address(), grpc::InsecureChannelCredentials());
  hosted_.push_back(std::move(hosted));
  return absl::OkStatus();
}

Answer Suite::Call(const Rpc& rpc, const std::vector<MessagePtr>& requests,
                   const CallOptions& options) {
  std::vector<std::string> bytes;
  bytes.reserve(requests.size());
  for (const MessagePtr& request : requests) bytes.push_back(request->SerializeAsString());
  return CallRaw(rpc, bytes, options);
}

Answer Suite::CallRaw(const Rpc& rpc, const std::vector<std::string>& requests,
                      const CallOptions& options) {
  RunningCall call(channels_.at(rpc.server), rpc);
  const bool good = options.credentials == CallOptions::Credentials::kGood;
  if (options.credentials != CallOptions::Credentials::kNone) {
    if (rpc.server == kGateway) {
      call.context().AddMetadata(
          "authorization", absl::StrCat("Bearer ", good ? operator_secret_ : "nobody-s-secret"));
    } else {
      call.context().AddMetadata(server::kSuiteKeyHeader,
                                 good ? kKey : "another-key-of-32-letters");
    }
  }
  if (rpc.server != kGateway) call.context().AddMetadata(server::kActorHeader, options.actor);
  // A deadline of the client's own would end the call here, and the server would never see it.
  if (options.expired) call.context().AddMetadata("grpc-timeout", "1m");
  Answer answer = options.expired ? call.RunLate(requests) : call.Run(requests);
  LookForCanaries(rpc, answer.status, answer.replies);
  for (const std::string& bytes : requests) {
    const MessagePtr request = NewRequest(rpc);
    if (answer.ok() && request->ParseFromString(bytes)) CountPlanted(*request);
  }
  return answer;
}

absl::Status Suite::AskInto(const std::string& server, absl::string_view method,
                            const google::protobuf::Message& request,
                            google::protobuf::Message* response) {
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrReplaceAll(method, {{"/", "."}}));
  if (descriptor == nullptr) return contract::Internal(absl::StrCat("no method ", method));
  const Answer answer = CallRaw({server, descriptor}, {request.SerializeAsString()});
  BANSO_RETURN_IF_ERROR(answer.status);
  if (!response->ParseFromString(answer.bytes())) return contract::Internal("no valid answer");
  return absl::OkStatus();
}

absl::StatusOr<std::string> Suite::StateOf(const std::string& server) {
  if (server != kGateway) {
    BANSO_ASSIGN_OR_RETURN(
        const auto position,
        Ask<type::v1::GetPositionResponse>(server, absl::StrCat(kOperationsMethods, "GetPosition"),
                                           type::v1::GetPositionRequest()));
    return absl::StrCat(position.position());
  }
  BANSO_ASSIGN_OR_RETURN(
      const auto tokens,
      Ask<gateway::v1::ListTokensResponse>(server, "banso.gateway.v1.GatewayService/ListTokens",
                                           gateway::v1::ListTokensRequest()));
  BANSO_ASSIGN_OR_RETURN(const auto applications,
                         Ask<gateway::v1::ListProgramApplicationsResponse>(
                             server, "banso.gateway.v1.GatewayService/ListProgramApplications",
                             gateway::v1::ListProgramApplicationsRequest()));
  return absl::StrCat(tokens.SerializeAsString(), applications.SerializeAsString());
}

absl::StatusOr<std::string> Suite::EpochOf(const std::string& server) {
  BANSO_ASSIGN_OR_RETURN(
      const auto position,
      Ask<type::v1::GetPositionResponse>(server, absl::StrCat(kOperationsMethods, "GetPosition"),
                                         type::v1::GetPositionRequest()));
  return position.epoch();
}

absl::Status Suite::Settle() {
  for (const std::string& source : ServerNames()) {
    if (source == kGateway) continue;
    BANSO_ASSIGN_OR_RETURN(
        const auto position,
        Ask<type::v1::GetPositionResponse>(source, absl::StrCat(kOperationsMethods, "GetPosition"),
                                           type::v1::GetPositionRequest()));
    if (settled_[source] == position.position()) continue;
    type::v1::AwaitPositionRequest request;
    request.set_service(source);
    request.set_position(position.position());
    auto reached = Ask<type::v1::AwaitPositionResponse>(
        kGateway, absl::StrCat(kOperationsMethods, "AwaitPosition"), request);
    // A suite that has just begun on a busy machine may not be connected yet.
    for (int i = 0; i < kAttempts && absl::IsUnavailable(reached.status()); ++i) {
      std::this_thread::sleep_for(kPause);
      reached = Ask<type::v1::AwaitPositionResponse>(
          kGateway, absl::StrCat(kOperationsMethods, "AwaitPosition"), request);
    }
    // Nobody follows health.
    if (!reached.ok() && !absl::IsInvalidArgument(reached.status())) return reached.status();
    settled_[source] = position.position();
  }
  return absl::OkStatus();
}

absl::Status Suite::SetTime(absl::string_view rfc3339) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error)) {
    return contract::InvalidField("time", rfc3339, error);
  }
  type::v1::SetTimeRequest request;
  *request.mutable_time() = calendar::ToTimestamp(time);
  return Ask<type::v1::SetTimeResponse>(kGateway, absl::StrCat(kOperationsMethods, "SetTime"),
                                        request)
      .status();
}

}  // namespace banso::conformance
