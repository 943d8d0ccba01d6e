#include "tests/journeys/client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "common/contract/json.h"
#include "common/status_macros.h"
#include "common/testing/wait.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"

namespace banso::journeys {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

const MethodDescriptor& Find(absl::string_view method) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(method, '/');
  const auto* service = DescriptorPool::generated_pool()->FindServiceByName(parts.first);
  BANSO_CHECK(service != nullptr);
  const MethodDescriptor* found = service->FindMethodByName(parts.second);
  BANSO_CHECK(found != nullptr);
  return *found;
}

// The request that `json` says, encoded.
absl::StatusOr<grpc::ByteBuffer> Encode(const MethodDescriptor& method, absl::string_view json) {
  const std::unique_ptr<Message> request(
      MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
  BANSO_RETURN_IF_ERROR(contract::FromJson(json, request.get()));
  const grpc::Slice slice(request->SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

absl::Status Decode(const grpc::Status& status, const grpc::ByteBuffer& bytes, Message* response) {
  if (!status.ok()) return StatusOf(status);
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok() ||
      !response->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::InternalError("the answer cannot be read");
  }
  return absl::OkStatus();
}

void Prepare(const std::string& token, absl::Duration limit, grpc::ClientContext* context) {
  context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
  context->set_deadline(absl::ToChronoTime(absl::Now() + limit));
}

// One operation that a completion queue is waited on for.
bool Next(grpc::CompletionQueue* queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue->Next(&tag, &ok) && ok;
}

}  // namespace

absl::Status StatusOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details()) && details.code() != 0) {
    return contract::FromRpcStatus(details);
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

absl::Status OnceAnswered(absl::FunctionRef<absl::Status()> ask) {
  absl::Status status;
  testing::WaitUntil(
      [&] {
        status = ask();
        return !absl::IsUnavailable(status);
      },
      kPatience);
  return status;
}

Client::Client(const std::string& gateway_address, std::string token, absl::Duration limit)
    : token_(std::move(token)),
      limit_(limit),
      channel_(grpc::CreateChannel(gateway_address, grpc::InsecureChannelCredentials())) {}

absl::Status Client::CallUnary(absl::string_view method, absl::string_view json,
                               Message* response) const {
  const MethodDescriptor& descriptor = Find(method);
  BANSO_ASSIGN_OR_RETURN(const grpc::ByteBuffer request, Encode(descriptor, json));
  grpc::ClientContext context;
  Prepare(token_, limit_, &context);
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareUnaryCall(&context, absl::StrCat("/", std::string(method)), request, &queue);
  call->StartCall();
  grpc::ByteBuffer bytes;
  grpc::Status status;
  call->Finish(&bytes, &status, nullptr);
  Next(&queue);
  return Decode(status, bytes, response);
}

absl::Status Client::Watch(absl::string_view method, absl::string_view json,
                           const std::function<void()>& on_message) const {
  BANSO_ASSIGN_OR_RETURN(const grpc::ByteBuffer request, Encode(Find(method), json));
  grpc::ClientContext context;
  Prepare(token_, limit_, &context);
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, absl::StrCat("/", std::string(method)), &queue);
  call->StartCall(nullptr);
  bool open = Next(&queue);
  if (open) {
    call->WriteLast(request, grpc::WriteOptions(), nullptr);
    open = Next(&queue);
  }
  grpc::ByteBuffer message;
  while (open) {
    call->Read(&message, nullptr);
    open = Next(&queue);
    if (open) on_message();
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Next(&queue);
  return StatusOf(status);
}

absl::Status Client::CallStream(absl::string_view method, const std::vector<std::string>& jsons,
                                absl::FunctionRef<void()> before_last, Message* response) const {
  const MethodDescriptor& descriptor = Find(method);
  grpc::ClientContext context;
  Prepare(token_, limit_, &context);
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, absl::StrCat("/", std::string(method)), &queue);
  call->StartCall(nullptr);
  bool open = Next(&queue);
  for (const std::string& json : jsons) {
    if (!open) break;
    if (&json == &jsons.back()) before_last();
    BANSO_ASSIGN_OR_RETURN(const grpc::ByteBuffer request, Encode(descriptor, json));
    call->Write(request, nullptr);
    open = Next(&queue);
  }
  if (open) {
    call->WritesDone(nullptr);
    Next(&queue);
  }
  grpc::ByteBuffer bytes;
  call->Read(&bytes, nullptr);
  Next(&queue);
  grpc::Status status;
  call->Finish(&status, nullptr);
  Next(&queue);
  return Decode(status, bytes, response);
}

int64_t Client::Flood(absl::string_view method, absl::string_view json) const {
  const absl::StatusOr<grpc::ByteBuffer> request = Encode(Find(method), json);
  BANSO_CHECK(request.ok());
  grpc::ClientContext context;
  Prepare(token_, limit_, &context);
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, absl::StrCat("/", std::string(method)), &queue);
  call->StartCall(nullptr);
  int64_t taken = 0;
  for (bool open = Next(&queue); open; open = Next(&queue)) {
    call->Write(*request, nullptr);
    ++taken;
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Next(&queue);
  return taken;
}

bool Client::MayChange(const absl::Status& status) {
  return status.ok() || absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsNotFound(status);
}

void Client::Pause() const {
  // A queue on which nothing comes: the wait ends with its deadline.
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  queue.AsyncNext(&tag, &ok, absl::ToChronoTime(absl::Now() + absl::Milliseconds(100)));
}

}  // namespace banso::journeys
