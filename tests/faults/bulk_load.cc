#include "tests/faults/bulk_load.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/lifecycle.pb.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "common/status_macros.h"
#include "gtest/gtest.h"
#include "tests/journeys/patience.h"

namespace banso::faults {
namespace {

using accounts::v1::Account;
using accounts::v1::ImportAccountsRequest;
using accounts::v1::ImportAccountsResponse;
using type::v1::Change;

constexpr char kSystem[] = "crm";
constexpr int kImporters = 3;
constexpr int kMessagesPerImport = 3;
constexpr int kSets = 2;
constexpr int kMergers = 3;
constexpr int kMembers = 5;

// The accounts of one message of an import: `batch` and a number.
ImportAccountsRequest Batch(const std::string& batch) {
  ImportAccountsRequest message;
  message.set_external_system(kSystem);
  for (int i = 0; i < BulkLoad::kRows; ++i) {
    Account* account = message.add_accounts();
    account->set_display_name(absl::StrCat(batch, " no ", i));
    accounts::v1::ExternalId* id = account->add_external_ids();
    id->set_system(kSystem);
    id->set_id(absl::StrCat(batch, "-", i));
  }
  return message;
}

std::string SetName(int set) { return absl::StrCat("set", set); }
std::string MemberName(int number) { return absl::StrCat("members/m", number); }

// The batch of an account of Batch; empty for others.
std::string BatchOf(const Account& account) {
  const auto end = account.display_name().find(" no ");
  return end == std::string::npos ? "" : account.display_name().substr(0, end);
}

accounts::v1::CreateAccountRequest AccountCreation(const std::string& id) {
  accounts::v1::CreateAccountRequest request;
  request.set_account_id(id);
  request.mutable_account()->set_display_name(absl::StrCat("Company ", id));
  request.set_request_id(absl::StrCat("create-", id));
  return request;
}

accounts::v1::CreateStakeholderRequest PersonCreation(const std::string& account, int number) {
  accounts::v1::CreateStakeholderRequest request;
  request.set_parent(absl::StrCat("accounts/", account));
  request.set_stakeholder_id(absl::StrCat("p", number));
  request.mutable_stakeholder()->set_display_name(absl::StrCat("Person ", number));
  request.set_request_id(absl::StrCat("person-", account, "-", number));
  return request;
}

// Whether `indexes` are so many, one behind the other.
bool AreOneBlock(const std::vector<size_t>& indexes, size_t count) {
  return indexes.size() == count && indexes.back() - indexes.front() == count - 1;
}

}  // namespace

BulkLoad::BulkLoad(const std::string& address) : address_(address) {
  SetUp();
  if (!faults().empty()) return;
  for (int i = 0; i < kImporters; ++i) threads_.emplace_back([this, i] { Import(i); });
  for (int i = 0; i < kSets; ++i) threads_.emplace_back([this, i] { Reassign(i); });
  for (int i = 0; i < kMergers; ++i) threads_.emplace_back([this, i] { Merge(i); });
}

BulkLoad::~BulkLoad() { Stop(); }

void BulkLoad::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

template <class Attempt>
auto BulkLoad::Insist(Attempt attempt) {
  while (true) {
    auto answer = attempt();
    if (answer.ok() || !MayBeSentAgain(answer.status())) return answer;
    ++repeated_;
  }
}

void BulkLoad::Note(const std::string& what, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  faults_.push_back(absl::StrCat(what, ": ", status.ToString()));
}

void BulkLoad::Count(std::atomic<int>& kind) {
  ++kind;
  absl::MutexLock lock(&mutex_);
  ++done_;
}

std::vector<std::string> BulkLoad::faults() const {
  absl::MutexLock lock(&mutex_);
  return faults_;
}

bool BulkLoad::AwaitMore(int count) {
  absl::MutexLock lock(&mutex_);
  const int enough = done_ + count;
  const auto reached = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return done_ >= enough; };
  return mutex_.AwaitWithTimeout(absl::Condition(&reached), journeys::kPatience);
}

void BulkLoad::SetUp() {
  const AccountsClient client(address_);
  for (int i = 0; i < kMembers; ++i) {
    accounts::v1::CreateMemberRequest request;
    request.set_member_id(absl::StrCat("m", i));
    request.mutable_member()->set_display_name(absl::StrCat("Member ", i));
    const absl::Status status = client.CreateMember(request).status();
    if (!status.ok()) Note("member", status);
  }
  for (int i = 0; i < kSets; ++i) {
    const absl::Status status = client.Import({Batch(SetName(i))}).status();
    if (!status.ok()) Note("set", status);
  }
}

void BulkLoad::Import(int writer) {
  const AccountsClient client(address_);
  for (int i = 0; !stopped_; ++i) {
    std::vector<ImportAccountsRequest> messages;
    for (int j = 0; j < kMessagesPerImport; ++j) {
      messages.push_back(Batch(absl::StrCat("batch-", writer, "-", i, "-", j)));
    }
    const auto answer = Insist([&] { return client.Import(messages); });
    if (!answer.ok()) return Note("import", answer.status());
    // Of a message that an earlier attempt stored, every row is there.
    if (answer->created() % kRows != 0 || answer->rejected() != 0 ||
        answer->created() + answer->unchanged() != kMessagesPerImport * kRows) {
      return Note("import", absl::DataLossError(answer->ShortDebugString()));
    }
    for (int j = 0; j < kMessagesPerImport; ++j) Count(messages_);
  }
}

