#include "services/gateway/api/watch_portfolio.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "banso/type/v1/change.pb.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "grpcpp/alarm.h"
#include "services/gateway/api/parts.h"
#include "services/gateway/domain/program_parts.h"
#include "services/gateway/domain/resume_tokens.h"

namespace banso::gateway {
namespace {

using type::v1::WatchChangesRequest;
using type::v1::WatchChangesResponse;
using v1::WatchPortfolioRequest;
using v1::WatchPortfolioResponse;

// Messages of one service that are fetched before the caller takes them.
constexpr size_t kMaxFetched = 32;

struct Source {
  const char* name;
  const char* service;
};
constexpr Source kSources[] = {{"accounts", kAccountsService},
                               {"health", kHealthService},
                               {"kickoff", kKickoffService},
                               {"handoff", kHandoffService}};

// One service's stream among the others. All of it is guarded by the merger's mutex.
struct Leg {
  server::Peer* peer = nullptr;
  std::string method;
  // Where to go on after a break: behind the last message that came.
  std::string received_token;
  // Where the caller would go on: behind the last message that it was given.
  std::string given_token;
  // Tells the present stream from those before: what these still say does not count.
  int64_t attempt = 0;
  int failures = 0;
  std::shared_ptr<server::Peer::RawStream> stream;
  std::unique_ptr<grpc::Alarm> alarm;
  // Messages that the caller has not taken yet, and whether no more are fetched because of them.
  size_t waiting = 0;
  bool paused = false;
};

// What the streams and the feed share. The streams' functions hold it weakly: it lives as long as
// the feed. Nothing of a stream is called with the mutex held, as it may answer at once.
class Merger : public std::enable_shared_from_this<Merger> {
 public:
  Merger(const Call& call, WatchPortfolioRequest request, const WatchBackoff& backoff)
      : call_(call), request_(std::move(request)), backoff_(backoff) {}

  // Before Start.
  void AddLeg(server::Peer* peer, absl::string_view service, const std::string& token) {
    absl::MutexLock lock(&mutex_);
    Leg& leg = legs_.emplace_back();
    leg.peer = peer;
    leg.method = absl::StrCat(service, "/WatchChanges");
    leg.received_token = leg.given_token = token;
  }

  void Start() {
    size_t count = 0;
    {
      absl::MutexLock lock(&mutex_);
      count = legs_.size();
    }
    for (size_t i = 0; i < count; ++i) Open(i);
  }

  absl::StatusOr<bool> Next(WatchPortfolioResponse* message) {
    std::shared_ptr<server::Peer::RawStream> go_on;
    {
      absl::MutexLock lock(&mutex_);
      if (messages_.empty()) {
        if (!error_.ok()) return error_;
        return false;
      }
      auto [index, change] = std::move(messages_.front());
      messages_.pop_front();
      Give(index, std::move(change), message);
      Leg& leg = legs_[index];
      --leg.waiting;
      if (leg.paused && leg.waiting <= kMaxFetched / 2) {
        leg.paused = false;
        go_on = leg.stream;
      }
    }
    if (go_on != nullptr) go_on->Next();
    return true;
  }

  void NotifyWhenReady(std::function<void()> ready) {
    {
      absl::MutexLock lock(&mutex_);
      if (messages_.empty() && error_.ok()) {
        ready_ = std::move(ready);
        return;
      }
      ready_ = nullptr;
    }
    ready();
  }

  // A bookmark where the caller stands.
  void Idle(WatchPortfolioResponse* message) {
    absl::MutexLock lock(&mutex_);
    message->set_service(legs_.front().peer->name());
    message->mutable_bookmark();
    message->set_resume_token(Token());
  }

  // The caller has gone.
  void Close() {
    // Ended without the lock, after it.
    std::vector<std::shared_ptr<server::Peer::RawStream>> streams;
    std::vector<std::unique_ptr<grpc::Alarm>> alarms;
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    ready_ = nullptr;
    for (Leg& leg : legs_) {
      ++leg.attempt;
      streams.push_back(std::move(leg.stream));
      alarms.push_back(std::move(leg.alarm));
    }
  }

 private:
  // Opens the stream of a leg, from where it was.
  void Open(size_t index) {
    server::Peer* peer = nullptr;
    std::string method;
    WatchChangesRequest request;
    int64_t attempt = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (closed_ || !error_.ok()) return;
      Leg& leg = legs_[index];
      attempt = ++leg.attempt;
      peer = leg.peer;
      method = leg.method;
      request.set_resume_token(leg.received_token);
      request.set_start(request_.start());
      request.set_name_prefix(request_.name_prefix());
    }
    const std::weak_ptr<Merger> self = weak_from_this();
    std::shared_ptr<server::Peer::RawStream> stream = peer->StreamRaw(
        call_, method, request.SerializeAsString(),
        [self, index, attempt](const std::string& message) {
          if (const auto merger = self.lock()) merger->OnMessage(index, attempt, message);
        },
        [self, index, attempt](const absl::Status& status) {
          if (const auto merger = self.lock()) merger->OnEnd(index, attempt, status);
        });
    {
      absl::MutexLock lock(&mutex_);
      Leg& leg = legs_[index];
      // It may be over already.
      if (closed_ || leg.attempt != attempt) return;
      leg.stream = stream;
      leg.paused = leg.waiting >= kMaxFetched;
      if (leg.paused) return;
    }
    stream->Next();
  }

