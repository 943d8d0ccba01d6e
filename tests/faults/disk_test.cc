// A disk that is full, a store that cannot be written, a store that is damaged: refused in words,
// nothing half-stored, and what can be read is read.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "common/contract/errors.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/faults/accounts_client.h"
#include "tests/faults/feed.h"
#include "tests/faults/service.h"
#include "tests/journeys/process.h"

namespace banso::faults {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using accounts::v1::Account;
using accounts::v1::CreateAccountRequest;

CreateAccountRequest Creation(const std::string& id, size_t characters) {
  CreateAccountRequest request;
  request.set_account_id(id);
  request.mutable_account()->set_display_name(absl::StrCat("Company ", id));
  request.mutable_account()->set_desired_outcome(std::string(characters, 'x'));
  request.set_request_id(absl::StrCat("create-", id));
  return request;
}

// The ids whose creation was acknowledged, and how the others were refused.
struct Outcome {
  std::vector<std::string> stored;
  std::map<std::string, absl::Status> refused;
};

// Eight clients create accounts of some size until each was refused five times.
Outcome FillUp(const std::string& address) {
  Outcome outcome;
  absl::Mutex mutex;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const AccountsClient client(address);
      for (int i = 0, refused = 0; i < 1000 && refused < 5; ++i) {
        const std::string id = absl::StrCat("t", t, "-", i);
        const absl::Status status = client.Create(Creation(id, 2000)).status();
        absl::MutexLock lock(&mutex);
        if (status.ok()) {
          outcome.stored.push_back(id);
        } else {
          outcome.refused[id] = status;
          ++refused;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return outcome;
}

// Expects that each creation was stored whole or refused for want of space, not at all stored.
void ExpectAllOrNothing(const Outcome& outcome, const Service& service, Feed& feed) {
  const AccountsClient client(service.address());
  EXPECT_THAT(outcome.stored, Not(IsEmpty()));
  for (const auto& [id, status] : outcome.refused) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("full"))) << id;
    EXPECT_EQ(contract::Reason(status), "STORAGE_FULL");
    EXPECT_THAT(client.Get(absl::StrCat("accounts/", id)), StatusIs(absl::StatusCode::kNotFound));
  }
  for (const std::string& id : outcome.stored) {
    EXPECT_THAT(client.Get(absl::StrCat("accounts/", id)), IsOk());
  }
  const auto position = client.Position();
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(*position, (1 + kFactsOfNewAccount) * static_cast<int64_t>(outcome.stored.size()));
  EXPECT_TRUE(feed.AwaitPosition(*position)) << feed.fault();
  EXPECT_EQ(feed.changes().size(), outcome.stored.size());
}

// Expects that everything refused can be done now, once each.
void ExpectRecovered(const Outcome& outcome, const Service& service) {
  const AccountsClient client(service.address());
  for (const auto& [id, status] : outcome.refused) {
    EXPECT_THAT(client.Create(Creation(id, 2000)), IsOk());
    EXPECT_THAT(client.Create(Creation(id, 2000)), IsOk());
  }
  const auto accounts = client.List();
  ASSERT_THAT(accounts, IsOk());
  EXPECT_EQ(accounts->size(), outcome.stored.size() + outcome.refused.size());
  std::printf("%d stored, %d refused while there was no space, all stored afterwards\n",
              static_cast<int>(outcome.stored.size()), static_cast<int>(outcome.refused.size()));
}

