#include "tests/faults/feed.h"

#include <utility>

#include "banso/accounts/v1/accounts_service.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "tests/faults/accounts_client.h"
#include "tests/journeys/client.h"

namespace banso::faults {
namespace {

constexpr absl::Duration kBackoff = absl::Milliseconds(20);

}  // namespace

Feed::Feed(const std::string& address) : channel_(Connect(address)), thread_([this] { Loop(); }) {}

Feed::~Feed() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_.join();
}

void Feed::Loop() {
  while (true) {
    const absl::Status status = Follow();
    absl::MutexLock lock(&mutex_);
    if (stopped_) return;
    if (!MayBeSentAgain(status)) {
      fault_ = status;
      return;
    }
    // Not at once: a server that stops refuses streams for a while.
    mutex_.AwaitWithTimeout(absl::Condition(&stopped_), kBackoff);
  }
}

absl::Status Feed::Follow() {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  type::v1::WatchChangesRequest request;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return absl::OkStatus();
    context_ = &context;
    request.set_resume_token(resume_token_);
    ++opened_;
  }
  accounts::v1::AccountsService::Stub stub(channel_);
  const auto stream = stub.WatchChanges(&context, request);
  type::v1::WatchChangesResponse response;
  while (stream->Read(&response)) {
    absl::MutexLock lock(&mutex_);
    resume_token_ = response.resume_token();
    position_ = response.position();
    if (response.has_change()) changes_.push_back(std::move(*response.mutable_change()));
  }
  const grpc::Status status = stream->Finish();
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  return journeys::StatusOf(status);
}

bool Feed::AwaitPosition(int64_t position, absl::Duration limit) {
  const auto decided = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return position_ >= position || !fault_.ok();
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&decided), limit);
  return position_ >= position;
}

std::vector<type::v1::Change> Feed::changes() const {
  absl::MutexLock lock(&mutex_);
  return changes_;
}

int Feed::opened() const {
  absl::MutexLock lock(&mutex_);
  return opened_;
}

absl::Status Feed::fault() const {
  absl::MutexLock lock(&mutex_);
  return fault_;
}

}  // namespace banso::faults
