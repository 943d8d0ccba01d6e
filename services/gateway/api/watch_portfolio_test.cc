#include "services/gateway/api/watch_portfolio.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "banso/type/v1/change.pb.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/api/fake_services.h"

namespace banso::gateway {
namespace {

using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using type::v1::WatchChangesRequest;
using type::v1::WatchChangesResponse;

// A service's changes: `name/1`, `name/2`, ... Tokens are the numbers.
class FakeChanges {
 public:
  explicit FakeChanges(std::string name) : name_(std::move(name)) {}

  void Append(int count) {
    std::vector<std::function<void()>> ready;
    {
      const std::lock_guard lock(mutex_);
      count_ += count;
      ready.swap(ready_);
    }
    for (const auto& wake : ready) wake();
  }

  server::Router MakeRouter(const std::string& service) {
    server::Router router(service);
    router.Watch<WatchChangesRequest, WatchChangesResponse>(
        "WatchChanges",
        [this](const Call&, const WatchChangesRequest& request)
            -> absl::StatusOr<std::unique_ptr<server::Feed<WatchChangesResponse>>> {
          return std::make_unique<ChangeFeed>(
              this, request.resume_token().empty() ? 0 : std::stoi(request.resume_token()));
        });
    return router;
  }

 private:
  class ChangeFeed : public server::Feed<WatchChangesResponse> {
   public:
    ChangeFeed(FakeChanges* changes, int position) : changes_(changes), position_(position) {}

    absl::StatusOr<bool> Next(WatchChangesResponse* message) override {
      const std::lock_guard lock(changes_->mutex_);
      if (position_ >= changes_->count_) return false;
      ++position_;
      message->mutable_change()->set_name(absl::StrCat(changes_->name_, "/", position_));
      message->set_resume_token(absl::StrCat(position_));
      return true;
    }
    void NotifyWhenReady(std::function<void()> ready) override {
      {
        const std::lock_guard lock(changes_->mutex_);
        if (position_ >= changes_->count_) {
          changes_->ready_.push_back(std::move(ready));
          return;
        }
      }
      ready();
    }

   private:
    FakeChanges* const changes_;
    int position_;
  };

  const std::string name_;
  std::mutex mutex_;
  int count_ = 0;                             // Guarded by mutex_.
  std::vector<std::function<void()>> ready_;  // Guarded by mutex_.
};

// Takes messages from a feed as a server does: asks to be woken when there are none.
class Watcher {
 public:
  explicit Watcher(std::unique_ptr<server::Feed<v1::WatchPortfolioResponse>> feed)
      : feed_(std::move(feed)) {}

  // The next message; fails the test when it does not come within ten seconds.
  absl::StatusOr<v1::WatchPortfolioResponse> Next() {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      v1::WatchPortfolioResponse message;
      const absl::StatusOr<bool> has_message = feed_->Next(&message);
      if (!has_message.ok()) return has_message.status();
      if (*has_message) return message;
      const auto woken = std::make_shared<absl::Notification>();
      feed_->NotifyWhenReady([woken] { woken->Notify(); });
      if (!woken->WaitForNotificationWithTimeout(absl::Seconds(10))) break;
    }
    return absl::DeadlineExceededError("no message came");
  }

  // The names of the next `count` changes.
  std::vector<std::string> Names(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) {
      const auto message = Next();
      names.push_back(message.ok() ? message->change().name() : message.status().ToString());
      if (!message.ok()) break;
      token_ = message->resume_token();
    }
    return names;
  }

  const std::string& token() const { return token_; }

 private:
  const std::unique_ptr<server::Feed<v1::WatchPortfolioResponse>> feed_;
  std::string token_;
};

class WatchPortfolioTest : public ::testing::Test {
 protected:
  WatchPortfolioTest() {
    Serve("accounts", "banso.accounts.v1.AccountsService", accounts_);
    Serve("handoff", "banso.handoff.v1.HandoffService", handoff_);
    request_.add_services("accounts");
    request_.add_services("handoff");
  }

  void Serve(const std::string& name, const std::string& service, FakeChanges& changes) {
    std::vector<server::Router> routers;
    routers.push_back(changes.MakeRouter(service));
    fakes_.Serve(name, std::move(routers));
  }

  std::unique_ptr<Watcher> Watch(const std::string& token = "") {
    request_.set_resume_token(token);
    auto feed = WatchPortfolio(fakes_.peers(), MemberCall(), request_,
                               {.first = absl::Milliseconds(5), .most = absl::Milliseconds(50)});
    EXPECT_THAT(feed, testing::IsOk());
    return std::make_unique<Watcher>(*std::move(feed));
  }

  FakeChanges accounts_{"accounts"};
  FakeChanges handoff_{"handoff"};
  FakeServices fakes_;
  v1::WatchPortfolioRequest request_;
};