void BulkLoad::Reassign(int set) {
  const AccountsClient client(address_);
  for (int i = 0; !stopped_; ++i) {
    const std::string owner = MemberName(i % kMembers);
    accounts::v1::ReassignAccountsRequest request;
    for (int row = 0; row < kRows; ++row) {
      accounts::v1::Reassignment* assignment = request.add_assignments();
      assignment->set_account(absl::StrCat("accounts/", SetName(set), "-", row));
      assignment->set_role(accounts::v1::OWNER_ROLE_SALES);
      assignment->set_owner(owner);
    }
    request.set_request_id(absl::StrCat("reassign-", set, "-", i));
    const auto answer = Insist([&] { return client.Reassign(request); });
    if (!answer.ok()) return Note("reassign", answer.status());
    if (answer->reassigned() != kRows) {
      return Note("reassign", absl::DataLossError(answer->ShortDebugString()));
    }
    {
      absl::MutexLock lock(&mutex_);
      owners_[SetName(set)] = owner;
    }
    Count(reassignments_);
  }
}

void BulkLoad::Merge(int writer) {
  const AccountsClient client(address_);
  for (int i = 0; !stopped_; ++i) {
    const absl::Status status = MergeOnce(client, absl::StrCat("g", writer, "-", i));
    if (!status.ok()) return Note("merge", status);
    Count(merges_);
  }
}

// Makes an account `id`-a and its duplicate `id`-b with people, and merges them.
absl::Status BulkLoad::MergeOnce(const AccountsClient& client, const std::string& id) {
  const std::string kept = absl::StrCat(id, "-a");
  const std::string duplicate = absl::StrCat(id, "-b");
  for (const std::string& account : {kept, duplicate}) {
    BANSO_RETURN_IF_ERROR(Insist([&] { return client.Create(AccountCreation(account)); }).status());
  }
  for (int i = 0; i < kPeople; ++i) {
    const accounts::v1::CreateStakeholderRequest person = PersonCreation(duplicate, i);
    BANSO_RETURN_IF_ERROR(Insist([&] { return client.CreateStakeholder(person); }).status());
  }
  accounts::v1::MergeAccountsRequest request;
  request.set_name(absl::StrCat("accounts/", kept));
  request.set_duplicate(absl::StrCat("accounts/", duplicate));
  request.set_request_id(absl::StrCat("merge-", id));
  BANSO_ASSIGN_OR_RETURN(const accounts::v1::MergeAccountsResponse answer,
                         Insist([&] { return client.Merge(request); }));
  if (answer.moved_size() == kPeople) return absl::OkStatus();
  return absl::DataLossError(answer.ShortDebugString());
}

void BulkLoad::ExpectNothingHalfDone(Feed& feed) const {
  const auto position = AccountsClient(address_).Position();
  ASSERT_TRUE(position.ok()) << position.status();
  ASSERT_TRUE(feed.AwaitPosition(*position)) << feed.fault();
  const std::vector<Change> changes = feed.changes();
  ExpectImportsWhole(changes);
  ExpectReassignmentsWhole(changes);
  ExpectMergesWhole();
}

void BulkLoad::ExpectImportsWhole(const std::vector<Change>& changes) const {
  std::map<std::string, std::vector<size_t>> created;
  for (size_t i = 0; i < changes.size(); ++i) {
    Account account;
    if (changes[i].operation() != type::v1::OPERATION_CREATED) continue;
    if (!changes[i].resource().UnpackTo(&account) || BatchOf(account).empty()) continue;
    created[BatchOf(account)].push_back(i);
  }
  EXPECT_EQ(static_cast<int>(created.size()), messages_ + kSets);
  for (const auto& [batch, indexes] : created) {
    EXPECT_TRUE(AreOneBlock(indexes, kRows)) << batch << " has " << indexes.size() << " accounts";
  }
}

void BulkLoad::ExpectReassignmentsWhole(const std::vector<Change>& changes) const {
  int whole = 0;
  for (int set = 0; set < kSets; ++set) {
    std::vector<size_t> indexes;
    std::string owner;
    for (size_t i = 0; i < changes.size(); ++i) {
      Account account;
      if (changes[i].operation() != type::v1::OPERATION_UPDATED) continue;
      if (!changes[i].resource().UnpackTo(&account) || BatchOf(account) != SetName(set)) continue;
      if (indexes.empty()) owner = account.owners().sales();
      EXPECT_EQ(account.owners().sales(), owner) << account.name();
      indexes.push_back(i);
      if (indexes.size() < kRows) continue;
      EXPECT_TRUE(AreOneBlock(indexes, kRows)) << SetName(set) << " for " << owner;
      ++whole;
      indexes.clear();
    }
    EXPECT_TRUE(indexes.empty()) << SetName(set) << " is reassigned in part";
    absl::MutexLock lock(&mutex_);
    EXPECT_EQ(owner, owners_.at(SetName(set))) << "an acknowledged reassignment is lost";
  }
  EXPECT_EQ(whole, reassignments_);
}

void BulkLoad::ExpectMergesWhole() const {
  const AccountsClient client(address_);
  const auto accounts = client.List();
  ASSERT_TRUE(accounts.ok()) << accounts.status();
  int merged = 0;
  for (const Account& account : *accounts) {
    if (!absl::StartsWith(account.name(), "accounts/g")) continue;
    const bool is_kept = absl::EndsWith(account.name(), "-a");
    const auto people = client.ListStakeholders(account.name());
    ASSERT_TRUE(people.ok()) << people.status();
    EXPECT_EQ(static_cast<int>(people->size()), is_kept ? kPeople : 0) << account.name();
    merged += is_kept ? 1 : 0;
  }
  EXPECT_EQ(merged, merges_);
}

}  // namespace banso::faults