TEST(DiskTest, AFullDiskRefusesWritesAndAnswersReadsUntilThereIsSpaceAgain) {
  Service service;
  // A file system of its own, which only that process sees, with something in it that can go.
  const std::vector<std::string> prefix = {
      "unshare",
      "--mount",
      "sh",
      "-c",
      ("mount -t tmpfs -o size=8m faults \"$0\" && head -c 4000000 /dev/zero >\"$0/other\" && "
       "exec \"$@\""),
      service.data_dir()};
  if (journeys::Run({"/usr/bin/env", "unshare", "--mount", "sh", "-c",
                     "mount -t tmpfs -o size=8m faults \"$0\"", service.data_dir()})
          .exit_status != 0) {
    GTEST_SKIP() << "only root may mount a small disk";
  }
  service.Start(prefix);
  Feed feed(service.address());
  const Outcome outcome = FillUp(service.address());
  EXPECT_EQ(outcome.refused.size(), 40u);
  ExpectAllOrNothing(outcome, service, feed);
  ASSERT_TRUE(std::filesystem::remove(
      absl::StrCat("/proc/", service.pid(), "/root", service.data_dir(), "/other")));
  ExpectRecovered(outcome, service);
  EXPECT_EQ(service.Stop(), 0);
}

TEST(DiskTest, AFileThatMayNotGrowRefusesWritesAndIsWholeAfterwards) {
  Service service;
  service.Start({"prlimit", "--fsize=2000000"});
  Outcome outcome;
  {
    Feed feed(service.address());
    outcome = FillUp(service.address());
    EXPECT_EQ(outcome.refused.size(), 40u);
    ExpectAllOrNothing(outcome, service, feed);
  }
  service.Kill();
  service.Start();
  Feed feed(service.address());
  ExpectAllOrNothing(outcome, service, feed);
  ExpectRecovered(outcome, service);
  EXPECT_EQ(service.Stop(), 0);
}

// Something stored in a store that is closed.
std::vector<Account> StoreSome(Service& service, int count) {
  service.Start();
  const AccountsClient client(service.address());
  for (int i = 0; i < count; ++i) {
    EXPECT_THAT(client.Create(Creation(absl::StrCat("a", i), 100)), IsOk());
  }
  const auto accounts = client.List();
  EXPECT_THAT(accounts, IsOk());
  EXPECT_EQ(service.Stop(), 0);
  return accounts.ok() ? *accounts : std::vector<Account>();
}

// A small ext4 of its own, in a file, which only the service's process sees.
class SmallDisk {
 public:
  SmallDisk() : image_(folder_.File("image")) {
    std::ofstream(image_).close();
    std::filesystem::resize_file(image_, 32 << 20);
    is_made_ = journeys::Run({"/usr/bin/env", "mkfs.ext4", "-q", image_}).exit_status == 0;
  }

  // The start of a command that runs with the disk at `folder`; `then` is done before.
  std::vector<std::string> At(const std::string& folder, const std::string& then = "true") const {
    return {"unshare",
            "--mount",
            "sh",
            "-c",
            absl::StrCat("mount -o loop,errors=remount-ro \"$0\" \"$1\" && ", then,
                         " && shift && exec \"$@\""),
            image_,
            folder};
  }

  // Whether it can be had: that takes root, ext4 and a loop device.
  bool IsThere(const std::string& folder) const {
    std::vector<std::string> command = At(folder);
    command.insert(command.begin(), "/usr/bin/env");
    command.push_back("true");
    return is_made_ && journeys::Run(command).exit_status == 0;
  }

  // Tells the system that the disk at `folder` of the process has an error: it lets nobody write to
  // it from then on, as on a disk that fails. False when the system does not offer this.
  static bool Fail(pid_t process, const std::string& folder) {
    std::ifstream mounts(absl::StrCat("/proc/", process, "/mounts"));
    std::string line;
    while (std::getline(mounts, line)) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      if (words.size() < 2 || words[1] != folder) continue;
      const std::string device = std::filesystem::path(words[0]).filename();
      std::ofstream trigger(absl::StrCat("/sys/fs/ext4/", device, "/trigger_fs_error"));
      return static_cast<bool>(trigger << "1" << std::flush);
    }
    return false;
  }

 private:
  const testing::TempDir folder_;
  const std::string image_;
  bool is_made_ = false;
};