// The names of one service, in the order in which they came.
std::vector<std::string> Of(const std::string& service, const std::vector<std::string>& names) {
  std::vector<std::string> of;
  for (const std::string& name : names) {
    if (absl::StartsWith(name, service)) of.push_back(name);
  }
  return of;
}

TEST_F(WatchPortfolioTest, MergesTheServicesKeepingTheOrderOfEach) {
  accounts_.Append(2);
  const auto watcher = Watch();
  handoff_.Append(1);
  std::vector<std::string> names = watcher->Names(3);
  EXPECT_THAT(Of("accounts", names), ElementsAre("accounts/1", "accounts/2"));
  EXPECT_THAT(Of("handoff", names), ElementsAre("handoff/1"));
  handoff_.Append(1);
  EXPECT_THAT(watcher->Names(1), ElementsAre("handoff/2"));
}

TEST_F(WatchPortfolioTest, ResumesEveryServiceBehindTheMessageOfTheToken) {
  accounts_.Append(3);
  handoff_.Append(3);
  auto watcher = Watch();
  std::vector<std::string> names = watcher->Names(3);
  const std::string token = watcher->token();
  watcher = Watch(token);
  const std::vector<std::string> rest = watcher->Names(3);
  names.insert(names.end(), rest.begin(), rest.end());
  EXPECT_THAT(Of("accounts", names), ElementsAre("accounts/1", "accounts/2", "accounts/3"));
  EXPECT_THAT(Of("handoff", names), ElementsAre("handoff/1", "handoff/2", "handoff/3"));
}

TEST_F(WatchPortfolioTest, DeliversMoreThanItFetchesAhead) {
  accounts_.Append(500);
  const auto watcher = Watch();
  const std::vector<std::string> names = watcher->Names(500);
  ASSERT_THAT(names, SizeIs(500));
  for (int i = 0; i < 500; ++i) EXPECT_EQ(names[i], absl::StrCat("accounts/", i + 1));
}

TEST_F(WatchPortfolioTest, GoesOnWithoutAServiceThatIsAwayAndTakesItUpAgain) {
  accounts_.Append(1);
  handoff_.Append(1);
  const auto watcher = Watch();
  EXPECT_THAT(watcher->Names(2), ::testing::UnorderedElementsAre("accounts/1", "handoff/1"));
  fakes_.Stop("handoff");
  accounts_.Append(1);
  EXPECT_THAT(watcher->Names(1), ElementsAre("accounts/2"));
  handoff_.Append(2);
  Serve("handoff", "banso.handoff.v1.HandoffService", handoff_);
  EXPECT_THAT(watcher->Names(2), ElementsAre("handoff/2", "handoff/3"));
}

TEST_F(WatchPortfolioTest, BeginsAlthoughAServiceIsNotThereYet) {
  fakes_.Stop("handoff");
  const auto watcher = Watch();
  accounts_.Append(1);
  EXPECT_THAT(watcher->Names(1), ElementsAre("accounts/1"));
  handoff_.Append(1);
  Serve("handoff", "banso.handoff.v1.HandoffService", handoff_);
  EXPECT_THAT(watcher->Names(1), ElementsAre("handoff/1"));
}

TEST_F(WatchPortfolioTest, WaitsForAServiceWhoseAddressIsNotKnown) {
  request_.add_services("kickoff");
  const auto watcher = Watch();
  accounts_.Append(1);
  EXPECT_THAT(watcher->Names(1), ElementsAre("accounts/1"));
  FakeChanges kickoff("kickoff");
  kickoff.Append(1);
  Serve("kickoff", "banso.kickoff.v1.KickoffService", kickoff);
  EXPECT_THAT(watcher->Names(1), ElementsAre("kickoff/1"));
  fakes_.Stop("kickoff");
}

TEST_F(WatchPortfolioTest, EndsWithTheErrorOfAServiceThatRefusesItsToken) {
  handoff_.Append(1);
  const auto watcher = Watch();
  EXPECT_THAT(watcher->Names(1), ElementsAre("handoff/1"));
  // A restored backup of the service does not know the token.
  server::Router router("banso.handoff.v1.HandoffService");
  router.Watch<WatchChangesRequest, WatchChangesResponse>(
      "WatchChanges",
      [](const Call&, const WatchChangesRequest&)
          -> absl::StatusOr<std::unique_ptr<server::Feed<WatchChangesResponse>>> {
        return contract::OutOfRange(contract::kReasonResumeTokenExpired, "the token is too old");
      });
  std::vector<server::Router> routers;
  routers.push_back(std::move(router));
  fakes_.Serve("handoff", std::move(routers));
  const absl::Status status = watcher->Next().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("handoff: ")));
  EXPECT_EQ(contract::Reason(status), contract::kReasonResumeTokenExpired);
}

TEST_F(WatchPortfolioTest, RefusesServicesThatDoNotExist) {
  request_.add_services("sales");
  EXPECT_THAT(WatchPortfolio(fakes_.peers(), MemberCall(), request_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("services[2]")));
}

}  // namespace
}  // namespace banso::gateway
