#include "clients/cli/connection.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "clients/cli/methods.h"
#include "common/contract/errors.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/byte_buffer.h"

namespace banso::cli {

struct Transport {
  grpc::GenericStub stub;
};

namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr char kServerMark[] = "banso.cli/from-server";
// Errors may list hundreds of violations: more than the transport's default of 8 KiB.
constexpr int kMaxHeaderBytes = 64 * 1024;
constexpr int kMaxAttempts = 6;
constexpr absl::Duration kFirstWait = absl::Milliseconds(50);

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const std::optional<Tls>& tls) {
  if (!tls.has_value()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = tls->authorities,
                               .pem_private_key = tls->key,
                               .pem_cert_chain = tls->certificate});
}

std::shared_ptr<Transport> NewTransport(const ConnectionOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxHeaderBytes);
  arguments.SetMaxReceiveMessageSize(-1);
  return std::make_shared<Transport>(Transport{grpc::GenericStub(
      grpc::CreateCustomChannel(options.address, CredentialsOf(options.tls), arguments))});
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

grpc::ByteBuffer Encode(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

absl::Status Decode(const grpc::ByteBuffer& bytes, Message* message) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (bytes.Valid() && bytes.Dump(&slices).ok()) {
    for (const grpc::Slice& slice : slices) {
      text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    if (message->ParseFromString(text)) return absl::OkStatus();
  }
  return FromServer(
      absl::InternalError(absl::StrCat("The answer is no ", message->GetDescriptor()->full_name(),
                                       ": the server speaks another version of the contract.")));
}

std::string Unreachable(const ConnectionOptions& options) {
  if (!options.tls.has_value()) {
    return absl::StrCat("No server answers at ", options.address,
                        ". Start one with deploy/up, or name another with --address.");
  }
  return absl::StrCat("No server at ", options.address,
                      " answers over TLS that --ca-file vouches for and that accepts --cert-file.");
}

absl::Status ToStatus(const grpc::Status& status, const ConnectionOptions& options) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status rpc;
  if (!rpc.ParseFromString(status.error_details())) rpc.clear_details();
  rpc.set_code(static_cast<int>(status.error_code()));
  rpc.set_message(status.error_message());
  // Without details the transport speaks, and not to people.
  if (status.error_details().empty()) {
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
      rpc.set_message(Unreachable(options));
    } else if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      rpc.set_message(absl::StrCat("The server at ", options.address, " did not answer within ",
                                   absl::FormatDuration(options.timeout),
                                   "; --timeout gives it longer."));
    } else if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
      rpc.set_message(absl::StrCat("The server at ", options.address,
                                   " does not serve this RPC; is it the gateway?"));
    }
  }
  return FromServer(contract::FromRpcStatus(rpc));
}

// One stream, driven step by step on a queue of its own.
class Stream {
 public:
  Stream(std::unique_ptr<grpc::ClientContext> context, grpc::GenericStub& stub,
         const MethodDescriptor& method)
      : context_(std::move(context)),
        call_(stub.PrepareCall(context_.get(), PathOf(method), &queue_)) {
    call_->StartCall(this);
    open_ = Next();
  }

  ~Stream() {
    if (!finished_) {
      context_->TryCancel();
      Finish();
    }
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) continue;
  }

  bool Write(const Message& message) {
    if (!open_) return false;
    call_->Write(Encode(message), this);
    open_ = Next();
    return open_;
  }

  void WritesDone() {
    if (!open_) return;
    call_->WritesDone(this);
    Next();
  }

  bool Read(grpc::ByteBuffer* bytes) {
    call_->Read(bytes, this);
    return Next();
  }

  grpc::Status Finish() {
    grpc::Status status;
    finished_ = true;
    call_->Finish(&status, this);
    Next();
    return status;
  }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  const std::unique_ptr<grpc::ClientContext> context_;
  grpc::CompletionQueue queue_;
  const std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  bool open_ = false;
  bool finished_ = false;
};

class StreamUpload : public Upload {
 public:
  StreamUpload(std::unique_ptr<grpc::ClientContext> context, std::shared_ptr<Transport> transport,
               const MethodDescriptor& method, ConnectionOptions options)
      : transport_(std::move(transport)),
        options_(std::move(options)),
        stream_(std::move(context), transport_->stub, method) {}

