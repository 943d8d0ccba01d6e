#include "tests/faults/load.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "gtest/gtest.h"
#include "tests/faults/accounts_client.h"
#include "tests/journeys/patience.h"

namespace banso::faults {
namespace {

using accounts::v1::Account;
using accounts::v1::CreateAccountRequest;
using accounts::v1::UpdateAccountRequest;

// After so many changes a writer goes on with a new account.
constexpr int kChangesPerAccount = 4;

CreateAccountRequest Creation(const std::string& id, const std::string& display_name) {
  CreateAccountRequest request;
  request.set_account_id(id);
  request.mutable_account()->set_display_name(display_name);
  request.set_request_id(absl::StrCat("request-", display_name));
  return request;
}

UpdateAccountRequest Change(const std::string& name, const std::string& display_name,
                            const std::string& etag) {
  UpdateAccountRequest request;
  request.mutable_account()->set_name(name);
  request.mutable_account()->set_display_name(display_name);
  request.mutable_account()->set_etag(etag);
  request.mutable_update_mask()->add_paths("display_name");
  request.set_request_id(absl::StrCat("request-", display_name));
  return request;
}

// What the feed says of each account: its display names in order, and how it is at the end.
struct Told {
  std::map<std::string, std::vector<std::string>> names;
  std::map<std::string, Account> accounts;
};

Told FoldAccounts(const std::vector<type::v1::Change>& changes) {
  Told told;
  for (const type::v1::Change& change : changes) {
    Account account;
    if (!change.resource().UnpackTo(&account)) continue;
    std::vector<std::string>& names = told.names[account.name()];
    names.push_back(account.display_name());
    EXPECT_EQ(change.revision(), static_cast<int64_t>(names.size())) << change.name();
    told.accounts[account.name()] = std::move(account);
  }
  return told;
}

}  // namespace

Load::Load(const std::string& address, int writers) : address_(address) {
  const AccountsClient client(address);
  const auto shared = client.Create(Creation("shared", "shared"));
  if (!shared.ok()) {
    absl::MutexLock lock(&mutex_);
    faults_.push_back(shared.status().ToString());
    return;
  }
  names_[kSharedAccount].push_back("shared");
  ++acknowledged_;
  acknowledged_by_.resize(writers);
  for (int i = 0; i < writers; ++i) threads_.emplace_back([this, i] { Write(i); });
}

Load::~Load() { Stop(); }

void Load::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

template <class Attempt>
auto Load::Insist(Attempt attempt) {
  while (true) {
    const absl::Time start = absl::Now();
    ++in_flight_;
    auto answer = attempt();
    --in_flight_;
    if (answer.ok()) return answer;
    absl::MutexLock lock(&mutex_);
    if (!MayBeSentAgain(answer.status())) {
      faults_.push_back(answer.status().ToString());
      return answer;
    }
    failed_attempts_.push_back({start, answer.status()});
  }
}

void Load::Write(int number) {
  const AccountsClient client(address_);
  for (int i = 0; !stopped_; ++i) {
    const std::string id = absl::StrCat("w", number, "-", i);
    auto account = Insist([&] { return client.Create(Creation(id, id)); });
    if (!account.ok()) return;
    Acknowledge(number, account->name(), id);
    for (int j = 0; j < kChangesPerAccount && !stopped_; ++j) {
      const std::string name = absl::StrCat(id, "-", j);
      // With the etag of the last acknowledged answer: were that lost, or had it happened twice,
      // this would be refused.
      account =
          Insist([&] { return client.Update(Change(account->name(), name, account->etag())); });
      if (!account.ok()) return;
      Acknowledge(number, account->name(), name);
    }
    const std::string name = absl::StrCat("shared-by-", id);
    if (!Insist([&] { return client.Update(Change(kSharedAccount, name, "")); }).ok()) return;
    Acknowledge(number, kSharedAccount, name);
  }
}

void Load::Acknowledge(int writer, const std::string& account, const std::string& display_name) {
  absl::MutexLock lock(&mutex_);
  ++acknowledged_by_[writer];
  names_[account].push_back(display_name);
  ++acknowledged_;
}

bool Load::AwaitAcknowledged(int64_t count) {
  const auto reached = [&] { return acknowledged_ >= count; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&reached), journeys::kPatience);
}

bool Load::AwaitAcknowledgedByEach(int64_t count) {
  absl::MutexLock lock(&mutex_);
  const std::vector<int64_t> before = acknowledged_by_;
  const auto reached = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::equal(before.begin(), before.end(), acknowledged_by_.begin(),
                      [&](int64_t then, int64_t now) { return now >= then + count; });
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&reached), journeys::kPatience);
}

std::vector<FailedAttempt> Load::failed_attempts() const {
  absl::MutexLock lock(&mutex_);
  return failed_attempts_;
}

std::vector<std::string> Load::faults() const {
  absl::MutexLock lock(&mutex_);
  return faults_;
}

void ExpectExactly(const Load& load, const std::string& address, Feed& feed) {
  const AccountsClient client(address);
  const auto position = client.Position();
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_EQ(*position,
            load.acknowledged() + kFactsOfNewAccount * static_cast<int64_t>(load.names().size()));
  ASSERT_TRUE(feed.AwaitPosition(*position)) << feed.fault();
  EXPECT_TRUE(feed.fault().ok()) << feed.fault();
  const std::vector<type::v1::Change> changes = feed.changes();
  EXPECT_EQ(static_cast<int64_t>(changes.size()), load.acknowledged());

  Told told = FoldAccounts(changes);
  auto acknowledged = load.names();
  // Nobody knows in which order the writers came to the shared account.
  std::sort(told.names[kSharedAccount].begin(), told.names[kSharedAccount].end());
  std::sort(acknowledged[kSharedAccount].begin(), acknowledged[kSharedAccount].end());
  EXPECT_TRUE(told.names == acknowledged) << "the feed tells other writes than were acknowledged";

  const auto stored = client.List();
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->size(), told.accounts.size());
  for (const Account& account : *stored) {
    EXPECT_EQ(account.SerializeAsString(), told.accounts[account.name()].SerializeAsString())
        << account.name();
  }
}

}  // namespace banso::faults
