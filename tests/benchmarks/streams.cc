#include "tests/benchmarks/streams.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "banso/type/v1/change.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "tests/benchmarks/load_client.h"

namespace banso::benchmarks {
namespace {

constexpr absl::Duration kLimit = absl::Seconds(60);

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + kLimit));
}

[[noreturn]] void Fail(const std::string& method, const grpc::Status& status) {
  std::fprintf(stderr, "%s failed: %s\n", method.c_str(), status.error_message().c_str());
  std::exit(1);
}

bool Decode(const grpc::ByteBuffer& bytes, google::protobuf::Message* message) {
  grpc::Slice slice;
  return bytes.DumpToSingleSlice(&slice).ok() &&
         message->ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
}

// One operation that the queue is waited on for.
bool Next(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

// A stream, driven one operation after the other.
class Stream {
 public:
  Stream(const std::string& address, const std::string& method)
      : method_(method), stub_(Connect(address)) {
    SetDeadline(context_);
    call_ = stub_.PrepareCall(&context_, absl::StrCat("/", method), &queue_);
    call_->StartCall(nullptr);
    if (!Next(queue_)) End();
  }

  void Write(const grpc::ByteBuffer& message) {
    call_->Write(message, nullptr);
    if (!Next(queue_)) End();
  }
  void WritesDone() {
    call_->WritesDone(nullptr);
    Next(queue_);
  }
  void Read(grpc::ByteBuffer* message) {
    call_->Read(message, nullptr);
    if (!Next(queue_)) End();
  }
  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Next(queue_);
    return status;
  }
  void Cancel() { context_.TryCancel(); }

 private:
  [[noreturn]] void End() { Fail(method_, Finish()); }

  const std::string method_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

grpc::Status CallOnce(const std::string& address, const std::string& method,
                      const google::protobuf::Message& request,
                      google::protobuf::Message* response) {
  grpc::GenericStub stub(Connect(address));
  grpc::ClientContext context;
  SetDeadline(context);
  context.set_wait_for_ready(true);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, absl::StrCat("/", method),
                                          ToBuffer(request.SerializeAsString()), &queue);
  call->StartCall();
  grpc::ByteBuffer bytes;
  grpc::Status status;
  call->Finish(&bytes, &status, nullptr);
  Next(queue);
  if (status.ok() && !Decode(bytes, response)) {
    return grpc::Status(grpc::StatusCode::INTERNAL, "the answer cannot be read");
  }
  return status;
}

// Whether an encoded WatchChangesResponse carries a change: such a message begins with its tag.
// Decoding each would measure this client.
bool HasChange(const grpc::ByteBuffer& bytes) {
  constexpr uint8_t kTag = type::v1::WatchChangesResponse::kChangeFieldNumber << 3 | 2;
  std::vector<grpc::Slice> slices;
  return bytes.Dump(&slices).ok() && !slices.empty() && slices[0].size() > 0 &&
         *slices[0].begin() == kTag;
}

struct Watcher {
  std::unique_ptr<grpc::GenericStub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
  grpc::ByteBuffer message;
  int64_t left = 0;
  // The steps of opening the stream that are still to come: start, request, end of requests.
  int opening = 3;
};

// Goes on with a watcher whose last operation has succeeded.
void Step(Watcher& watcher, const grpc::ByteBuffer& request) {
  if (watcher.opening > 0) --watcher.opening;
  if (watcher.opening == 2) return watcher.call->Write(request, &watcher);
  if (watcher.opening == 1) return watcher.call->WritesDone(&watcher);
  watcher.call->Read(&watcher.message, &watcher);
}

}  // namespace

void Call(const std::string& address, const std::string& method,
          const google::protobuf::Message& request, google::protobuf::Message* response) {
  const grpc::Status status = CallOnce(address, method, request, response);
  if (!status.ok()) Fail(method, status);
}

bool TryCall(const std::string& address, const std::string& method,
             const google::protobuf::Message& request, google::protobuf::Message* response) {
  return CallOnce(address, method, request, response).ok();
}

double SendAll(const std::string& address, const std::string& method,
               const std::vector<std::string>& messages, google::protobuf::Message* response) {
  std::vector<grpc::ByteBuffer> buffers;
  for (const std::string& message : messages) buffers.push_back(ToBuffer(message));
  Stream stream(address, method);
  const absl::Time start = absl::Now();
  for (const grpc::ByteBuffer& buffer : buffers) stream.Write(buffer);
  stream.WritesDone();
  grpc::ByteBuffer answer;
  stream.Read(&answer);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  const grpc::Status status = stream.Finish();
  if (!status.ok() || !Decode(answer, response)) Fail(method, status);
  return seconds;
}

std::string TokenOfNow(const std::string& address, const std::string& method) {
  type::v1::WatchChangesRequest request;
  request.set_start(type::v1::WATCH_START_NOW);
  Stream stream(address, method);
  stream.Write(ToBuffer(request.SerializeAsString()));
  stream.WritesDone();
  grpc::ByteBuffer bytes;
  type::v1::WatchChangesResponse response;
  while (response.resume_token().empty()) {
    stream.Read(&bytes);
    if (!Decode(bytes, &response)) std::exit(1);
  }
  stream.Cancel();
  stream.Finish();
  return response.resume_token();
}

double WatchAll(const std::string& address, const std::string& method, const std::string& token,
                int watchers, int64_t changes) {
  type::v1::WatchChangesRequest watch;
  watch.set_resume_token(token);
  const grpc::ByteBuffer request = ToBuffer(watch.SerializeAsString());
  grpc::CompletionQueue queue;
  std::vector<Watcher> all(static_cast<size_t>(watchers));
  const absl::Time start = absl::Now();
  for (Watcher& watcher : all) {
    watcher.left = changes;
    watcher.stub = std::make_unique<grpc::GenericStub>(Connect(address));
    SetDeadline(watcher.context);
    watcher.call = watcher.stub->PrepareCall(&watcher.context, absl::StrCat("/", method), &queue);
    watcher.call->StartCall(&watcher);
  }
  int reading = watchers;
  void* tag = nullptr;
  bool ok = false;
  while (reading > 0 && queue.Next(&tag, &ok)) {
    Watcher& watcher = *static_cast<Watcher*>(tag);
    if (!ok) Fail(method, grpc::Status(grpc::StatusCode::UNKNOWN, "the watch has ended"));
    if (watcher.opening == 0 && HasChange(watcher.message) && --watcher.left == 0) {
      --reading;
      watcher.context.TryCancel();
    } else {
      Step(watcher, request);
    }
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) continue;
  return seconds;
}

}  // namespace banso::benchmarks