  bool Send(const Message& message) override { return stream_.Write(message); }

  absl::Status Finish(Message* response) override {
    stream_.WritesDone();
    grpc::ByteBuffer bytes;
    const bool answered = stream_.Read(&bytes);
    const absl::Status status = ToStatus(stream_.Finish(), options_);
    if (!status.ok()) return status;
    if (!answered) return FromServer(absl::InternalError("The server gave no answer."));
    return Decode(bytes, response);
  }

 private:
  const std::shared_ptr<Transport> transport_;
  const ConnectionOptions options_;
  Stream stream_;
};

}  // namespace

Connection::Connection(ConnectionOptions options)
    : options_(std::move(options)), transport_(NewTransport(options_)) {}

Connection::Connection(const Connection& other, std::string token)
    : options_([&] {
        ConnectionOptions options = other.options_;
        options.token = std::move(token);
        return options;
      }()),
      transport_(other.transport_) {}

Connection::~Connection() = default;

std::unique_ptr<grpc::ClientContext> Connection::NewContext(absl::Time deadline) const {
  auto context = std::make_unique<grpc::ClientContext>();
  if (deadline != absl::InfiniteFuture()) context->set_deadline(absl::ToChronoTime(deadline));
  if (!options_.token.empty()) {
    context->AddMetadata("authorization", absl::StrCat("Bearer ", options_.token));
  }
  if (!options_.actor.empty()) context->AddMetadata("banso-actor", options_.actor);
  return context;
}

absl::Status Connection::Call(absl::string_view method, const Message& request, Message* response) {
  const MethodDescriptor* descriptor = FindFullName(method);
  if (descriptor == nullptr) return absl::InternalError(absl::StrCat("there is no ", method));
  return Call(*descriptor, request, response);
}

absl::Status Connection::Call(const MethodDescriptor& method, const Message& request,
                              Message* response) {
  absl::Duration wait = kFirstWait;
  for (int attempt = 1;; ++attempt) {
    absl::Status status = CallOnce(method, request, response);
    if (status.code() != absl::StatusCode::kResourceExhausted || attempt == kMaxAttempts) {
      return status;
    }
    absl::SleepFor(std::max(wait, contract::RetryDelay(status).value_or(wait)));
    wait *= 2;
  }
}

absl::Status Connection::CallOnce(const MethodDescriptor& method, const Message& request,
                                  Message* response) {
  // All of it is this thread's, the context first of all: it holds the channel, and the library
  // aborts when one of its callback threads is the one to let the last channel go.
  const std::unique_ptr<grpc::ClientContext> context = NewContext(absl::Now() + options_.timeout);
  const grpc::ByteBuffer sent = Encode(request);
  grpc::ByteBuffer received;
  grpc::Status outcome;
  absl::Notification done;
  transport_->stub.UnaryCall(context.get(), PathOf(method), {}, &sent, &received,
                             [&outcome, &done](grpc::Status status) {
                               outcome = std::move(status);
                               done.Notify();
                             });
  done.WaitForNotification();
  const absl::Status status = ToStatus(outcome, options_);
  return status.ok() ? Decode(received, response) : status;
}

absl::Status Connection::Read(const MethodDescriptor& method, const Message& request,
                              Message* message, const std::function<absl::Status()>& on_message) {
  Stream stream(NewContext(absl::InfiniteFuture()), transport_->stub, method);
  stream.Write(request);
  stream.WritesDone();
  grpc::ByteBuffer bytes;
  while (stream.Read(&bytes)) {
    absl::Status status = Decode(bytes, message);
    if (status.ok()) status = on_message();
    if (!status.ok()) return status;
  }
  return ToStatus(stream.Finish(), options_);
}

std::unique_ptr<Upload> Connection::Send(const MethodDescriptor& method, absl::Duration timeout) {
  ConnectionOptions options = options_;
  options.timeout = std::max(timeout, options.timeout);
  return std::make_unique<StreamUpload>(NewContext(absl::Now() + options.timeout), transport_,
                                        method, options);
}

bool IsFromServer(const absl::Status& status) { return status.GetPayload(kServerMark).has_value(); }

absl::Status FromServer(absl::Status status) {
  if (!status.ok()) status.SetPayload(kServerMark, absl::Cord("1"));
  return status;
}

}  // namespace banso::cli