// Expects that every kind of write is refused for good, by several callers at once.
void ExpectTakesNoWrites(const Service& service, const Account& account) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const AccountsClient client(service.address());
      for (int i = 0; i < 5; ++i) {
        const std::string id = absl::StrCat("late-", t, "-", i);
        accounts::v1::UpdateAccountRequest update;
        update.mutable_account()->set_name(account.name());
        update.mutable_account()->set_display_name(id);
        update.mutable_update_mask()->add_paths("display_name");
        accounts::v1::ImportAccountsRequest rows;
        rows.set_external_system("crm");
        for (int row = 0; row < 200; ++row) {
          accounts::v1::Account& imported = *rows.add_accounts();
          imported = Creation(id, 1000).account();
          accounts::v1::ExternalId& crm = *imported.add_external_ids();
          crm.set_system("crm");
          crm.set_id(absl::StrCat(id, "-", row));
        }
        for (const absl::Status& status :
             {client.Create(Creation(id, 100)).status(), client.Update(update).status(),
              client.Import({rows}).status()}) {
          EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                                       AllOf(HasSubstr("disk"), HasSubstr("takes no writes"))));
          EXPECT_EQ(contract::Reason(status), "STORAGE_READ_ONLY");
          EXPECT_EQ(contract::RetryDelay(status), std::nullopt);
        }
        EXPECT_THAT(client.Get(absl::StrCat("accounts/", id)),
                    StatusIs(absl::StatusCode::kNotFound));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Expects that everything that was stored is read as it was, by every way of reading.
void ExpectReads(const Service& service, const std::vector<Account>& stored) {
  const AccountsClient client(service.address());
  for (const Account& account : stored) {
    EXPECT_THAT(client.Get(account.name()), IsOkAndHolds(EqualsProto(account)));
  }
  const auto listed = client.List();
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->size(), stored.size());
  const auto position = client.Position();
  ASSERT_THAT(position, IsOk());
  Feed feed(service.address());
  EXPECT_TRUE(feed.AwaitPosition(*position)) << feed.fault();
  EXPECT_EQ(feed.changes().size(), stored.size());
}

TEST(DiskTest, ADiskThatBecomesReadOnlyRefusesWritesAndAnswersReads) {
  const SmallDisk disk;
  Service service;
  if (!disk.IsThere(service.data_dir())) GTEST_SKIP() << "only root may mount a disk in a file";
  service.Start(disk.At(service.data_dir()));
  std::vector<Account> stored;
  const AccountsClient client(service.address());
  for (int i = 0; i < 200; ++i) {
    const auto account = client.Create(Creation(absl::StrCat("a", i), 1000));
    ASSERT_THAT(account, IsOk());
    stored.push_back(*account);
  }
  // Everything is on the disk, so that no page of the files is open for writing any more.
  sync();
  if (!SmallDisk::Fail(service.pid(), service.data_dir())) {
    GTEST_SKIP() << "this system cannot pretend an error of a disk";
  }
  for (int round = 0; round < 2; ++round) {
    ExpectTakesNoWrites(service, stored[0]);
    ExpectReads(service, stored);
  }
  EXPECT_THAT(client.Create(Creation("a0", 1000)), IsOkAndHolds(EqualsProto(stored[0])))
      << "what was done before is answered";
  EXPECT_TRUE(service.IsRunning()) << service.Log();
  EXPECT_EQ(service.Stop(), 0) << service.Log();

  const journeys::Finished refused =
      service.StartInVain(disk.At(service.data_dir(), "mount -o remount,ro \"$1\""));
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("Read-only file system")) << refused.errors;
  service.Start(disk.At(service.data_dir()));
  ExpectReads(service, stored);
  EXPECT_THAT(client.Create(Creation("late-0-0", 100)), IsOk());
  EXPECT_EQ(service.Stop(), 0);
}

// What makes even root obey the modes of files.
std::vector<std::string> WithoutPrivilege() {
  if (geteuid() != 0) return {};
  return {"setpriv", "--bounding-set=-dac_override"};
}