  void OnMessage(size_t index, int64_t attempt, const std::string& bytes) {
    WatchChangesResponse change;
    if (!change.ParseFromString(bytes)) {
      OnEnd(index, attempt, contract::Internal("a message of a service's feed cannot be read"));
      return;
    }
    std::shared_ptr<server::Peer::RawStream> go_on;
    std::function<void()> ready;
    {
      absl::MutexLock lock(&mutex_);
      Leg& leg = legs_[index];
      if (closed_ || leg.attempt != attempt) return;
      leg.failures = 0;
      if (!change.resume_token().empty()) leg.received_token = change.resume_token();
      messages_.emplace_back(index, std::move(change));
      ++leg.waiting;
      leg.paused = leg.waiting >= kMaxFetched;
      if (!leg.paused) go_on = leg.stream;
      ready.swap(ready_);
    }
    if (go_on != nullptr) go_on->Next();
    if (ready) ready();
  }

  void OnEnd(size_t index, int64_t attempt, const absl::Status& status) {
    std::shared_ptr<server::Peer::RawStream> ended;
    std::unique_ptr<grpc::Alarm> rung;
    std::function<void()> ready;
    {
      absl::MutexLock lock(&mutex_);
      Leg& leg = legs_[index];
      if (closed_ || leg.attempt != attempt) return;
      ++leg.attempt;
      ended = std::move(leg.stream);
      if (IsRefusal(status)) {
        error_ = contract::Error(status.code(), contract::Reason(status),
                                 absl::StrCat(leg.peer->name(), ": ", status.message()));
        ready.swap(ready_);
      } else {
        rung = std::move(leg.alarm);
        leg.alarm = OpenLater(index, leg.failures++);
      }
    }
    if (ready) ready();
  }

  std::unique_ptr<grpc::Alarm> OpenLater(size_t index, int failures) {
    constexpr int kMaxDoublings = 20;
    const absl::Duration wait =
        std::min(backoff_.most, backoff_.first * (1 << std::min(failures, kMaxDoublings)));
    auto alarm = std::make_unique<grpc::Alarm>();
    alarm->Set(absl::ToChronoTime(absl::Now() + wait), [self = weak_from_this(), index](bool rang) {
      const auto merger = self.lock();
      if (rang && merger != nullptr) merger->Open(index);
    });
    return alarm;
  }

  void Give(size_t index, WatchChangesResponse change, WatchPortfolioResponse* message)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Leg& leg = legs_[index];
    if (!change.resume_token().empty()) leg.given_token = change.resume_token();
    message->set_service(leg.peer->name());
    if (change.has_change()) {
      message->mutable_change()->Swap(change.mutable_change());
    } else {
      message->mutable_bookmark()->Swap(change.mutable_bookmark());
    }
    message->set_resume_token(Token());
  }

  std::string Token() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::map<std::string, std::string> tokens;
    for (const Leg& leg : legs_) {
      if (!leg.given_token.empty()) tokens[leg.peer->name()] = leg.given_token;
    }
    return JoinResumeTokens(request_, tokens);
  }

  const Call call_;
  const WatchPortfolioRequest request_;
  const WatchBackoff backoff_;
  absl::Mutex mutex_;
  // Its length never changes once started.
  std::vector<Leg> legs_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<size_t, WatchChangesResponse>> messages_ ABSL_GUARDED_BY(mutex_);
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> ready_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

class PortfolioFeed : public server::Feed<WatchPortfolioResponse> {
 public:
  explicit PortfolioFeed(std::shared_ptr<Merger> merger) : merger_(std::move(merger)) {}
  ~PortfolioFeed() override { merger_->Close(); }

  absl::StatusOr<bool> Next(WatchPortfolioResponse* message) override {
    return merger_->Next(message);
  }
  void NotifyWhenReady(std::function<void()> ready) override {
    merger_->NotifyWhenReady(std::move(ready));
  }
  bool Idle(WatchPortfolioResponse* message) override {
    merger_->Idle(message);
    return true;
  }

 private:
  const std::shared_ptr<Merger> merger_;
};

absl::Status CheckServices(server::Peers& peers, const WatchPortfolioRequest& request) {
  contract::Violations violations;
  for (int i = 0; i < request.services_size(); ++i) {
    if (peers.Find(request.services(i)) != nullptr) continue;
    violations.Add(absl::StrCat("services[", i, "]"), request.services(i),
                   "`accounts`, `health`, `kickoff` or `handoff`", "NOT_ACCEPTED");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<server::Feed<WatchPortfolioResponse>>> WatchPortfolio(
    server::Peers& peers, const Call& call, const WatchPortfolioRequest& request,
    const WatchBackoff& backoff) {
  BANSO_RETURN_IF_ERROR(CheckServices(peers, request));
  BANSO_ASSIGN_OR_RETURN(const auto tokens, SplitResumeTokens(request));
  const std::set<std::string> wanted(request.services().begin(), request.services().end());
  auto merger = std::make_shared<Merger>(call, request, backoff);
  for (const Source& source : kSources) {
    if (!wanted.empty() && wanted.count(source.name) == 0) continue;
    const auto token = tokens.find(source.name);
    merger->AddLeg(peers.Find(source.name), source.service,
                   token == tokens.end() ? "" : token->second);
  }
  merger->Start();
  return std::make_unique<PortfolioFeed>(std::move(merger));
}

}  // namespace banso::gateway