TEST(DiskTest, AFullDiskAtTheStartIsSaid) {
  Service service;
  const journeys::Finished refused = service.StartInVain({"prlimit", "--fsize=4096"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("disk of the store is full")) << refused.errors;
  service.Start();
  EXPECT_EQ(service.Stop(), 0);
}

TEST(DiskTest, AStoreThatMayOnlyBeReadIsRefusedAndLeftAlone) {
  Service service;
  const std::vector<Account> accounts = StoreSome(service, 3);
  ASSERT_EQ(chmod(service.store().c_str(), 0444), 0);
  const journeys::Finished refused = service.StartInVain(WithoutPrivilege());
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.errors, HasSubstr(service.store()));
  EXPECT_THAT(refused.errors, HasSubstr("may not be written")) << refused.errors;
  ASSERT_EQ(chmod(service.store().c_str(), 0644), 0);
  service.Start(WithoutPrivilege());
  EXPECT_EQ(AccountsClient(service.address()).List()->size(), accounts.size());
}

// Overwrites `size` bytes from `offset` on.
void Overwrite(const std::string& path, int64_t offset, int64_t size) {
  std::mt19937 random(1);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offset);
  for (int64_t i = 0; i < size; ++i) file.put(static_cast<char>(random()));
  ASSERT_TRUE(file.good());
}

TEST(DiskTest, GarbageInTheHeaderIsRefusedAndLeftAlone) {
  Service service;
  StoreSome(service, 3);
  Overwrite(service.store(), 0, 100);
  const auto size = std::filesystem::file_size(service.store());
  const journeys::Finished refused = service.StartInVain();
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_EQ(refused.errors, absl::StrCat(service.store(),
                                         ": the file is no store, or is damaged. Name another "
                                         "file, or restore a backup.\n"));
  EXPECT_EQ(std::filesystem::file_size(service.store()), size);
}

bool IsDamaged(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss &&
         contract::Reason(status) == "STORAGE_DAMAGED" &&
         absl::StrContains(status.message(), "damaged");
}

TEST(DiskTest, GarbageInTheMiddleIsToldAndTheRestIsRead) {
  Service service;
  const std::vector<Account> accounts = StoreSome(service, 1000);
  const auto size = static_cast<int64_t>(std::filesystem::file_size(service.store()));
  const int64_t middle = size / 4096 / 2 * 4096;
  Overwrite(service.store(), middle, 4096 * 20);
  service.Start();
  const AccountsClient client(service.address());
  int read = 0, damaged = 0;
  for (const Account& account : accounts) {
    const auto found = client.Get(account.name());
    if (found.ok()) {
      EXPECT_EQ(found->SerializeAsString(), account.SerializeAsString());
      ++read;
    } else {
      EXPECT_TRUE(IsDamaged(found.status())) << found.status();
      ++damaged;
    }
  }
  EXPECT_GT(read, 0);
  EXPECT_GT(damaged, 0);
  // A list that comes to the damage says so; it leaves nothing out.
  EXPECT_TRUE(IsDamaged(client.List().status()));

  // A write is done or refused as a whole, and takes nothing with it that was read.
  int written = 0;
  for (size_t i = 0; i < accounts.size(); i += 10) {
    accounts::v1::UpdateAccountRequest update;
    update.mutable_account()->set_name(accounts[i].name());
    update.mutable_account()->set_display_name("Changed");
    update.mutable_update_mask()->add_paths("display_name");
    const std::string id = absl::StrCat("new-", i);
    for (const absl::Status& status :
         {client.Update(update).status(), client.Create(Creation(id, 100)).status()}) {
      EXPECT_TRUE(status.ok() || IsDamaged(status)) << status;
      written += status.ok() ? 1 : 0;
    }
  }
  int read_again = 0;
  for (const Account& account : accounts) {
    const auto found = client.Get(account.name());
    EXPECT_TRUE(found.ok() || IsDamaged(found.status())) << found.status();
    read_again += found.ok() ? 1 : 0;
  }
  EXPECT_EQ(read_again, read);
  EXPECT_TRUE(service.IsRunning()) << service.Log();
  EXPECT_EQ(service.Stop(), 0);
  std::printf("%d of %d accounts read, %d said to be damaged, %d written\n", read,
              static_cast<int>(accounts.size()), damaged, written);
}

}  // namespace
}  // namespace banso::faults
